/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_JUDGE_H
#define RULES_JUDGE_H

#include "rules/compiled.h"

/* Count and tell an alert of a rule. The event is the one that evaluate_begin took up. */
void judge_raise(struct ruleset *rules, struct world *world, const struct judged_event *judged,
                 struct rule *rule, rules_alert alert, void *data);

#endif
