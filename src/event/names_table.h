/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_NAMES_TABLE_H
#define EVENT_NAMES_TABLE_H

/* The tables behind names.c: which number has which name. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/table.h"

struct names_row {
    uint64_t value;
    uint64_t mask; /* bits that must equal `value` */
    const char *name;
};

struct names_table {
    const struct names_row *rows;
    size_t count;
    bool is_enum;      /* one name for the whole number; else names of bits joined by | */
    const char *zero;  /* text of 0 when no row says it, NULL for "0" */
    const char *other; /* enum: text of a number that has no row, NULL for the number */
    uint64_t ignored;  /* bits that are no flags */
};

/* NULL when `render` is not made of names. */
const struct names_table *names_table(enum render render);

#endif
