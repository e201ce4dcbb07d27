/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_LINT_INTERNAL_H
#define RULES_LINT_INTERNAL_H

/* Between the files of the linter. */

#include "rules/check.h"
#include "rules/lint.h"

/* A part of a condition, compiled and as it was written; `ast` is NULL where nobody asks for the
 * place. Both have the same shape once macros are looked through (lint_written). */
struct lint_node {
    struct term *term;
    const struct ast *ast;
};

struct lint_rule {
    const struct rule_def *def;
    struct rule *rule;
    struct lint_node condition;
    uint64_t slots; /* of the fields it names: a bit per hash */
    uint64_t
        *asks; /* the same of each part of its `and`, 0 for one that asks for no field's value */
    size_t ask_count;
    bool never; /* it can't match */
};

struct lint {
    struct checker *checker;
    struct arena *arena;
    const struct rules_source *sources;
    size_t source_count;
    struct lint_rule *rules; /* in order of definition */
    size_t count;
    struct lint_findings *findings;
    uint64_t steps; /* of comparing rules, over all */
};

/* A kind of finding, and what is said to it. */
struct lint_kind {
    const char *code;
    const char *advice;
};

/* One check looks at the whole set. 0, or -ENOMEM. */
int lint_redefined(struct lint *lint);
int lint_never(struct lint *lint);
int lint_types(struct lint *lint);
int lint_partial(struct lint *lint);
int lint_shadow(struct lint *lint);
int lint_name(struct lint *lint);
int lint_cost(struct lint *lint);

/* Add a finding; one of the same kind at the same place only counts as one rule more. */
void lint_add(struct lint *lint, const struct lint_kind *kind, const char *name,
              const struct error *at);
void lint_add_at(struct lint *lint, const struct lint_kind *kind, const struct lint_rule *rule,
                 const struct ast *ast, const char *format, ...)
    __attribute__((format(printf, 5, 6)));
/* At the name of the rule. */
void lint_add_rule(struct lint *lint, const struct lint_kind *kind, const struct lint_rule *rule,
                   const char *format, ...) __attribute__((format(printf, 4, 5)));

/* The child of a node. */
struct lint_node lint_child(const struct lint *lint, const struct lint_node *node, size_t index);

/* A comparison as it was written, cut when long. Returns `buffer`. */
const char *lint_text(const struct ast *ast, char *buffer, size_t size);

#define LINT_TEXT_MAX 96

#endif
