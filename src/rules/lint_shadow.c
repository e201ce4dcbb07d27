/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that another one before them hides, or that are there twice. */
#include <errno.h>
#include <string.h>

#include "rules/lint_solve.h"

#define STEPS_TOGETHER 100000000 /* of all comparisons of rules: some seconds */

static const struct lint_kind shadowed = {
    "LINT_SHADOWED", "put the special rule before the general one, narrow the general one, or run "
                     "with --all-matches"};

static const struct lint_kind duplicate = {
    "LINT_DUPLICATE", "keep one of them; to change a rule of another file, redefine it by its name "
                      "or use 'override'"};

static bool is_subset(const struct type_set *of, const struct type_set *set)
{
    for (size_t i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
        if (set->bits[i] & ~of->bits[i])
            return false;
    return true;
}

/* A cheap no: the general rule asks for what the special one does not look at. */
static bool may_imply(const struct lint_rule *special, const struct lint_rule *general)
{
    if (special->never || general->never ||
        !is_subset(&general->rule->condition->match, &special->rule->condition->match))
        return false;
    for (size_t i = 0; i < general->ask_count; i++)
        if (general->asks[i] && !(general->asks[i] & special->slots))
            return false;
    return true;
}

/* What is true of the events that a rule matches. */
static void assume(struct lint *lint, struct solver *solver, const struct lint_rule *rule)
{
    solve_begin(solver, lint);
    solver->counts_from_one = true;
    /* One written as never true would be hidden by all. */
    if (!solve_add(solver, &rule->condition, false) || solve_implies(solver, NULL))
        solve_begin(solver, lint);
}

static bool implies(struct solver *solver, const struct lint_rule *special,
                    const struct lint_rule *general)
{
    struct lint_node whole = {.term = general->condition.term}, part;

    if (!may_imply(special, general))
        return false;
    if (whole.term->kind != TERM_AND)
        return solve_implies(solver, &whole);
    for (size_t i = 0; i < whole.term->count; i++) {
        part = lint_child(solver->lint, &whole, i);
        if (!solve_implies(solver, &part))
            return false;
    }
    return true;
}

static void tell(struct lint *lint, struct solver *solver, const struct lint_rule *first,
                 const struct lint_rule *second)
{
    const struct yaml_node *at = first->def->node;

    assume(lint, solver, first);
    if (implies(solver, first, second))
        lint_add_rule(lint, &duplicate, second,
                      "rule '%.64s' matches the same events as '%.64s' (%.128s:%u)",
                      second->def->name, first->def->name, at->file->name, at->line);
    else if (second->rule->info.action == ACTION_ALERT) /* others are judged in any case */
        lint_add_rule(lint, &shadowed, second,
                      "rule '%.64s' is never reported: '%.64s' (%.128s:%u) stands before it and "
                      "matches all that it matches",
                      second->def->name, first->def->name, at->file->name, at->line);
}

/* The first rule before this one that matches all that it matches. */
static void look_before(struct lint *lint, struct solver *solver, size_t index)
{
    const struct lint_rule *second = &lint->rules[index];

    assume(lint, solver, second);
    for (size_t i = 0; i < index && lint->steps <= STEPS_TOGETHER; i++) {
        if (!implies(solver, second, &lint->rules[i]))
            continue;
        tell(lint, solver, &lint->rules[i], second);
        return;
    }
}

int lint_shadow(struct lint *lint)
{
    struct solver *solver = arena_alloc(lint->arena, sizeof(*solver));

    if (!solver)
        return -ENOMEM;
    for (size_t i = 1; i < lint->count && lint->steps <= STEPS_TOGETHER; i++)
        look_before(lint, solver, i);
    lint->findings->unfinished = lint->steps > STEPS_TOGETHER;
    return 0;
}
