/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_OPERAND_H
#define RULES_OPERAND_H

#include "rules/compiled.h"

/* Turn a written value into what a field of this type is compared with. Strings go to `arena`. */
int operand_make(struct arena *arena, const char *field, enum field_type type, enum operator op,
                 const struct ast_value *value, struct operand *ret_operand,
                 struct error *ret_error);

void operand_done(struct operand *operand);

#endif
