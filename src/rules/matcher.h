/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_MATCHER_H
#define RULES_MATCHER_H

/*
 * What all rules compare one field with, in one structure for each way to compare: a hash of equal
 * values, tries of starts and ends, an automaton of parts. One run over a value finds everything
 * that it matches; each comparison is then a look at what was found.
 */

#include "rules/compiled.h"

#define MATCHER_STATES_MAX ((size_t)4 << 20) /* 16 bytes each, in all tries of a set */

/*
 * Make the engines of a set that is loaded otherwise. What does not fit into so many states is
 * counted and compared one by one.
 */
int matcher_make(struct ruleset *rules, size_t max_states);

/* Whether an atom that can be decided by what its engine finds is to be: else one by one. */
bool matcher_decides(struct ruleset *rules, const struct atom *atom);

/* Whether the atom holds: `value` is the one its field has, and the atom decided so. */
bool matcher_holds(struct ruleset *rules, const struct atom *atom, const struct field_value *value);

/* Find the patterns of the engine that the value matches. They are engine->hits then. */
void matcher_run(struct ruleset *rules, struct engine *engine, const struct field_value *value);

#endif
