/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/lint_solve.h"

#include <string.h>

#define STEPS_MAX  20000 /* for one question */
#define SPLITS_MAX 4     /* choices tried in turn, one within the other */

/* To go back to. */
struct mark {
    struct type_set types;
    size_t fact_count, choice_count;
};

static struct mark mark(const struct solver *solver)
{
    return (struct mark){solver->types, solver->fact_count, solver->choice_count};
}

static void go_back(struct solver *solver, const struct mark *to)
{
    solver->types = to->types;
    solver->fact_count = to->fact_count;
    solver->choice_count = to->choice_count;
}

void solve_begin(struct solver *solver, struct lint *lint)
{
    solver->lint = lint;
    solver->types = check_all_types();
    solver->fact_count = solver->choice_count = 0;
    solver->counts_from_one = false;
    solver->steps = STEPS_MAX;
}

/* Arguments are those of the event table: an event without one never satisfies a comparison of it.
 */
static bool type_has_field(const struct event_type_info *info, const struct field_ref *ref)
{
    const char *name = ref->field->name;

    if (strcmp(name, "evt.arg") != 0 && strcmp(name, "evt.rawarg") != 0)
        return true;
    if (ref->key)
        return event_arg_by_name(info, ref->key);
    for (int64_t i = 0; i < EVENT_NAMED_ARGS_MAX && info->named[i].name; i++)
        if (i == ref->index)
            return true;
    return false;
}

static bool never_filled(const struct slot *slot)
{
    return !slot->ref.field->tiers;
}

/* Events that are left by a fact. */
static void narrow(struct type_set *types, const struct fact *fact)
{
    const struct type_set *by = fact->negated ? &fact->term->reject : &fact->term->match;
    const struct field_ref *left = &fact->term->atom->left->ref;

    for (size_t i = 0; i < sizeof(types->bits) / sizeof(types->bits[0]); i++)
        types->bits[i] &= by->bits[i];
    if (fact->negated)
        return;
    if (never_filled(fact->term->atom->left))
        *types = (struct type_set){0};
    if (strncmp(left->field->name, "evt.", 4) != 0)
        return;
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        if (type_set_has(types, type) && !type_has_field(event_type_info(type), left))
            types->bits[type / 64] &= ~(1ull << (type % 64));
}

static bool is_empty(const struct type_set *types)
{
    for (size_t i = 0; i < sizeof(types->bits) / sizeof(types->bits[0]); i++)
        if (types->bits[i])
            return false;
    return true;
}

static bool add_fact(struct solver *solver, const struct lint_node *node, bool negated)
{
    struct fact fact = {node->term, node->ast, negated}, against;

    if (solver->fact_count == SOLVE_FACTS_MAX || !solver->steps)
        return true; /* not understood */
    narrow(&solver->types, &fact);
    bool by_types = is_empty(&solver->types);
    if (by_types)
        against = (struct fact){0};
    if (by_types || facts_contradict(solver, &fact, &against)) {
        solver->last = fact;
        solver->against = against;
        solver->by_types = by_types;
        return false;
    }
    solver->facts[solver->fact_count++] = fact;
    return true;
}

bool solve_add(struct solver *solver, const struct lint_node *node, bool negated)
{
    struct lint_node child;

    if (node->term->kind == TERM_ATOM)
        return add_fact(solver, node, negated);
    if (node->term->kind == TERM_NOT) {
        child = lint_child(solver->lint, node, 0);
        return solve_add(solver, &child, !negated);
    }
    if ((node->term->kind == TERM_OR) != negated) {
        if (solver->choice_count < SOLVE_CHOICES_MAX)
            solver->choices[solver->choice_count++] = (struct choice){*node, negated};
        return true;
    }
    for (size_t i = 0; i < node->term->count; i++) {
        child = lint_child(solver->lint, node, i);
        if (!solve_add(solver, &child, negated))
            return false;
    }
    return true;
}

/* How many of a choice's children don't contradict at once, and one of them. */
static size_t ways(struct solver *solver, const struct choice *choice, size_t *ret_one)
{
    size_t count = 0;

    for (size_t i = 0; i < choice->node.term->count; i++) {
        struct mark before = mark(solver);
        struct lint_node child = lint_child(solver->lint, &choice->node, i);
        if (solve_add(solver, &child, choice->negated)) {
            count++;
            *ret_one = i;
        }
        go_back(solver, &before);
    }
    return count;
}

static struct choice take_choice(struct solver *solver, size_t index)
{
    struct choice taken = solver->choices[index];

    solver->choices[index] = solver->choices[--solver->choice_count];
    return taken;
}

/* Follow what leaves one way only, until nothing does. *ret_best: the choice with the fewest ways.
 */
static bool follow(struct solver *solver, size_t *ret_best)
{
    bool again = true;

    while (again) {
        size_t fewest = SIZE_MAX;
        again = false;
        for (size_t i = 0; i < solver->choice_count && !again; i++) {
            size_t one = 0, count = ways(solver, &solver->choices[i], &one);
            if (!count)
                return false;
            if (count == 1) {
                struct choice choice = take_choice(solver, i);
                struct lint_node child = lint_child(solver->lint, &choice.node, one);
                if (!solve_add(solver, &child, choice.negated))
                    return false;
                again = true;
            } else if (count < fewest) {
                fewest = count;
                *ret_best = i;
            }
        }
    }
    return true;
}

static bool contradicts(struct solver *solver, unsigned splits)
{
    size_t best = 0;

    if (!follow(solver, &best))
        return true;
    if (!solver->choice_count || !splits || !solver->steps)
        return false;

    struct choice choice = take_choice(solver, best);
    struct choice others[SOLVE_CHOICES_MAX];
    struct mark before = mark(solver);
    memcpy(others, solver->choices, sizeof(others));
    for (size_t i = 0; i < choice.node.term->count; i++) {
        struct lint_node child = lint_child(solver->lint, &choice.node, i);
        if (solve_add(solver, &child, choice.negated) && !contradicts(solver, splits - 1))
            return false;
        go_back(solver, &before);
        memcpy(solver->choices, others, sizeof(others));
    }
    return true;
}

bool solve_contradicts(struct solver *solver)
{
    return contradicts(solver, SPLITS_MAX);
}

bool solve_implies(struct solver *solver, const struct lint_node *node)
{
    struct choice choices[SOLVE_CHOICES_MAX];
    struct mark before = mark(solver);

    memcpy(choices, solver->choices, solver->choice_count * sizeof(*choices));
    solver->steps = STEPS_MAX;
    bool sure = (node && !solve_add(solver, node, true)) || solve_contradicts(solver);
    go_back(solver, &before);
    memcpy(solver->choices, choices, solver->choice_count * sizeof(*choices));
    solver->lint->steps += STEPS_MAX - solver->steps + 1;
    return sure;
}
