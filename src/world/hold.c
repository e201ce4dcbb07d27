/* SPDX-License-Identifier: Apache-2.0 */
#include "world/hold.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct held_actor {
    struct exec_id id;
    struct hold_queue *queue;
    UT_hash_handle hh;
    LIST_ENTRY(held_actor) link;
};

void hold_init(struct hold *hold, uint32_t max_count, size_t max_bytes)
{
    *hold = (struct hold){.max_count = max_count, .max_bytes = max_bytes};
}

void hold_queue_init(struct hold_queue *queue)
{
    *queue = (struct hold_queue){0};
    STAILQ_INIT(&queue->records);
    LIST_INIT(&queue->actors);
}

static struct held_actor *find_actor(const struct hold *hold, const struct exec_id *id)
{
    struct held_actor *actor;

    HASH_FIND(hh, hold->by_id, id, sizeof(*id), actor);
    return actor;
}

static int bind_actor(struct hold *hold, struct hold_queue *queue, struct exec_id id)
{
    if (find_actor(hold, &id))
        return 0;
    struct held_actor *actor = calloc(1, sizeof(*actor));
    if (!actor)
        return -ENOMEM;
    actor->id = id;
    actor->queue = queue;
    HASH_ADD(hh, hold->by_id, id, sizeof(actor->id), actor);
    if (!actor->hh.tbl) {
        free(actor);
        return -ENOMEM;
    }
    LIST_INSERT_HEAD(&queue->actors, actor, link);
    return 0;
}

static int bind_actors(struct hold *hold, struct hold_queue *queue, const struct event *event)
{
    struct exec_id actor = {.start_time = event->header->start_time, .pid = event->header->pid};
    int r = bind_actor(hold, queue, actor);

    if (r < 0 || event->header->result < 0)
        return r;
    struct exec_id child = {
        .start_time = (uint64_t)event_number(event, PARAM_CHILD_START, 0),
        .pid = (uint32_t)event_number(event, PARAM_CHILD_PID, 0),
    };
    return child.pid ? bind_actor(hold, queue, child) : 0;
}

int hold_add(struct hold *hold, struct hold_queue *queue, const struct event *event)
{
    size_t size = event->header->size;

    if (hold->count >= hold->max_count || size > hold->max_bytes ||
        hold->bytes > hold->max_bytes - size)
        return -ENOSPC;

    struct held *held = malloc(sizeof(*held) + size);
    if (!held)
        return -ENOMEM;
    int r = bind_actors(hold, queue, event);
    if (r < 0) {
        free(held);
        return r;
    }
    held->size = size;
    memcpy(held->record, event->header, size);
    STAILQ_INSERT_TAIL(&queue->records, held, next);
    queue->count++;
    queue->bytes += size;
    hold->count++;
    hold->bytes += size;
    return 0;
}

struct held *hold_take(struct hold *hold, struct hold_queue *queue)
{
    struct held *held = STAILQ_FIRST(&queue->records);

    if (!held)
        return NULL;
    STAILQ_REMOVE_HEAD(&queue->records, next);
    queue->count--;
    queue->bytes -= held->size;
    hold->count--;
    hold->bytes -= held->size;
    return held;
}

struct hold_queue *hold_find(const struct hold *hold, struct exec_id id)
{
    struct held_actor *actor = find_actor(hold, &id);

    return actor ? actor->queue : NULL;
}

void hold_release_actors(struct hold *hold, struct hold_queue *queue)
{
    struct held_actor *actor;

    while ((actor = LIST_FIRST(&queue->actors))) {
        LIST_REMOVE(actor, link);
        HASH_DEL(hold->by_id, actor);
        free(actor);
    }
}

void hold_queue_done(struct hold *hold, struct hold_queue *queue)
{
    struct held *held;

    hold_release_actors(hold, queue);
    while ((held = hold_take(hold, queue)))
        free(held);
}
