/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TRUTH_H
#define RULES_TRUTH_H

/*
 * What is known of a condition when one dimension of an event is known and nothing else. Where the
 * value is one, the condition is evaluated as for any event, on an event made up to have it.
 */

#include "rules/columns.h"

enum truth {
    TRUTH_FALSE = 1,
    TRUTH_TRUE = 2,
    TRUTH_EITHER = TRUTH_FALSE | TRUTH_TRUE,
};

struct network;

/* One value of a dimension. */
struct key {
    enum dimension dimension;
    unsigned index; /* of the small ones: behind their place in FILTER_*; a port */
    const char *text;
    size_t len;
    const struct network *network; /* of addresses */
    bool whole; /* a path, not a prefix; a name or port that is listed, not any other one */
};

struct truths {
    struct ruleset *rules;
    struct world *world; /* an empty one */
    /* What is undecided does not hold: for guards. What a key says is then all there is: a call
     * names a path, a file of a kind is that and no other. */
    bool exact;
};

/* What is known of an atom at a key. */
enum truth truth_of_atom(struct truths *truths, struct atom *atom, const struct key *key);

/* Whether a column's condition on the key's dimension may hold; when exact, does. */
bool truth_may_hold(struct truths *truths, const struct alternatives *alternatives,
                    const struct key *key);

/* Whether one of its alternatives may. */
bool truth_conjunction_may_hold(struct truths *truths, const struct conjunction *conjunction,
                                const struct key *key);

/*
 * What an atom on paths or names has to have listed, for the other keys to tell: calls back for
 * each. Nothing is listed for atoms that stay undecided.
 */
typedef int (*truth_list)(void *data, const char *text, size_t len, bool whole);
int truth_keys(const struct atom *atom, truth_list list, void *data);

/* Whether the keys are all there is to say: no other path or name can tell more of the atom. */
bool truth_listed(const struct atom *atom);

#endif
