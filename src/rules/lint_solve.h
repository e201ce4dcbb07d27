/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_LINT_SOLVE_H
#define RULES_LINT_SOLVE_H

/*
 * Whether conditions contradict each other. Never told wrongly: what the solver does not
 * understand, or has no steps left for, may hold together.
 */

#include "rules/lint_internal.h"

#define SOLVE_FACTS_MAX   256
#define SOLVE_CHOICES_MAX 48

/* A comparison that has to hold, or has to fail. */
struct fact {
    struct term *term; /* an atom */
    const struct ast *ast;
    bool negated;
};

/* An `or`: one of the children has to hold; of a negated `and`, one has to fail. */
struct choice {
    struct lint_node node;
    bool negated;
};

struct solver {
    struct lint *lint;
    struct type_set types; /* of events for which all of it can hold */
    struct fact facts[SOLVE_FACTS_MAX];
    size_t fact_count;
    struct choice choices[SOLVE_CHOICES_MAX];
    size_t choice_count;
    bool counts_from_one; /* use that evt.num is never 0: Falco's files write it on purpose */
    unsigned steps;       /* so many comparisons of facts more */
    /* The contradiction found last: `against` is -1 when no type of event is left. */
    struct fact last, against;
    bool by_types;
};

void solve_begin(struct solver *solver, struct lint *lint);

/* It has to hold, or with `negated` to fail, too. False when that contradicts what was added. */
bool solve_add(struct solver *solver, const struct lint_node *node, bool negated);

/* Whether all that was added can't hold together. The solver is used up. */
bool solve_contradicts(struct solver *solver);

/* Whether all events for which what was added holds satisfy the node too; NULL: whether
 * there are no such events. Nothing is added. */
bool solve_implies(struct solver *solver, const struct lint_node *node);

/* Whether two facts about the same field can't both hold, nor with the others about it. */
bool facts_contradict(struct solver *solver, const struct fact *added, struct fact *ret_against);

#endif
