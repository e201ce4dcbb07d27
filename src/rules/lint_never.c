/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that can never match. */
#include <errno.h>
#include <stdio.h>

#include "rules/lint_solve.h"

static const struct lint_kind never = {
    "LINT_NEVER", "mend the part that can't hold, or remove the rule; to keep it out of use, set "
                  "'enabled: false'"};

static void tell(struct lint *lint, struct lint_rule *rule, const struct solver *solver)
{
    char left[LINT_TEXT_MAX], right[LINT_TEXT_MAX];
    const char *sign = solver->last.negated ? "not " : "";
    const struct ast *ast = solver->last.ast;

    lint_text(ast, left, sizeof(left));
    if (solver->by_types) {
        lint_add_at(lint, &never, rule, ast,
                    "rule '%.64s' never matches: no event that the rest of the condition leaves "
                    "satisfies '%s%s'",
                    rule->def->name, sign, left);
        return;
    }
    if (solver->against.term == solver->last.term) {
        lint_add_at(lint, &never, rule, ast,
                    "rule '%.64s' never matches: '%s%s' has no value to compare with",
                    rule->def->name, sign, left);
        return;
    }
    lint_text(solver->against.ast, right, sizeof(right));
    lint_add_at(lint, &never, rule, ast,
                "rule '%.64s' never matches: '%s%s' and '%s%s' can't both hold", rule->def->name,
                solver->against.negated ? "not " : "", right, sign, left);
}

int lint_never(struct lint *lint)
{
    struct solver *solver = arena_alloc(lint->arena, sizeof(*solver));

    if (!solver)
        return -ENOMEM;
    for (size_t i = 0; i < lint->count; i++) {
        struct lint_rule *rule = &lint->rules[i];
        solve_begin(solver, lint);
        rule->never = !solve_add(solver, &rule->condition, false) || solve_contradicts(solver);
        if (rule->never)
            tell(lint, rule, solver);
    }
    return 0;
}
