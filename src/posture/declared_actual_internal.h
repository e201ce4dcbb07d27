/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_DECLARED_ACTUAL_INTERNAL_H
#define POSTURE_DECLARED_ACTUAL_INTERNAL_H

/* What the files behind declared_actual.h share. */

#include "posture/declared_actual.h"

struct comparison {
    const struct drift_columns *columns;
    struct arena *arena;
    drift_function function;
    void *data;
    size_t count;
    int status; /* the first that is not 0 */
};

void comparison_tell(struct comparison *comparison, const struct drift *drift);

void compare_mounts(struct comparison *comparison);
void compare_devices(struct comparison *comparison);

#endif
