/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SENSOR_H
#define SENSOR_SENSOR_H

/*
 * The kernel side, seen from user space: probe what this kernel allows, load and attach, read the
 * two rings in the order of time, count what was lost.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "event/abi.h"

struct sensor;

struct sensor_needs {
    bool types[EVENT_TYPE_MAX]; /* events to send; process events are always sent */
    bool env;
    bool dns;
};

struct sensor_config {
    struct sensor_needs needs;
    uint32_t critical_ring_bytes; /* powers of two, 0: default */
    uint32_t bulk_ring_bytes;
    bool include_self; /* events of the calling process are left out otherwise */
    bool tracepoint;   /* system calls by tracepoint where fexit is possible too */
};

/*
 * Load and attach. On failure the error says what is missing in words for people: no BTF, no
 * CAP_BPF, a foreign pid namespace, an object the verifier refused.
 */
int sensor_open(const struct sensor_config *config, struct sensor **ret_sensor,
                struct error *ret_error);
void sensor_close(struct sensor *sensor);

/* Change which events are sent, while running. On failure what was sent before still is. */
int sensor_set_needs(struct sensor *sensor, const struct sensor_needs *needs);

/*
 * Have a child process make each 64-bit call that events are made of, so that it fails: 0 when all
 * came to the kernel side, -ENOENT with the number of the first that did not. By fexit this is done
 * at the start and with each change of needs.
 */
int sensor_check_calls(struct sensor *sensor, unsigned *ret_number);

/* An epoll descriptor that becomes readable when a ring has events. */
int sensor_fd(const struct sensor *sensor);

typedef int (*sensor_record)(void *data, const void *record, size_t size);

/*
 * Hand over waiting records, oldest first, at most `limit` (0: all). Returns how many, or the
 * first negative value the callback returned.
 */
int sensor_read(struct sensor *sensor, size_t limit, sensor_record callback, void *data);

/* True when events may arrive without a wake-up (the rings coalesce them): read again within 1 ms.
 */
bool sensor_busy(const struct sensor *sensor);

/* The map of the bulk ring, for guard.h. */
int sensor_bulk_ring(const struct sensor *sensor);

/* Sum over CPUs of each counter. */
int sensor_counters(const struct sensor *sensor, uint64_t ret_counters[COUNTER_MAX]);
const char *sensor_counter_name(enum counter_id id);

/* How many functions of the kernel are hooked by fexit to tell of system calls; 0: they are told of
 * by tracepoint. */
size_t sensor_hooks(const struct sensor *sensor);

/* Each loaded program, and how many instructions the verifier went through (since 5.16). */
typedef void (*sensor_program)(void *data, const char *name, uint32_t verified);
void sensor_programs(const struct sensor *sensor, sensor_program callback, void *data);

/* Bytes of kernel memory its maps take, by their sizes. */
uint64_t sensor_map_bytes(const struct sensor *sensor);

#endif
