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

/* Which rules are on, and what their outputs get besides. */
struct rules_choice {
    struct rule_switches switches;
    struct texts append_outputs;
};

/* The options of it, likewise. */
#define CHOICE_OPTIONS(type, member)                                                               \
    {.name = "enable",                                                                             \
     .kind = OPTION_ENABLE,                                                                        \
     .value = "PATTERN",                                                                           \
     .offset = offsetof(type, member.switches),                                                    \
     .help = "turn on rules whose name or tag matches (*, ?, [])"},                                \
        {.name = "disable",                                                                        \
         .kind = OPTION_DISABLE,                                                                   \
         .value = "PATTERN",                                                                       \
         .offset = offsetof(type, member.switches),                                                \
         .help = "turn off such rules; the last that matches counts"},                             \
        {.name = "append-output",                                                                  \
         .kind = OPTION_TEXTS,                                                                     \
         .value = "YAML",                                                                          \
         .offset = offsetof(type, member.append_outputs),                                          \
         .help = "add to outputs: an item of Falco's append_output"}

/* How much of the warnings is printed. */
enum warnings_shown { WARNINGS_ALL, WARNINGS_FEW, WARNINGS_NONE };

/*
 * Load and print the loader's warnings, and its error, on standard error. 0 or -errno.
 * `choice` may be NULL. *ret_warnings (may be NULL) is how many warnings there were.
 */
int load_rules(const struct texts *paths, const struct rules_choice *choice,
               const struct rules_options *options, enum warnings_shown shown,
               struct ruleset **ret_rules, size_t *ret_warnings);

#endif
