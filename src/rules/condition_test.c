/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rules/stub.h"

struct row {
    const char *condition; /* in line 6, from column 5 on */
    unsigned column;       /* counted from its start */
    const char *message;
};

/* What cannot be read, or makes no sense, and where it says so. */
static const struct row rows[] = {
    {"proc.name =", 12, "expected a value, found the end of the text"},
    {"proc.name", 10, "expected an operator"},
    {"proc.name ~ x", 11, "found '~'"},
    {"proc.name like x", 11, "expected an operator"},
    {"proc.name = x y", 15, "expected 'and' or 'or', found 'y'"},
    {"proc.name = x and", 18, "expected a blank or '(' after 'and'"},
    {"proc.name = x and ", 19, "expected a field, a macro, 'not' or '('"},
    {"proc.name = x AND fd.num = 1", 15, "found 'AND'"},
    {"(proc.name = x", 15, "expected 'and', 'or' or ')'"},
    {"proc.name = x)", 14, "found ')'"},
    {"proc.name in (a, b", 19, "',' or ')'"},
    {"proc.name in (a,, b)", 17, "expected a value"},
    {"proc.name in (a b)", 17, "',' or ')' in the list, found 'b'"},
    {"proc.name = \"x", 13, "does not end"},
    {"proc.name = 'a\\qb'", 15, "'\\q' is no escape"},
    {"proc.name = \"a\\'b\"", 15, "'\\'' is no escape"},
    {"proc.name contains\"x\"", 19, "expected a blank after the operator"},
    {"proc.env[ = 1", 10, "argument of the field"},
    {"proc.env[a = 1", 11, "expected ']'"},
    {"fd.num > x", 10, "expected a number"},
    {"fd.num < ", 10, "expected a number"},
    {"frob(proc.name) = x", 1, "'frob' is no transformer"},
    {"tolower(proc) = x", 9, "expected a field"},
    {"tolower(proc.name = x", 19, "expected ')'"},
    {"not", 1, "macro 'not' is not defined"},
    {"proc.name = x andproc.name = y", 15, "found 'andproc.name'"},
    /* fields and types */
    {"proc.nmae = x", 1, "field 'proc.nmae' does not exist"},
    {"fd.num = 1 and proc.name[1] = x", 16, "takes no argument"},
    {"fd.num = x", 10, "'x' is no value for fd.num: expected a whole number"},
    {"fd.num = 1.5", 10, "expected a whole number"},
    {"fd.num = 99999999999999999999", 10, "expected a whole number"},
    {"fd.num = \"0x 1\"", 10, "expected a whole number"},
    {"fd.num = 0x0x1", 10, "expected a whole number"},
    {"fd.num = ' 1'", 10, "expected a whole number"},
    {"fd.num in (1, 2, x)", 18, "'x' is no value"},
    {"fd.num = \"\"", 10, "expected a whole number"},
    {"fd.num contains 1", 8, "operator 'contains' does not apply to fd.num, which is a number"},
    {"proc.name > 1", 11, "operator '>' does not apply to proc.name, which is a string"},
    {"evt.is_open_read = maybe", 20, "expected true or false"},
    {"evt.is_open_read > 0", 18, "does not apply"},
    {"fd.sport = 65536", 12, "0 to 65535"},
    {"fd.sport = http", 12, "0 to 65535"},
    {"fd.sip = 10.0.0.0/8", 10, "an IPv4 or IPv6 address"},
    {"fd.sip = 1.2.3", 10, "an IPv4 or IPv6 address"},
    {"fd.net = 10.0.0.0/33", 10, "a network"},
    {"fd.net = \"10.0.0.0/\"", 10, "a network"},
    {"fd.sip contains 10", 8, "does not apply"},
    {"proc.name bcontains 4", 21, "pairs of hex digits"},
    {"proc.name bcontains xy", 21, "pairs of hex digits"},
    {"proc.name regex 'a(b'", 21, "no regular expression"},
    {"evt.type = opennat", 12, "'opennat' is no event type; did you mean 'openat'?"},
    {"evt.type in (openat, frobnicate)", 22, "'frobnicate' is no event type"},
    {"tolower(fd.num) = 1", 9, "transformer 'tolower' takes strings"},
    {"join(proc.name) = 1", 6, "not supported yet"},
    {"concat(proc.name, proc.pname) = 1", 17, "more than one value is not supported yet"},
    {"proc.name = val(fd.num)", 17, "they can't be compared"},
    {"proc.name regex val(fd.name)", 21, "takes no field on its right-hand side"},
    {"spawned", 1, "macro 'spawned' is not defined"},
};

