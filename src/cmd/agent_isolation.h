/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_AGENT_ISOLATION_H
#define CMD_AGENT_ISOLATION_H

/*
 * What each container was given, learned as its first program is executed or is found running, and
 * handed to the kernel side: event/isolation.h.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "sensor/sensor.h"
#include "world/world.h"

struct agent_isolation;

struct isolation_counters {
    uint64_t containers; /* held against what they were given, now */
    uint64_t evicted;    /* ended long ago: what may be left of them is new to the kernel side */
    uint64_t refused;    /* for want of room in the kernel side's tables */
    uint64_t outlived;   /* breaches into a namespace whose container had ended: none */
};

int agent_isolation_new(struct sensor *sensor, struct agent_isolation **ret_isolation);
void agent_isolation_free(struct agent_isolation *isolation);

/* A record that the world has taken, or of a process found in /proc. */
void agent_isolation_learn(struct agent_isolation *isolation, const struct world *world,
                           const void *record, size_t size);

/*
 * False for a breach that is none: the namespace's number was another container's, which had ended
 * before, as the records before this one tell. Namespaces' numbers are used again at once.
 */
bool agent_isolation_holds(struct agent_isolation *isolation, const void *record, size_t size);

/* Each container that has not ended: a cgroup that the world knows it by, and its first process. */
typedef void (*agent_isolation_visit)(void *data, uint64_t cgroup, struct exec_id first);
void agent_isolation_each(const struct agent_isolation *isolation, agent_isolation_visit visit,
                          void *data);
/* Changes whenever one comes or ends. */
uint32_t agent_isolation_changes(const struct agent_isolation *isolation);

const struct isolation_counters *agent_isolation_counters(const struct agent_isolation *isolation);

#endif
