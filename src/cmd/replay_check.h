/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_REPLAY_CHECK_H
#define CMD_REPLAY_CHECK_H

/*
 * bulwark replay --check: each event of a recording is judged by the compiled rules and by the
 * plain evaluator (rules/oracle.h), and looked up as the kernel side would. They must agree.
 */

#include "rules/oracle.h"

struct replay_check;

struct replay_check_sums {
    uint64_t events;
    uint64_t alerts; /* of the plain evaluator */
    uint64_t sent;   /* events the kernel side would send */
    uint64_t disagreements;
};

/* Before rules are loaded by these options, which must be kept until then. */
int replay_check_new(struct rules_options *options, struct replay_check **ret_check);
void replay_check_free(struct replay_check *check);

/* The plain evaluator alone. */
void replay_check_plain(struct replay_check *check, struct world *world,
                        const struct judged_event *judged);

/* An alert of the compiled rules, while the event is judged by them. */
void replay_check_alert(struct replay_check *check, const struct alert *alert);

/* After that: hold the others against it. The first disagreements are printed on stdout. */
void replay_check_event(struct replay_check *check, struct ruleset *rules, struct world *world,
                        const struct judged_event *judged);

/* The world was told something that no event of a process tells. */
void replay_check_fact(struct replay_check *check);

const struct replay_check_sums *replay_check_sums(const struct replay_check *check);

#endif
