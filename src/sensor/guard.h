/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_GUARD_H
#define SENSOR_GUARD_H

/*
 * Rules with `action: deny` in the kernel: programs that refuse before the act, of the LSM or, for
 * acts of sockets, of the root cgroup. See event/guard.h. They are an object of their own and can
 * be pinned, so that they go on refusing while no agent runs.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "event/filter_tables.h"
#include "event/guard.h"

struct guard;

enum guard_means { GUARD_BY_LSM, GUARD_BY_CGROUP };

/* What a set of rules refuses. */
struct guard_rules {
    const struct filter_tables *tables;
    struct guard_slot slot;
    bool types[EVENT_TYPE_MAX]; /* of GUARD_LIST: those that some rule denies */
    enum guard_means means;     /* the same as long as a guard is open */
};

struct guard_cgroup {
    uint64_t id;
    struct filter_vector columns; /* that its container leaves */
};

/* Whether the kernel loads and attaches such programs; the error says why not. */
int guard_probe(enum guard_means means, struct error *ret_error);

/*
 * Load, fill and attach. Records of refused acts go to the ring `ring`. What an older guard refuses
 * it refuses until it is closed: open the new one first. -EOPNOTSUPP when a type has no hook here.
 */
int guard_open(const struct guard_rules *rules, const struct guard_cgroup *cgroups, size_t count,
               int ring, struct guard **ret_guard, struct error *ret_error);
void guard_close(struct guard *guard);

enum guard_means guard_means(const struct guard *guard);

struct bpf_link;
typedef int (*guard_link)(void *data, const char *hook, struct bpf_link *link);
/* Each that is attached; ends with the first that fails. */
int guard_each_link(const struct guard *guard, guard_link visit, void *data);

/* Another set of rules, whole. -ENOENT: it needs a hook that is not attached, open a new guard. */
int guard_set_rules(struct guard *guard, const struct guard_rules *rules,
                    const struct guard_cgroup *cgroups, size_t count);

/* Cgroups that are a container's now, or whose container's columns have changed, and such as are
 * none any more. */
int guard_set_cgroups(struct guard *guard, const struct guard_cgroup *cgroups, size_t count,
                      const uint64_t *gone, size_t gone_count);

/* Of the tables in force: filter_slot.number. */
uint64_t guard_number(const struct guard *guard);

size_t guard_hooks(const struct guard *guard);
int guard_counters(const struct guard *guard, uint64_t ret_counters[COUNTER_MAX]);

#endif
