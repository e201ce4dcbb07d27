/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_FACTS_TESTING_H
#define WORLD_FACTS_TESTING_H

/*
 * For the tests of facts: a world that only keeps the records it is fed, and looks into them. The
 * real world.c is not linked.
 */

#include <stdbool.h>
#include <stddef.h>

#include "event/event.h"
#include "world/facts.h"

void testing_forget(void); /* all records fed so far */
size_t testing_count(enum event_type type);

/* The n-th record of a type, decoded; NULL when there are fewer. Valid until the next call. */
const struct event *testing_record(enum event_type type, size_t n);

/* The first record of a type that holds this string parameter. */
const struct event *testing_find(enum event_type type, enum param_id id, const char *text);

/* Whether a string parameter is `text`, or a list holds it. */
bool testing_has(const struct event *event, enum param_id id, const char *text);

/* Facts of a tree of test data: TEST_DATA/name. */
struct facts *testing_facts(const char *name);

#endif
