/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_EXPLAIN_TEXT_H
#define RULES_EXPLAIN_TEXT_H

#include "base/buf.h"
#include "rules/columns.h"

/*
 * Conditions as they are written: macros by name, of lists longer than `values_max` (unless 0) the
 * first values.
 */
void explain_atom_text(struct buf *buf, const struct atom *atom, unsigned values_max);
void explain_conjunction_text(struct buf *buf, const struct conjunction *conjunction,
                              unsigned values_max);

#endif
