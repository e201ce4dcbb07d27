/* SPDX-License-Identifier: Apache-2.0 */
/* Reports: what is counted, and that every format can be read by who reads such formats. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/cleanup.h"
#include "posture/report.h"

static void answer(struct check_run *run)
{
    check_pass(run);
}

static const struct check checks[] = {
    {.id = "LOW",
     .title = "low",
     .severity = SEVERITY_LOW,
     .evaluate = answer,
     .remedy = "do <it>"},
    {.id = "HIGH", .title = "high & \"so\"", .severity = SEVERITY_HIGH, .evaluate = answer},
    {.id = "CRITICAL",
     .title = "critical",
     .severity = SEVERITY_CRITICAL,
     .evaluate = answer,
     .references = REFERENCES("https://example.org/", "ATT&CK T1611")},
};

static const struct subject subject = {
    .kind = SUBJECT_POD, .source = SOURCE_MANIFEST, .name = "Pod/<a>&\x1b\xff"};

static void add(struct report *report, size_t check, enum verdict verdict)
{
    const struct evidence evidence = {SOURCE_MANIFEST, "d/a b#1.yaml", 3, 4,
                                      "spec.x[0]",     "\x01\xff"};
    _cleanup_arena_ struct arena arena = {0};
    struct check_run run;

    check_evaluate(&checks[check], &subject, &report->options, &arena, &run);
    run.answered = false;
    switch (verdict) {
    case VERDICT_FAIL: check_fail(&run, &evidence, "it is '%s'", "<\x02]]>"); break;
    case VERDICT_UNKNOWN: check_unknown(&run, NULL, "nobody knows"); break;
    case VERDICT_PASS: check_pass(&run); break;
    case VERDICT_NOT_APPLICABLE: check_not_applicable(&run); break;
    }
    assert_int_equal(report_add(report, &run), 0);
}

static void the_worst_answer_counts(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct check_run run = {.arena = &arena, .verdict = VERDICT_UNKNOWN};

    check_not_applicable(&run);
    assert_int_equal(run.verdict, VERDICT_NOT_APPLICABLE);
    check_pass(&run);
    assert_int_equal(run.verdict, VERDICT_PASS);
    check_unknown(&run, NULL, "x");
    check_pass(&run);
    assert_int_equal(run.verdict, VERDICT_UNKNOWN);
    for (int i = 0; i < CHECK_NOTES_MAX + 5; i++)
        check_fail(&run, NULL, "x");
    check_unknown(&run, NULL, "x");
    assert_int_equal(run.verdict, VERDICT_FAIL);
    assert_int_equal(run.note_count, CHECK_NOTES_MAX);
    assert_int_equal(run.notes_left_out, 7);
}

static void the_score_takes_unknown_for_no_pass(void **state)
{
    _cleanup_report_ struct report report = {0};

    assert_int_equal(report_score(&report), -1);
    add(&report, 0, VERDICT_NOT_APPLICABLE);
    assert_int_equal(report_score(&report), -1);
    add(&report, 1, VERDICT_PASS);
    assert_int_equal(report_score(&report), 100);
    add(&report, 1, VERDICT_UNKNOWN);
    assert_int_equal(report_score(&report), 50);
    add(&report, 1, VERDICT_FAIL);
    assert_int_equal(report_score(&report), 33);
    add(&report, 2, VERDICT_PASS);
    assert_int_equal(report_score(&report), 60);
    for (int i = 0; i < 10000; i++)
        add(&report, 2, VERDICT_PASS);
    assert_int_equal(report_score(&report), 99);
}

static void severities_decide_and_waivers_spare(void **state)
{
    struct waiver waiver = {
        .check = "LOW", .subject = "*", .reason = "r", .expires_text = "d", .ends = 10};
    struct waivers waivers = {&waiver, 1};
    _cleanup_report_ struct report report = {.waivers = &waivers, .now = 5};

    add(&report, 0, VERDICT_FAIL);
    assert_false(report_fails(&report, SEVERITY_INFO));
    assert_int_equal(report.sums.waived, 1);
    assert_int_equal(report.sums.verdicts[VERDICT_FAIL], 0);
    assert_int_equal(report_score(&report), 0);
    report.now = 10;
    add(&report, 0, VERDICT_FAIL);
    assert_ptr_equal(report.findings[1].expired, &waiver);
    assert_true(report_fails(&report, SEVERITY_LOW));
    assert_false(report_fails(&report, SEVERITY_MEDIUM));
    add(&report, 1, VERDICT_UNKNOWN);
    assert_true(report_fails(&report, SEVERITY_HIGH));
    assert_false(report_fails(&report, SEVERITY_CRITICAL));
}

static void what_a_bad_file_gave_is_taken_back(void **state)
{
    _cleanup_report_ struct report report = {0};

    for (int i = 0; i < 5; i++)
        add(&report, 0, VERDICT_FAIL);
    const struct report_mark mark = report_mark(&report);
    for (int i = 0; i < 20; i++)
        add(&report, 1, VERDICT_FAIL);
    report_rewind(&report, &mark);
    assert_int_equal(report.count, 5);
    assert_false(report_fails(&report, SEVERITY_HIGH));
    for (int i = 0; i < 20; i++)
        add(&report, 2, VERDICT_PASS);
    assert_ptr_equal(report.findings[4].check, &checks[0]);
    assert_ptr_equal(report.findings[24].check, &checks[2]);
}

static char *write_report(enum report_format format)
{
    struct waiver waiver = {
        .check = "CRITICAL", .subject = "*", .reason = "<r>", .expires_text = "d", .ends = 10};
    struct waivers waivers = {&waiver, 1};
    _cleanup_report_ struct report report = {.waivers = &waivers,
                                             .now = 5,
                                             .program_version = "1.2.3",
                                             .options = {.kubernetes_minor = 7}};
    char *text = NULL;
    size_t len;

    report_begin_subject(&report);
    add(&report, 0, VERDICT_FAIL);
    add(&report, 0, VERDICT_PASS);
    add(&report, 1, VERDICT_UNKNOWN);
    add(&report, 1, VERDICT_NOT_APPLICABLE);
    add(&report, 2, VERDICT_FAIL);
    FILE *file = open_memstream(&text, &len);
    assert_non_null(file);
    assert_int_equal(report_write(&report, format, file), 0);
    fclose(file);
    assert_int_equal(strlen(text), len);
    return text;
}

static const char *text_at(json_t *json, const char *key)
{
    const char *text = json_string_value(json_object_get(json, key));

    assert_non_null(text);
    return text;
}

static void json_has_all_findings(void **state)
{
    _cleanup_free_ char *text = write_report(REPORT_JSON);
    json_t *json = json_loads(text, 0, NULL);

    assert_non_null(json);
    json_t *findings = json_object_get(json, "findings");
    assert_int_equal(json_array_size(findings), 5);
    json_t *first = json_array_get(findings, 0);
    assert_string_equal(text_at(first, "verdict"), "FAIL");
    json_t *note = json_array_get(json_object_get(first, "evidence"), 0);
    assert_int_equal(json_integer_value(json_object_get(note, "line")), 3);
    assert_string_equal(text_at(note, "field"), "spec.x[0]");
    assert_string_equal(text_at(note, "value"), "\x01\xef\xbf\xbd");
    json_t *sums = json_object_get(json, "summary");
    assert_int_equal(json_integer_value(json_object_get(sums, "failed")), 1);
    assert_int_equal(json_integer_value(json_object_get(sums, "waived")), 1);
    assert_int_equal(json_integer_value(json_object_get(sums, "unknown")), 1);
    assert_string_equal(text_at(json, "kubernetes_version"), "v1.7");
    json_decref(json);
}

/* The members that the schema of SARIF 2.1.0 requires, and what its readers look for. */
static void sarif_is_as_its_schema_says(void **state)
{
    _cleanup_free_ char *text = write_report(REPORT_SARIF);
    json_t *json = json_loads(text, 0, NULL), *result;
    size_t i;

    assert_non_null(json);
    assert_string_equal(text_at(json, "version"), "2.1.0");
    json_t *run = json_array_get(json_object_get(json, "runs"), 0);
    json_t *driver = json_object_get(json_object_get(run, "tool"), "driver");
    assert_string_equal(text_at(driver, "name"), "Bulwark");
    json_t *rules = json_object_get(driver, "rules"), *results = json_object_get(run, "results");
    assert_int_equal(json_array_size(rules), 3);
    assert_int_equal(json_array_size(results), 3);
    json_array_foreach (results, i, result) {
        size_t index = (size_t)json_integer_value(json_object_get(result, "ruleIndex"));
        assert_string_equal(text_at(result, "ruleId"), text_at(json_array_get(rules, index), "id"));
        text_at(json_object_get(result, "message"), "text");
        bool failed = strcmp(text_at(result, "kind"), "fail") == 0;
        assert_int_equal(strcmp(text_at(result, "level"), "none") != 0, failed);
    }
    result = json_array_get(results, 0);
    json_t *location = json_array_get(json_object_get(result, "locations"), 0);
    json_t *physical = json_object_get(location, "physicalLocation");
    assert_string_equal(text_at(json_object_get(physical, "artifactLocation"), "uri"),
                        "d/a%20b%231.yaml");
    assert_int_equal(
        json_integer_value(json_object_get(json_object_get(physical, "region"), "startLine")), 3);
    result = json_array_get(results, 2);
    json_t *suppression = json_array_get(json_object_get(result, "suppressions"), 0);
    assert_string_equal(text_at(suppression, "kind"), "external");
    assert_string_equal(text_at(suppression, "justification"), "<r>");
    json_decref(json);
}

