/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_HOLD_H
#define WORLD_HOLD_H

/*
 * Records that wait until the metadata of their container is there: one queue a container, bounded
 * over all of them. A process that has a record in a queue is bound to it, so that none of its
 * later records overtakes one that is held, whatever cgroup it has moved to by then.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "event/event.h"
#include "world/hash.h"
#include "world/process.h"

struct held {
    STAILQ_ENTRY(held) next;
    size_t size;
    _Alignas(8) char record[];
};

struct held_actor;

struct hold_queue {
    STAILQ_HEAD(held_records, held) records;
    LIST_HEAD(held_actors, held_actor) actors;
    uint32_t count;
    size_t bytes;
};

struct hold {
    struct held_actor *by_id;
    uint32_t count;
    size_t bytes;
    uint32_t max_count;
    size_t max_bytes;
};

void hold_init(struct hold *hold, uint32_t max_count, size_t max_bytes);

void hold_queue_init(struct hold_queue *queue);

/* Copies the event's record to the end of the queue. -ENOSPC when the bounds are reached. */
int hold_add(struct hold *hold, struct hold_queue *queue, const struct event *event);

/* Takes the first record off, NULL when there is none. The caller frees it. */
struct held *hold_take(struct hold *hold, struct hold_queue *queue);

/* The queue this process is bound to, or NULL. */
struct hold_queue *hold_find(const struct hold *hold, struct exec_id id);

/* Sets free the processes bound to the queue. */
void hold_release_actors(struct hold *hold, struct hold_queue *queue);

/* Drops what is left in the queue. */
void hold_queue_done(struct hold *hold, struct hold_queue *queue);

#endif
