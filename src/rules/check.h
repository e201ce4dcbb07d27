/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_CHECK_H
#define RULES_CHECK_H

#include "rules/collect.h"
#include "rules/compiled.h"

#define TERM_DEPTH_MAX 1000

struct checker {
    struct ruleset *rules;
    struct collector *collector;
    struct error *error;
};

/*
 * Resolve lists and macros, find the fields, give the values their types. -ENOENT for an unknown
 * field or event type (what skip-if-unknown-filter is about), -EINVAL for everything else.
 */
int check_condition(struct checker *checker, const struct ast *ast, struct term **ret_term);

/* The slot of a field, made if it is new. */
int check_slot(struct checker *checker, const struct origin *origin, const struct ast_field *field,
               struct slot **ret_slot);

/* Events that rules can see at all. */
struct type_set check_all_types(void);

#endif
