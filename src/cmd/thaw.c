/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/command.h"
#include "cmd/options.h"
#include "cmd/other_agent.h"
#include "enforce/freezer.h"
#include "enforce/paused.h"

#define CONTAINERS_MAX 64 /* operands */

struct thaw_options {
    bool all;
    bool list;
};

#define OPTION(option_name, member, option_help)                                                   \
    .name = option_name, .kind = OPTION_FLAG, .offset = offsetof(struct thaw_options, member),     \
    .help = option_help

static const struct option_row rows[] = {
    {OPTION("all", all, "every container that rules have paused")},
    {OPTION("list", list, "thaw nothing: print which are paused")},
};

static const struct usage usage = {
    .command = "thaw",
    .operands = "[CONTAINER]...",
    .summary =
        "Let containers go on that a rule with action: pause has frozen. CONTAINER is an id, or\n"
        "the beginning of one. Works with the agent running or not. Exit code 0, or 2 when\n"
        "something could not be thawed.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
    .operands_max = CONTAINERS_MAX,
};

struct thawing {
    const char *wanted; /* an id, or its beginning; NULL: all */
    bool list;
    bool exact; /* `wanted` is a whole id: it is not the beginning of others */
    unsigned found, failed;
};

static bool is_wanted(const struct thawing *thawing, const char *id)
{
    if (!thawing->wanted)
        return true;
    return thawing->exact ? strcmp(id, thawing->wanted) == 0
                          : strncmp(id, thawing->wanted, strlen(thawing->wanted)) == 0;
}

static int count_wanted(void *data, const char *id, const char *directory)
{
    struct thawing *thawing = data;

    thawing->found += is_wanted(thawing, id);
    thawing->exact |= thawing->wanted && strcmp(id, thawing->wanted) == 0;
    return 0;
}

static int thaw_wanted(void *data, const char *id, const char *directory)
{
    struct thawing *thawing = data;

    if (!is_wanted(thawing, id))
        return 0;
    if (thawing->list) {
        printf("%s %s\n", id, directory);
        return 0;
    }
    int r = freezer_set(directory, false);
    if (r == 0 || r == -ENOENT)
        paused_remove(PAUSED_DIRECTORY, id);
    if (r == 0) {
        printf("%s goes on\n", id);
    } else {
        log_error("%s: %s: %s", id, directory, strerror(-r));
        thawing->failed++;
    }
    return 0;
}

static int thaw(struct thawing *thawing)
{
    int r = paused_visit(PAUSED_DIRECTORY, count_wanted, thawing);
    if (r == 0 && thawing->wanted && !thawing->exact && thawing->found != 1) {
        log_error(thawing->found ? "several paused containers' ids begin with '%s'"
                                 : "no container '%s' is paused by a rule",
                  thawing->wanted);
        return EXIT_ERROR;
    }
    if (r == 0)
        r = paused_visit(PAUSED_DIRECTORY, thaw_wanted, thawing);
    if (r < 0)
        log_error("%s: %s", PAUSED_DIRECTORY, strerror(-r));
    return r < 0 || thawing->failed ? EXIT_ERROR : EXIT_FINE;
}

int thaw_command(int argc, char **argv)
{
    struct thaw_options options = {0};

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    if (options.all || options.list) {
        struct thawing thawing = {.list = options.list};
        if (optind < argc)
            return options_error(&usage, "'%s' is too much", argv[optind]);
        return thaw(&thawing);
    }
    if (optind == argc)
        return options_error(&usage, "CONTAINER or --all is missing");
    code = EXIT_FINE;
    for (int i = optind; i < argc; i++) {
        struct thawing thawing = {.wanted = argv[i]};
        if (thaw(&thawing) != EXIT_FINE)
            code = EXIT_ERROR;
    }
    return code;
}
