/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rules/stub.h"

/* What the rules below are asked of: an openat. */
static int set_values(void **state)
{
    stub_reset();
    stub_string("proc.name", "cat");
    stub_string("proc.cmdline", "cat \"a b\" c");
    stub_string("container.name", "a b");
    stub_string("fd.name", "/etc/shadow");
    stub_number("fd.num", 3);
    return 0;
}

/* The rule "a" matches but for its exceptions, which begin in line 8. */
#define RULE                                                                                       \
    "- rule: a\n  desc: d\n  output: o\n  priority: INFO\n"                                        \
    "  condition: fd.num = 4 or fd.num = 3\n  exceptions:\n"
#define APPEND        "- rule: a\n  append: true\n  exceptions:\n"
#define OVERRIDE(how) "- rule: a\n  override: {exceptions: " how "}\n  exceptions:\n"

struct row {
    const char *before, *exceptions;
    bool excepted;
};

static void expect_excepted(const struct row *rows, size_t count)
{
    unsigned failed = 0;

    for (size_t i = 0; i < count; i++) {
        _cleanup_buf_ struct buf yaml = {0};
        buf_printf(&yaml, "%s" RULE "%s", rows[i].before, rows[i].exceptions);
        const char *fired = stub_fired(yaml.data);
        if (fired && strcmp(fired, rows[i].excepted ? "" : "a") == 0)
            continue;
        print_error("%swanted %s, got '%s'\n\n", yaml.data, rows[i].excepted ? "''" : "'a'",
                    fired ? fired : stub_error.message);
        failed++;
    }
    assert_int_equal(failed, 0);
}

static void rows_of_values_name_a_value_for_each_field(void **state)
{
    static const struct row rows[] = {
        /* without comps each is an equality, joined by and; rows are joined by or */
        {"", "  - {name: e, fields: [proc.name, fd.num], values: [[cat, 3]]}\n", true},
        {"", "  - {name: e, fields: [proc.name, fd.num], values: [[cat, 4]]}\n", false},
        {"", "  - {name: e, fields: [proc.name, fd.num], values: [[x, 3], [cat, 3]]}\n", true},
        {"", "  - {name: e, fields: [proc.name, fd.num], values: [[x, 3], [cat, 4]]}\n", false},
        {"", "  - {name: e, fields: [proc.name], values: [[cat]]}\n", true},
        {"", "  - {name: e, fields: [proc.name], values: [[catt]]}\n", false},
        /* a field the event does not have is no exception */
        {"", "  - {name: e, fields: [proc.pname], values: [[x]]}\n", false},
        {"", "  - {name: e, fields: [proc.pname], comps: ['!='], values: [[x]]}\n", false},
        /* with comps */
        {"",
         "  - name: e\n    fields: [proc.name, fd.name]\n    comps: [startswith, '=']\n"
         "    values: [[ca, /etc/shadow]]\n",
         true},
        {"",
         "  - name: e\n    fields: [proc.name, fd.name]\n    comps: [endswith, contains]\n"
         "    values: [[ca, shadow]]\n",
         false},
        {"", "  - {name: e, fields: [fd.num], comps: ['>='], values: [[3]]}\n", true},
        {"", "  - {name: e, fields: [fd.name], comps: [pmatch], values: [[[/etc]]]}\n", true},
        {"", "  - {name: e, fields: [fd.name], comps: [glob], values: [['/etc/*']]}\n", true},
        {"", "  - {name: e, fields: [fd.name], comps: [regex], values: [['/etc/.*']]}\n", true},
        {"", "  - {name: e, fields: [fd.name], comps: [contains anyof], values: [[[x, shadow]]]}\n",
         true},
        {"", "  - {name: e, fields: [fd.name], comps: [contains allof], values: [[[x, shadow]]]}\n",
         false},
        /* lists of values in a row: written as a list, in parentheses, or as one value */
        {"",
         "  - {name: e, fields: [proc.name, fd.num], comps: [in, '='], values: [[[x, cat], 3]]}\n",
         true},
        {"",
         "  - {name: e, fields: [proc.name, fd.num], comps: [in, '='], values: [[[x, y], 3]]}\n",
         false},
        {"", "  - {name: e, fields: [proc.name], comps: [in], values: [['(x, cat)']]}\n", true},
        {"", "  - {name: e, fields: [proc.name], comps: [in], values: [['x, cat']]}\n", true},
        {"", "  - {name: e, fields: [proc.name], comps: [in], values: [[cat]]}\n", true},
        {"- list: l\n  items: [x, cat]\n",
         "  - {name: e, fields: [proc.name], comps: [in], values: [[l]]}\n", true},
        {"- list: l\n  items: [x, cat]\n",
         "  - {name: e, fields: [proc.name], comps: [in], values: [[(l)]]}\n", true},
        {"- list: l\n  items: [cat]\n", "  - {name: e, fields: [proc.name], values: [[l]]}\n",
         true},
        {"- list: l\n  items: [cat]\n", "  - {name: e, fields: [proc.name], values: [['\"l\"']]}\n",
         false},
        /* blanks and quotes */
        {"", "  - {name: e, fields: [container.name], values: [['a b']]}\n", true},
        {"", "  - {name: e, fields: [container.name], values: [['\"a b\"']]}\n", true},
        {"", "  - {name: e, fields: [container.name], comps: [in], values: [[[x, a b]]]}\n", true},
        {"", "  - {name: e, fields: [proc.cmdline], values: [['cat \"a b\" c']]}\n", true},
        {"", "  - {name: e, fields: [proc.cmdline], values: [['\"cat \\\"a b\\\" c\"']]}\n", true},
    };

    expect_excepted(rows, sizeof(rows) / sizeof(rows[0]));
}

