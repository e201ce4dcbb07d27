/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_GUARD_H
#define RULES_GUARD_H

/*
 * Rules with `action: deny` for the LSM programs of event/guard.h. There a condition is decided
 * before the act and has to be decided rightly: a rule of which the kernel can't know every
 * comparison is refused here, with the comparison named.
 */

#include "event/filter_tables.h"
#include "event/guard.h"
#include "rules/rules.h"

struct rules_guard {
    struct filter_tables tables;
    struct guard_slot slot;
    bool types[EVENT_TYPE_MAX]; /* of GUARD_LIST */
};

/*
 * Make it of the enabled rules that deny and whose mode is enforce. *ret_guard is NULL when there
 * is none, and lives as long as the rules. -EINVAL when a rule can't be kept: the error says which,
 * where, and what it might say instead.
 */
int rules_make_guard(struct ruleset *rules, const struct rules_guard **ret_guard,
                     struct error *ret_error);

/*
 * The same for the programs of sockets, where there are no LSM programs: of those rules alone of
 * which they know every comparison (rules/guard_sockets.h). Other rules are no error.
 */
int rules_make_socket_guard(struct ruleset *rules, const struct rules_guard **ret_guard,
                            struct error *ret_error);

/* Whether there is such a rule. */
bool rules_deny(const struct ruleset *rules);

/* The columns that a container leaves; NULL: the host. */
void rules_guard_container(struct ruleset *rules, struct world *world, struct container *container,
                           struct filter_vector *ret_columns);

/* Alerts of an act that was refused: of the rules of these columns (PARAM_COLUMNS), each once.
 * Returns how many. */
unsigned rules_judge_denied(struct ruleset *rules, struct world *world,
                            const struct judged_event *judged, const struct filter_vector *columns,
                            rules_alert alert, void *data);

#endif
