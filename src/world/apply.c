/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "world/dns.h"
#include "world/world_internal.h"

#define DNS_PORT 53

typedef int (*apply)(struct world *world, struct process_entry *actor, const struct event *event);

static int apply_exec(struct world *world, struct process_entry *actor, const struct event *event)
{
    struct process_image *image;

    int r = image_new(&world->processes.memory, event, event->header->time, &image);
    if (r < 0)
        return r;
    processes_set_image(actor, image);
    processes_set_cwd(actor, NULL, 0);
    memcpy(actor->process.name, image->name, sizeof(actor->process.name));
    world_set_ids(actor, event);
    actor->made_up = false;
    /* A runtime that was moved to the container's cgroup may execute itself again before it enters.
     */
    if (event->header->mount_namespace != actor->process.mount_namespace)
        actor->process.outside = false;
    actor->process.mount_namespace = event->header->mount_namespace;

    struct exec_id parent = {
        .start_time = (uint64_t)event_number(event, PARAM_PARENT_START, 0),
        .pid = (uint32_t)event_number(event, PARAM_PARENT_PID, 0),
    };
    world_find_parent(world, actor, parent);
    return 0;
}

static int inherit(struct process_entry *child, const struct process_entry *parent,
                   const struct event *event)
{
    const struct process *from = &parent->process;
    struct process *to = &child->process;

    memcpy(to->name, event->header->comm, sizeof(to->name));
    to->vpid = (uint32_t)event_number(event, PARAM_CHILD_VPID, 0);
    to->sid = from->sid;
    to->pgid = from->pgid;
    to->vsid = from->vsid;
    to->vpgid = from->vpgid;
    to->tty = from->tty;
    to->uid = event->header->uid;
    to->gid = event->header->gid;
    to->login_uid = event->header->login_uid;
    to->stdio = from->stdio;
    to->kthread = from->kthread;
    to->mount_namespace = from->mount_namespace;
    process_remember_capabilities(to, event->header);
    return from->cwd ? processes_set_cwd(child, from->cwd, strlen(from->cwd)) : 0;
}

static void inherit_container(struct world *world, struct process_entry *child,
                              const struct process_entry *parent, const struct event *event)
{
    const struct event_param *path = event_param(event, PARAM_CGROUP);
    struct container *container = parent->process.container;
    struct container_entry *own = NULL;

    if (path && !(path->flags & PARAM_FLAG_TRUNCATED))
        own = world_container_of_path(world, path->data, path->len, child->process.id.pid);
    if (!path) {
        child->cgroup_id = parent->cgroup_id;
        child->cgroup_generation = parent->cgroup_generation;
    }
    if (!own && container)
        own = container_entry_of(container);
    if (!child->process.container)
        world_enter_container(child, own);
    if (container && child->process.container == container)
        child->process.outside = parent->process.outside;
}

static int apply_clone(struct world *world, struct process_entry *actor, const struct event *event)
{
    struct exec_id id = {
        .start_time = (uint64_t)event_number(event, PARAM_CHILD_START, 0),
        .pid = (uint32_t)event_number(event, PARAM_CHILD_PID, 0),
    };
    int r = 0;

    if (!id.pid || id.pid == event->header->pid) /* a thread */
        return 0;
    struct process_entry *child = processes_find(&world->processes, id);
    bool is_new = !child;
    if (is_new) {
        r = processes_add(&world->processes, id, actor->process.image, actor, &child);
        if (r < 0)
            return r;
    } else if (!child->process.parent) {
        processes_set_parent(child, actor);
    }
    if (child->made_up)
        processes_set_image(child, image_ref(actor->process.image));
    /* One that was found in /proc is as it was when it was looked at, later than this. */
    if (is_new || child->made_up)
        r = inherit(child, actor, event);
    child->made_up = false;
    process_ref(&child->process);
    inherit_container(world, child, actor, event);
    process_unref(&child->process);
    return r;
}

static int apply_exit(struct world *world, struct process_entry *actor, const struct event *event)
{
    uint64_t time = event->header->time;

    processes_exit(actor, time);
    world_wake_at(world, time_after(time, world->limits.exit_grace_time));
    return 0;
}

