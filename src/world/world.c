/* SPDX-License-Identifier: Apache-2.0 */
#include "world/world.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event/table.h"
#include "world/world_internal.h"

#define SWEEP_INTERVAL (10 * NS_PER_S) /* between two looks for containers nothing runs in */
#define IDLE_TIME      (60 * NS_PER_S) /* how long they are kept */

static void set_defaults(struct world_limits *limits)
{
    const struct world_limits defaults = {
        .processes = 65536,
        .containers = 4096,
        .dns_names = 8192,
        .held_events = 8192,
        .held_bytes = 4u << 20,
        .hold_time = 500 * NS_PER_MS,
        .exit_grace_time = 2 * NS_PER_S,
        .image_bytes = 64ull << 20,
    };

#define DEFAULT(field) limits->field = limits->field ? limits->field : defaults.field
    DEFAULT(processes);
    DEFAULT(containers);
    DEFAULT(dns_names);
    DEFAULT(held_events);
    DEFAULT(held_bytes);
    DEFAULT(hold_time);
    DEFAULT(exit_grace_time);
    DEFAULT(image_bytes);
#undef DEFAULT
}

int world_new(const struct world_limits *limits, const struct world_requests *requests,
              world_judge judge, void *judge_data, struct world **ret_world)
{
    struct world *world = calloc(1, sizeof(*world));

    if (!world)
        return -ENOMEM;
    if (limits)
        world->limits = *limits;
    if (requests)
        world->requests = *requests;
    set_defaults(&world->limits);
    world->judge = judge;
    world->judge_data = judge_data;
    world->next_due = UINT64_MAX;
    processes_init(&world->processes, world->limits.processes, world->limits.image_bytes);
    cgroups_init(&world->cgroups, CGROUPS_MAX);
    world->containers.limit = world->limits.containers;
    hold_init(&world->hold, world->limits.held_events, world->limits.held_bytes);
    TAILQ_INIT(&world->pendings);
    address_names_init(&world->names, world->limits.dns_names);
    *ret_world = world;
    return 0;
}

void world_free(struct world *world)
{
    if (!world)
        return;
    processes_done(&world->processes);
    while (world->containers.by_id)
        world_forget_container(world, world->containers.by_id);
    cgroups_done(&world->cgroups);
    address_names_done(&world->names);
    user_set_free(world->users);
    user_set_free_all(&world->retired_users);
    free(world->hostname);
    free(world);
}

void world_wake_at(struct world *world, uint64_t time)
{
    if (time < world->next_due)
        world->next_due = time;
}

static void sweep(struct world *world)
{
    struct container_entry *next;

    for (struct container_entry *at = world->containers.by_id; at; at = next) {
        next = at->hh.next;
        if (at->processes || at->busy || world->now - at->idle_since < IDLE_TIME)
            continue;
        world->counters.containers_forgotten++;
        world_forget_container(world, at);
    }
}

static uint64_t earlier(uint64_t a, uint64_t b)
{
    return a < b ? a : b;
}

/* Everything whose time has come. */
static void world_due(struct world *world)
{
    uint64_t grace = world->limits.exit_grace_time;

    uint64_t next = pending_due(world);
    pending_release(world);
    if (world->now >= grace)
        processes_forget(&world->processes, world->now - grace);
    if (world->now >= world->next_sweep) {
        sweep(world);
        world->next_sweep = time_after(world->now, SWEEP_INTERVAL);
    }
    uint64_t exit = processes_first_exit(&world->processes);
    if (exit != UINT64_MAX)
        next = earlier(next, time_after(exit, grace));
    if (world->containers.by_id)
        next = earlier(next, world->next_sweep);
    world->next_due = next;
}

static void advance(struct world *world, uint64_t now)
{
    if (now > world->now) {
        world->now = now;
        world->containers.now = now;
    }
    if (world->depth == 1 && world->now >= world->next_due)
        world_due(world);
}

static bool is_exec(const struct event_header *header)
{
    return event_executes(header->type) && header->result >= 0;
}

