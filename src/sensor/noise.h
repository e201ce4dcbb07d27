/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_NOISE_H
#define SENSOR_NOISE_H

/* What the kernel side holds back of noisy containers, and what it could not send: event/noise.h.
 */

#include "event/noise.h"
#include "sensor/sensor.h"

/*
 * The kernel side's rows, and what was told of them. A row whose cgroup was quiet for long is given
 * up, as soon as half of them are taken: its last counts are told first.
 */
struct noise {
    struct noise_container *rows; /* NOISE_CONTAINERS + 1, shared with the kernel side */
    struct noise_told {
        uint64_t counts[NOISE_MAX];
        uint64_t quiet_since; /* 0: not looked at since it was taken */
    } told[NOISE_CONTAINERS + 1];
};

/* `grown` is since the last call, `total` since the row was taken; by enum noise_cause. `cgroup` is
 * 0 for those that can't be told apart. */
typedef void (*noise_visit)(void *data, uint64_t cgroup, const uint64_t grown[NOISE_MAX],
                            const uint64_t total[NOISE_MAX]);

/* Visit each row that grew. `now`: CLOCK_BOOTTIME ns. `wait` returns when no program runs that
 * began before. */
void noise_read(struct noise *noise, uint64_t now, void (*wait)(void), noise_visit visit,
                void *data);
/* Visit each row that counts anything, and change nothing. */
void noise_list(const struct noise *noise, noise_visit visit, void *data);

/* "rate_limited", ... */
const char *noise_cause_name(enum noise_cause cause);

/* Events a second, and at once, that a cgroup may send once the bulk ring is half full. Rate 0: no
 * limit; burst 0: as many as fill a sixteenth of the ring. */
void sensor_set_rate(struct sensor *sensor, uint32_t rate, uint32_t burst);

/* For how long, ns, what a thread does again just so is held back; 0: not at all. */
void sensor_set_window(struct sensor *sensor, uint64_t window);

void sensor_read_noise(struct sensor *sensor, uint64_t now, noise_visit visit, void *data);
void sensor_list_noise(const struct sensor *sensor, noise_visit visit, void *data);

#endif
