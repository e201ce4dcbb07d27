/* SPDX-License-Identifier: Apache-2.0 */
/* What the options of a load do to rules: switches, and what is added to outputs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rules/stub.h"

#define RULE(name, more)                                                                           \
    "- rule: " name "\n  desc: d\n  priority: INFO\n  output: o %proc.name\n"                      \
    "  condition: fd.num = 3\n" more

static const char rules_text[] = RULE("Shell one", "  tags: [shell, host]\n")
    RULE("Shell two", "  tags: [shell]\n  enabled: false\n") RULE("Other", "  tags: [Shell one]\n")
        RULE("Skipped", "  source: k8s_audit\n  tags: [shell]\n");

static void set_values(void)
{
    stub_reset();
    stub_number("fd.num", 3);
    stub_string("proc.name", "cat");
    stub_string("proc.cmdline", "cat\nx");
}

static struct ruleset *load(struct rule_switch *switches, size_t count, const char *const *outputs,
                            size_t output_count, bool suggested)
{
    const struct rules_options options = {
        .matching = MATCHING_ALL,
        .minimum_priority = PRIORITY_DEBUG,
        .no_suggested_output = !suggested,
        .switches = switches,
        .switch_count = count,
        .append_outputs = outputs,
        .append_output_count = output_count,
    };

    return stub_load_options(rules_text, &options);
}

#define SWITCHES_MAX 4

/* In order: the last that matches a rule decides, whatever its file says. */
static void the_last_switch_decides(void **state)
{
    static const struct {
        struct rule_switch switches[SWITCHES_MAX];
        const char *enabled; /* which rules are: one digit each */
        size_t matched[SWITCHES_MAX];
    } rows[] = {
        {{{NULL, false, 0}}, "101", {0}},
        {{{"*", false, 0}}, "000", {4}},
        {{{"*", true, 0}}, "111", {4}},
        {{{"*", false, 0}, {"shell", true, 0}}, "110", {4, 3}},
        {{{"shell", true, 0}, {"*", false, 0}}, "000", {3, 4}},
        {{{"*", false, 0}, {"shell*", true, 0}, {"Shell two", false, 0}}, "101", {4, 4, 1}},
        {{{"rule=Shell one", false, 0}}, "001", {1}},
        {{{"tag=Shell one", false, 0}}, "100", {1}},
        {{{"Shell one", false, 0}}, "000", {2}},
        {{{"tag=Shell ???", false, 0}, {"rule=shell [t]wo", true, 0}}, "110", {1, 1}},
        {{{"tag=other", false, 0}, {"rule=host", false, 0}, {"", false, 0}}, "101", {0, 0, 0}},
    };

    set_values();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rule_switch switches[SWITCHES_MAX];
        size_t count = 0, fires = 0;
        memcpy(switches, rows[i].switches, sizeof(switches));
        while (count < SWITCHES_MAX && switches[count].pattern)
            switches[count++].matched = 77;
        struct ruleset *rules = load(switches, count, NULL, 0, false);
        assert_non_null(rules);
        assert_int_equal(rules_count(rules), 3);
        for (size_t r = 0; r < 3; r++) {
            struct rule_info info;
            rules_info(rules, r, &info);
            if (info.enabled != (rows[i].enabled[r] == '1'))
                fail_msg("row %zu: %s is %s", i, info.name, info.enabled ? "on" : "off");
            fires += info.enabled;
        }
        for (size_t s = 0; s < count; s++)
            assert_int_equal(switches[s].matched, rows[i].matched[s]);
        assert_int_equal(stub_judge(rules, EVENT_OPENAT), fires);
        rules_free(rules);
    }
}

static void outputs_are_added_to(void **state)
{
    static const struct {
        const char *yaml;
        const char *output, *fields;             /* of "Shell one" */
        const char *other_output, *other_fields; /* of "Other" */
    } rows[] = {
        {"{extra_output: 'n=%fd.num'}", "o cat n=3", "fd.num=#3, proc.name=cat", "o cat n=3",
         "fd.num=#3, proc.name=cat"},
        {"match: {source: syscall, tags: [shell, host]}\nextra_output: more", "o cat more",
         "proc.name=cat", "o cat", "proc.name=cat"},
        {"{match: {tags: [shell, none]}, extra_output: more}", "o cat", "proc.name=cat", "o cat",
         "proc.name=cat"},
        {"{match: {source: k8s_audit}, extra_output: '%ka.verb', extra_fields: [jevt.time]}",
         "o cat", "proc.name=cat", "o cat", "proc.name=cat"},
        {"{match: {rule: Shell *}, extra_output: more}", "o cat more", "proc.name=cat", "o cat",
         "proc.name=cat"},
        {"{match: {rule: Other, tags: [shell]}, extra_output: more}", "o cat", "proc.name=cat",
         "o cat", "proc.name=cat"},
        {"- {extra_output: one}\n- {match: {rule: Other}, extra_output: two}", "o cat one",
         "proc.name=cat", "o cat one two", "proc.name=cat"},
        {"append_output:\n- {extra_output: one}", "o cat one", "proc.name=cat", "o cat one",
         "proc.name=cat"},
        {"extra_fields: [fd.num, proc.name, 'proc.aname[2]']", "o cat",
         "fd.num=#3, proc.aname[2]=-, proc.name=cat", "o cat",
         "fd.num=#3, proc.aname[2]=-, proc.name=cat"},
        /* made up: a text of its own, escaped as outputs are */
        {"{match: {rule: Other}, extra_fields: [{what: '%proc.name does %proc.cmdline 100%%'}]}",
         "o cat", "proc.name=cat", "o cat", "proc.name=cat, what=cat does cat\\nx 100%"},
        {"extra_fields: [{a: b, proc.name: c}]", "o cat", "a=b, proc.name=cat", "o cat",
         "a=b, proc.name=cat"},
        {"[]", "o cat", "proc.name=cat", "o cat", "proc.name=cat"},
    };

    set_values();
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ruleset *rules = load(NULL, 0, &rows[i].yaml, 1, false);
        if (!rules)
            fail_msg("%s: %u:%u: %s", rows[i].yaml, stub_error.line, stub_error.column,
                     stub_error.message);
        assert_int_equal(stub_judge(rules, EVENT_OPENAT), 2);
        assert_string_equal(stub_alerts[0].output, rows[i].output);
        assert_string_equal(stub_alerts[0].fields, rows[i].fields);
        assert_string_equal(stub_alerts[1].output, rows[i].other_output);
        assert_string_equal(stub_alerts[1].fields, rows[i].other_fields);
        rules_free(rules);
    }
}

