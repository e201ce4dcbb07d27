/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FILTER_INTERNAL_H
#define RULES_FILTER_INTERNAL_H

#include "rules/columns.h"
#include "rules/filter.h"

struct filter {
    struct filter_tables tables;
    struct columns columns;
};

/* What becomes of events of a type in the kernel. */
enum type_use {
    TYPE_LOOKED_UP,
    TYPE_CRITICAL, /* rare: sent always */
    TYPE_TEACHES,  /* the world or the sensor learns from it: sent always */
};

/* `dns`: names of addresses are asked for. */
enum type_use filter_type_use(unsigned type, bool dns);

/* Make the tables of a rule set that is otherwise complete; they live in its arena. */
int filter_make(struct ruleset *rules);

#endif
