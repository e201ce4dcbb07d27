/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_LOAD_RULES_H
#define CMD_LOAD_RULES_H

/* The rule set of a command: what -r names, or the rules that come with the program. */

#include "cmd/options.h"
#include "rules/rules.h"

/* -r, the same for every command. */
#define RULES_OPTION(type, member)                                                                 \
    {.name = "rules",                                                                              \
     .letter = 'r',                                                                                \
     .kind = OPTION_TEXTS,                                                                         \
     .value = "FILE|DIR",                                                                          \
     .offset = offsetof(type, member),                                                             \
     .help = "rules to load, in this order (else: the built-in ones)"}

/* --disable, likewise. */
#define DISABLE_OPTION(type, member)                                                               \
    {.name = "disable",                                                                            \
     .kind = OPTION_TEXTS,                                                                         \
     .value = "PATTERN",                                                                           \
     .offset = offsetof(type, member),                                                             \
     .help = "leave out rules whose name or tag matches (*, ?, [])"}

/* How much of the warnings is printed. */
enum warnings_shown { WARNINGS_ALL, WARNINGS_FEW, WARNINGS_NONE };

/*
 * Load and print the loader's warnings, and its error, on standard error. 0 or -errno.
 * `disable` may be NULL. *ret_warnings (may be NULL) is how many warnings there were.
 */
int load_rules(const struct texts *paths, const struct texts *disable,
               const struct rules_options *options, enum warnings_shown shown,
               struct ruleset **ret_rules, size_t *ret_warnings);

#endif
