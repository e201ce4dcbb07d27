/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_AGENT_DRIFT_H
#define CMD_AGENT_DRIFT_H

/*
 * Holds each running container against its declaration (posture/declared_actual.h) while the agent
 * runs, and makes a config_drift event of each difference, once while it lasts.
 *
 * A container is looked at when its first program has been executed, when the kernel says that its
 * mounts have changed (poll on /proc/PID/mountinfo), when a record of the sensor tells of something
 * that may change it, and otherwise each 0.3 s, as far as the budget of time goes. Programs that
 * are executed in it later are compared by what their records tell. Nothing more is asked of the
 * sensor. Files of the runtimes are looked at each second.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/loop.h"
#include "cmd/agent_isolation.h"
#include "event/event.h"
#include "world/world.h"

struct agent_drift;

#define DRIFT_COUNTER_LIST(X)                                                                      \
    X(containers, "containers") /* looked at, now */                                               \
    X(looks, "looks")           /* at a container's first process */                               \
    X(whole, "whole")           /* of them those for which something may have changed */           \
    X(late, "late")             /* more than a second after the one before: over budget */         \
    X(told, "told")             /* differences */                                                  \
    X(left_out, "left_out")     /* differences that there was no room to remember */               \
    X(refused, "refused")       /* containers past the bound */                                    \
    X(undeclared, "undeclared") /* containers of which no file tells what was declared */          \
    X(unreadable, "unreadable") /* looks that failed */                                            \
    X(longest_ns, "longest_ns") /* of a look */

struct drift_counters {
#define DRIFT_COUNTER_FIELD(field, text) uint64_t field;
    DRIFT_COUNTER_LIST(DRIFT_COUNTER_FIELD)
#undef DRIFT_COUNTER_FIELD
    uint64_t time; /* ns of processor time in all */
};

/* Takes a record over: finish it, hand it on, release the writer. */
typedef void (*agent_drift_feed)(void *data, struct event_writer *writer);

int agent_drift_new(struct loop *loop, struct world *world, struct agent_isolation *isolation,
                    agent_drift_feed feed, void *data, struct agent_drift **ret_drift);
void agent_drift_free(struct agent_drift *drift);

/* Whether anybody asks for the events; nothing is looked at while nobody does. */
void agent_drift_want(struct agent_drift *drift, bool want);

/* A record that the world has taken. */
void agent_drift_note(struct agent_drift *drift, const void *record, size_t size);

const struct drift_counters *agent_drift_counters(const struct agent_drift *drift);

#endif
