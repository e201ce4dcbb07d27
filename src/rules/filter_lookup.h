/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FILTER_LOOKUP_H
#define RULES_FILTER_LOOKUP_H

#include "event/event.h"
#include "rules/filter.h"

/*
 * The kernel side's look-up (bpf/lib/filter.h), on a record: whether it would be sent. For tests
 * and replays. `mask`: what the actor's state leaves, NULL while that is not known.
 */
bool filter_lookup(const struct filter_tables *tables, const struct event *event,
                   const struct filter_vector *mask);

/* DIMENSION_BIT of what is looked up of such events, besides type, result and actor. */
unsigned filter_lookup_dimensions(unsigned type);

#endif
