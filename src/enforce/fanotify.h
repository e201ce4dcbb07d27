/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENFORCE_FANOTIFY_H
#define ENFORCE_FANOTIFY_H

/*
 * Permission events of fanotify: the kernel stops a thread that opens or executes a marked file and
 * asks. A thread of the agent takes the questions and answers those that the agent itself gave rise
 * to; the others wait for the event loop, in a table that is shared with a child process, the
 * watchdog. It answers what has waited too long, also while the agent is stopped by a signal. When
 * the agent dies the watchdog ends with it and the kernel lets everybody go on.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct fanotify;

struct fanotify_config {
    uint64_t limit; /* ns that a question may wait; 0: FANOTIFY_LIMIT_DEFAULT */
    bool late_deny; /* what has waited so long is refused, not allowed */
};

#define FANOTIFY_LIMIT_DEFAULT 200000000ull
#define FANOTIFY_LIMIT_MIN     1000000ull

/* A thread that waits. */
struct fanotify_question {
    uint64_t asked; /* CLOCK_MONOTONIC ns: when it was read */
    int fd;         /* the file; closed by the answer */
    uint32_t tid;
    uint32_t slot; /* private */
    bool exec;
};

/* How long threads waited for answers of the event loop: four buckets to each doubling. */
#define FANOTIFY_BUCKETS 96

/* The least time, in microseconds, that is too long for a bucket. */
uint64_t fanotify_bucket_end(size_t bucket);

#define FANOTIFY_COUNTER_LIST(X)                                                                   \
    X(asked_exec, "asked_exec")                                                                    \
    X(asked_open, "asked_open")                                                                    \
    X(own, "own") /* the agent's own: allowed at once */                                           \
    X(allowed, "allowed")                                                                          \
    X(denied, "denied")                                                                            \
    X(late_allowed, "late_allowed") /* by the watchdog */                                          \
    X(late_denied, "late_denied")                                                                  \
    X(unread, "unread") /* of those, never read by the agent: it was stopped */                    \
    X(full, "full")     /* no place was left to wait: answered as what is late */                  \
    X(marks, "marks")   /* mounts and file systems marked so far */                                \
    X(marks_failed, "marks_failed")                                                                \
    X(answer_failed, "answer_failed")                                                              \
    X(watchdogs, "watchdogs") /* started so far: more than one when one was killed */

struct fanotify_counters {
#define FANOTIFY_COUNTER_FIELD(field, text) uint64_t field;
    FANOTIFY_COUNTER_LIST(FANOTIFY_COUNTER_FIELD)
#undef FANOTIFY_COUNTER_FIELD
    uint64_t waited[FANOTIFY_BUCKETS];
};

/* 0 when the kernel has permission events for us; else as fanotify_open. */
int fanotify_possible(struct error *ret_error);

/* -EOPNOTSUPP or -EPERM, with words, where the kernel has no permission events for us. */
int fanotify_open(const struct fanotify_config *config, struct fanotify **ret_fanotify,
                  struct error *ret_error);
/* Everybody who waits goes on. Accepts NULL. */
void fanotify_close(struct fanotify *fanotify);

/* To be called now and then: a watchdog that has ended is replaced. 0 or -errno. */
int fanotify_keep(struct fanotify *fanotify);

/* What threads are asked about from now on; all marks are taken away when it changes. */
int fanotify_want(struct fanotify *fanotify, bool exec, bool open);
bool fanotify_wants(const struct fanotify *fanotify);

/* Becomes readable when there are questions. */
int fanotify_fd(const struct fanotify *fanotify);
/* 1 with the next one, 0 when there is none, -errno. Each must be answered. */
int fanotify_next(struct fanotify *fanotify, struct fanotify_question *ret_question);
/* 0; -ETIME when the watchdog has answered before; -errno. */
int fanotify_answer(struct fanotify *fanotify, const struct fanotify_question *question, bool deny);

void fanotify_read_counters(const struct fanotify *fanotify,
                            struct fanotify_counters *ret_counters);

/* fanotify_marks.c */

/*
 * Mark what the container of process `pid` has its files on, as its mount namespace is now: whole
 * file systems where they are the container's own (an overlay, a tmpfs), mounts where the host has
 * its files there too. Nothing when its root is the host's. Returns how many are marked, or -errno;
 * -EAGAIN when its root is not set up yet.
 */
int fanotify_mark_container(struct fanotify *fanotify, uint32_t pid);

/*
 * Whether to read a file never waits for who is watched: an overlay may have below it what a
 * container serves, unless the host has it mounted. `device` as the kernel numbers it
 * (PARAM_EXE_DEVICE).
 */
bool fanotify_may_read(const struct fanotify *fanotify, int fd, uint64_t device);

#endif
