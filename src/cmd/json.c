/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/json.h"

#include <stdio.h>

#include "cmd/command.h"

json_t *json_of_text(const char *text)
{
    json_t *string = text ? json_string(text) : json_null();

    return string ? string : json_string("");
}

int json_print(json_t *json)
{
    int r = json ? json_dumpf(json, stdout, JSON_INDENT(2)) : -1;

    putchar('\n');
    json_decref(json);
    return r < 0 ? EXIT_ERROR : EXIT_FINE;
}
