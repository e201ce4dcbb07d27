/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_PENDING_H
#define WORLD_PENDING_H

/*
 * Containers whose metadata is late: it is asked for again and again, at growing intervals, and
 * until the hold time is over their events wait in a queue.
 */

#include "world/containers.h"
#include "world/hold.h"

struct world;

#define PENDING_INTERVAL     5000000ull     /* ns before it is asked for again, then doubled */
#define PENDING_INTERVAL_MAX 60000000000ull /* it is given up beyond that */

struct pending {
    struct hold_queue queue; /* first: a queue tells its pending container */
    TAILQ_ENTRY(pending) link;
    struct container_entry *entry;
    char *path;     /* of the cgroup it was found by */
    uint32_t pid;   /* a process in it */
    uint64_t since; /* 0: before the first event told the time */
    uint64_t interval;
    uint64_t last_ask;
    uint64_t next_ask; /* UINT64_MAX: there is nobody to ask */
    bool holding;      /* events wait */
    bool ready;        /* to be released */
    bool full;         /* because there was no room */
};

TAILQ_HEAD(pending_list, pending);

/* A container without metadata was found: asks for it, and holds its events if it is late. The
 * entry may be gone when this returns. */
int pending_begin(struct world *world, struct container_entry *entry, const char *path,
                  uint32_t pid);

/* Its metadata is there. */
void pending_arrived(struct world *world, struct container_entry *entry);

/* A program was executed in it, which runtimes begin when their files are written: asks at once,
 * whenever it is due. True when it did: then the entry may be gone, or another. `entry` may be
 * NULL. */
bool pending_executed(struct world *world, struct container_entry *entry);

/* Queue the event. 0 when it waits, 1 when it is not to wait any more; -errno. */
int pending_hold(struct world *world, struct pending *pending, const struct event *event);

/* Whose events have to wait for it: itself, or NULL. */
static inline struct pending *pending_holding(const struct container_entry *entry)
{
    return entry && entry->pending && entry->pending->holding ? entry->pending : NULL;
}

/* Ask again, mark what has waited long enough. Returns when this is to be called next. */
uint64_t pending_due(struct world *world);

/* Judge the events of all that are ready. */
void pending_release(struct world *world);

/* Make all of them ready. */
void pending_release_all(struct world *world);

/* Drops it with its queue. */
void pending_end(struct world *world, struct pending *pending);

#endif
