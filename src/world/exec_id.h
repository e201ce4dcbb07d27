/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_EXEC_ID_H
#define WORLD_EXEC_ID_H

/*
 * The kernel's events carry a start time in exact ns; /proc/PID/stat gives it in whole clock ticks
 * (USER_HZ, 100 a second on every architecture supported), rounded down. A process found in /proc
 * has the time its tick began, and is the process of an event when both fall into the same tick.
 */

#include <stdbool.h>
#include <stdint.h>

#include "world/process.h"

#define EXEC_ID_TICK_NS 10000000ull

/* What a process found in /proc has instead of `start_time`. */
static inline uint64_t exec_id_tick(uint64_t start_time)
{
    return start_time - start_time % EXEC_ID_TICK_NS;
}

/* Whether `found`, with a start time from /proc, is the process that the kernel calls `exact`. */
static inline bool exec_id_matches_tick(struct exec_id exact, struct exec_id found)
{
    return exact.pid == found.pid && exec_id_tick(exact.start_time) == found.start_time;
}

#endif
