/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_EVALUATE_H
#define RULES_EVALUATE_H

#include "rules/compiled.h"

/* Forget the event before and take up this one. */
void evaluate_begin(struct ruleset *rules, struct world *world, const struct judged_event *judged);

/* The slot's value for the event, NULL when it has none. */
const struct field_value *evaluate_slot(struct ruleset *rules, struct slot *slot);

/*
 * A missing field makes its comparison false, whatever the operator; `exists` asks for just that.
 * "not f = x" is thus true and "f != x" false when f is missing.
 */
bool evaluate_term(struct ruleset *rules, struct term *term);

#endif
