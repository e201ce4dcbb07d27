/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FILTER_INTERNAL_H
#define RULES_FILTER_INTERNAL_H

#include "rules/columns.h"
#include "rules/filter.h"
#include "rules/truth.h"

struct filter {
    struct filter_tables tables;
    struct columns columns;
};

/* What becomes of events of a type in the kernel. */
enum type_use {
    TYPE_LOOKED_UP,
    TYPE_CRITICAL, /* rare: sent always */
    TYPE_TEACHES,  /* the world or the sensor learns from it: sent always */
};

/* `dns`: names of addresses are asked for. */
enum type_use filter_type_use(unsigned type, bool dns);

/* Whether one may hold at a key. */
bool filter_column_may_hold(struct truths *truths, const struct column *column,
                            const struct key *key);

/* The dimension of a table of paths; all but FILTER_TEXT_ANCESTOR have one. */
enum dimension filter_text_dimension(enum filter_text text);

/* Decide those columns of *columns that are in `which` at a key; the others stay as they are. */
void filter_decide(struct truths *truths, const struct columns *columns,
                   const struct filter_vector *which, const struct key *key,
                   struct filter_vector *ret);

/* All columns at a key. */
void filter_decide_all(struct truths *truths, const struct columns *columns, const struct key *key,
                       struct filter_vector *ret);

/* Whether some column asks for anything of a dimension; those that don't go to *ret_unasked. */
bool filter_is_asked(const struct columns *columns, enum dimension dimension,
                     struct filter_vector *ret_unasked);

static inline void filter_vector_set(struct filter_vector *vector, size_t column)
{
    vector->words[column / 64] |= 1ull << (column % 64);
}

static inline void filter_vector_clear(struct filter_vector *vector, size_t column)
{
    vector->words[column / 64] &= ~(1ull << (column % 64));
}

static inline bool filter_vector_has(const struct filter_vector *vector, size_t column)
{
    return vector->words[column / 64] >> (column % 64) & 1;
}

static inline void filter_vector_add(struct filter_vector *to, const struct filter_vector *from)
{
    for (size_t i = 0; i < FILTER_WORDS; i++)
        to->words[i] |= from->words[i];
}

/* Whether a condition holds for the event at hand. */
bool evaluate_alternatives(struct ruleset *rules, const struct alternatives *alternatives);

/* All tables of filter->columns. */
int filter_fill(struct truths *truths, struct filter *filter);

/* The tables of texts, and those of addresses and ports. A dimension that asks for too much is left
 * out, and rules out nothing. */
int filter_fill_texts(struct truths *truths, const struct columns *columns,
                      struct filter_tables *tables);
int filter_fill_network(struct truths *truths, const struct columns *columns,
                        struct filter_tables *tables);

/* Make the tables of a rule set that is otherwise complete; they live in its arena. */
int filter_make(struct ruleset *rules);

#endif
