/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_FILTER_TABLES_H
#define EVENT_FILTER_TABLES_H

/* The tables of one rule set, as rules make them and the sensor takes them. See event/filter.h. */

#include <stdbool.h>
#include <stddef.h>

#include "event/filter.h"

struct filter_path {
    enum filter_text text;
    const char *path; /* at most FILTER_PATH_MAX - 2 bytes */
    size_t len;
    bool whole; /* this path itself; else all that begin so and with no longer one of the list */
    struct filter_vector columns;
};

struct filter_name {
    const char *name; /* at most FILTER_NAME_MAX - 2 bytes: a longer one is read cut */
    size_t len;
    struct filter_vector columns;
};

struct filter_address {
    unsigned char address[16];
    unsigned prefix; /* bits of it that count; that of no longer one of the list */
    struct filter_vector columns;
};

struct filter_port {
    unsigned port;
    struct filter_vector columns;
};

struct filter_tables {
    struct filter_slot slot;
    struct filter_path *paths; /* by text; the first of a text is the empty one: no other covers */
    size_t path_count;
    struct filter_address *addresses;
    size_t address_count;
    struct filter_port *ports;
    size_t port_count;
    struct filter_name *names;
    size_t name_count;
    struct filter_vector unsteady; /* columns that may hold later for an event that is the same */
    size_t column_count;
    size_t merged;  /* columns that had to share one with others: more is sent than need be */
    size_t unsplit; /* rules too entangled to take apart: sent whenever the type fits */
};

#endif