static void a_single_field_has_a_list_of_values(void **state)
{
    static const struct row rows[] = {
        {"", "  - {name: e, fields: proc.name, values: [x, cat]}\n", true},
        {"", "  - {name: e, fields: proc.name, values: [x]}\n", false},
        {"", "  - {name: e, fields: proc.name, comps: in, values: [cat]}\n", true},
        {"", "  - {name: e, fields: proc.name, comps: intersects, values: [cat]}\n", true},
        {"", "  - {name: e, fields: fd.name, comps: pmatch, values: [/var, /etc]}\n", true},
        {"", "  - {name: e, fields: fd.name, comps: pmatch, values: [/var]}\n", false},
        {"", "  - {name: e, fields: fd.name, comps: endswith anyof, values: [x, ow]}\n", true},
        {"", "  - {name: e, fields: fd.name, comps: endswith oneof, values: [w, ow]}\n", false},
        {"", "  - {name: e, fields: container.name, values: [a b]}\n", true},
        {"", "  - {name: e, fields: fd.num, values: [1, 3]}\n", true},
        {"- list: l\n  items: [x, cat]\n", "  - {name: e, fields: proc.name, values: [y, l]}\n",
         true},
    };

    expect_excepted(rows, sizeof(rows) / sizeof(rows[0]));
}