/* The suggested fields stand before what is added; the last item that says something decides. */
static void suggested_fields_can_be_turned_off(void **state)
{
    static const char *const outputs[] = {
        "{extra_output: end}",
        "{match: {tags: [shell]}, suggested_output: false}",
        "{match: {rule: Shell two}, suggested_output: true}",
    };
    struct rule_switch on[] = {{"*", true, 0}};

    set_values();
    struct ruleset *rules = load(on, 1, outputs, 3, true);
    assert_non_null(rules);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 3);
    assert_string_equal(stub_alerts[0].output, "o cat end");
    for (size_t i = 1; i < 3; i++) {
        assert_non_null(strstr(stub_alerts[i].output, "o cat container_id=<NA> "));
        assert_non_null(strstr(stub_alerts[i].output, " k8s_ns_name=<NA> end"));
    }
    rules_free(rules);
}

/* What only an added text asks for is asked of the sensor too. */
static void additions_have_needs(void **state)
{
    static const char *const outputs[] = {"extra_fields: [{a: '%proc.env[HOME] %proc.cwd'}]"};
    struct rules_needs needs;
    struct ruleset *rules = load(NULL, 0, outputs, 1, false);

    assert_non_null(rules);
    rules_needs(rules, &needs);
    assert_true(needs.env);
    assert_true(needs.cwd);
    rules_free(rules);
}

static void wrong_additions_have_a_place(void **state)
{
    static const struct {
        const char *yaml;
        unsigned line, column;
        const char *message;
    } rows[] = {
        {"extra_output: 'a %proc.nmae'", 1, 19, "'proc.nmae' does not exist"},
        {"extra_fields: [proc.nmae]", 1, 16, "'proc.nmae' does not exist"},
        {"extra_fields: [proc.name x]", 1, 16, "is no field"},
        {"extra_fields: [{a: '%proc.nmae'}]", 1, 22, "'proc.nmae' does not exist"},
        {"extra_fields: [[a]]", 1, 16, "is the name of a field, or NAME: TEXT"},
        {"extra_fields: a", 1, 15, "must be a sequence"},
        {"extra_output: [a]", 1, 15, "must be a single value"},
        {"match: x", 1, 8, "must be a mapping"},
        {"match: {tags: x}", 1, 15, "must be a sequence"},
        {"match: {tags: [[x]]}", 1, 16, "a tag must be a single value"},
        {"suggested_output: maybe", 1, 19, "expected true or false"},
        {"- x", 1, 3, "expected a mapping"},
        {"x", 1, 1, "expected a sequence"},
        {"extra_output: [", 2, 1, "not valid YAML"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ruleset *rules = load(NULL, 0, &rows[i].yaml, 1, false);
        assert_null(rules);
        if (stub_error.line != rows[i].line || stub_error.column != rows[i].column ||
            strcmp(stub_error.file, "--append-output") != 0 ||
            !strstr(stub_error.message, rows[i].message))
            fail_msg("%s: %s:%u:%u: %s", rows[i].yaml, stub_error.file, stub_error.line,
                     stub_error.column, stub_error.message);
    }
    static const char *const unknown[] = {"{extra_outptu: x, match: {rul: x}}"};
    struct ruleset *rules = load(NULL, 0, unknown, 1, false);
    assert_non_null(rules);
    assert_int_equal(stub_warned("LOAD_UNKNOWN_KEY", "extra_outptu"), 1);
    assert_int_equal(stub_warned("LOAD_UNKNOWN_KEY", "rul"), 1);
    rules_free(rules);
}

/* The fields of one alert are bounded, wherever they come from. */
static void added_fields_are_bounded(void **state)
{
    _cleanup_buf_ struct buf text = {0};

    buf_add_string(&text, "extra_fields: [");
    for (unsigned i = 0; i < 1001; i++)
        buf_printf(&text, "%s'proc.env[%u]'", i ? "," : "", i);
    buf_add_string(&text, "]");
    const char *outputs[] = {text.data};
    assert_null(load(NULL, 0, outputs, 1, false));
    assert_non_null(strstr(stub_error.message, "more than 1000 fields"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_last_switch_decides),
        cmocka_unit_test(outputs_are_added_to),
        cmocka_unit_test(suggested_fields_can_be_turned_off),
        cmocka_unit_test(additions_have_needs),
        cmocka_unit_test(wrong_additions_have_a_place),
        cmocka_unit_test(added_fields_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
