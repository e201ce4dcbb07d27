/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_GUARD_CHECK_H
#define RULES_GUARD_CHECK_H

/* Whether the kernel can know what rules that deny compare, before the act. */

#include "base/error.h"
#include "rules/columns.h"
#include "rules/truth.h"

/* Of an atom, as guards see it. */
enum dimension guard_dimension(const struct atom *atom);

/* A comparison that is not known, in words, and what might be said instead. */
struct guard_unknown {
    char why[256];
    const char *instead;
};

/* The first of a condition; false when all are known. */
bool guard_find_unknown(struct truths *truths, const struct term *term,
                        struct guard_unknown *ret_unknown);

/* What a column asks for has to be known at each hook of its calls: else -EINVAL likewise. */
int guard_check_column(struct truths *truths, const struct column *column, struct error *ret_error);

bool guard_column_has_type(struct truths *truths, const struct column *column, unsigned type);

/* -EINVAL, with these words. */
int guard_refuse(const struct rule *rule, struct error *ret_error, const char *why,
                 const char *instead);

#endif
