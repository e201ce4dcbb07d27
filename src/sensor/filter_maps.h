/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_FILTER_MAPS_H
#define SENSOR_FILTER_MAPS_H

/* Where the kernel side keeps the tables of event/filter.h. */

#include <stdint.h>

#include "event/filter_tables.h"

struct filter_maps {
    int paths, names, addresses, ports; /* descriptors, of the skeleton */
    struct filter_slot *slots;
    struct filter_vector *unsteady; /* by slot */
    struct filter_state *state;
    struct filter_mask *masks; /* mapped */
    size_t entries;            /* in those four maps */
    uint64_t number;           /* of the tables in force */
    uint32_t epoch;            /* of the masks, as far as records were read */
    uint32_t epoch_resumed;    /* records of epochs up to this one are known of */
};

/* All but the mapping of `masks`, a map's descriptor, is filled in by the caller. */
int filter_maps_open(struct filter_maps *maps, int masks);
void filter_maps_close(struct filter_maps *maps);

/* The tables' epoch is raised on both sides: by user space at once, by the kernel side when an exec
 * makes masks void, which its record tells later. Masks are in force while both are the same. */
void filter_maps_void(struct filter_maps *maps);
void filter_maps_voided(struct filter_maps *maps, uint32_t epoch);
/* Records that tell of epochs were lost: begin anew. */
void filter_maps_resume(struct filter_maps *maps);

/* Returns when no program runs any more that has seen what was there before. */
void wait_for_programs(void);

int filter_maps_set(struct filter_maps *maps, const struct filter_tables *tables,
                    enum filter_mode mode);

#endif
