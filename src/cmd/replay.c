/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/drop_alert.h"
#include "cmd/load_rules.h"
#include "cmd/replay_check.h"
#include "event/table.h"
#include "output/output.h"
#include "sensor/recording.h"

struct replay_options {
    struct texts rules;
    struct rules_choice choice;
    struct texts outputs;
    bool json;
    bool all_matches;
    bool check, plain;
    enum rule_priority priority;
};

#define OPTION(option_name, option_kind, member, option_help)                                      \
    .name = option_name, .kind = OPTION_##option_kind,                                             \
    .offset = offsetof(struct replay_options, member), .help = option_help

static const struct option_row rows[] = {
    RULES_OPTION(struct replay_options, rules),
    CHOICE_OPTIONS(struct replay_options, choice),
    {OPTION("output", TEXTS, outputs, "stdout, file:PATH or syslog; may be repeated"),
     .letter = 'o', .value = "SINK"},
    {OPTION("json", FLAG, json, "alerts as Falco's JSON, one a line")},
    {OPTION("priority", PRIORITY, priority, "leave out rules less urgent than this"), .letter = 'p',
     .value = "PRIORITY"},
    {OPTION("all-matches", FLAG, all_matches, "every rule that matches, not only the first")},
    {OPTION("check", FLAG, check,
            "hold compiled rules and kernel tables against the plain evaluator")},
    {OPTION("plain", FLAG, plain, "judge by the plain evaluator alone, and only count")},
};

static const struct usage usage = {
    .command = "replay",
    .operands = "FILE",
    .summary =
        "Judge a recording of bulwark record, or of bulwark run --record; \"-\" is standard\n"
        "input. Exit code 0 without alerts, 1 with alerts, 2 for an error. With --check no alert\n"
        "is written unless -o says where; 0: on each event compiled rules, kernel tables and the\n"
        "plain evaluator, which defines the language, agree; 1: they don't, and stdout says where.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
    .operands_min = 1,
    .operands_max = 1,
};

struct replay {
    struct ruleset *rules;
    struct world *world;
    struct output *output;
    struct replay_check *check; /* of --check and --plain */
    bool plain;
    uint64_t records, malformed, alerts;
    struct drop_alert drop_alert;
    enum rule_priority priority;
    uint64_t now; /* time of the latest record, CLOCK_BOOTTIME ns of the recorded machine */
};

/* Also of what no rule makes, which --check knows nothing of. */
static void put_out(void *data, const struct alert *alert)
{
    struct replay *replay = data;

    replay->alerts++;
    output_alert(replay->output, alert);
}

static void on_alert(void *data, const struct alert *alert)
{
    struct replay *replay = data;

    if (replay->check)
        replay_check_alert(replay->check, alert);
    put_out(replay, alert);
}

static void judge(void *data, const struct judged_event *judged)
{
    struct replay *replay = data;

    if (replay->plain) {
        replay_check_plain(replay->check, replay->world, judged);
        return;
    }
    rules_judge(replay->rules, replay->world, judged, on_alert, replay);
    if (replay->check)
        replay_check_event(replay->check, replay->rules, replay->world, judged);
    if (replay->priority >= PRIORITY_CRITICAL)
        drop_alert_judge(&replay->drop_alert, replay->world, judged, put_out, replay);
}

static void warn_of_loss(const void *record, size_t size)
{
    struct event event;

    if (event_decode(record, size, &event) < 0)
        return;
    const struct event_param *cause = event_param(&event, PARAM_TEXT);
    log_warning("%lld events were lost here when this was recorded: %.*s",
                (long long)event.header->result, cause ? (int)cause->len : 0,
                cause ? cause->data : "");
}

/* The clock of a replay is the recording's. */
static int on_record(void *data, const void *record, size_t size)
{
    const struct event_header *header = record;
    struct replay *replay = data;

    replay->records++;
    if (header->type == EVENT_DROP)
        warn_of_loss(record, size);
    if (header->time > replay->now) {
        replay->now = header->time;
        world_tick(replay->world, replay->now);
    }
    const struct event_type_info *info = event_type_info(header->type);
    if (replay->check && info && info->family == FAMILY_FACT)
        replay_check_fact(replay->check);
    int r = world_feed(replay->world, record, size);
    if (r == -EBADMSG)
        replay->malformed++;
    return r == -ENOMEM ? r : 0;
}

