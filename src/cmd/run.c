/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "cmd/agent.h"
#include "cmd/command.h"
#include "cmd/load_rules.h"

#define OPTION(option_name, option_kind, member, option_help)                                      \
    .name = option_name, .kind = OPTION_##option_kind,                                             \
    .offset = offsetof(struct agent_options, member), .help = option_help

static const struct option_row rows[] = {
    RULES_OPTION(struct agent_options, rules),
    CHOICE_OPTIONS(struct agent_options, choice),
    {OPTION("output", TEXTS, outputs, "stdout, file:PATH or syslog; may be repeated"),
     .letter = 'o', .value = "SINK"},
    {OPTION("json", FLAG, json, "alerts as Falco's JSON, one a line")},
    {OPTION("priority", PRIORITY, priority, "leave out rules less urgent than this"), .letter = 'p',
     .value = "PRIORITY"},
    {OPTION("mode", MODE, mode, "audit: no rule acts, whatever it says; enforce: as rules say"),
     .value = "MODE"},
    {OPTION("response-rate", NUMBER, response_rate,
            "processes killed and containers paused a second at most; 0: no limit"),
     .value = "NUMBER"},
    {OPTION("all-matches", FLAG, all_matches, "every rule that matches, not only the first")},
    {OPTION("stats", SECONDS, stats, "print all counters every so often (10) to stderr"),
     .value = "SECONDS", .value_when_missing = "10"},
    {OPTION("record", TEXT, record, "write all events into FILE too, for bulwark replay"),
     .value = "FILE"},
    {OPTION("overwrite", FLAG, record_overwrite, "let --record replace an existing FILE")},
    {OPTION("duration", SECONDS, duration, "stop after so long"), .letter = 'd',
     .value = "SECONDS"},
    {OPTION("critical-ring", BYTES, critical_ring, "memory for exec and the like; power of two"),
     .value = "BYTES"},
    {OPTION("bulk-ring", BYTES, bulk_ring, "memory for all other events; power of two"),
     .value = "BYTES"},
    BULK_RATE_OPTIONS,
    {OPTION("tracepoint", FLAG, tracepoint,
            "hook all system calls at once, where those that rules need could be hooked")},
    {OPTION("no-lsm", FLAG, no_lsm, "what rules deny is denied as where there is no BPF LSM")},
    {OPTION("keep-guards", FLAG, keep_guards,
            "what rules deny stays denied after the end, until the agent is back")},
    {OPTION("dedup-window", SECONDS, dedup_window,
            "hold back what a thread does again just so within this time, and count it"),
     .value = "SECONDS"},
    {OPTION("fanotify-late", TEXT, fanotify_late,
            "allow or deny what has waited too long to be judged (allow)"),
     .value = "ANSWER"},
    {OPTION("fanotify-limit", SECONDS, fanotify_limit, "what is too long (0.2)"),
     .value = "SECONDS"},
    {OPTION("no-filter", FLAG, no_filter,
            "send events from the kernel that no rule can match too")},
    {OPTION("check-filter", FLAG, check_filter,
            "the same, and tell when one does match after all")},
};

static const struct usage usage = {
    .command = "run",
    .summary =
        "Watch every container of this machine and write an alert for each event that a rule\n"
        "forbids. Runs in the foreground; SIGHUP reloads rules and reopens files, SIGTERM ends\n"
        "it within a second. Exit code 0, or 2 when it could not run.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
};

int run_command(int argc, char **argv)
{
    struct agent_options options = {.priority = PRIORITY_DEBUG,
                                    .bulk_rate = BULK_RATE_DEFAULT,
                                    .response_rate = RESPONSE_RATE_DEFAULT,
                                    .fanotify_late = "allow"};

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    options.fanotify_late_deny = !strcmp(options.fanotify_late, "deny");
    if (!options.fanotify_late_deny && strcmp(options.fanotify_late, "allow") != 0)
        return options_error(&usage, "--fanotify-late: '%s' is no answer, expected allow or deny",
                             options.fanotify_late);
    return agent_run(&options);
}