static int find_actor(struct world *world, const struct event *event,
                      struct process_entry **ret_entry)
{
    const struct event_header *header = event->header;
    struct process_entry *entry = NULL;

    if (is_exec(header)) { /* tells all there is to know */
        int r = world_add_made_up(world, header, ret_entry);
        return r;
    }
    entry = world_find_process(world, world_actor_id(header));
    if (!entry) {
        int r = world_add_made_up(world, header, &entry);
        if (r < 0)
            return r;
        world->counters.processes_made_up++;
    }
    *ret_entry = entry;
    return 0;
}

static bool is_meta(const struct event_header *header)
{
    return event_type_info(header->type)->family == FAMILY_META;
}

struct container *world_cgroup_container(const struct world *world, uint64_t cgroup_id)
{
    struct cgroup *cgroup = cgroups_find(&world->cgroups, cgroup_id);
    struct process_entry *entry = NULL;

    if (cgroup && cgroup->container)
        return &cgroup->container->container;
    /* Where only a process tells: see world_container_by_namespaces. */
    while (cgroup_id && (entry = processes_next(&world->processes, entry)))
        if (entry->cgroup_id == cgroup_id && entry->process.container)
            return entry->process.container;
    return NULL;
}

bool world_cgroup_belongs(const struct world *world, uint64_t cgroup_id,
                          const struct container *container)
{
    const struct cgroup *cgroup = cgroups_find(&world->cgroups, cgroup_id);

    return cgroup && cgroup->container && &cgroup->container->container == container;
}

/* What is about a cgroup, not about a process: a made-up one stands in for the time of the call.
 * Where it names a process, that one does. */
static int judge_meta(struct world *world, const struct event *event,
                      struct container_entry *container)
{
    const struct event_header *header = event->header;
    struct process_entry *outer = world->actor, *entry;
    int r = 0;

    entry = processes_find(&world->processes, world_actor_id(header));
    bool made_up = !entry || !header->pid;
    if (!entry)
        r = world_add_made_up(world, header, &entry);
    if (r < 0)
        return r;
    struct process *process = process_ref(&entry->process);
    struct container *own = process->container;
    struct judged_event judged = {
        .event = event,
        .process = process,
        .container = container ? container_ref(&container->container)
                     : own     ? container_ref(own)
                               : NULL,
        .wall_time = header->time + (uint64_t)world->clock_offset,
    };
    if (made_up) {
        processes_exit(entry, world->now);
        world_wake_at(world, time_after(world->now, world->limits.exit_grace_time));
    }
    process->container = judged.container; /* not entered: nothing runs there by this */
    world->actor = NULL;
    if (world->judge)
        world->judge(world->judge_data, &judged);
    world->actor = outer;
    process->container = own;
    if (judged.container)
        container_unref(judged.container);
    process_unref(process);
    return 0;
}

static int judge_event(struct world *world, const struct event *event, struct process_entry *entry,
                       struct container_entry *container)
{
    const struct event_header *header = event->header;
    struct process_entry *outer = world->actor;

    if (is_meta(header))
        return judge_meta(world, event, container);
    if (!entry) {
        if (container)
            container_ref(&container->container);
        int r = find_actor(world, event, &entry);
        if (r == 0)
            world_enter_container(entry, container);
        if (container)
            container_unref(&container->container);
        if (r < 0)
            return r;
    }
    struct process *process = process_ref(&entry->process);
    world_enter_container(entry, container);
    entry->cgroup_id = header->cgroup_id;
    entry->cgroup_generation = world->cgroups.generation;
    entry->seen = true;
    process->uid = header->uid;
    process->gid = header->gid;
    process->login_uid = header->login_uid;
    if (header->flags & EVENT_FLAG_KTHREAD)
        process->kthread = true;

    if (!process->capabilities_known)
        process_remember_capabilities(process, header);
    int r = world_apply(world, entry, event);
    struct judged_event judged = {
        .event = event,
        .process = process,
        .container = process->container,
        .wall_time = header->time + (uint64_t)world->clock_offset,
    };
    world->actor = entry;
    /* A program can be over before its user is asked for: the first one's root is looked into. */
    if (is_exec(header) && process->container)
        world_find_users(world, process->container);
    if (world->judge)
        world->judge(world->judge_data, &judged);
    world->actor = outer;
    process_remember_capabilities(process, header);
    process_unref(process);
    return r;
}

