/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "world/world_internal.h"

#define USERS_TEXT_MAX 65536 /* of one passwd or group file */
#define HOSTNAME_MAX   255

typedef int (*learn)(struct world *world, const struct event *event);

static int learn_start(struct world *world, const struct event *event)
{
    const struct event_param *name = event_param(event, PARAM_TEXT);

    world->host_mount_namespace = event->header->mount_namespace;
    world->clock_offset = event_number(event, PARAM_OFFSET, world->clock_offset);
    if (!name)
        return 0;
    char *hostname = strndup(name->data, name->len < HOSTNAME_MAX ? name->len : HOSTNAME_MAX);
    if (!hostname)
        return -ENOMEM;
    free(world->hostname);
    world->hostname = hostname;
    return 0;
}

static int learn_drop(struct world *world, const struct event *event)
{
    if (event->header->result > 0)
        world->counters.events_lost += (uint64_t)event->header->result;
    return 0;
}

static int learn_container(struct world *world, const struct event *event)
{
    const struct event_param *id = event_param(event, PARAM_CONTAINER_ID);

    if (!id || !id->len || id->len >= CONTAINER_ID_MAX || memchr(id->data, '\0', id->len))
        return -EBADMSG;
    struct container_entry *entry =
        world_discover(world, id->data, id->len, RUNTIME_UNKNOWN, NULL, 0);
    if (!entry)
        return -ENOMEM;
    int r = container_set_metadata(&entry->container, event);
    if (r < 0)
        return r;
    world->cgroups.generation++;
    pending_arrived(world, entry);
    return 0;
}

static int learn_users(struct world *world, const struct event *event)
{
    const struct event_param *id = event_param(event, PARAM_CONTAINER_ID);
    const struct event_param none = {.data = ""};
    const struct event_param *passwd = event_param(event, PARAM_PASSWD);
    const struct event_param *group = event_param(event, PARAM_GROUP);
    struct user_set **slot = &world->users;
    struct user_set *set;
    uint64_t malformed;

    passwd = passwd ? passwd : &none;
    group = group ? group : &none;
    if (passwd->len > USERS_TEXT_MAX || group->len > USERS_TEXT_MAX)
        return -EBADMSG;
    if (id) {
        struct container_entry *entry = containers_find(&world->containers, id->data, id->len);
        if (!entry) {
            world->counters.facts_ignored++;
            return 0;
        }
        slot = &entry->users;
    }
    int r = user_set_new(passwd->data, passwd->len, group->data, group->len, &set, &malformed);
    if (r < 0)
        return r;
    world->counters.users_malformed += malformed;
    user_set_push(&world->retired_users, *slot);
    *slot = set;
    return 0;
}

static int learn_cgroup(struct world *world, const struct event *event)
{
    const struct event_param *path = event_param(event, PARAM_CGROUP);
    const struct event_param *id = event_param(event, PARAM_CONTAINER_ID);
    const struct event_param *runtime = event_param(event, PARAM_CONTAINER_RUNTIME);
    uint64_t cgroup_id = event->header->cgroup_id;
    uint32_t pid = event->header->pid;

    if (!path || !cgroup_id || path->len >= EVENT_PATH_MAX)
        return -EBADMSG;
    if (!id) {
        world_learn_cgroup(world, cgroup_id, path->data, path->len, pid);
        return 0;
    }
    if (!id->len || id->len >= CONTAINER_ID_MAX || memchr(id->data, '\0', id->len))
        return -EBADMSG;

    char text[EVENT_PATH_MAX];
    memcpy(text, path->data, path->len);
    text[path->len] = '\0';
    uint32_t hash = cgroups_hash_path(text, path->len);
    struct container_entry *entry = world_discover(
        world, id->data, id->len,
        runtime ? container_runtime_by_name(runtime->data, runtime->len) : RUNTIME_UNKNOWN, text,
        pid);
    struct cgroup *cgroup = cgroups_get(&world->cgroups, cgroup_id);
    if (!entry || !cgroup)
        return -ENOMEM;
    cgroup->state = CGROUP_SETTLED;
    cgroup->path_hash = hash;
    cgroups_set(&world->cgroups, cgroup, entry);
    return 0;
}

static int fill_found(struct world *world, const struct event *event, struct process_entry **entry)
{
    const struct event_header *header = event->header;
    struct process_image *image;

    int r = image_new(&world->processes.memory, event, header->start_time, &image);
    if (r < 0)
        return r;
    if (*entry) {
        processes_set_image(*entry, image);
    } else {
        r = processes_add(&world->processes, world_actor_id(header), image, NULL, entry);
        image_unref(image);
        if (r < 0)
            return r;
        (*entry)->process.from_proc = true;
    }
    struct process *process = &(*entry)->process;
    (*entry)->made_up = false;
    memcpy(process->name, header->comm, sizeof(process->name));
    world_set_ids(*entry, event);
    process->uid = header->uid;
    process->gid = header->gid;
    process->login_uid = header->login_uid;
    process->kthread = header->flags & EVENT_FLAG_KTHREAD;
    return 0;
}

static int learn_process(struct world *world, const struct event *event)
{
    const struct event_param *path = event_param(event, PARAM_CGROUP);
    const uint64_t cgroup_id = event->header->cgroup_id;
    struct exec_id parent = {
        .start_time = (uint64_t)event_number(event, PARAM_PARENT_START, 0),
        .pid = (uint32_t)event_number(event, PARAM_PARENT_PID, 0),
    };

    if (!event->header->pid)
        return -EBADMSG;
    struct process_entry *entry = processes_find(&world->processes, world_actor_id(event->header));
    if (entry && !entry->made_up && !entry->process.from_proc)
        return 0; /* events have told more */
    int r = fill_found(world, event, &entry);
    if (r < 0)
        return r;

    /* From here on requests may be made: the record is not read any more. */
    process_ref(&entry->process);
    if (path)
        world_learn_cgroup(world, cgroup_id, path->data, path->len, entry->process.id.pid);
    struct cgroup *cgroup = cgroups_find(&world->cgroups, cgroup_id);
    if (cgroup)
        world_enter_container(entry, cgroup->container);
    world_find_parent(world, entry, parent);
    process_unref(&entry->process);
    return 0;
}

int world_learn(struct world *world, const struct event *event)
{
    switch (event->header->type) {
    case EVENT_START: return learn_start(world, event);
    case EVENT_DROP: return learn_drop(world, event);
    case EVENT_CONTAINER: return learn_container(world, event);
    case EVENT_USERS: return learn_users(world, event);
    case EVENT_CGROUP_FOUND: return learn_cgroup(world, event);
    case EVENT_PROCESS_FOUND: return learn_process(world, event);
    default: return 0;
    }
}
