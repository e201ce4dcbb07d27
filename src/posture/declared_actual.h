/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_DECLARED_ACTUAL_H
#define POSTURE_DECLARED_ACTUAL_H

/*
 * What a running container has beyond what it was declared to have: three columns a setting,
 * declared, actual, wanted. Where the declaration says nothing, what was there at the container's
 * start counts. Only what is weaker than declared is told: a process may give up rights as it
 * likes.
 *
 * Pure: it compares models, whoever filled them. What one of them does not know is not compared, so
 * that a model with a few settings, of one process say, can be held against a whole declaration.
 */

#include <stdbool.h>

#include "base/arena.h"
#include "posture/model.h"

/* Bits of what was read into the actual model, by drift.part. */
enum drift_part { DRIFT_PROCESS = 1, DRIFT_NAMESPACES = 2, DRIFT_MOUNTS = 4, DRIFT_CGROUP = 8 };

struct drift {
    enum drift_part part;
    const char *setting;  /* "no_new_privs": a word of the table in docs/audit.md */
    const char *object;   /* which of them: a path, a device; "" where there is one only */
    const char *declared; /* as people read it */
    const char *actual;
    const char *wanted; /* what is right, whatever was declared */
    bool at_start; /* `declared` is what was there at the start: the declaration says nothing */
    const struct evidence *evidence; /* the kernel's; NULL */
};

struct drift_columns {
    const struct container_config *declared; /* NULL: not known */
    const struct container_config *start;    /* NULL: this is the first look */
    const struct container_config *actual;
};

#define DRIFTS_MAX 256 /* of one comparison; more are left out */

/* Returns 0 to go on. */
typedef int (*drift_function)(void *data, const struct drift *drift);

/*
 * Call `function` for each difference. Texts are in the arena or in the models. 0; what the
 * function returned; -ENOMEM; -E2BIG when some were left out.
 */
int declared_actual_compare(const struct drift_columns *columns, struct arena *arena,
                            drift_function function, void *data);

#endif
