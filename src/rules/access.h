/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ACCESS_H
#define RULES_ACCESS_H

/*
 * Which of many rules are worth evaluating for an event. Most conditions hold only when one field
 * is, begins with, ends with or contains one of a few values: the rule is filed under those, and
 * looked at when the event has one. These are the access predicates of publish and subscribe
 * systems (Fabret et al., 2001). What an event costs then grows with the fields rules are filed
 * under, not with the rules.
 */

#include "rules/compiled.h"

/* Fewer rules are all evaluated: that costs less than looking up which. */
#define ACCESS_RULES_MIN 8

/* File the rules of each event type; their order stays. After matcher_make. */
int access_make(struct ruleset *rules);

/* Find the rules to be evaluated for the event of evaluate_begin; of this type there is an index
 * with rules. */
void access_find(struct ruleset *rules, unsigned type);

/*
 * The first position from `at` on, in the index of that type, of a rule that is to be evaluated;
 * the number of rules when there is none.
 */
size_t access_next(const struct ruleset *rules, unsigned type, size_t at);

#endif
