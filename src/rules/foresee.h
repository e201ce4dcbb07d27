/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FORESEE_H
#define RULES_FORESEE_H

/*
 * Rules that deny, judged before the act: world_foresee makes the event of a file that is about to
 * be opened or executed, as if the call succeeded. What a rule compares must be known by then and
 * not be able to change until the act: facts of kernel objects and of the world are, what the
 * caller wrote into its memory (names as given, arguments) and what only the act makes are not.
 */

#include "base/buf.h"
#include "rules/guard_sockets.h"
#include "rules/rules.h"

enum foreseen { FORESEEN_OPEN, FORESEEN_EXEC, FORESEEN_MAX };

/* What a rule gets before the act. */
struct rule_foresight {
    bool asks[FORESEEN_MAX];     /* it can match such events */
    bool foreseen[FORESEEN_MAX]; /* and is judged before them, exactly */
    bool sockets;                /* it can match acts of sockets: guard_sockets.h */
    bool others;                 /* it can match events of other types too */
    bool left_out;               /* it names files of /proc or /dev, which nobody is asked about */
    /* The field that is not known by then and why; NULL when all are. */
    const char *field[FORESEEN_MAX], *why[FORESEEN_MAX];
};

/* Whatever its action is. The texts live as long as the rules. */
void rules_foresight(const struct ruleset *rules, size_t index,
                     struct rule_foresight *ret_foresight);

/*
 * In words: "exec is denied by fanotify; open is not: fd.nameraw lies in the caller's memory, ...".
 * `sockets`: what those are denied, NULL where they can't be. Returns whether every event that it
 * can match is denied. */
bool rule_foresight_text(const struct rule_foresight *foresight, const struct rule_sockets *sockets,
                         struct buf *buf);

/* Where nobody can be asked. */
void rule_foresight_without(struct rule_foresight *foresight);

/* Which events have to be asked about, for the enabled rules that are to deny. To be called once
 * before rules_judge_foreseen. */
void rules_foresees(struct ruleset *rules, bool ret_wanted[FORESEEN_MAX]);

/*
 * Judge an event of world_foresee by the rules that deny and are carried out: the first that
 * matches calls back. Returns whether one did.
 */
bool rules_judge_foreseen(struct ruleset *rules, struct world *world,
                          const struct judged_event *judged, rules_alert alert, void *data);

#endif
