/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SENSOR_INTERNAL_H
#define SENSOR_SENSOR_INTERNAL_H

/* What sensor.c opens and sensor_figures.c counts. */

#include "event/isolation.h"
#include "sensor/call_hooks.h"
#include "sensor/filter_maps.h"
#include "sensor/noise.h"
#include "sensor/ring.h"
#include "sensor/sensor.h"

#include "bulwark.skel.h"

struct sensor {
    struct bulwark *skeleton;
    struct ring rings[2]; /* bulk, critical */
    struct filter_maps filter;
    struct noise noise;
    struct call_hooks *hooks; /* NULL: system calls are told of by tracepoint */
    int epoll_fd;
    uint64_t last_record; /* CLOCK_MONOTONIC ns */
};

/* Sum over CPUs of each counter of a map of them. */
int counters_read(int map, uint64_t ret_counters[COUNTER_MAX]);

/* isolation.c: the host's namespaces are those of its first process, or of this one. */
int isolation_find_host(uint32_t ret_namespaces[ISOLATION_NAMESPACES]);

/* Where the kernel says which part of credentials is AppArmor's; 0: it has none that is active. */
struct btf;
uint64_t isolation_find_apparmor(const struct btf *btf);

#endif
