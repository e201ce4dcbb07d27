/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "world/world_internal.h"

#define USERS_ASK_INTERVAL (10 * NS_PER_S) /* before the files are read again for an unknown id */
#define USERS_ASKS         16              /* within it, each by the root of another process */

struct process *world_process(struct world *world, struct exec_id id)
{
    struct process_entry *entry = processes_find(&world->processes, id);

    return entry ? &entry->process : NULL;
}

struct process *world_process_by_pid(struct world *world, uint32_t pid)
{
    struct process_entry *entry = processes_find_pid(&world->processes, pid);

    return entry ? &entry->process : NULL;
}

struct process *world_next_process(struct world *world, struct process *previous)
{
    struct process_entry *entry =
        processes_next(&world->processes, previous ? process_entry_of(previous) : NULL);

    return entry ? &entry->process : NULL;
}

struct container *world_container(struct world *world, const char *id)
{
    struct container_entry *entry = containers_find(&world->containers, id, strlen(id));

    return entry ? &entry->container : NULL;
}

struct container *world_next_container(struct world *world, struct container *previous)
{
    struct container_entry *entry =
        previous ? container_entry_of(previous)->hh.next : world->containers.by_id;

    return entry ? &entry->container : NULL;
}

typedef const struct user *(*find_id)(const struct user_set *set, uint32_t id);

/* A process whose root is the container's: the one being judged, or the last that came in. */
static uint32_t pid_in(const struct world *world, const struct container *container)
{
    if (world->actor && world->actor->process.container == container)
        return world->actor->process.id.pid;
    return container ? container_entry_of(container)->last_pid : 0;
}

/*
 * Files that do not have an id are not read again for a while, but by the root of another process:
 * the one before may be gone, or have been on its way into the container.
 */
static bool may_ask(struct users_ask *ask, uint64_t now, uint32_t pid)
{
    if (ask->count && now - ask->first >= USERS_ASK_INTERVAL)
        ask->count = 0;
    if (ask->count && (pid == ask->pid || ask->count >= USERS_ASKS))
        return false;
    if (!ask->count)
        ask->first = now;
    ask->pid = pid;
    ask->count++;
    return true;
}

static struct user_set *users_of(const struct world *world, const struct container *container)
{
    return container ? container_entry_of(container)->users : world->users;
}

static void ask_for_users(struct world *world, const struct container *container)
{
    const struct world_requests *requests = &world->requests;
    uint32_t pid = pid_in(world, container);
    struct users_ask *ask =
        container ? &container_entry_of(container)->users_ask : &world->users_ask;

    if (!requests->users || !may_ask(ask, world->now, pid))
        return;
    world->depth++; /* replaced sets live on until the next record */
    requests->users(requests->data, world, container, pid);
    world->depth--;
}

void world_find_users(struct world *world, const struct container *container)
{
    if (!users_of(world, container))
        ask_for_users(world, container);
}

static const struct user *find_user(struct world *world, const struct container *container,
                                    uint32_t id, find_id find)
{
    const struct user *user = find(users_of(world, container), id);

    if (user)
        return user;
    ask_for_users(world, container);
    return find(users_of(world, container), id);
}

const char *world_user_name(struct world *world, const struct container *container, uint32_t uid)
{
    const struct user *user = find_user(world, container, uid, user_set_user);

    return user ? user->name : NULL;
}

const char *world_group_name(struct world *world, const struct container *container, uint32_t gid)
{
    const struct user *group = find_user(world, container, gid, user_set_group);

    return group ? group->name : NULL;
}

const char *world_user_home(struct world *world, const struct container *container, uint32_t uid)
{
    const struct user *user = find_user(world, container, uid, user_set_user);

    return user ? user->home : NULL;
}

const char *world_user_shell(struct world *world, const struct container *container, uint32_t uid)
{
    const struct user *user = find_user(world, container, uid, user_set_user);

    return user ? user->shell : NULL;
}

/* What a cluster's API server is called in a pod. */
static const char *const service_names[] = {
    "kubernetes.default.svc.cluster.local",
    "kubernetes.default.svc",
    "kubernetes.default",
    "kubernetes",
};

static bool is_service_address(const struct container *container, const uint8_t *address,
                               size_t len)
{
    const struct container_entry *entry = container ? container_entry_of(container) : NULL;

    return entry && len && entry->service_address_len == len &&
           !memcmp(entry->service_address, address, len);
}

/* ::ffff:a.b.c.d is what a socket of both families calls a.b.c.d. */
static void unmap(const uint8_t **address, size_t *len)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

    if (*len == 16 && !memcmp(*address, prefix, sizeof(prefix))) {
        *address += sizeof(prefix);
        *len = 4;
    }
}

bool world_address_has_name(struct world *world, const struct container *container,
                            const uint8_t *address, size_t len, const char *name)
{
    char text[256];
    size_t name_len = strlen(name);

    if (name_len && name[name_len - 1] == '.')
        name_len--;
    if (!name_len || name_len >= sizeof(text) || (len != 4 && len != 16))
        return false;
    memcpy(text, name, name_len);
    text[name_len] = '\0';
    unmap(&address, &len);
    if (is_service_address(container, address, len))
        for (size_t i = 0; i < sizeof(service_names) / sizeof(service_names[0]); i++)
            if (!strcasecmp(text, service_names[i]))
                return true;
    return (container && address_names_has(&world->names, container_entry_of(container)->scope,
                                           address, len, text, world->now)) ||
           address_names_has(&world->names, 0, address, len, text, world->now);
}

const char *world_address_name(struct world *world, const struct container *container,
                               const uint8_t *address, size_t len)
{
    const char *name = NULL;

    if (len != 4 && len != 16)
        return NULL;
    unmap(&address, &len);
    if (container)
        name = address_names_last(&world->names, container_entry_of(container)->scope, address, len,
                                  world->now);
    if (!name)
        name = address_names_last(&world->names, 0, address, len, world->now);
    if (!name && is_service_address(container, address, len))
        name = service_names[1];
    return name;
}

uint32_t world_container_changes(const struct world *world)
{
    return world->cgroups.generation;
}

void world_each_cgroup(const struct world *world, world_cgroup_visit visit, void *data)
{
    const struct cgroup *cgroup;

    TAILQ_FOREACH(cgroup, &world->cgroups.ages, link)
    if (cgroup->container)
        visit(data, cgroup->id, &cgroup->container->container);
}
