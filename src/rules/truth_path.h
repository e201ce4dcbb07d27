/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TRUTH_PATH_H
#define RULES_TRUTH_PATH_H

#include "rules/truth.h"

/*
 * Of a path that begins with `prefix`, with no longer listed prefix, and that is no listed path:
 * because everything the atom asks for is listed (truth_keys), much is known of it.
 */
enum truth truth_below(const struct atom *atom, const char *prefix, size_t len);

/* Of a file whose name is not among the listed ones. */
enum truth truth_of_other_names(const struct atom *atom);

#endif