static size_t count_of(const char *text, const char *part)
{
    size_t count = 0;

    for (const char *at = text; (at = strstr(at, part)); at += strlen(part))
        count++;
    return count;
}

static void junit_is_escaped_and_counted(void **state)
{
    _cleanup_free_ char *text = write_report(REPORT_JUNIT);

    assert_int_equal(count_of(text, "<testcase "), 5);
    assert_int_equal(count_of(text, "</testsuite>"), 1);
    assert_int_equal(count_of(text, "<failure "), 1);
    assert_int_equal(count_of(text, "<error "), 1);
    assert_int_equal(count_of(text, "<skipped "), 2);
    assert_non_null(strstr(text, "tests=\"5\" failures=\"1\" errors=\"1\" skipped=\"2\""));
    assert_non_null(strstr(text, "Pod/&lt;a&gt;&amp;\xef\xbf\xbd\xef\xbf\xbd"));
    assert_non_null(strstr(text, "high &amp; &quot;so&quot;"));
    for (const char *at = text; *at; at++)
        assert_true(*at == '\n' || (unsigned char)*at >= 0x20);
}

static void a_terminal_sees_no_control_characters(void **state)
{
    _cleanup_free_ char *text = write_report(REPORT_TABLE);

    assert_non_null(strstr(text, "Pod/<a>&\\x1b\\xff"));
    assert_non_null(strstr(text, "waived until d: <r>"));
    for (const char *at = text; *at; at++)
        assert_true(*at == '\n' || (unsigned char)*at >= 0x20);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_worst_answer_counts),
        cmocka_unit_test(the_score_takes_unknown_for_no_pass),
        cmocka_unit_test(severities_decide_and_waivers_spare),
        cmocka_unit_test(what_a_bad_file_gave_is_taken_back),
        cmocka_unit_test(json_has_all_findings),
        cmocka_unit_test(sarif_is_as_its_schema_says),
        cmocka_unit_test(junit_is_escaped_and_counted),
        cmocka_unit_test(a_terminal_sees_no_control_characters),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
