/* SPDX-License-Identifier: Apache-2.0 */
/* The format: what is read, and what is refused where. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "cases/cases.h"
#include "yaml/yaml_source.h"

#define FILE_NAME "dir/tests.yaml"

static int load(struct arena *arena, const char *text, struct case_file *file, struct error *error)
{
    *error = (struct error){0};
    return cases_load(FILE_NAME, text, strlen(text), arena, file, error);
}

static void a_file_is_read(void **state)
{
    static const char text[] = "rules: [../a.yaml, /b.yaml]\n"
                               "tests:\n"
                               "- name: one\n"
                               "  recording: r.rec\n"
                               "  expect: [A, B]\n"
                               "  others: ignored\n"
                               "- {name: two, events: [{type: setsid}], expect: []}\n";
    _cleanup_arena_ struct arena arena = {0};
    struct case_file file = {0};
    struct error error;

    assert_int_equal(load(&arena, text, &file, &error), 0);
    assert_int_equal(file.rule_count, 2);
    assert_string_equal(file.rules[0], "dir/../a.yaml");
    assert_string_equal(file.rules[1], "/b.yaml");
    assert_int_equal(file.count, 2);
    assert_string_equal(file.cases[0].recording, "dir/r.rec");
    assert_true(case_expects(&file.cases[0], "B"));
    assert_false(case_expects(&file.cases[0], "C"));
    assert_true(file.cases[0].others_ignored);
    assert_int_equal(file.cases[0].line, 3);
    assert_null(file.cases[1].recording);
    assert_false(file.cases[1].others_ignored);
    assert_int_not_equal(file.cases[1].record_count, 0);
}

struct bad {
    const char *text, *place, *message;
};

static void expect_bad(const struct bad *rows, size_t count, const char *format)
{
    unsigned failed = 0;

    for (size_t i = 0; i < count; i++) {
        _cleanup_arena_ struct arena arena = {0};
        _cleanup_buf_ struct buf text = {0};
        struct case_file file = {0};
        struct error error;
        char place[32];
        buf_add_string(&text, format);
        buf_add_string(&text, rows[i].text);
        int r = load(&arena, text.data, &file, &error);
        snprintf(place, sizeof(place), "%u:%u", error.line, error.column);
        if (r < 0 && error.code == r && strcmp(error.file, FILE_NAME) == 0 &&
            strcmp(place, rows[i].place) == 0 && strstr(error.message, rows[i].message))
            continue;
        print_error("%s\nwanted %s: %s, got %s: %s\n\n", rows[i].text, rows[i].place,
                    rows[i].message, place, r < 0 ? error.message : "no error");
        failed++;
    }
    assert_int_equal(failed, 0);
}

#define EXPECT_BAD(rows, before) expect_bad(rows, sizeof(rows) / sizeof((rows)[0]), before)

static void a_bad_file_is_refused_with_its_place(void **state)
{
    static const struct bad rows[] = {
        {"", "1:1", "one YAML document"},
        {"a: [", "2:1", "not valid YAML"},
        {"- a", "1:1", "must be a mapping"},
        {"test: []", "1:1", "no key 'test'; did you mean 'tests'"},
        {"rules: []", "1:1", "tests must be a list"},
        {"tests: []", "1:8", "tests must be a list"},
        {"rules: a.yaml\ntests: [{}]", "1:8", "rules must be a list"},
        {"rules: [[a]]\ntests: [{}]", "1:9", "a text is expected"},
        {"tests: [{expect: []}]", "1:9", "needs a name"},
        {"tests: [{name: a}]", "1:9", "needs expect"},
        {"tests: [{name: a, expects: []}]", "1:19", "did you mean 'expect'"},
        {"tests: [{name: a, expect: []}]", "1:9", "either events or a recording"},
        {"tests: [{name: a, expect: [], recording: x, events: []}]", "1:9", "either"},
        {"tests: [{name: a, expect: X, recording: x}]", "1:27", "must be a list"},
        {"tests: [{name: a, expect: [[]], recording: x}]", "1:28", "a text is expected"},
        {"tests: [{name: a, expect: [], events: []}]", "1:39", "at least one event"},
        {"tests: [{name: a, expect: [], others: gone, recording: x}]", "1:39", "none of the words"},
        {"tests: [{name: a, expect: [], recording: x}, {name: a, expect: [], recording: x}]",
         "1:53", "a test of this name"},
        {"users: [a]\ntests: [{name: a, expect: [], events: [{type: setsid}]}]", "1:8",
         "users must be a mapping"},
        {"users: {a: -1}\ntests: [{name: a, expect: [], events: [{type: setsid}]}]", "1:12",
         "must be a number from 0"},
    };

    EXPECT_BAD(rows, "");
}

static void a_bad_event_is_refused_with_its_place(void **state)
{
    static const struct bad rows[] = {
        {"x", "5:5", "an event must be a mapping"},
        {"{}", "5:5", "an event needs a type"},
        {"{type: opnat}", "5:12", "'opnat' is no event; did you mean 'openat'"},
        {"{type: process_found}", "5:12", "is no event"},
        {"{type: openat, process: a}", "5:29", "a process must be a mapping"},
        {"{type: openat, process: {exee: a}}", "5:30", "did you mean 'exe'"},
        {"{type: openat, process: {name: a-name-of-20-bytes--}}", "5:36", "keeps 15 bytes"},
        {"{type: openat, process: {pid: 0}}", "5:35", "must be a number from 1 to 999999"},
        {"{type: openat, process: {stdin: ip}}", "5:37", "none of the words"},
        {"{type: openat, process: {capabilities: [CAP_SYS_ADMN]}}", "5:45",
         "did you mean 'CAP_SYS_ADMIN'"},
        {"{type: openat, process: {parent: {uid: x}}}", "5:44", "'x' is no number"},
        {"{type: openat, process: {exe_flags: [upper]}}", "5:42", "none of the words"},
        {"{type: openat, container: {name: a}}", "5:31", "a container needs an id"},
        {"{type: openat, container: {id: a, runtime: rkt}}", "5:48", "no runtime that is known"},
        {"{type: openat, container: {id: a, privileged: yes}}", "5:51", "none of the words"},
        {"{type: openat, container: guest}", "5:31", "must be a mapping"},
        {"{type: openat, args: [a]}", "5:26", "args must be a mapping"},
        {"{type: openat, args: {nme: /a}}", "5:27",
         "openat has no argument 'nme'; did you mean 'name'"},
        {"{type: openat, args: {flags: O_RDWR|O_CRAT}}", "5:34",
         "'O_CRAT' is no number and no name of one here; did you mean 'O_CREAT'"},
        {"{type: openat, args: {flags: ''}}", "5:34", "is no number"},
        {"{type: openat, args: {flags: 0x}}", "5:34", "is no number"},
        {"{type: openat, args: {flags: 1, open_flags: 2}}", "5:37", "another name"},
        {"{type: openat, args: {fd: 1, result: 2}}", "5:34", "given already, as 'fd'"},
        {"{type: openat, args: {result: ENOTHERE}}", "5:35", "'ENOTHERE' is no number"},
        {"{type: connect, args: {addr: 1.2.3}}", "5:34", "is no address"},
        {"{type: connect, args: {addr: '1.2.3.4:99999'}}", "5:34", "is no address"},
        {"{type: connect, args: {addr: '[::1'}}", "5:34", "is no address"},
        {"{type: connect, args: {socket: {}}}", "5:36", "needs local, remote or family"},
        {"{type: connect, args: {socket: {local: 1.1.1.1, remote: '::1'}}}", "5:61",
         "another family"},
        {"{type: openat, compat: maybe}", "5:28", "none of the words"},
    };

    EXPECT_BAD(rows, "tests:\n- name: t\n  expect: []\n  events:\n  - ");
}

static void an_expected_rule_must_exist(void **state)
{
    static const char rules_text[] =
        "- {rule: Shell run, desc: d, output: o, priority: INFO, condition: evt.type=execve}\n";
    static const char text[] = "tests:\n"
                               "- {name: a, recording: x, expect: [Shell run]}\n"
                               "- {name: b, recording: x, expect: [Shell runs]}\n";
    const struct rules_source source = {"rules.yaml", rules_text, strlen(rules_text)};
    const struct rules_options options = {.matching = MATCHING_ALL,
                                          .minimum_priority = PRIORITY_DEBUG};
    struct rules_warnings warnings = {0};
    _cleanup_arena_ struct arena arena = {0};
    struct case_file file = {0};
    struct ruleset *rules = NULL;
    struct error error;

    assert_int_equal(load(&arena, text, &file, &error), 0);
    assert_int_equal(rules_load(&source, 1, &options, &warnings, &rules, &error), 0);
    rules_warnings_done(&warnings);
    assert_int_equal(cases_check_rules(&file, rules, &error), -ENOENT);
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 36);
    assert_non_null(strstr(error.message, "did you mean 'Shell run'"));
    file.count = 1;
    assert_int_equal(cases_check_rules(&file, rules, &error), 0);
    rules_free(rules);
}

/* An alias is cheap to write: what it stands for is counted. */
static void the_records_of_a_file_are_bounded(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_buf_ struct buf text = {0};
    struct case_file file = {0};
    struct error error;

    buf_add_string(&text, "tests:\n- name: t\n  expect: []\n  process: {exe: /a, cmdline: [");
    for (unsigned i = 0; i < 100000; i++)
        buf_add_char(&text, 'a');
    buf_add_string(&text, "]}\n  events:\n");
    for (unsigned i = 0; i < 1000; i++)
        buf_add_string(&text, "  - {type: execve}\n");
    assert_int_equal(text.failed, 0);
    assert_int_equal(load(&arena, text.data, &file, &error), -E2BIG);
    assert_non_null(strstr(error.message, "take more than 64 MiB"));
    assert_true(error.line > 5);

    buf_add_string(&text, "  - {type: execve}\n");
    assert_int_equal(load(&arena, text.data, &file, &error), -E2BIG);
    assert_non_null(strstr(error.message, "too many events"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_is_read),
        cmocka_unit_test(a_bad_file_is_refused_with_its_place),
        cmocka_unit_test(a_bad_event_is_refused_with_its_place),
        cmocka_unit_test(an_expected_rule_must_exist),
        cmocka_unit_test(the_records_of_a_file_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
