/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ACCESS_H
#define RULES_ACCESS_H

/*
 * Which of many rules are worth evaluating for an event. Most conditions hold only when one field
 * has one of a few values, or begins so: the rule is filed under those, and looked at when the
 * event has one. These are the access predicates of publish and subscribe systems (Fabret et al.,
 * 2001). What an event costs then grows with the fields rules are filed under, not with the rules.
 */

#include "rules/compiled.h"

/* Fewer rules are all evaluated: that costs less than looking up which. */
#define ACCESS_RULES_MIN 24

/* File the rules of each event type; their order stays. */
int access_make(struct ruleset *rules);

/*
 * A bit for each position in the index of the event's type: the rules to be evaluated. The event is
 * the one of evaluate_begin. NULL: all of them. Lives until the next call.
 */
const uint64_t *access_find(struct ruleset *rules, unsigned type);

#endif