static int open_outputs(struct replay *replay, const struct replay_options *options)
{
    enum output_format format = options->json ? OUTPUT_JSON : OUTPUT_TEXT;
    struct error error = {0};
    int r = output_new(&replay->output);

    if (r == 0 && !options->outputs.count && !options->check && !options->plain)
        r = output_add(replay->output, "stdout", format, &error);
    for (size_t i = 0; r == 0 && i < options->outputs.count; i++)
        r = output_add(replay->output, options->outputs.items[i], format, &error);
    if (r < 0)
        log_error("%s", error.code ? error.message : strerror(-r));
    return r;
}

static int play(struct replay *replay, const char *path)
{
    struct error error = {0};
    char place[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];
    bool truncated = false;

    int r = recording_read(path, on_record, replay, &truncated, &error);
    world_flush(replay->world);
    output_flush(replay->output);
    if (r < 0)
        log_error("%s", error.code ? error_format(&error, place, sizeof(place)) : strerror(-r));
    if (truncated)
        log_warning("%s ends within a record: that one is left out", path);
    if (replay->malformed)
        log_warning("%" PRIu64 " of %" PRIu64 " records are malformed and left out",
                    replay->malformed, replay->records);
    return r;
}

static void count_failed(void *data, const char *sink, uint64_t written, uint64_t failed,
                         const char *last_error)
{
    uint64_t *sum = data;

    *sum += failed;
    if (failed)
        log_error("%s: %" PRIu64 " alerts could not be written: %s", sink, failed, last_error);
}

/* Exit code of --check or --plain. */
static int print_check(const struct replay *replay)
{
    const struct replay_check_sums *sums = replay_check_sums(replay->check);

    printf("%" PRIu64 " events, %" PRIu64 " alerts", sums->events, sums->alerts);
    if (!replay->plain)
        printf(", %" PRIu64 " disagreements, %" PRIu64 " events would leave the kernel",
               sums->disagreements, sums->sent);
    printf("\n");
    return (replay->plain ? sums->alerts : sums->disagreements) ? EXIT_FINDINGS : EXIT_FINE;
}

static int replay_file(struct replay *replay, const char *path,
                       const struct replay_options *options)
{
    struct rules_options rules_options = {
        .matching = options->all_matches ? MATCHING_ALL : MATCHING_FIRST,
        .minimum_priority = options->priority,
    };
    uint64_t failed = 0;
    int r = 0;

    replay->plain = options->plain;
    if (options->check || options->plain)
        r = replay_check_new(&rules_options, &replay->check);
    if (r == 0)
        r = load_rules(&options->rules, &options->choice, &rules_options, WARNINGS_FEW,
                       &replay->rules, NULL);
    if (r == 0)
        r = open_outputs(replay, options);
    if (r == 0)
        r = world_new(NULL, NULL, judge, replay, &replay->world);
    if (r == 0)
        r = play(replay, path);
    if (r < 0)
        return EXIT_ERROR;

    output_counters(replay->output, count_failed, &failed);
    if (replay->plain)
        replay->alerts = replay_check_sums(replay->check)->alerts;
    log_info("%" PRIu64 " records, %" PRIu64 " alerts", replay->records, replay->alerts);
    if (failed)
        return EXIT_ERROR;
    if (replay->check)
        return print_check(replay);
    return replay->alerts ? EXIT_FINDINGS : EXIT_FINE;
}

int replay_command(int argc, char **argv)
{
    struct replay_options options = {.priority = PRIORITY_DEBUG};
    struct replay replay = {0};

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    signal(SIGPIPE, SIG_IGN);
    if (options.check && options.plain)
        return options_error(&usage, "--check has --plain in it");
    replay.priority = options.priority;
    code = replay_file(&replay, argv[optind], &options);
    replay_check_free(replay.check);
    world_free(replay.world);
    output_free(replay.output);
    rules_free(replay.rules);
    return code;
}
