/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_GUARD_CGROUP_H
#define SENSOR_GUARD_CGROUP_H

/* Where programs that guard sockets are attached, and what they may do there. */

#include <stdbool.h>

#include "base/error.h"

/* The root of the v2 hierarchy: a descriptor, or -errno. */
int guard_cgroup_open(struct error *ret_error);

/* Whether the kernel loads and attaches such programs there. */
int guard_cgroup_probe(struct error *ret_error);

/* Whether they reach what is stored with tasks (6.16). */
bool guard_cgroup_stores(void);

#endif
