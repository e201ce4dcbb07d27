/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COMPARE_H
#define RULES_COMPARE_H

#include "rules/compiled.h"

/* What is compared alike. */
enum compare_class { COMPARE_TEXT, COMPARE_NUMBER, COMPARE_BOOL, COMPARE_ADDRESS };

enum compare_class compare_class(enum field_type type);

/* Which operators a type of field takes. */
bool compare_supports(enum field_type type, enum operator op);

/* The elements of a list of strings, or the one value itself. */
const struct field_string *compare_strings_of(const struct field_value *value, size_t *ret_count);

/* Compare a string, the text of one value or element of a list, by a string operator. */
bool compare_string(struct ruleset *rules, enum operator op, const struct field_string *left,
                    const struct operand *right);

/* A number or both of a pair: any will do, but `!=` wants all to differ. */
bool compare_number(enum operator op, const struct field_value *left, int64_t right);

/* The same for addresses, against an address or network: = != and the list operators. */
bool compare_address(enum operator op, const struct field_value *left, const struct operand *right);

/* Write a path with one slash for several and none at its end; returns its length. `to` has room
 * for `len` bytes and may be `text`. */
size_t compare_tidy_path(const char *text, size_t len, char *to);

/* The same of the event at hand, in its memory; false when that is out. */
bool compare_tidied(struct ruleset *rules, struct field_string *path);

/* Whether a path is one of those on the right of a pmatch or below one. */
bool compare_path_below(struct ruleset *rules, const struct atom *atom,
                        const struct field_string *path);

/* The order of two strings by their bytes: negative, 0 or positive. */
int compare_order(const struct field_string *a, const struct field_string *b);

/* Whether the first `bits` bits of two addresses are the same. */
bool compare_prefix(const uint8_t *a, const uint8_t *b, unsigned bits);

/* IPv4 in IPv6 (::ffff:a.b.c.d) is the same address as the IPv4 one. */
void compare_normalise(uint8_t address[16], uint8_t *len, uint8_t *bits);

#endif
