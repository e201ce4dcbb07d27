/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "cmd/command.h"
#include "cmd/options.h"

struct version_options {
    bool json;
};

static const struct option_row rows[] = {
    {.name = "json",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct version_options, json),
     .help = "as a JSON object"},
};

static const struct usage usage = {
    .command = "version",
    .summary = "Print the version.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
};

int version_command(int argc, char **argv)
{
    struct version_options options = {0};

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    printf(options.json ? "{\"version\":\"%s\"}\n" : "bulwark %s\n", BULWARK_VERSION);
    return EXIT_FINE;
}
