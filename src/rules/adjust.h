/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ADJUST_H
#define RULES_ADJUST_H

/*
 * What the options of a load do to the rules that files define: turn them on and off, and add to
 * their outputs. As `rules` and `append_output` of falco.yaml do.
 */

#include "rules/check.h"

/* Let the switches decide which rules are enabled, the last that matches a rule. Counts matches. */
void switches_apply(struct collector *collector, struct rule_switch *switches, size_t count);

/* One field that alerts carry beyond those that the output names. */
struct extra_field {
    const struct yaml_node *name;
    const struct yaml_node *format; /* NULL: `name` is a field, and this its value */
};

/* An item of append_output. */
struct output_addition {
    const struct yaml_node *source, *tags, *rule; /* which rules; NULL: any */
    const struct yaml_node *extra_output;         /* NULL: none */
    struct extra_field *extra_fields;
    size_t extra_field_count;
    const struct yaml_node *suggested_node; /* NULL: says nothing of suggested_output */
    bool suggested;
};

/*
 * Read texts of YAML: an item, a sequence of them, or a mapping with the key append_output. Their
 * names in messages are "--append-output". The texts must live as long as the collector's arena.
 */
int additions_read(struct collector *collector, const char *const *texts, size_t count);

/* Compile each once, so that an error in it is no matter of a rule. */
int additions_check(struct checker *checker);

/* Whether the suggested fields are appended to the rule's output; `otherwise` when no item says. */
bool additions_suggested(const struct collector *collector, const struct rule_def *def,
                         bool otherwise);

/* Append to the output what the items say. -ENOMEM or 0. */
int additions_output(const struct collector *collector, const struct rule_def *def,
                     struct origin *output);

/* Add the extra fields to a compiled output. */
int additions_fields(struct checker *checker, const struct rule_def *def, struct format *format);

#endif
