/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COLUMNS_H
#define RULES_COLUMNS_H

/*
 * Rules taken apart into columns: each a condition per dimension, which all have to hold. A rule
 * is the OR of its columns, or of something weaker where a dimension can't decide.
 */

#include "event/filter.h"
#include "rules/compiled.h"
#include "rules/dimension.h"

struct literal {
    struct term *term;
    bool negated;
};

/* Literals that all hold; none is true. */
struct conjunction {
    struct literal *literals;
    size_t count;
};

/* One of them holds. */
struct alternatives {
    struct conjunction *items;
    size_t count;
    size_t room; /* for how many, where nobody else has the items; else 0 */
    uint64_t hash;
};

/* What one way of one rule to match gave to a column, before others shared it: links of a ring. */
struct column_part {
    struct rule *rule;
    const struct alternatives *of; /* DIMENSION_MAX of them */
    bool unsplit;
    struct column_part *next;
};

struct column {
    struct alternatives of[DIMENSION_MAX];
    struct type_set types;     /* for no others its rules can match */
    struct column_part *parts; /* the last of the ring */
    bool unsteady;             /* some of its rules is: not merged with those that are not */
    bool widened;              /* shared for want of columns: true for more than its parts */
};

struct columns {
    struct column *items;
    size_t count;
    size_t merged;
    size_t unsplit;
};

/* Whether one of them has no literal, and so holds always. */
bool alternatives_always_hold(const struct alternatives *alternatives);

/* DIMENSION_BIT of each dimension that it asks for something of. */
uint32_t column_asks(const struct column *column);

/* An atom that a column asks about a dimension, and in which alternative; 0 or -errno. */
typedef int (*columns_visit)(void *data, size_t column, size_t alternative,
                             const struct atom *atom);

/* Each, a column after the other; ends with the first that fails. */
int columns_each_atom(const struct columns *columns, enum dimension dimension, columns_visit visit,
                      void *data);

/* The dimension of a comparison. */
enum dimension dimension_of_atom(const struct atom *atom);

/* Whether the paths that calls of a type name are looked up. */
bool dimension_looks_up_arguments(unsigned type);

/* Columns of the enabled rules for events of the given types, at most FILTER_COLUMNS. */
int columns_make(struct ruleset *rules, struct arena *arena, const struct type_set *types,
                 struct columns *ret_columns);

/*
 * Columns of the rules that `takes` accepts, by the dimensions that `dimension` tells; each is of
 * one rule, however many there are. `unsplit` of them are rules that could not be taken apart.
 */
int columns_make_of(struct ruleset *rules, struct arena *arena,
                    bool (*takes)(const struct rule *rule),
                    enum dimension (*dimension)(const struct atom *atom),
                    struct columns *ret_columns);

#endif
