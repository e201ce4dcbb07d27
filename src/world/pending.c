/* SPDX-License-Identifier: Apache-2.0 */
#include "world/pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "world/world_internal.h"

void pending_end(struct world *world, struct pending *pending)
{
    pending->entry->pending = NULL;
    pending->entry->busy = false;
    TAILQ_REMOVE(&world->pendings, pending, link);
    hold_queue_done(&world->hold, &pending->queue);
    free(pending->path);
    free(pending);
}

/* The answer may end `pending`. */
static void ask(struct world *world, struct pending *pending)
{
    const struct world_requests *requests = &world->requests;
    struct container *container;

    if (!requests->container_metadata)
        return;
    pending->last_ask = world->now;
    container = container_ref(&pending->entry->container);
    /* The world's copy of the path may go away with `pending`. */
    char *path = strdup(pending->path);
    if (path)
        requests->container_metadata(requests->data, world, container->id, container->runtime, path,
                                     pending->pid);
    free(path);
    container_unref(container);
}

int pending_begin(struct world *world, struct container_entry *entry, const char *path,
                  uint32_t pid)
{
    struct pending *pending = calloc(1, sizeof(*pending));
    char *copy = strdup(path);

    if (!pending || !copy) {
        free(pending);
        free(copy);
        return -ENOMEM;
    }
    hold_queue_init(&pending->queue);
    pending->entry = entry;
    pending->path = copy;
    pending->pid = pid;
    pending->since = world->now;
    pending->interval = PENDING_INTERVAL;
    pending->next_ask =
        world->requests.container_metadata ? time_after(world->now, PENDING_INTERVAL) : UINT64_MAX;
    pending->holding = true;
    entry->pending = pending;
    TAILQ_INSERT_TAIL(&world->pendings, pending, link);
    world_wake_at(world, time_after(world->now, PENDING_INTERVAL));
    ask(world, pending);
    return 0;
}

bool pending_executed(struct world *world, struct container_entry *entry)
{
    struct pending *pending = entry ? entry->pending : NULL;

    if (!pending || pending->ready || entry->container.metadata_known ||
        !world->requests.container_metadata ||
        time_after(pending->last_ask, PENDING_INTERVAL) > world->now)
        return false;
    ask(world, pending);
    return true;
}

void pending_arrived(struct world *world, struct container_entry *entry)
{
    if (!entry->pending)
        return;
    if (entry->busy)
        entry->pending->ready = true;
    else
        pending_end(world, entry->pending);
}

static struct pending *largest(const struct world *world)
{
    struct pending *pending, *most = NULL;

    TAILQ_FOREACH(pending, &world->pendings, link)
    if (pending->holding && (!most || pending->queue.bytes > most->queue.bytes))
        most = pending;
    return most;
}

int pending_hold(struct world *world, struct pending *pending, const struct event *event)
{
    int r = hold_add(&world->hold, &pending->queue, event);

    if (r == 0) {
        pending->entry->busy = true;
        world->counters.events_held++;
    }
    if (r != -ENOSPC)
        return r;

    struct pending *most = largest(world);
    if (event->header->size > world->hold.max_bytes || !most || !most->queue.count)
        most = pending; /* it would fit nowhere */
    most->ready = most->full = true;
    if (most == pending)
        world->counters.events_released_full++;
    return 1;
}

static bool is_late(const struct world *world, const struct pending *pending)
{
    return pending->holding && !pending->ready && pending->since &&
           world->now - pending->since >= world->limits.hold_time;
}

static bool asks(const struct world *world, const struct pending *pending)
{
    return pending->next_ask != UINT64_MAX && world->now >= pending->next_ask;
}

/* When it is due next, if it is not due now. */
static uint64_t due_time(const struct world *world, const struct pending *pending)
{
    uint64_t late = UINT64_MAX;

    if (pending->holding && !pending->ready)
        late = time_after(pending->since, world->limits.hold_time);
    return late < pending->next_ask ? late : pending->next_ask;
}

static struct pending *first_due(const struct world *world, uint64_t *ret_next)
{
    struct pending *pending;
    uint64_t next = UINT64_MAX;

    TAILQ_FOREACH(pending, &world->pendings, link)
    {
        if ((!pending->since && world->now) || is_late(world, pending) || asks(world, pending))
            return pending;
        uint64_t time = due_time(world, pending);
        next = time < next ? time : next;
    }
    *ret_next = next;
    return NULL;
}

static void step(struct world *world, struct pending *pending)
{
    if (!pending->since) {
        pending->since = world->now;
        if (pending->next_ask != UINT64_MAX)
            pending->next_ask = time_after(world->now, pending->interval);
        return;
    }
    if (is_late(world, pending)) {
        pending->ready = true;
        return;
    }
    pending->interval *= 2;
    pending->next_ask = pending->interval > PENDING_INTERVAL_MAX
                            ? UINT64_MAX
                            : time_after(world->now, pending->interval);
    ask(world, pending);
}

uint64_t pending_due(struct world *world)
{
    struct pending *pending;
    uint64_t next = UINT64_MAX;

    while ((pending = first_due(world, &next)))
        step(world, pending);
    return next;
}

static void count_release(struct world *world, const struct pending *pending)
{
    if (pending->entry->container.metadata_known)
        return;
    pending->entry->container.flags |= CONTAINER_FLAG_PARTIAL;
    world->counters.containers_unnamed++;
    if (pending->full)
        world->counters.events_released_full += pending->queue.count;
    else
        world->counters.events_released_late += pending->queue.count;
}

static void release(struct world *world, struct pending *pending)
{
    struct container_entry *entry = pending->entry;
    struct event event;
    struct held *held;

    if (pending->holding)
        count_release(world, pending);
    pending->holding = false;
    pending->ready = false;
    entry->busy = true;
    hold_release_actors(&world->hold, &pending->queue);
    while ((held = hold_take(&world->hold, &pending->queue))) {
        if (event_decode(held->record, held->size, &event) < 0 || world_event(world, &event) < 0)
            world->counters.events_lost++;
        free(held);
    }
    entry->busy = false;
    if (entry->container.metadata_known)
        pending_end(world, pending);
}

void pending_release(struct world *world)
{
    struct pending *pending;

    if (world->releasing)
        return;
    world->releasing = true;
    for (;;) {
        TAILQ_FOREACH(pending, &world->pendings, link)
        if (pending->ready)
            break;
        if (!pending)
            break;
        release(world, pending);
    }
    world->releasing = false;
}

void pending_release_all(struct world *world)
{
    struct pending *pending;

    TAILQ_FOREACH(pending, &world->pendings, link)
    if (pending->holding)
        pending->ready = true;
    pending_release(world);
}
