/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_LOOP_H
#define BASE_LOOP_H

/*
 * A small event loop: descriptors, timers and signals, one thread, no recursion.
 *
 * Each thing waited for is a source. Its callback runs from loop_run, one at a time; it may add and
 * remove sources, itself included. Sources ready in one wait are served in turn, so that a flood on
 * one never starves the others, as long as each callback bounds its work. A negative value returned
 * by a callback ends loop_run with that value.
 *
 * Timers use CLOCK_BOOTTIME: they count through a suspend, like the times of events.
 */

#include <stdint.h>

#include "base/cleanup.h"

struct loop;
struct loop_source;

/* `events` are epoll's: EPOLLIN, EPOLLOUT, EPOLLHUP, EPOLLERR. */
typedef int (*loop_fd_callback)(void *data, int fd, uint32_t events);
/* `expirations` is above 1 when a periodic timer was served late. */
typedef int (*loop_timer_callback)(void *data, uint64_t expirations);
typedef int (*loop_signal_callback)(void *data, int number);

int loop_new(struct loop **ret_loop);
/* Removes every source; descriptors given to loop_add_fd stay open. */
void loop_free(struct loop *loop);

/* ret_source may be NULL where the source is never changed or removed. */
int loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_callback callback, void *data,
                struct loop_source **ret_source);
/* A timer that is off until loop_timer_set. */
int loop_add_timer(struct loop *loop, loop_timer_callback callback, void *data,
                   struct loop_source **ret_source);
/* Blocks the signal's ordinary delivery until the source is removed. */
int loop_add_signal(struct loop *loop, int number, loop_signal_callback callback, void *data,
                    struct loop_source **ret_source);

/*
 * Fire `first` ns from now, then each `period` ns; a period of 0 makes it one-shot. A `first` of 0
 * is soon (1 ns); UINT64_MAX turns the timer off. Replaces what was set before.
 */
int loop_timer_set(struct loop_source *timer, uint64_t first, uint64_t period);

/* Accepts NULL. The callback never runs again, not even for what is ready already. */
void loop_remove(struct loop_source *source);

/* Serve sources until loop_stop (returns 0), or a callback or the wait itself fails (-errno). */
int loop_run(struct loop *loop);
/* Make loop_run return once the running callback has; before loop_run: makes it return at once. */
void loop_stop(struct loop *loop);

/* CLOCK_BOOTTIME, ns. */
uint64_t loop_now(void);

DEFINE_CLEANUP(struct loop *, loop_free);

#endif
