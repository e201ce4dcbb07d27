/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ATOM_H
#define RULES_ATOM_H

#include "rules/check.h"

/* Make the comparison of a CHECK node, or find the equal one, and fill in the term's atom and the
 * event types it can be true or false for. */
int atom_make(struct checker *checker, const struct ast *ast, struct term *term);

/* The written values, with lists that are named among them in place of their names. */
int atom_values(struct checker *checker, const struct ast *ast, struct ast_value **ret_values,
                size_t *ret_count);

void atom_done(struct atom *atom);

#endif
