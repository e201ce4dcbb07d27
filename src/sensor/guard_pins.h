/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_GUARD_PINS_H
#define SENSOR_GUARD_PINS_H

/*
 * Guards that outlive the agent: their links are pinned in a bpf file system, one directory for
 * each guard. Whoever has made a newer guard takes the older ones away, after, so that nothing is
 * let through in between.
 */

#include "sensor/guard.h"

#define GUARD_PINS "/sys/fs/bpf/bulwark"

/* Pin below `base`, and take away what is pinned there of older guards. -EOPNOTSUPP: no bpf file
 * system is mounted there. */
int guard_pins_replace(struct guard *guard, const char *base, struct error *ret_error);

/* Take away all guards pinned there: those that no process holds end. Returns how many there were,
 * or -errno. */
int guard_pins_remove(const char *base, struct error *ret_error);

/* How many guards are pinned there; 0 also where nothing can be. */
int guard_pins_count(const char *base);

#endif
