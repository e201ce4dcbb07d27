/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/guard_pins.h"

#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "cmd/command.h"
#include "cmd/options.h"

struct guards_options {
    bool remove;
};

static const struct option_row rows[] = {
    {.name = "remove",
     .kind = OPTION_FLAG,
     .offset = offsetof(struct guards_options, remove),
     .help = "end them: from now on nothing is denied, unless an agent runs"},
};

static const struct usage usage = {
    .command = "guards",
    .summary =
        "How many guards are in " GUARD_PINS ": they deny what rules deny, whether or not the\n"
        "agent runs. Exit code 0; 2 for an error.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
};

int guards_command(int argc, char **argv)
{
    struct guards_options options = {0};
    struct error error;

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    int count =
        options.remove ? guard_pins_remove(GUARD_PINS, &error) : guard_pins_count(GUARD_PINS);
    if (count < 0 && !options.remove)
        error_set(&error, count, "can't read %s", GUARD_PINS);
    if (count < 0) {
        log_error("%s", error.message);
        return EXIT_ERROR;
    }
    printf("%d guards%s\n", count, options.remove ? " taken away" : "");
    return EXIT_FINE;
}
