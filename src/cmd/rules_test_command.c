/* SPDX-License-Identifier: Apache-2.0 */
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include <jansson.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/files.h"
#include "cases/cases.h"
#include "cmd/command.h"
#include "cmd/load_rules.h"
#include "sensor/recording.h"
#include "yaml/yaml_source.h"

#define FILES_MAX 1000 /* that one call names */

struct test_options {
    struct texts rules;
    bool json;
};

#define OPTION(option_name, option_kind, member, option_help)                                      \
    .name = option_name, .kind = OPTION_##option_kind,                                             \
    .offset = offsetof(struct test_options, member), .help = option_help

static const struct option_row rows[] = {
    {OPTION("rules", TEXTS, rules, "rules to test, in this order (else: those that a FILE names)"),
     .letter = 'r', .value = "FILE|DIR"},
    {OPTION("json", FLAG, json, "the results as JSON")},
};

static const struct usage usage = {
    .command = "rules test",
    .operands = "FILE|DIR...",
    .summary = "Judge the events of test files, and compare which rules fire with which should.\n\n"
               "Exit code 0 when all tests pass, 1 when one fails, 2 when a file can't be used.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
    .operands_min = 1,
    .operands_max = FILES_MAX,
};

struct tester {
    const struct test_options *options;
    json_t *results; /* NULL: text */
    size_t passed, failed;
    size_t unusable; /* files, and directories without one */
};

DEFINE_CLEANUP(struct ruleset *, rules_free);
DEFINE_CLEANUP(struct case_player *, case_player_free);

static int print_error(const struct error *error)
{
    char place[ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32];

    fprintf(stderr, "%s\n", error_format(error, place, sizeof(place)));
    return error->code;
}

/* How a rule did in a test. */
enum outcome { OUTCOME_FINE, OUTCOME_MISSING, OUTCOME_UNEXPECTED };

static enum outcome outcome_of(const struct rule_case *test, const struct case_player *player,
                               size_t rule, const char *name)
{
    bool fired = case_player_hits(player, rule) > 0, expected = case_expects(test, name);

    if (fired == expected || (fired && test->others_ignored))
        return OUTCOME_FINE;
    return fired ? OUTCOME_UNEXPECTED : OUTCOME_MISSING;
}

static bool is_passed(const struct rule_case *test, const struct case_player *player,
                      const struct ruleset *rules)
{
    struct rule_info info;

    for (size_t i = 0; i < rules_count(rules); i++) {
        rules_info(rules, i, &info);
        if (outcome_of(test, player, i, info.name) != OUTCOME_FINE)
            return false;
    }
    return true;
}

/* Every rule that is not fine, and what it did. */
static void print_failure(const struct rule_case *test, const struct case_player *player,
                          const struct ruleset *rules)
{
    const char *comma = "";
    struct rule_info info;

    printf("FAIL %s: %s:%u:%u: ", test->name, test->file, test->line, test->column);
    for (size_t i = 0; i < rules_count(rules); i++) {
        rules_info(rules, i, &info);
        enum outcome outcome = outcome_of(test, player, i, info.name);
        if (outcome == OUTCOME_FINE)
            continue;
        printf("%s'%s' %s%s", comma, info.name,
               outcome == OUTCOME_MISSING ? "did not fire" : "fired",
               outcome == OUTCOME_MISSING && !info.enabled ? " (it is disabled)" : "");
        comma = ", ";
    }
    putchar('\n');
}

static json_t *result_json(const struct rule_case *test, const struct case_player *player,
                           const struct ruleset *rules, bool passed)
{
    json_t *fired = json_array(), *missing = json_array(), *unexpected = json_array();
    struct rule_info info;

    for (size_t i = 0; i < rules_count(rules); i++) {
        rules_info(rules, i, &info);
        enum outcome outcome = outcome_of(test, player, i, info.name);
        if (case_player_hits(player, i))
            json_array_append_new(fired, json_string(info.name));
        if (outcome != OUTCOME_FINE)
            json_array_append_new(outcome == OUTCOME_MISSING ? missing : unexpected,
                                  json_string(info.name));
    }
    return json_pack("{s:s, s:s, s:i, s:b, s:o, s:o, s:o}", "name", test->name, "file", test->file,
                     "line", (int)test->line, "passed", passed, "fired", fired, "missing", missing,
                     "unexpected", unexpected);
}

static int play(struct case_player *player, const struct rule_case *test)
{
    struct error error = {0};
    bool truncated = false;
    int r;

    if (test->recording)
        r = recording_read(test->recording, case_player_record, player, &truncated, &error);
    else
        r = case_player_records(player, test);
    case_player_end(player);
    if (r == 0 && !truncated)
        return 0;
    const char *why = truncated       ? "it ends within a record"
                      : r == -EBADMSG ? "a record is malformed"
                                      : strerror(-r);
    struct error at = {0};
    error_set_at(&at, r < 0 ? r : -EBADMSG, test->file, test->line, test->column, "%s: %s",
                 test->recording ? test->recording : test->name, error.code ? error.message : why);
    return print_error(&at);
}

