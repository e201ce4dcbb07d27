/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FILTER_INTERNAL_H
#define RULES_FILTER_INTERNAL_H

#include "rules/columns.h"
#include "rules/filter.h"

struct filter {
    struct filter_tables tables;
    struct columns columns;
};

/* Make the tables of a rule set that is otherwise complete; they live in its arena. */
int filter_make(struct ruleset *rules);

#endif
