/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_PARSER_H
#define RULES_PARSER_H

#include "rules/ast.h"

#define CONDITION_MAX       ((size_t)256 << 10) /* bytes, with what was appended */
#define CONDITION_DEPTH_MAX 200                 /* of parentheses */

/*
 * Parse a joined text as a condition. Nodes live in the arena and point at `origin`.
 * -EINVAL for a syntax error, -E2BIG when nested too deep.
 */
int parse_condition(struct arena *arena, const struct origin *origin, struct ast **ret_ast,
                    struct error *ret_error);

/* Parse a joined text as values separated by commas, as the items of a list are. */
int parse_values(struct arena *arena, const struct origin *origin, struct ast_value **ret_values,
                 size_t *ret_count, struct error *ret_error);

/*
 * Parse a field with its argument and transformers at `offset`, as outputs name them. *ret_end is
 * the offset behind it. -ENOENT when no field starts there.
 */
int parse_field_at(struct arena *arena, const struct origin *origin, size_t offset,
                   struct ast_field *ret_field, size_t *ret_end, struct error *ret_error);

#endif
