/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_EXPLAIN_H
#define RULES_EXPLAIN_H

/* Why events reach user space for a rule: what of it the kernel side decides, and what not. */

#include "base/arena.h"
#include "event/filter.h"
#include "rules/rules.h"

/* Where a comparison is decided. */
enum explain_place {
    EXPLAIN_KERNEL,
    EXPLAIN_KERNEL_PART, /* what the kernel side lets through is judged again */
    EXPLAIN_MASK,        /* user space, once per state of the acting process */
    EXPLAIN_FAR,         /* user space: asks for more than the acting process and its parent */
    EXPLAIN_USER,        /* user space, and counts as true in the kernel */
    EXPLAIN_PLACE_MAX,
};

/* "kernel", for programs; "kernel, exactly", for people. */
const char *explain_place_name(enum explain_place place);
const char *explain_place_text(enum explain_place place);

struct explain_texts {
    const char **items;
    size_t count;
};

struct explained_type {
    const char *name;
    const char *sent_because; /* NULL when it is looked up */
    const char *partial;      /* which calls are events, NULL: all */
};

/* What a column asks of one dimension of an event: one of the texts has to hold. */
struct explained_part {
    const char *dimension;
    struct explain_texts texts;
    bool narrows; /* false: hardly an event is dropped by it */
};

struct explained_column {
    struct explained_part *parts; /* of dimensions that are asked for anything */
    size_t part_count;
    struct explain_texts shared_with; /* other rules */
    bool widened;                     /* by sharing: more is sent than the parts say */
    const char *sends;                /* what leaves the kernel by it */
};

struct explained_atom {
    const char *text;
    const char *macro; /* that it stands in, NULL for none */
    enum explain_place place;
    const char *reason;
};

struct explanation {
    struct rule_info info;
    struct explained_type *types;
    size_t type_count;
    struct explained_column *columns;
    size_t column_count;
    struct filter_vector mask; /* its columns */
    bool unsplit;              /* too entangled to be taken apart */
    struct explained_atom *atoms;
    size_t atom_count;
    const char *verdict;
    struct explain_texts advice; /* what would let the kernel side decide more */
};

/*
 * Explain one rule of a set. `values_max`: of longer lists only so many values are written, 0 for
 * all. What it says lives in `arena` and in the rules. 0 or -ENOMEM.
 */
int rules_explain(struct ruleset *rules, size_t index, unsigned values_max, struct arena *arena,
                  struct explanation *ret_explanation);

#endif