/* The container of an event: as it tells, or of its process. */
static struct container_entry *whose(const struct process_entry *entry,
                                     struct container_entry *container)
{
    if (container || !entry || !entry->process.container)
        return container;
    return container_entry_of(entry->process.container);
}

/* Whom the event has to wait for: the queue its process is bound to goes first. */
static struct pending *find_pending(const struct world *world, const struct event_header *header,
                                    const struct process_entry *entry,
                                    struct container_entry *container)
{
    if (TAILQ_EMPTY(&world->pendings))
        return NULL;
    if (world->hold.count) {
        struct hold_queue *queue = hold_find(&world->hold, world_actor_id(header));
        if (queue)
            return (struct pending *)queue; /* its first member */
    }
    return pending_holding(whose(entry, container));
}

int world_event(struct world *world, const struct event *event)
{
    const struct event_header *header = event->header;
    struct exec_id id = world_actor_id(header);

    for (;;) {
        struct process_entry *entry = processes_find(&world->processes, id);
        struct container_entry *container = NULL;
        if (!entry || entry->cgroup_id != header->cgroup_id ||
            entry->cgroup_generation != world->cgroups.generation ||
            event_has(event, PARAM_CGROUP)) {
            container = world_event_container(world, event);
            entry = processes_find(&world->processes, id);
            if (!container && is_exec(header) && !(entry && entry->process.container)) {
                container = world_container_by_namespaces(world, event);
                entry = processes_find(&world->processes, id);
            }
            if (!container && is_meta(header))
                container = container_entry_of(world_cgroup_container(world, header->cgroup_id));
        }
        if (is_exec(header) && !TAILQ_EMPTY(&world->pendings) &&
            pending_executed(world, whose(entry, container)))
            continue; /* much may be known now */
        struct pending *pending = find_pending(world, header, entry, container);
        if (!pending)
            return judge_event(world, event, entry, container);
        int r = pending_hold(world, pending, event);
        if (r <= 0)
            return r;
        if (world->releasing) /* can't be: a released record leaves room for itself */
            return judge_event(world, event, entry, container);
        pending_release(world);
    }
}

int world_feed(struct world *world, const void *record, size_t size)
{
    struct event event;

    int r = event_decode(record, size, &event);
    if (r < 0) {
        world->counters.malformed_records++;
        return r;
    }
    world->depth++;
    if (world->depth == 1)
        user_set_free_all(&world->retired_users);
    if (event_type_info(event.header->type)->family == FAMILY_FACT) {
        r = world_learn(world, &event);
        if (r == -EBADMSG)
            world->counters.malformed_records++;
    } else {
        world->counters.events++;
        advance(world, event.header->time);
        r = world_event(world, &event);
    }
    if (world->depth == 1)
        pending_release(world);
    world->depth--;
    return r;
}

uint64_t world_tick(struct world *world, uint64_t now)
{
    world->depth++;
    if (world->depth == 1)
        user_set_free_all(&world->retired_users);
    advance(world, now);
    world->depth--;
    return world->next_due;
}

void world_flush(struct world *world)
{
    world->depth++;
    pending_release_all(world);
    world->depth--;
}

int64_t world_clock_offset(const struct world *world)
{
    return world->clock_offset;
}

const char *world_hostname(const struct world *world)
{
    return world->hostname ? world->hostname : "";
}

const struct world_counters *world_counters(const struct world *world)
{
    struct world_counters *counters = &((struct world *)world)->counters;

    counters->processes = world->processes.count;
    counters->containers = HASH_COUNT(world->containers.by_id);
    counters->processes_evicted = world->processes.evicted;
    counters->cgroups_evicted = world->cgroups.evicted;
    counters->dns_evicted = world->names.evicted;
    counters->images_cut = world->processes.memory.cut;
    return counters;
}
