/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_WORLD_H
#define WORLD_WORLD_H

/*
 * Who did it. The world is a function of the event stream alone: kernel events and the facts that
 * world/facts.h reads from /proc and the runtimes' files enter it as records (event/abi.h), so that
 * a recording replays to the same world without the machine it was made on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"
#include "world/cgroup_path.h"
#include "world/container.h"
#include "world/process.h"

struct world;

/* Bounds; 0 means the default. What is evicted past them is counted. */
struct world_limits {
    uint32_t processes;       /* default 65536 */
    uint32_t containers;      /* default 4096 */
    uint32_t dns_names;       /* default 8192 */
    uint32_t held_events;     /* default 8192, over all containers */
    uint32_t held_bytes;      /* default 4 MiB */
    uint64_t hold_time;       /* ns; default 500 ms */
    uint64_t exit_grace_time; /* ns; default 2 s */
    uint64_t image_bytes;     /* argv, env and paths of all processes; default 64 MiB */
};

/* One event with the actor it belongs to; valid until the next call into the world. */
struct judged_event {
    const struct event *event;
    struct process *process;     /* never NULL: an unknown one is made up from the header */
    struct container *container; /* NULL for the host */
    uint64_t wall_time;          /* CLOCK_REALTIME ns of the event */
};

/*
 * Where the world needs facts from outside it asks by these calls; a replay leaves them NULL and
 * finds the answers in the recording. They may answer at once by feeding records to world_feed, or
 * not at all.
 */
struct world_requests {
    /* A cgroup names a container whose metadata is not known. Return 0 when a record was fed. */
    int (*container_metadata)(void *data, struct world *world, const char *id,
                              enum container_runtime hint, const char *cgroup_path, uint32_t pid);
    /* A process that the stream has not shown: its facts from /proc as PROCESS_FOUND. */
    int (*process)(void *data, struct world *world, uint32_t pid, uint64_t start_time);
    /* Users of the host (container NULL) or of a container, by the passwd file it sees. */
    int (*users)(void *data, struct world *world, const struct container *container, uint32_t pid);
    /* The path of a cgroup id the stream has not named, as CGROUP_FOUND. */
    int (*cgroup)(void *data, struct world *world, uint64_t cgroup_id, uint32_t pid);
    /*
     * Whether a runtime's state files name this cgroup, whose path tells nothing by itself (plain
     * runc, crun, ctr). 0 when one does: *ret_container is set, and for replays CGROUP_FOUND with
     * the container was fed. -ENOENT when none does. -EAGAIN when a runtime is just making a
     * container whose state is not written yet: don't remember the answer, ask again at the
     * cgroup's next exec (the state file is always there before the entry point is executed).
     */
    int (*cgroup_container)(void *data, struct world *world, uint64_t cgroup_id,
                            const char *cgroup_path, struct cgroup_container *ret_container);
    void *data;
};

typedef void (*world_judge)(void *data, const struct judged_event *judged);

/*
 * `judge` is called for each event in order, with world state as of that event, except for facts,
 * which rules never see. Events of a container whose metadata is late are held, within the limits,
 * and judged when it arrives or its time is up.
 */
int world_new(const struct world_limits *limits, const struct world_requests *requests,
              world_judge judge, void *judge_data, struct world **ret_world);
void world_free(struct world *world);

/* Take one record. 0; -EBADMSG for a malformed one (counted, changes nothing); -ENOMEM. */
int world_feed(struct world *world, const void *record, size_t size);

/*
 * What an event would look like that has not happened yet: `record` is the open or exec that a
 * stopped thread asks for. Calls `judge` once, at once, with the process as it would be (an exec's
 * with the new program, of which no argument is known); nothing of the world changes but for facts
 * that were asked for. 0; -EBADMSG; -ENOMEM.
 */
int world_foresee(struct world *world, const void *record, size_t size, world_judge judge,
                  void *data);

/* Let time pass: releases held events that are due, forgets the dead. `now` is CLOCK_BOOTTIME ns.
 * Returns when it wants to be called next (same clock), UINT64_MAX for never. */