static int apply_chdir(struct world *world, struct process_entry *actor, const struct event *event)
{
    const struct event_param *path = event_param(event, PARAM_PATH);

    return path ? processes_set_cwd(actor, path->data, path->len) : 0;
}

static int apply_setsid(struct world *world, struct process_entry *actor, const struct event *event)
{
    struct process *process = &actor->process;

    process->sid = process->pgid = process->id.pid;
    process->vsid = process->vpgid = process->vpid;
    process->tty = 0;
    return 0;
}

/* Only the case of a process that becomes the leader of its own group: other numbers are those of
 * its own pid namespace, which the next exec tells for all. */
static int apply_setpgid(struct world *world, struct process_entry *actor,
                         const struct event *event)
{
    struct process *process = &actor->process;
    int64_t target = event_number(event, PARAM_TARGET_PID, -1);
    int64_t group = event_number(event, PARAM_ARG2, -1);
    bool own = target == 0 || (target > 0 && target == process->vpid);

    if (own && (group == 0 || (group > 0 && group == process->vpid))) {
        process->pgid = process->id.pid;
        process->vpgid = process->vpid;
    }
    return 0;
}

/* Whether the data came from a name server, by the connected socket or by the sender's address. */
static bool is_from_name_server(const struct event *event)
{
    const struct event_param *address = event_param(event, PARAM_SOCKET_ADDRESS);
    const struct event_socket *socket = event_socket(event);
    uint16_t family, port;

    if (socket && socket->remote_port)
        return socket->remote_port == DNS_PORT;
    if (!address || address->len < 4)
        return false;
    memcpy(&family, address->data, sizeof(family));
    memcpy(&port, address->data + 2, sizeof(port));
    return (family == AF_INET || family == AF_INET6) && ntohs(port) == DNS_PORT;
}

struct learning {
    struct world *world;
    uint64_t scope;
};

static void learn_name(void *data, const char *name, const uint8_t *address, size_t len,
                       uint32_t ttl)
{
    struct learning *learning = data;
    struct world *world = learning->world;

    if (address_names_learn(&world->names, learning->scope, address, len, name, world->now, ttl) ==
        0)
        world->counters.dns_answers++;
}

static int apply_receive(struct world *world, struct process_entry *actor,
                         const struct event *event)
{
    const struct event_param *data = event_param(event, PARAM_DATA);
    const struct event_socket *socket = event_socket(event);
    const struct container *container = actor->process.container;
    struct learning learning = {
        .world = world,
        .scope = container ? container_entry_of(container)->scope : 0,
    };

    if (!data || !is_from_name_server(event))
        return 0;
    const uint8_t *message = (const uint8_t *)data->data;
    size_t len = data->len;
    bool truncated = data->flags & PARAM_FLAG_TRUNCATED;
    if (socket && socket->type == SOCK_STREAM) {
        /* A stream carries messages behind their length, which resolvers often read alone. */
        size_t announced = len >= 2 ? (size_t)(message[0] << 8 | message[1]) : 0;
        if (len <= 2)
            return 0;
        if (announced == len - 2 || (truncated && announced > len - 2)) {
            message += 2;
            len -= 2;
        }
    }
    if (dns_parse(message, len, truncated, learn_name, &learning) < 0)
        world->counters.dns_malformed++;
    return 0;
}

static const apply appliers[EVENT_TYPE_MAX] = {
    [EVENT_EXECVE] = apply_exec,     [EVENT_EXECVEAT] = apply_exec,
    [EVENT_CLONE] = apply_clone,     [EVENT_FORK] = apply_clone,
    [EVENT_VFORK] = apply_clone,     [EVENT_CLONE3] = apply_clone,
    [EVENT_PROCEXIT] = apply_exit,   [EVENT_CHDIR] = apply_chdir,
    [EVENT_FCHDIR] = apply_chdir,    [EVENT_SETSID] = apply_setsid,
    [EVENT_SETPGID] = apply_setpgid, [EVENT_RECVFROM] = apply_receive,
    [EVENT_RECVMSG] = apply_receive, [EVENT_RECVMMSG] = apply_receive,
};

int world_apply(struct world *world, struct process_entry *actor, const struct event *event)
{
    apply applier = appliers[event->header->type];

    if (!applier || event->header->result < 0)
        return 0;
    return applier(world, actor, event);
}
