/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENFORCE_FANOTIFY_INTERNAL_H
#define ENFORCE_FANOTIFY_INTERNAL_H

/* What the files behind fanotify.h share. */

#include <pthread.h>
#include <stdatomic.h>
#include <sys/types.h>

#include "enforce/fanotify.h"

#define FANOTIFY_SLOTS    4096
#define FANOTIFY_OVERLAYS 4096

/* The agent's thread takes a free slot; agent and watchdog each take a waiting one by one exchange,
 * so that nobody is answered twice. */
enum slot_state { SLOT_FREE, SLOT_WAITING, SLOT_ANSWERED };

struct fanotify_slot {
    _Atomic uint32_t state;
    int32_t fd; /* a number of the agent's: by it the kernel knows the question */
    uint64_t asked;
};

/* Seen by the agent and the watchdog. */
struct fanotify_shared {
    _Atomic uint64_t turns; /* of the reader: still while it is stopped */
    _Atomic uint32_t waiting;
    _Atomic uint64_t late_allowed, late_denied, unread;
    struct fanotify_slot slots[FANOTIFY_SLOTS];
};

struct fanotify {
    struct fanotify_config config;
    int group; /* fanotify's descriptor */
    int pipe[2];
    int stop; /* an eventfd: the reader ends */
    uint64_t mask;
    struct fanotify_shared *shared;
    pthread_t reader;
    bool reading;
    pid_t watchdog;
    uint32_t next_slot;                   /* the reader's */
    uint64_t overlays[FANOTIFY_OVERLAYS]; /* devices, by their number: what the host has mounted */
    _Atomic uint64_t asked_exec, asked_open, own, full, answer_failed;
    struct fanotify_counters counters; /* the event loop's */
};

/* CLOCK_MONOTONIC, ns. */
uint64_t fanotify_now(void);

/* One answer to the kernel. */
int fanotify_respond(int group, int fd, bool deny);

/* fanotify_watchdog.c: the child process. Returns its pid or -errno. */
pid_t fanotify_start_watchdog(const struct fanotify *fanotify);

#endif
