/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_PROCESSES_H
#define WORLD_PROCESSES_H

/*
 * The table of processes. Each is in one of three lists: alive; exited, within its grace period;
 * ancestor, long gone but the parent of one in the table. Past the limit the least useful goes: an
 * exited one without children, the oldest ancestor, at last one alive that was not seen for long.
 */

#include <sys/queue.h>

#include "world/hash.h"
#include "world/image.h"
#include "world/process.h"

enum process_state { PROCESS_ALIVE, PROCESS_EXITED, PROCESS_ANCESTOR, PROCESS_STATES };

struct processes;

struct process_entry {
    struct process process;
    struct processes *table;         /* NULL once it is out of the table */
    struct image_memory *memory;     /* what its cwd counts in */
    UT_hash_handle hh;               /* by pid; only the youngest of a pid is hashed */
    struct process_entry *older;     /* the one that had this pid before */
    TAILQ_ENTRY(process_entry) link; /* in the list of its state */
    LIST_HEAD(offspring, process_entry) offspring;
    LIST_ENTRY(process_entry) sibling; /* in the offspring of its parent */
    uint64_t cgroup_id;                /* whose container was looked up last */
    uint32_t cgroup_generation;        /* and when */
    uint8_t state;                     /* enum process_state */
    bool seen;                         /* since the hand of eviction passed */
    bool made_up;                      /* from an event's header only */
};

TAILQ_HEAD(process_list, process_entry);

struct processes {
    struct process_entry *by_pid;
    struct process_list lists[PROCESS_STATES];
    uint32_t count;
    uint32_t limit;
    uint64_t evicted;
    struct image_memory memory;
};

void processes_init(struct processes *table, uint32_t limit, uint64_t image_bytes);
void processes_done(struct processes *table);

static inline struct process_entry *process_entry_of(struct process *process)
{
    return (struct process_entry *)process; /* its first member */
}

/*
 * NULL when unknown. A process from /proc, whose start time is known only to the tick, is found by
 * its exact id, and from then on has that one; a tick finds the process that started in it.
 */
struct process_entry *processes_find(struct processes *table, struct exec_id id);

/* The youngest process of this pid, or NULL. */
struct process_entry *processes_find_pid(struct processes *table, uint32_t pid);

/* Adds a process that is not there yet; takes a reference of its own on the image. */
int processes_add(struct processes *table, struct exec_id id, struct process_image *image,
                  struct process_entry *parent, struct process_entry **ret_entry);

/* Ignored when it would make the process its own ancestor. */
void processes_set_parent(struct process_entry *entry, struct process_entry *parent);

/* Takes over the caller's reference. */
void processes_set_image(struct process_entry *entry, struct process_image *image);

/* Sets the cwd if it is not the image's; NULL goes back to that one. Too long for the bound on
 * bytes, it is cut and counted. */
int processes_set_cwd(struct process_entry *entry, const char *cwd, size_t len);

/* What the header's thread holds becomes what the process held at its last event. */
void process_remember_capabilities(struct process *process, const struct event_header *header);

void processes_exit(struct process_entry *entry, uint64_t time);

/* Lets go of those that exited at or before `time`. */
void processes_forget(struct processes *table, uint64_t time);

/* When the first of those waiting to be forgotten exited; UINT64_MAX when there is none. */
uint64_t processes_first_exit(const struct processes *table);

/* NULL first, NULL at the end. */
struct process_entry *processes_next(const struct processes *table, struct process_entry *previous);

#endif
