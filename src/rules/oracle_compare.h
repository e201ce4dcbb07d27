/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ORACLE_COMPARE_H
#define RULES_ORACLE_COMPARE_H

/* How the oracle compares one value with one other, and transforms one. Nobody else uses this. */

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "rules/ast.h"
#include "rules/field.h"

enum oracle_kind { ORACLE_TEXT, ORACLE_NUMBER, ORACLE_BOOL, ORACLE_ADDRESS };

enum oracle_kind oracle_kind(enum field_type type);

/* One value on either side of an operator. */
struct oracle_item {
    struct field_string text; /* of a literal: NUL-terminated */
    int64_t number;
    uint8_t address[16];
    unsigned address_bits; /* 32 or 128 */
    unsigned prefix_bits;  /* that count, of a literal network */
    pcre2_code *regex;
    pcre2_match_data *match;
};

/* The value that a rule's text stands for. The loader has found it to be one. */
int oracle_literal(enum operator op, enum oracle_kind kind, const char *text, size_t len,
                   struct oracle_item *item);
void oracle_item_done(struct oracle_item *item);

void oracle_set_address(struct oracle_item *item, const uint8_t *bytes, unsigned len);

bool oracle_compare(enum operator op, enum oracle_kind kind, const struct oracle_item *left,
                    const struct oracle_item *right);

/* False when what is transformed has no such form: the value is missing then. */
bool oracle_transform(struct field_context *context, enum transformer transformer,
                      struct field_value *value);

#endif
