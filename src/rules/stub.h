/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_STUB_H
#define RULES_STUB_H

/*
 * For tests of the rules: fields whose values the test sets, in the place of those that read
 * events, and what tests do again and again.
 */

#include "rules/rules.h"

void stub_reset(void); /* no field has a value */
void stub_string(const char *field, const char *text);
void stub_number(const char *field, int64_t number);
void stub_address(const char *field, const char *address);
/* Both ends of a connection. */
void stub_pair(const char *field, const char *first, const char *second);
void stub_number_pair(const char *field, int64_t first, int64_t second);
void stub_list(const char *field, const char *const *elements);
/* How often a field was extracted since the reset. */
unsigned stub_extractions(const char *field);

/* Load one text named "test.yaml". The set, or NULL with stub_error filled. */
struct ruleset *stub_load(const char *yaml);
struct ruleset *stub_load_options(const char *yaml, const struct rules_options *options);
extern struct error stub_error;
extern struct rules_warnings stub_warnings; /* of the last load */

/* How many warnings the last load gave with this code and this text in them. */
unsigned stub_warned(const char *code, const char *text);

/* A rule named "rule" with this condition, as a one-line YAML file; or a failed test. */
struct ruleset *stub_load_condition(const char *condition);

/* A rule for the middle of a YAML literal: its condition is in the fifth line, from column 14 on.
 */
#define STUB_RULE(name, condition)                                                                 \
    "- rule: " name "\n  desc: d\n  output: o\n  priority: INFO\n  condition: " condition "\n"

/* A text that must not load, and what the error says where. */
struct stub_error_row {
    const char *yaml;
    unsigned line, column;
    const char *message; /* part of it */
};

/* A text that must load with this warning, once. */
struct stub_warning_row {
    const char *yaml;
    unsigned line, column;
    const char *code;
    const char *message; /* part of it */
};

void stub_expect_errors(const struct stub_error_row *rows, size_t count);
void stub_expect_warnings(const struct stub_warning_row *rows, size_t count);

/* What the last event's alerts were. */
struct stub_alert {
    char rule[64];
    char output[512];
    char fields[1024]; /* name=text, name=text; NULL as -, numbers as #N, lists as [a|b] */
};
extern struct stub_alert stub_alerts[8];

/* Judge an event of a type; returns how many alerts. */
unsigned stub_judge(struct ruleset *rules, enum event_type type);

/*
 * Load, judge an openat and free: the names of the rules that match, with blanks between, in memory
 * that lives until the next call; NULL when the text does not load.
 */
const char *stub_fired(const char *yaml);

/* Load, judge an openat and free: whether the condition holds. */
bool stub_holds(const char *condition);

#endif
