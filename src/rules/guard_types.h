/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_GUARD_TYPES_H
#define RULES_GUARD_TYPES_H

/* Which hook comes before which calls, and what is known there. */

#include <stdbool.h>
#include <stdint.h>

#include "event/abi.h"

#define GUARD_TYPES_MAX 8

struct guard_type {
    enum event_type hook;                   /* the type GUARD_LIST names */
    enum event_type types[GUARD_TYPES_MAX]; /* the same act by other calls; ended by EVENT_NONE */
    enum event_type also[GUARD_TYPES_MAX];  /* other acts, that the hook can't tell from it */
    uint32_t knows; /* DIMENSION_BIT of what is looked up, besides who acts */
};

/* NULL past the last. */
const struct guard_type *guard_type_at(size_t index);

/* Whether some hook comes before calls of a type. */
bool guard_type_has_hook(unsigned type);

#endif