static void exceptions_are_merged(void **state)
{
    static const struct row rows[] = {
        /* nothing to except */
        {"", "  - {name: e, fields: proc.name}\n", false},
        {"", "  - {name: e, fields: proc.name, values: []}\n", false},
        {"", "  - {name: e, fields: [proc.name], values: []}\n", false},
        {"", "", false},
        /* several: any of them */
        {"",
         "  - {name: e, fields: proc.name, values: [x]}\n"
         "  - {name: f, fields: [fd.num], values: [[3]]}\n",
         true},
        /* values for one that is there */
        {"", "  - {name: e, fields: proc.name}\n" APPEND "  - {name: e, values: [cat]}\n", true},
        {"",
         "  - {name: e, fields: [proc.name, fd.num], comps: [in, '>'], values: [[[x], 1]]}\n" //
         APPEND "  - {name: e, values: [[[cat], 2]]}\n",
         true},
        {"",
         "  - {name: e, fields: proc.name}\n" OVERRIDE("append") "  - {name: e, values: [cat]}\n",
         true},
        /* a new one */
        {"",
         "  - {name: e, fields: proc.name}\n" APPEND "  - {name: f, fields: fd.num, values: [3]}\n",
         true},
        {"",
         "  - {name: e, fields: proc.name}\n" OVERRIDE(
             "append") "  - {name: f, fields: fd.num, values: [3]}\n",
         true},
        /* appended twice */
        {"",
         "  - {name: e, fields: proc.name}\n" APPEND "  - {name: e, values: [x]}\n" //
         APPEND "  - {name: e, values: [cat]}\n",
         true},
        /* replaced */
        {"",
         "  - {name: e, fields: proc.name, values: [cat]}\n" OVERRIDE(
             "replace") "  - {name: f, fields: fd.num, values: [4]}\n",
         false},
        {"",
         "  - {name: e, fields: proc.name, values: [x]}\n" OVERRIDE(
             "replace") "  - {name: e, fields: fd.num, values: [3]}\n",
         true},
        /* with a condition in the same item */
        {"",
         "  - {name: e, fields: proc.name, values: [x]}\n"
         "- rule: a\n  append: true\n  condition: or fd.num = 5\n  exceptions:\n"
         "  - {name: e, values: [cat]}\n",
         true},
        /* what is appended to the condition stays inside its parentheses */
        {"",
         "  - {name: e, fields: proc.name, values: [cat]}\n"
         "- rule: a\n  append: true\n  condition: or fd.num = 3\n",
         true},
    };

    expect_excepted(rows, sizeof(rows) / sizeof(rows[0]));
    assert_string_equal(stub_fired(RULE "  - {name: e, fields: proc.name, values: [cat]}\n" //
                                   STUB_RULE("a", "fd.num = 3")),
                        "a"); /* defined again: without them */
}

static void errors_have_a_place(void **state)
{
    static const struct stub_error_row rows[] = {
        {RULE "  - e\n  - {}\n", 7, 5, "an exception must be a mapping"},
        {"- rule: a\n  desc: d\n  output: o\n  priority: INFO\n  condition: fd.num = 3\n  "
         "exceptions: e\n",
         6, 15, "'exceptions' must be a sequence"},
        {RULE "  - {fields: proc.name}\n", 7, 5, "key 'name' is missing"},
        {RULE "  - {name: e}\n", 7, 12, "exception 'e' lacks key 'fields'"},
        {RULE "  - {name: e, fields: {a: b}}\n", 7, 23, "must be a field or a sequence"},
        {RULE "  - {name: e, fields: []}\n", 7, 23, "'fields' is empty"},
        {RULE "  - {name: e, fields: [[fd.num]]}\n", 7, 24, "expected the name of a field"},
        {RULE "  - {name: e, fields: [fd.num, fd.nmu]}\n", 7, 32, "field 'fd.nmu' does not exist"},
        {RULE "  - {name: e, fields: fd.nmu}\n", 7, 23, "field 'fd.nmu' does not exist"},
        {RULE "  - {name: e, fields: fd.nmu, values: [1]}\n  skip-if-unknown-filter: true\n", 7, 23,
         "field 'fd.nmu' does not exist"},
        {RULE "  - {name: e, fields: [fd.num], comps: in}\n", 7, 40, "'comps' must be a sequence"},
        {RULE "  - {name: e, fields: [fd.num], comps: [in, in]}\n", 7, 40, "2 comps for 1 fields"},
        {RULE "  - {name: e, fields: [fd.num], comps: [like]}\n", 7, 41, "'like' is no operator"},
        {RULE "  - {name: e, fields: [fd.num], comps: [exists]}\n", 7, 41, "is no operator"},
        {RULE "  - {name: e, fields: [fd.num], comps: [in anyof]}\n", 7, 41, "is no operator"},
        {RULE "  - {name: e, fields: [fd.num], comps: [contains some]}\n", 7, 41, "is no operator"},
        {RULE "  - {name: e, fields: fd.num, comps: '='}\n", 7, 38, "must be in, pmatch"},
        {RULE "  - {name: e, fields: fd.num, comps: [in]}\n", 7, 38, "must be in, pmatch"},
        {RULE "  - {name: e, fields: fd.num, values: 3}\n", 7, 39, "'values' must be a sequence"},
        {RULE "  - {name: e, fields: fd.num, values: }\n", 7, 39, "'values' must be a sequence"},
        {RULE "  - {name: e, fields: fd.num, values: [[3]]}\n", 7, 40, "a single value, not empty"},
        {RULE "  - {name: e, fields: fd.num, values: ['']}\n", 7, 40, "a single value, not empty"},
        {RULE "  - {name: e, fields: [fd.num], values: [3]}\n", 7, 42, "one value per field"},
        {RULE "  - {name: e, fields: [fd.num], values: [[3, 4]]}\n", 7, 42, "one value per field"},
        {RULE "  - {name: e, fields: [fd.num], values: [[[3]]]}\n", 7, 43, "expected a value"},
        {RULE "  - {name: e, fields: [fd.num], values: [[{a: b}]]}\n", 7, 43, "a single value"},
        {RULE "  - {name: e, fields: fd.num, values: [1, x]}\n", 7, 43,
         "'x' is no value for fd.num"},
        {RULE "  - {name: e, fields: proc.name, values: [a, 'b\"']}\n", 7, 48,
         "',' or ')' in the list"},
        /* appended */
        {RULE "  - {name: e, fields: fd.num}\n" APPEND
              "  - {name: e, fields: fd.num, values: [1]}\n",
         11, 23, "only values can be appended to it, not fields"},
        {RULE "  - {name: e, fields: fd.num}\n" APPEND "  - {name: e, comps: in, values: [1]}\n",
         11, 22, "only values can be appended to it, not comps"},
        {RULE "  - {name: e, fields: fd.num}\n" APPEND "  - {name: f, values: [1]}\n", 11, 12,
         "exception 'f' lacks key 'fields'"},
        {RULE "  - {name: e, fields: fd.num}\n" APPEND "  - {name: f, fields: fd.num}\n", 11, 12,
         "exception 'f' is new and lacks key 'values'"},
    };

    stub_expect_errors(rows, sizeof(rows) / sizeof(rows[0]));
}