uint64_t world_tick(struct world *world, uint64_t now);

/* Judge whatever is still held, at the end of a run or of a recording. */
void world_flush(struct world *world);

/* CLOCK_REALTIME minus CLOCK_BOOTTIME, ns; given by the START record. */
int64_t world_clock_offset(const struct world *world);
const char *world_hostname(const struct world *world);

/* NULL when unknown. `pid` alone finds the youngest process of that pid. */
struct process *world_process(struct world *world, struct exec_id id);
struct process *world_process_by_pid(struct world *world, uint32_t pid);
struct container *world_container(struct world *world, const char *id);

/* The container of a cgroup as far as it was learned so far; NULL for none or unknown. */
struct container *world_cgroup_container(const struct world *world, uint64_t cgroup_id);

/* Changes whenever a cgroup becomes a container's or is one no more, or something was learned of a
 * container from its runtime's files. */
uint32_t world_container_changes(const struct world *world);

/* Each cgroup that is a container's: calls back; no feeding in between. */
typedef void (*world_cgroup_visit)(void *data, uint64_t cgroup_id, struct container *container);
void world_each_cgroup(const struct world *world, world_cgroup_visit visit, void *data);

/* Whether the cgroup itself was found to be this container's, not only some process in it. */
bool world_cgroup_belongs(const struct world *world, uint64_t cgroup_id,
                          const struct container *container);

/* Iterate: call with NULL first; stops with NULL. No feeding in between. */
struct container *world_next_container(struct world *world, struct container *previous);
struct process *world_next_process(struct world *world, struct process *previous);

/* Name of a user or group as the container (NULL: host) knows it; NULL when it does not. */
const char *world_user_name(struct world *world, const struct container *container, uint32_t uid);
const char *world_group_name(struct world *world, const struct container *container, uint32_t gid);
const char *world_user_home(struct world *world, const struct container *container, uint32_t uid);
const char *world_user_shell(struct world *world, const struct container *container, uint32_t uid);

/*
 * Whether `address` (4 or 16 bytes, network order) has answered to `name` (case-insensitive), by
 * the DNS answers seen, or for kubernetes.default.svc and its longer forms by the service address
 * that the container's environment declares. world_address_name returns some such name or NULL.
 */
bool world_address_has_name(struct world *world, const struct container *container,
                            const uint8_t *address, size_t len, const char *name);
const char *world_address_name(struct world *world, const struct container *container,
                               const uint8_t *address, size_t len);

/* Counters, each named by cause. */
#define WORLD_COUNTER_LIST(X)                                                                      \
    X(events, "events")                                                                            \
    X(malformed_records, "malformed_records")                                                      \
    X(processes_made_up, "processes_made_up") /* event of a process never seen */                  \
    X(processes_evicted, "processes_evicted")                                                      \
    X(containers_evicted, "containers_evicted")                                                    \
    X(containers_forgotten, "containers_forgotten") /* without a process for a minute */           \
    X(containers_unnamed, "containers_unnamed")     /* metadata did not come in time */            \
    X(cgroups_evicted, "cgroups_evicted")                                                          \
    X(images_cut, "images_cut")       /* argv and env cut: image_bytes */                          \
    X(facts_ignored, "facts_ignored") /* of a container not known */                               \
    X(events_lost, "events_lost")     /* what DROP records told */                                 \
    X(events_held, "events_held")                                                                  \
    X(events_released_late, "events_released_late") /* without metadata: time was up */            \
    X(events_released_full, "events_released_full") /* without metadata: the queue was full */     \
    X(dns_answers, "dns_answers")                   /* names learned */                            \
    X(dns_malformed, "dns_malformed")                                                              \
    X(dns_evicted, "dns_evicted")                                                                  \
    X(users_malformed, "users_malformed")

struct world_counters {
#define WORLD_COUNTER_FIELD(field, text) uint64_t field;
    WORLD_COUNTER_LIST(WORLD_COUNTER_FIELD)
#undef WORLD_COUNTER_FIELD
    uint64_t processes; /* now in the table */
    uint64_t containers;
};

const struct world_counters *world_counters(const struct world *world);

#endif
