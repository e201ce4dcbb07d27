/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FILTER_H
#define SENSOR_FILTER_H

/* The tables by which the kernel side drops what no rule can match: event/filter.h. */

#include "event/filter_tables.h"
#include "sensor/sensor.h"

/*
 * Put the tables in force, whole: no event meets half of these and half of those before. Masks are
 * forgotten. On failure the tables before stay in force. FILTER_OFF takes no tables.
 */
int sensor_set_filter(struct sensor *sensor, const struct filter_tables *tables,
                      enum filter_mode mode);

/* Of the tables in force: filter_slot.number. */
uint64_t sensor_filter_number(const struct sensor *sensor);

/* The columns that an actor's state does not rule out. Until then everything of it is sent. */
void sensor_set_mask(struct sensor *sensor, uint32_t actor, const struct filter_vector *columns);

/* What masks were made from has changed. */
void sensor_forget_masks(struct sensor *sensor);

/* A record with EVENT_FLAG_MASKS_VOID was read, and the world knows of it. */
void sensor_masks_voided(struct sensor *sensor, uint32_t epoch);

/* Such records may have been lost. Make no mask from events that are older than this call. */
void sensor_resume_masks(struct sensor *sensor);

#endif
