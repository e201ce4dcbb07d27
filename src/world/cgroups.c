/* SPDX-License-Identifier: Apache-2.0 */
#include "world/cgroups.h"

#include <stdlib.h>

void cgroups_init(struct cgroups *table, uint32_t limit)
{
    *table = (struct cgroups){.limit = limit, .generation = 1};
    TAILQ_INIT(&table->ages);
}

static void drop(struct cgroups *table, struct cgroup *cgroup)
{
    HASH_DEL(table->by_id, cgroup);
    TAILQ_REMOVE(&table->ages, cgroup, link);
    if (cgroup->container)
        container_unref(&cgroup->container->container);
    free(cgroup);
    table->generation++;
}

void cgroups_done(struct cgroups *table)
{
    while (!TAILQ_EMPTY(&table->ages))
        drop(table, TAILQ_FIRST(&table->ages));
}

struct cgroup *cgroups_find(const struct cgroups *table, uint64_t id)
{
    struct cgroup *cgroup;

    HASH_FIND(hh, table->by_id, &id, sizeof(id), cgroup);
    return cgroup;
}

struct cgroup *cgroups_get(struct cgroups *table, uint64_t id)
{
    struct cgroup *cgroup = cgroups_find(table, id);

    if (cgroup)
        return cgroup;
    while (HASH_COUNT(table->by_id) >= table->limit) {
        table->evicted++;
        drop(table, TAILQ_FIRST(&table->ages));
    }
    cgroup = calloc(1, sizeof(*cgroup));
    if (!cgroup)
        return NULL;
    cgroup->id = id;
    HASH_ADD(hh, table->by_id, id, sizeof(id), cgroup);
    if (!cgroup->hh.tbl) {
        free(cgroup);
        return NULL;
    }
    TAILQ_INSERT_TAIL(&table->ages, cgroup, link);
    return cgroup;
}

void cgroups_set(struct cgroups *table, struct cgroup *cgroup, struct container_entry *container)
{
    if (cgroup->container == container)
        return;
    if (container)
        container_ref(&container->container);
    if (cgroup->container)
        container_unref(&cgroup->container->container);
    cgroup->container = container;
    table->generation++;
}

void cgroups_remove_container(struct cgroups *table, const struct container_entry *container)
{
    struct cgroup *next;

    for (struct cgroup *at = TAILQ_FIRST(&table->ages); at; at = next) {
        next = TAILQ_NEXT(at, link);
        if (at->container == container)
            drop(table, at);
    }
}

/* FNV-1a, http://www.isthe.com/chongo/tech/comp/fnv/ */
uint32_t cgroups_hash_path(const char *path, size_t len)
{
    uint32_t hash = 2166136261u;

    for (size_t i = 0; i < len; i++)
        hash = (hash ^ (unsigned char)path[i]) * 16777619u;
    return hash;
}