static void warnings_have_a_place(void **state)
{
    static const struct stub_warning_row rows[] = {
        {RULE "  - {name: e, fields: fd.num}\n  - {name: e, fields: proc.name}\n", 8, 12,
         "LOAD_EXCEPTION_NAME_NOT_UNIQUE", "exception 'e' is defined twice"},
        {RULE "  - {name: e, fields: fd.num}\n" APPEND "  - {name: e}\n", 11, 12,
         "LOAD_APPEND_NO_VALUES", "it has no values"},
        {RULE "  - {name: e, fields: fd.num}\n" OVERRIDE("append") "  - {name: e}\n", 11, 12,
         "LOAD_APPEND_NO_VALUES", "it has no values"},
    };

    stub_expect_warnings(rows, sizeof(rows) / sizeof(rows[0]));
}

/* A source that is not known here has fields that are not either. */
static void other_sources_are_not_checked(void **state)
{
    assert_string_equal(
        stub_fired("- rule: a\n  desc: d\n  output: o\n  priority: INFO\n  source: k8s_audit\n"
                   "  condition: ka.verb = get\n  exceptions:\n"
                   "  - {name: e, fields: [ka.user.name], comps: [in], values: [[x]]}\n"
                   "  - {name: f, fields: ka.verb, values: [x]}\n" STUB_RULE("b", "fd.num = 3")),
        "b");
}

static void exceptions_are_bounded(void **state)
{
    _cleanup_buf_ struct buf yaml = {0};

    buf_add_string(&yaml, RULE);
    for (int i = 0; i < 10000; i++)
        buf_printf(&yaml, "  - {name: e%d, fields: fd.num}\n", i);
    struct ruleset *rules = stub_load(yaml.data);
    assert_non_null(rules);
    rules_free(rules);
    buf_add_string(&yaml, "  - {name: last, fields: fd.num}\n");
    assert_null(stub_load(yaml.data));
    assert_non_null(strstr(stub_error.message, "more than 10000 exceptions"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rows_of_values_name_a_value_for_each_field, set_values),
        cmocka_unit_test_setup(a_single_field_has_a_list_of_values, set_values),
        cmocka_unit_test_setup(exceptions_are_merged, set_values),
        cmocka_unit_test(errors_have_a_place),
        cmocka_unit_test(warnings_have_a_place),
        cmocka_unit_test(exceptions_are_bounded),
        cmocka_unit_test_setup(other_sources_are_not_checked, set_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
