/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FILTER_H
#define RULES_FILTER_H

/* What the kernel side needs to know of a rule set; event/filter.h says how it is used. */

#include "event/filter_tables.h"
#include "rules/rules.h"

/* Lives as long as the rules. */
const struct filter_tables *rules_filter(const struct ruleset *rules);

/* The columns that the state of the event's actor does not rule out. Call it while the event is
 * judged: comparisons made for rules are not made again. */
void rules_mask(struct ruleset *rules, const struct judged_event *judged,
                struct filter_vector *ret_columns);

/* A mask is made at this event of an actor: most threads never come so far. */
#define FILTER_MASK_AT_EVENT 2

/* Whether the state of the event's process is known for good, as far as rules ask: else its mask
 * would not last. */
bool rules_mask_lasts(const struct judged_event *judged);

/* Count what the kernel side sent with an event (PARAM_COLUMNS) for the rules it was sent for. */
void rules_note_sent(struct ruleset *rules, const struct filter_vector *columns);

#endif
