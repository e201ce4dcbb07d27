/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PROBE_H
#define SENSOR_PROBE_H

/* What this kernel allows, found by trying each thing once. */

#include <stdbool.h>
#include <stddef.h>

enum probe_result { PROBE_YES, PROBE_NO, PROBE_REFUSED };

struct probe_feature {
    const char *name; /* "btf", "tp_btf", "ring buffer", "lsm", "fentry", ... */
    bool required;    /* the agent can't run without */
    enum probe_result result;
    char detail[160]; /* why not, or a figure */
};

#define PROBE_FEATURES_MAX 32

/* Fill rows; returns how many. */
size_t probe_run(struct probe_feature features[PROBE_FEATURES_MAX]);

/* "lsm", "tracing" or "none". */
const char *probe_tier(const struct probe_feature *features, size_t count);

#endif
