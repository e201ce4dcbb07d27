/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_WORLD_INTERNAL_H
#define WORLD_WORLD_INTERNAL_H

/*
 * What the files behind world.h share.
 *
 * A request may feed records before it returns, and whoever answers may make them in one buffer.
 * So the handler of a fact reads nothing of its record after its first request, and nobody keeps an
 * entry of a table over a request without a reference.
 */

#include "world/cgroups.h"
#include "world/containers.h"
#include "world/hold.h"
#include "world/names.h"
#include "world/pending.h"
#include "world/processes.h"
#include "world/users.h"
#include "world/world.h"

#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull

struct world {
    struct world_limits limits;
    struct world_requests requests;
    world_judge judge;
    void *judge_data;
    struct world_counters counters;
    int64_t clock_offset;
    uint32_t host_mount_namespace; /* 0: not known */
    char *hostname;
    uint64_t now;      /* the latest time an event or a tick told, CLOCK_BOOTTIME, ns */
    uint64_t next_due; /* when world_due has something to do */
    uint64_t next_sweep;
    unsigned depth;  /* calls into the world that have not returned */
    unsigned asking; /* requests for a parent that have not returned */
    bool releasing;
    struct processes processes;
    struct containers containers;
    struct cgroups cgroups;
    struct hold hold;
    struct pending_list pendings;
    struct address_names names;
    struct user_set *users;         /* the host's */
    struct user_set *retired_users; /* replaced, freed with the next record */
    struct users_ask users_ask;
    struct process_entry *actor; /* of the event being judged, or NULL */
};

/* Times of a recording may be any: never past the end. */
static inline uint64_t time_after(uint64_t time, uint64_t span)
{
    return time > UINT64_MAX - span ? UINT64_MAX : time + span;
}

/* world.c */
void world_wake_at(struct world *world,
                   uint64_t time); /* world_due has to run then at the latest */
int world_event(struct world *world, const struct event *event); /* route, apply, judge */

/* actor.c: whose event it is. */
struct exec_id world_actor_id(const struct event_header *header);
struct process_entry *world_find_process(struct world *world, struct exec_id id); /* asks for it */
int world_add_made_up(struct world *world, const struct event_header *header,
                      struct process_entry **ret_entry);
void world_enter_container(struct process_entry *entry, struct container_entry *container);
void world_set_ids(struct process_entry *entry, const struct event *event);
void world_find_parent(struct world *world, struct process_entry *entry, struct exec_id parent);

/* discover.c: containers behind cgroups. `path` of an event is not NUL-terminated. */
struct container_entry *world_discover(struct world *world, const char *id, size_t len,
                                       enum container_runtime runtime, const char *path,
                                       uint32_t pid);
void world_forget_container(struct world *world, struct container_entry *entry);
void world_learn_cgroup(struct world *world, uint64_t id, const char *path, size_t len,
                        uint32_t pid);
/*
 * A program executed in namespaces that are not the host's, in a cgroup that no rule and no state
 * file knows (plain runc's, gone before anybody looked): the container is called by its cgroup.
 */
struct container_entry *world_container_by_namespaces(struct world *world,
                                                      const struct event *event);
struct container_entry *world_container_of_path(struct world *world, const char *path, size_t len,
                                                uint32_t pid);
/* The container of an event's cgroup, NULL for none or unknown. Asks for the path if need be. */
struct container_entry *world_event_container(struct world *world, const struct event *event);

/* apply.c: what an event changes. */
int world_apply(struct world *world, struct process_entry *actor, const struct event *event);

/* lookup.c: the users of a container, or of the host for NULL, when none are known: asks for them.
 */
void world_find_users(struct world *world, const struct container *container);

/* learn.c: facts. */
int world_learn(struct world *world, const struct event *event);

#endif
