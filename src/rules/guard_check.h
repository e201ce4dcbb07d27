/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_GUARD_CHECK_H
#define RULES_GUARD_CHECK_H

/* Whether the kernel can know what rules that deny compare, before the act. */

#include "base/error.h"
#include "rules/columns.h"
#include "rules/truth.h"

/* Of an atom, as guards see it. */
enum dimension guard_dimension(const struct atom *atom);

/* Each comparison of a rule: -EINVAL when one is not known, the error names it and says what might
 * be said instead. */
int guard_check_term(struct truths *truths, const struct rule *rule, const struct term *term,
                     struct error *ret_error);

/* What a column asks for has to be known at each hook of its calls: else -EINVAL likewise. */
int guard_check_column(struct truths *truths, const struct column *column, struct error *ret_error);

bool guard_column_has_type(struct truths *truths, const struct column *column, unsigned type);

/* -EINVAL, with these words. */
int guard_refuse(const struct rule *rule, struct error *ret_error, const char *why,
                 const char *instead);

#endif