static int run_test(struct tester *tester, const struct rule_case *test, struct ruleset *rules)
{
    _cleanup_(case_player_freep) struct case_player *player = NULL;

    int r = case_player_new(rules, &player);
    if (r == 0)
        r = play(player, test);
    if (r < 0)
        return r;
    bool passed = is_passed(test, player, rules);
    *(passed ? &tester->passed : &tester->failed) += 1;
    if (tester->results)
        json_array_append_new(tester->results, result_json(test, player, rules, passed));
    else if (passed)
        printf("PASS %s\n", test->name);
    else
        print_failure(test, player, rules);
    return 0;
}

/* What -r names is tested in place of what the file names. */
static int load(const struct tester *tester, const char *path, const struct case_file *file,
                struct ruleset **ret_rules)
{
    const struct rules_options everything = {
        .matching = MATCHING_ALL,
        .minimum_priority = PRIORITY_DEBUG,
    };
    struct texts named = {.count = file->rule_count};
    struct error error = {0};

    _Static_assert(CASES_RULES_MAX <= TEXTS_MAX, "what a file names fits");
    for (size_t i = 0; i < file->rule_count; i++)
        named.items[i] = file->rules[i];
    if (!tester->options->rules.count && !named.count) {
        error_set_at(&error, -ENOENT, path, 0, 0, "names no rules, and there is no -r");
        return print_error(&error);
    }
    return load_rules(tester->options->rules.count ? &tester->options->rules : &named, NULL,
                      &everything, WARNINGS_NONE, ret_rules, NULL);
}

static int try_file(struct tester *tester, const char *path)
{
    _cleanup_(rules_freep) struct ruleset *rules = NULL;
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_free_ char *text = NULL;
    struct case_file file = {0};
    struct error error = {0};
    size_t len;

    int r = read_file(path, YAML_FILE_MAX, &text, &len);
    if (r < 0) {
        error_set_at(&error, r, path, 0, 0, "cannot be read: %s", strerror(-r));
        return print_error(&error);
    }
    if (cases_load(path, text, len, &arena, &file, &error) < 0)
        return print_error(&error);
    r = load(tester, path, &file, &rules);
    if (r < 0)
        return r;
    if (cases_check_rules(&file, rules, &error) < 0)
        return print_error(&error);
    for (size_t i = 0; r == 0 && i < file.count; i++)
        r = run_test(tester, &file.cases[i], rules);
    return r;
}

static void run_file(struct tester *tester, const char *path)
{
    tester->unusable += try_file(tester, path) < 0;
}

static int is_yaml(const struct dirent *entry)
{
    const char *dot = strrchr(entry->d_name, '.');

    return dot && dot != entry->d_name && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

/* The files of a directory, in name order; none is an error: nothing would be tested. */
static void run_directory(struct tester *tester, const char *path)
{
    struct dirent **entries = NULL;
    int count = scandir(path, &entries, is_yaml, alphasort);

    if (count <= 0) {
        int r = count < 0 ? -errno : -ENOENT;
        struct error error = {0};
        error_set_at(&error, r, path, 0, 0, "no *.yaml and no *.yml can be read here: %s",
                     strerror(-r));
        print_error(&error);
        tester->unusable++;
    }
    for (int i = 0; i < count; i++) {
        _cleanup_buf_ struct buf file = {0};
        buf_printf(&file, "%s/%s", path, entries[i]->d_name);
        if (file.failed)
            tester->unusable++;
        else
            run_file(tester, file.data);
        free(entries[i]);
    }
    free(entries);
}

static int print_sums(struct tester *tester)
{
    if (!tester->results) {
        printf("%zu passed, %zu failed", tester->passed, tester->failed);
        if (tester->unusable)
            printf(", %zu not usable", tester->unusable);
        putchar('\n');
        return 0;
    }
    json_t *sums = json_pack("{s:o, s:I, s:I, s:I}", "tests", tester->results, "passed",
                             (json_int_t)tester->passed, "failed", (json_int_t)tester->failed,
                             "not_usable", (json_int_t)tester->unusable);
    int r = sums ? json_dumpf(sums, stdout, JSON_INDENT(2)) : -ENOMEM;
    putchar('\n');
    json_decref(sums);
    return r;
}

int rules_test_command(int argc, char **argv)
{
    struct test_options options = {0};

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    struct tester tester = {.options = &options, .results = options.json ? json_array() : NULL};
    for (int i = optind; i < argc; i++) {
        struct stat status;
        bool is_directory = stat(argv[i], &status) == 0 && S_ISDIR(status.st_mode);
        if (is_directory)
            run_directory(&tester, argv[i]);
        else
            run_file(&tester, argv[i]);
    }
    if (print_sums(&tester) < 0 || tester.unusable)
        return EXIT_ERROR;
    return tester.failed ? EXIT_FINDINGS : EXIT_FINE;
}
