/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_TEST_TABLES_H
#define SENSOR_TEST_TABLES_H

#include "sensor/sensor.h"

/* Puts tables in force that fill every map, by which openat of ACTS_FILE is sent and no other.
 * Returns how many paths there are, or -errno. */
long tables_largest(struct sensor *sensor);

#endif
