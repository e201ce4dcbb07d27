/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TRANSFORM_H
#define RULES_TRANSFORM_H

#include "rules/ast.h"
#include "rules/field.h"

/* The type that comes out; false when the transformer does not apply to the type. */
bool transform_type(enum transformer transformer, enum field_type type, enum field_type *ret_type);

/* Transform in place; new strings live in the context. False when the value is lost thereby: no
 * base64, no memory. */
bool transform_value(struct field_context *context, enum transformer transformer,
                     struct field_value *value);

#endif
