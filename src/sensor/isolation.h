/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_ISOLATION_H
#define SENSOR_ISOLATION_H

/* What the kernel side holds the threads of containers against: event/isolation.h. */

#include <stdint.h>

#include "base/error.h"
#include "event/isolation.h"
#include "sensor/sensor.h"

/* Inode numbers of the host's namespaces. */
void sensor_host_namespaces(const struct sensor *sensor,
                            uint32_t ret_namespaces[ISOLATION_NAMESPACES]);

/*
 * From now on threads of this container are compared: `first`, a process of it, whatever it does
 * next. Namespaces that are neither the host's nor another container's count as its own from now
 * on. Returns 0 or -errno, -E2BIG when the tables are full.
 */
int sensor_isolate(struct sensor *sensor, const struct isolation_allowance *given, uint32_t first);

/* Its namespaces are nobody's any more; its threads, should there be some, are still compared. */
void sensor_release_namespaces(struct sensor *sensor, const struct isolation_allowance *allowed);

/* Nothing in this cgroup is compared any more but threads that were met. */
void sensor_forget_container(struct sensor *sensor, uint64_t cgroup);

/* Whether labels of AppArmor's can be compared here; the error says why not. */
int isolation_probe_labels(struct error *ret_error);

#endif
