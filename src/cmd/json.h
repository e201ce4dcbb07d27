/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_JSON_H
#define CMD_JSON_H

/* What several commands print as JSON. */

#include <jansson.h>

/* A string of a rule file, null for NULL; never fails for odd bytes, which the loader lets through
 * in comments only. */
json_t *json_of_text(const char *text);

/* Prints and releases; returns the exit code. */
int json_print(json_t *json);

#endif
