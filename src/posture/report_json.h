/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_REPORT_JSON_H
#define POSTURE_REPORT_JSON_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

/* A string of JSON; bytes that are not UTF-8 become U+FFFD, NULL becomes null. */
json_t *report_json_text(const char *text);

/* Set a member unless the text is NULL. */
void report_json_set(json_t *object, const char *key, const char *text);

/* The value in one line, whose reference is taken; false when there is none or it can't be written.
 */
bool report_json_put(FILE *file, json_t *value);

#endif
