/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_EXPLAIN_ATOM_H
#define RULES_EXPLAIN_ATOM_H

#include "base/buf.h"
#include "rules/explain.h"
#include "rules/truth.h"

/* How people call a dimension. */
const char *explain_dimension(enum dimension dimension);

/* The calls it is looked up for; NULL: all. */
const char *explain_looked_up_for(enum dimension dimension);

/* Where the tables decide a comparison, found by asking them; adds why to *reason. */
enum explain_place explain_atom_place(struct truths *truths, struct atom *atom, struct buf *reason);

/* Adds what to write instead, for the kernel side to decide it; nothing when there is nothing. */
void explain_atom_advice(struct buf *advice, const struct atom *atom, enum explain_place place,
                         unsigned values_max);

/* Whether what a column asks of a dimension lets most events be dropped that differ in it. */
bool explain_narrows(struct truths *truths, const struct alternatives *alternatives,
                     enum dimension dimension);

#endif
