/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "world/world_internal.h"

#define CGROUP_ASK_INTERVAL NS_PER_S /* between two requests for the path of one cgroup */

void world_forget_container(struct world *world, struct container_entry *entry)
{
    if (entry->pending)
        pending_end(world, entry->pending);
    cgroups_remove_container(&world->cgroups, entry);
    address_names_forget_scope(&world->names, entry->scope);
    containers_remove(&world->containers, entry);
}

struct container_entry *world_discover(struct world *world, const char *id, size_t len,
                                       enum container_runtime runtime, const char *path,
                                       uint32_t pid)
{
    struct container_entry *entry = containers_find(&world->containers, id, len);
    char copy[CONTAINER_ID_MAX];

    if (entry)
        return entry;
    if (len >= sizeof(copy))
        return NULL;
    memcpy(copy, id, len);
    struct container_entry *victim = containers_victim(&world->containers);
    if (victim) {
        world->counters.containers_evicted++;
        world_forget_container(world, victim);
    }
    if (containers_add(&world->containers, copy, len, runtime, &entry) < 0)
        return NULL;
    if (path)
        pending_begin(world, entry, path, pid);
    return containers_find(&world->containers, copy, len);
}

struct container_entry *world_container_of_path(struct world *world, const char *path, size_t len,
                                                uint32_t pid)
{
    char text[EVENT_PATH_MAX];
    struct cgroup_container found;

    if (len >= sizeof(text))
        return NULL;
    memcpy(text, path, len);
    text[len] = '\0';
    if (strlen(text) != len || !cgroup_path_container(text, &found))
        return NULL;
    return world_discover(world, found.id, strlen(found.id), found.runtime, text, pid);
}

/* A cgroup is new for a container that was known and that nothing runs in: it was started again. */
static void refresh(struct world *world, struct container_entry *entry, const char *path,
                    uint32_t pid)
{
    const struct world_requests *requests = &world->requests;
    struct container *container = &entry->container;

    if (entry->processes || !container->metadata_known || !requests->container_metadata ||
        !world->now) /* no event yet: it was just found with the rest of the machine */
        return;
    container_ref(container);
    requests->container_metadata(requests->data, world, container->id, container->runtime, path,
                                 pid);
    container_unref(container);
}

/* Whether a runtime's files name the cgroup; *ret_state tells whether that answer stays. */
static struct container_entry *ask_container(struct world *world, uint64_t id, const char *path,
                                             uint32_t pid, enum cgroup_state *ret_state)
{
    const struct world_requests *requests = &world->requests;
    struct cgroup_container found;

    *ret_state = CGROUP_SETTLED;
    if (!requests->cgroup_container || !strcmp(path, "/"))
        return NULL;
    int r = requests->cgroup_container(requests->data, world, id, path, &found);
    if (r == -EAGAIN)
        *ret_state = CGROUP_UNSETTLED;
    if (r < 0)
        return NULL;
    return world_discover(world, found.id, strlen(found.id), found.runtime, path, pid);
}

void world_learn_cgroup(struct world *world, uint64_t id, const char *path, size_t len,
                        uint32_t pid)
{
    uint32_t hash = cgroups_hash_path(path, len);
    struct cgroup *cgroup = cgroups_find(&world->cgroups, id);
    enum cgroup_state state = CGROUP_SETTLED;
    char text[EVENT_PATH_MAX];
    struct cgroup_container found;

    if (!id || len >= sizeof(text) ||
        (cgroup && cgroup->state == CGROUP_SETTLED && cgroup->path_hash == hash))
        return;
    memcpy(text, path, len);
    text[len] = '\0';

    bool is_new = !cgroup || cgroup->state == CGROUP_UNNAMED;
    uint64_t last_scope = world->containers.next_scope;
    struct container_entry *entry;
    if (cgroup_path_container(text, &found))
        entry = world_discover(world, found.id, strlen(found.id), found.runtime, text, pid);
    else
        entry = ask_container(world, id, text, pid, &state);

    cgroup = cgroups_get(&world->cgroups, id);
    if (!cgroup)
        return;
    cgroup->state = (uint8_t)state;
    cgroup->path_hash = hash;
    cgroups_set(&world->cgroups, cgroup, entry);
    if (entry && is_new && entry->scope <= last_scope)
        refresh(world, entry, text, pid);
}

static void ask_path(struct world *world, uint64_t id, uint32_t pid)
{
    const struct world_requests *requests = &world->requests;
    struct cgroup *cgroup = cgroups_find(&world->cgroups, id);

    if (cgroup &&
        (cgroup->state != CGROUP_UNNAMED || world->now - cgroup->asked < CGROUP_ASK_INTERVAL))
        return;
    cgroup = cgroups_get(&world->cgroups, id);
    if (!cgroup)
        return;
    cgroup->asked = world->now;
    if (requests->cgroup)
        requests->cgroup(requests->data, world, id, pid);
}

struct container_entry *world_event_container(struct world *world, const struct event *event)
{
    const struct event_header *header = event->header;
    const struct event_param *path = event_param(event, PARAM_CGROUP);

    if (!header->cgroup_id)
        return NULL;
    /* That of a clone is the child's. A truncated path says nothing. */
    if (path && !event_has(event, PARAM_CHILD_PID) && !(path->flags & PARAM_FLAG_TRUNCATED))
        world_learn_cgroup(world, header->cgroup_id, path->data, path->len, header->pid);
    else
        ask_path(world, header->cgroup_id, header->pid);

    struct cgroup *cgroup = cgroups_find(&world->cgroups, header->cgroup_id);
    return cgroup ? cgroup->container : NULL;
}

/* Names systemd gives: of services, sessions and slices, which are no containers by themselves. */
static bool is_unit_name(const char *name, size_t len)
{
    static const char *const suffixes[] = {".service", ".scope", ".slice", ".mount"};

    for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
        size_t n = strlen(suffixes[i]);
        if (len >= n && !memcmp(name + len - n, suffixes[i], n))
            return true;
    }
    return false;
}

struct container_entry *world_container_by_namespaces(struct world *world,
                                                      const struct event *event)
{
    const struct event_header *header = event->header;
    const struct event_param *path = event_param(event, PARAM_CGROUP);
    char text[EVENT_PATH_MAX];

    if (!path || (path->flags & PARAM_FLAG_TRUNCATED) || path->len >= sizeof(text) ||
        !world->host_mount_namespace || !header->mount_namespace ||
        header->mount_namespace == world->host_mount_namespace || !header->pid_namespace ||
        header->pid_namespace == INITIAL_PID_NAMESPACE)
        return NULL;
    memcpy(text, path->data, path->len);
    text[path->len] = '\0';
    const char *slash = strrchr(text, '/');
    if (!slash || !slash[1] || strlen(text) != path->len ||
        is_unit_name(slash + 1, strlen(slash + 1)))
        return NULL;
    return world_discover(world, slash + 1, strlen(slash + 1), RUNTIME_UNKNOWN, text, header->pid);
}