static void errors_have_a_place(void **state)
{
    unsigned failed = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        _cleanup_buf_ struct buf yaml = {0};
        buf_printf(&yaml,
                   "- rule: rule\n  desc: d\n  output: o\n  priority: INFO\n  condition: |\n"
                   "    %s",
                   row->condition);
        struct ruleset *rules = stub_load(yaml.data);
        if (rules || stub_error.line != 6 || stub_error.column != row->column + 4 ||
            !strstr(stub_error.message, row->message)) {
            print_error("%s: %u:%u: %s\n", row->condition, stub_error.line, stub_error.column - 4,
                        stub_error.message);
            failed++;
        }
        rules_free(rules);
        assert_string_equal(stub_error.file, "test.yaml");
    }
    assert_int_equal(failed, 0);
}

static void depth_is_bounded(void **state)
{
    _cleanup_buf_ struct buf deep = {0}, nots = {0};

    for (int i = 0; i < 5000; i++) {
        buf_add_char(&deep, '(');
        buf_add_string(&nots, "not ");
    }
    buf_add_string(&deep, "fd.num=1");
    buf_add_string(&nots, "fd.num=1");
    assert_null(stub_load_condition(deep.data));
    assert_non_null(strstr(stub_error.message, "nested more than 200 deep"));

    struct ruleset *rules = stub_load_condition(nots.data);
    assert_non_null(rules);
    rules_free(rules);
}

static void fields_are_bounded(void **state)
{
    _cleanup_buf_ struct buf transformed = {0};

    for (int i = 0; i < 9; i++)
        buf_add_string(&transformed, "tolower(");
    buf_add_string(&transformed, "proc.name");
    for (int i = 0; i < 9; i++)
        buf_add_char(&transformed, ')');
    buf_add_string(&transformed, " = a");
    assert_null(stub_load_condition(transformed.data));
    assert_non_null(strstr(stub_error.message, "more than 8 transformers"));

    struct ruleset *rules = stub_load_condition(transformed.data + strlen("tolower("));
    assert_null(rules); /* a parenthesis too many */
    transformed.data[strlen("tolower(") * 9 + strlen("proc.name") + 8] = ' ';
    rules = stub_load_condition(transformed.data + strlen("tolower("));
    assert_non_null(rules);
    rules_free(rules);
}

static void size_is_bounded(void **state)
{
    _cleanup_buf_ struct buf big = {0};

    buf_add_string(&big, "fd.num=1");
    while (big.len < 1 << 20)
        buf_add_string(&big, " or fd.num=1");
    assert_null(stub_load_condition(big.data));
    assert_non_null(strstr(stub_error.message, "the limit is 262144"));
    assert_int_equal(stub_error.line, 1);
}

/* The words of the language are values like any other where a value stands. */
static void words_may_be_values(void **state)
{
    static const char *const words[] = {"in", "and", "not", "exists", "or", "oneof", "4", "<"};

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        char condition[64];
        snprintf(condition, sizeof(condition), "proc.name = %s and proc.name in (%s, x)", words[i],
                 words[i]);
        stub_reset();
        stub_string("proc.name", words[i]);
        if (!stub_holds(condition))
            fail_msg("%s", condition);
    }
}

static void escapes_are_resolved(void **state)
{
    stub_reset();
    stub_string("proc.cmdline", "a\\b \b\f\r");
    assert_true(stub_holds("proc.cmdline = \"a\\ b \\b\\f\\r\"")); /* as old rules have it */
    assert_true(stub_holds("proc.cmdline = 'a\\\\b \\b\\f\\r'"));
    stub_string("proc.name", "a\n\t\"\\/b'");
    assert_true(stub_holds("proc.name = \"a\\n\\t\\\"\\\\\\/b'\""));
    assert_true(stub_holds("proc.name = 'a\\n\\t\"\\\\/b\\''"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(errors_have_a_place), cmocka_unit_test(depth_is_bounded),
        cmocka_unit_test(fields_are_bounded),  cmocka_unit_test(size_is_bounded),
        cmocka_unit_test(words_may_be_values), cmocka_unit_test(escapes_are_resolved),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
