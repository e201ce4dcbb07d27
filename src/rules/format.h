/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FORMAT_H
#define RULES_FORMAT_H

/*
 * Output templates: text with %field, %field[argument] and %transformer(field); "%%" is a percent
 * sign and a "*" at the start is passed over. A field that an event lacks prints as <NA>.
 *
 * Values come from whoever is watched. In the output line each byte of them that is no printable
 * character (controls, what is not UTF-8, marks that turn the direction of writing) is written as
 * \n, \t, \r or \xHH, so that no value can end the line, forge another or steer a terminal. A
 * backslash is left as it is. The values of single fields are given unchanged, but for NUL and
 * bytes that are not UTF-8: who prints them (as JSON) escapes by its own rules.
 */

#include "rules/check.h"

/* Compile a joined text. -ENOENT for an unknown field, -EINVAL for bad syntax. */
int format_compile(struct checker *checker, const struct origin *text, struct format *ret_format);

/* Add the value of a field to those that alerts carry; a name that is there stays as it is. */
int format_add_field(struct checker *checker, const struct origin *name, struct format *format);

/* Likewise a text with fields in it, under any name. */
int format_add_text(struct checker *checker, const struct origin *name, const struct origin *text,
                    struct format *format);

/* Append the text for the event at hand. */
void format_render(struct ruleset *rules, const struct format *format, struct buf *buf);

/* The fields' values; `ret_fields` has room for all. Text lives until the next event. */
void format_values(struct ruleset *rules, const struct format *format,
                   struct alert_field *ret_fields);

/* Append a value for a line of text. */
void format_escape(struct buf *buf, const char *text, size_t len);

#endif
