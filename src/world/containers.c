/* SPDX-License-Identifier: Apache-2.0 */
#include "world/containers.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "world/users.h"

struct container *container_ref(struct container *container)
{
    container->references++;
    return container;
}

struct container *container_unref(struct container *container)
{
    if (!container || --container->references)
        return NULL;
    user_set_free(container_entry_of(container)->users);
    free(container->storage);
    free(container_entry_of(container));
    return NULL;
}

struct container_entry *containers_find(const struct containers *table, const char *id, size_t len)
{
    struct container_entry *entry;

    HASH_FIND(hh, table->by_id, id, (unsigned)len, entry);
    return entry;
}

static void set_empty(struct container *container)
{
    const char **const strings[] = {
        &container->name,      &container->image,
        &container->image_id,  &container->image_repository,
        &container->image_tag, &container->image_digest,
        &container->user,      &container->ip,
        &container->rootfs,    &container->bundle,
        &container->pod_name,  &container->pod_namespace,
        &container->pod_uid,   &container->pod_sandbox_id,
        &container->env,       &container->entrypoint,
    };

    for (size_t i = 0; i < sizeof(strings) / sizeof(strings[0]); i++)
        *strings[i] = "";
}

int containers_add(struct containers *table, const char *id, size_t len,
                   enum container_runtime runtime, struct container_entry **ret_entry)
{
    if (!len || len >= CONTAINER_ID_MAX || memchr(id, '\0', len))
        return -EINVAL;

    struct container_entry *entry = calloc(1, sizeof(*entry));
    if (!entry)
        return -ENOMEM;
    struct container *container = &entry->container;
    container->references = 1;
    container->runtime = runtime;
    memcpy(container->id, id, len);
    memcpy(container->short_id, id, len < CONTAINER_ID_SHORT_LEN ? len : CONTAINER_ID_SHORT_LEN);
    set_empty(container);
    entry->scope = ++table->next_scope;
    entry->table = table;
    entry->idle_since = table->now;
    HASH_ADD_KEYPTR(hh, table->by_id, container->id, (unsigned)len, entry);
    if (!entry->hh.tbl) {
        free(entry);
        return -ENOMEM;
    }
    *ret_entry = entry;
    return 0;
}

static bool goes_before(const struct container_entry *a, const struct container_entry *b)
{
    if (!b || !a->processes != !b->processes)
        return !b || !a->processes;
    return !a->processes && a->idle_since < b->idle_since;
}

struct container_entry *containers_victim(const struct containers *table)
{
    struct container_entry *victim = NULL;

    if (HASH_COUNT(table->by_id) < table->limit)
        return NULL;
    for (struct container_entry *at = table->by_id; at; at = at->hh.next)
        if (!at->busy && goes_before(at, victim))
            victim = at;
    return victim;
}

void containers_remove(struct containers *table, struct container_entry *entry)
{
    HASH_DEL(table->by_id, entry);
    entry->table = NULL;
    container_unref(&entry->container);
}

struct container *containers_enter(struct container *container, uint32_t pid)
{
    if (!container)
        return NULL;
    container_entry_of(container)->processes++;
    container_entry_of(container)->last_pid = pid;
    return container_ref(container);
}

void containers_leave(struct container *container)
{
    if (!container)
        return;
    struct container_entry *entry = container_entry_of(container);
    if (!--entry->processes && entry->table)
        entry->idle_since = entry->table->now;
    container_unref(container);
}
