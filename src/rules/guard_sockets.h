/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_GUARD_SOCKETS_H
#define RULES_GUARD_SOCKETS_H

/*
 * Rules that deny acts of sockets, for the programs of event/guard.h's GUARD_CGROUP_LIST: which of
 * them those keep, and which acts get past them.
 */

#include "base/buf.h"
#include "rules/rules.h"

enum socket_act { SOCKET_CONNECT, SOCKET_BIND, SOCKET_SEND, SOCKET_ACTS };

struct atom;
struct rule_sockets {
    bool asks[SOCKET_ACTS];       /* it can match such acts */
    bool kept;                    /* they are refused, and no others */
    bool whole[SOCKET_ACTS];      /* none gets past */
    char why[200];                /* it is not kept */
    const struct atom *undecided; /* of some sockets; NULL: of none */
};

struct rule;

/* For all rules whose action it is to deny, whatever their mode. 0 or -errno. */
int rules_foresee_sockets(struct ruleset *rules);

bool rule_kept_by_sockets(const struct rule *rule);

/* NULL for a rule that does not deny, or when rules_foresee_sockets was not called. */
const struct rule_sockets *rules_sockets(const struct ruleset *rules, size_t index);

/* In words, behind those that are there; returns whether no act gets past. */
bool rule_sockets_text(const struct rule_sockets *sockets, struct buf *buf);

/* Whether an event is of such an act. */
bool event_is_of_socket(unsigned type);

#endif
