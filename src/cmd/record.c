/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent.h"
#include "cmd/command.h"
#include "cmd/load_rules.h"

#define OPTION(option_name, option_kind, member, option_help)                                      \
    .name = option_name, .kind = OPTION_##option_kind,                                             \
    .offset = offsetof(struct agent_options, member), .help = option_help

static const struct option_row rows[] = {
    {OPTION("output", TEXT, record, "the file to make"), .letter = 'o', .value = "FILE"},
    {OPTION("overwrite", FLAG, record_overwrite, "replace an existing file")},
    {OPTION("duration", SECONDS, duration, "stop after so long"), .letter = 'd',
     .value = "SECONDS"},
    {OPTION("all-events", FLAG, all_events, "every kind of event, and environments")},
    RULES_OPTION(struct agent_options, rules),
    {OPTION("stats", SECONDS, stats, "print all counters every so often (10) to stderr"),
     .value = "SECONDS", .value_when_missing = "10"},
    {OPTION("critical-ring", BYTES, critical_ring, "memory for exec and the like; power of two"),
     .value = "BYTES"},
    {OPTION("bulk-ring", BYTES, bulk_ring, "memory for all other events; power of two"),
     .value = "BYTES"},
    BULK_RATE_OPTIONS,
};

static const struct usage usage = {
    .command = "record",
    .summary = "Write what happens on this machine into a file that bulwark replay judges later,\n"
               "anywhere. Kinds of events that no rule given by -r needs are left out, unless\n"
               "--all-events. Exit code 0, or 2 when the recording is not whole.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
};

int record_command(int argc, char **argv)
{
    struct agent_options options = {
        .priority = PRIORITY_DEBUG, .record_only = true, .bulk_rate = BULK_RATE_DEFAULT};

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    if (!options.record)
        return options_error(&usage, "-o FILE is missing");
    return agent_run(&options);
}
