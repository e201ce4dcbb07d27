/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_CGROUPS_H
#define WORLD_CGROUPS_H

/* Which container a cgroup id belongs to. Past its bound the oldest entry goes. */

#include <stdint.h>
#include <sys/queue.h>

#include "world/containers.h"
#include "world/hash.h"

#define CGROUPS_MAX 16384

enum cgroup_state {
    CGROUP_UNNAMED,   /* its path is not known */
    CGROUP_UNSETTLED, /* a runtime may be making a container of it: look again at its next exec */
    CGROUP_SETTLED,
};

struct cgroup {
    uint64_t id;
    UT_hash_handle hh;
    TAILQ_ENTRY(cgroup) link;          /* by age */
    struct container_entry *container; /* counted; NULL: none, the host's */
    uint64_t asked;                    /* when its path was asked for last */
    uint32_t path_hash;
    uint8_t state; /* enum cgroup_state */
};

struct cgroups {
    struct cgroup *by_id;
    TAILQ_HEAD(cgroup_ages, cgroup) ages;
    uint32_t
        generation; /* changes with every cgroup that gets another container, and facts of one */
    uint32_t limit;
    uint64_t evicted;
};

void cgroups_init(struct cgroups *table, uint32_t limit);
void cgroups_done(struct cgroups *table);

struct cgroup *cgroups_find(const struct cgroups *table, uint64_t id);

/* The entry of this id, made if need be; NULL when out of memory. */
struct cgroup *cgroups_get(struct cgroups *table, uint64_t id);

/* `container` NULL: the host's. */
void cgroups_set(struct cgroups *table, struct cgroup *cgroup, struct container_entry *container);

/* Forget all cgroups of a container. */
void cgroups_remove_container(struct cgroups *table, const struct container_entry *container);

uint32_t cgroups_hash_path(const char *path, size_t len);

#endif
