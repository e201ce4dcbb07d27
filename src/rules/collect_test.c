/* SPDX-License-Identifier: Apache-2.0 */
/* Lists, macros and rules: defined again, appended to, overridden, switched. */
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
    stub_string("proc.cmdline", "cat a");
    stub_string("fd.name", "/etc/shadow");
    stub_number("fd.num", 3);
    return 0;
}

struct row {
    const char *yaml;
    const char *fired; /* the rules that match, in order */
};

static void expect_fired(const struct row *rows, size_t count)
{
    unsigned failed = 0;

    for (size_t i = 0; i < count; i++) {
        const char *fired = stub_fired(rows[i].yaml);
        if (fired && strcmp(fired, rows[i].fired) == 0)
            continue;
        print_error("%swanted '%s', got '%s'\n\n", rows[i].yaml, rows[i].fired,
                    fired ? fired : stub_error.message);
        failed++;
    }
    assert_int_equal(failed, 0);
}

static void lists_stand_for_their_items(void **state)
{
    static const struct row rows[] = {
        {"- list: l\n  items: [x, cat]\n" STUB_RULE("a", "proc.name in (l)"), "a"},
        {"- list: l\n  items: [x, cat]\n" STUB_RULE("a", "proc.name in (y, l, z)"), "a"},
        {"- list: l\n  items: [x, cat]\n" STUB_RULE("a", "proc.name in l"), "a"},
        {"- list: l\n  items: [x, cat]\n" STUB_RULE("a", "proc.name in (\"l\")"), ""},
        {"- list: l\n  items: [x, cat]\n" STUB_RULE("a", "proc.name in ('l', ll)"), ""},
        {"- list: l\n  items: [cat]\n" STUB_RULE("a", "proc.name = l"), "a"},
        {"- list: l\n  items: ['\"cat a\"']\n" STUB_RULE("a", "proc.cmdline = l"), "a"},
        {"- list: l\n  items: [1, 0x3]\n" STUB_RULE("a", "fd.num in (l)"), "a"},
        {"- list: l\n  items: [/etc, /var]\n" STUB_RULE("a", "fd.name pmatch (l)"), "a"},
        {"- list: l\n  items: [t, x]\n" STUB_RULE("a", "proc.name endswith anyof (l)"), "a"},
        {"- list: l-1\n  items: [cat]\n" STUB_RULE("a", "proc.name in (l-1)"), "a"},
        /* a blank makes an item one string, with quotes of its own or without */
        {"- list: l\n  items: [\"cat a\"]\n" STUB_RULE("a", "proc.cmdline in (l)"), "a"},
        {"- list: l\n  items: ['\"cat a\"']\n" STUB_RULE("a", "proc.cmdline in (l)"), "a"},
        {"- list: l\n  items: [\"'cat a'\"]\n" STUB_RULE("a", "proc.cmdline in (l)"), "a"},
        /* an item is text: it may be several values */
        {"- list: l\n  items: ['x, cat']\n" STUB_RULE("a", "proc.name in (l)"), ""},
        {"- list: l\n  items: ['x,cat']\n" STUB_RULE("a", "proc.name in (l)"), "a"},
        /* empty lists */
        {"- list: l\n  items: []\n" STUB_RULE("a", "proc.name in (l)"), ""},
        {"- list: l\n  items: []\n" STUB_RULE("a", "not proc.name in (l)"), "a"},
        {"- list: l\n  items: []\n" STUB_RULE("a", "proc.name in (l, cat)"), "a"},
        {"- list: l\n  items: []\n" STUB_RULE("a", "proc.name in (cat, l)"), "a"},
        /* the last definition counts, for what came before it too */
        {"- list: l\n  items: [x]\n" STUB_RULE("a", "proc.name in (l)") "- list: l\n"
                                                                        "  items: [cat]\n",
         "a"},
        {STUB_RULE("a", "proc.name in (l)") "- list: l\n  items: [cat]\n", "a"},
        {"- list: l\n  items: [cat]\n" STUB_RULE("a", "proc.name in (l)") "- list: l\n"
                                                                          "  items: [x]\n",
         ""},
        {"- list: l\n  items: [x]\n" STUB_RULE("a", "proc.name in (l)") "- list: l\n"
                                                                        "  append: true\n"
                                                                        "  items: [cat]\n",
         "a"},
        {"- list: l\n  items: [cat]\n" STUB_RULE("a", "proc.name in (l)") "- list: l\n"
                                                                          "  append: true\n"
                                                                          "  items: [x]\n",
         "a"},
        {"- list: l\n  items: [x]\n" STUB_RULE("a", "proc.name in (l)") "- list: l\n"
                                                                        "  append: false\n"
                                                                        "  items: [cat]\n",
         "a"},
        {"- list: l\n  items: [cat]\n" STUB_RULE("a", "proc.name in (l)") "- list: l\n"
                                                                          "  items: [x]\n"
                                                                          "  override:\n"
                                                                          "    items: append\n",
         "a"},
        {"- list: l\n  items: [cat]\n" STUB_RULE("a", "proc.name in (l)") "- list: l\n"
                                                                          "  items: [x]\n"
                                                                          "  override:\n"
                                                                          "    items: replace\n",
         ""},
    };

    expect_fired(rows, sizeof(rows) / sizeof(rows[0]));
}

/* A list sees those that were there before its last definition; other names are plain values. */
static void lists_see_earlier_lists(void **state)
{
    static const char rule[] = STUB_RULE("a", "proc.name in (l)");
    static const struct {
        const char *lists, *fired;
    } rows[] = {
        {"- list: m\n  items: [cat]\n- list: l\n  items: [x, m]\n", "a"},
        {"- list: m\n  items: [x]\n- list: l\n  items: [m]\n- list: m\n  items: [cat]\n", "a"},
        {"- list: l\n  items: [m]\n- list: m\n  items: [cat]\n", ""},
        {"- list: l\n  items: [m]\n- list: m\n  items: [cat]\n- list: l\n  items: [m]\n", "a"},
        {"- list: l\n  items: [m]\n- list: m\n  items: [cat]\n"
         "- list: l\n  items: [x]\n  override: {items: append}\n",
         "a"},
        {"- list: l\n  items: [l, cat]\n", "a"},
        {"- list: cat\n  items: [x]\n- list: l\n  items: [cat]\n", ""},
        {"- list: k\n  items: [cat]\n- list: m\n  items: [k]\n- list: l\n  items: [m]\n", "a"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_buf_ struct buf yaml = {0};
        buf_printf(&yaml, "%s%s", rows[i].lists, rule);
        const char *fired = stub_fired(yaml.data);
        if (!fired || strcmp(fired, rows[i].fired) != 0)
            fail_msg("%s: '%s'", rows[i].lists, fired ? fired : stub_error.message);
    }
}

static void macros_stand_for_their_condition(void **state)
{
    static const struct row rows[] = {
        {"- macro: m\n  condition: proc.name = cat\n" STUB_RULE("a", "m and fd.num = 3"), "a"},
        {STUB_RULE("a", "m") "- macro: m\n  condition: proc.name = cat\n", "a"},
        {"- macro: m\n  condition: proc.name = cat\n- macro: n\n  condition: not m\n" //
         STUB_RULE("a", "n") STUB_RULE("b", "not n"),
         "b"},
        /* one operand, however it is written */
        {"- macro: m\n  condition: proc.name = x or proc.name = cat\n" //
         STUB_RULE("a", "not m") STUB_RULE("b", "m and fd.num = 4"),
         ""},
        /* the last definition counts */
        {"- macro: m\n  condition: proc.name = x\n" STUB_RULE("a", "m") "- macro: m\n"
                                                                        "  condition: fd.num = 3\n",
         "a"},
        /* what is appended is text: no parentheses */
        {"- macro: m\n  condition: proc.name = x and fd.num = 4\n" //
         STUB_RULE("a", "m") "- macro: m\n  append: true\n  condition: or fd.num = 3\n",
         "a"},
        {"- macro: m\n  condition: fd.num = 3 or fd.num = 4\n" //
         STUB_RULE("a", "m") "- macro: m\n  append: true\n  condition: and proc.name = x\n",
         "a"},
        {"- macro: m\n  condition: proc.name = x\n" //
         STUB_RULE("a", "m") "- macro: m\n  condition: or fd.num = 3\n"
                             "  override: {condition: append}\n",
         "a"},
        {"- macro: m\n  condition: proc.name = x\n" //
         STUB_RULE("a", "m") "- macro: m\n  condition: fd.num = 3\n"
                             "  override: {condition: replace}\n",
         "a"},
        /* lists in macros */
        {"- list: l\n  items: [cat]\n- macro: m\n  condition: proc.name in (l)\n" //
         STUB_RULE("a", "m") "- list: l\n  items: [x]\n",
         ""},
        /* a macro may be called as a list or a rule is */
        {"- list: m\n  items: [cat]\n- macro: m\n  condition: proc.name in (m)\n" //
         STUB_RULE("m", "m"),
         "m"},
        /* a macro sees what was there before its last definition */
        {"- macro: m\n  condition: n\n- macro: n\n  condition: fd.num = 3\n"
         "- macro: m\n  condition: n\n" STUB_RULE("a", "m"),
         "a"},
        {"- macro: n\n  condition: fd.num = 4\n- macro: m\n  condition: n\n"
         "- macro: n\n  condition: fd.num = 3\n" STUB_RULE("a", "m"),
         "a"},
    };

    expect_fired(rows, sizeof(rows) / sizeof(rows[0]));
}

#define TWO STUB_RULE("a", "fd.num = 3") STUB_RULE("b", "fd.num = 3")

static void rules_are_merged(void **state)
{
    static const struct row rows[] = {
        {TWO, "a b"},
        /* again: the content is replaced, the place stays */
        {TWO STUB_RULE("a", "proc.name = cat"), "a b"},
        {TWO STUB_RULE("a", "proc.name = x"), "b"},
        {"---\n" TWO "---\n---\n" STUB_RULE("c", "fd.num = 3"), "a b c"},
        {"-\n" TWO "- ~\n", "a b"},
        /* appended text */
        {TWO "- rule: a\n  append: true\n  condition: and fd.num = 4\n", "b"},
        {TWO "- rule: b\n  condition: and fd.num = 4\n  override: {condition: append}\n", "a"},
        {STUB_RULE("a", "fd.num = 4 or proc.name = cat") //
         "- rule: a\n  append: true\n  condition: and fd.num = 4\n",
         ""},
        {STUB_RULE("a", "proc.name = cat or fd.num = 4") //
         "- rule: a\n  append: true\n  condition: and fd.num = 4\n",
         "a"},
        {TWO "- rule: b\n  append: true\n  condition: and fd.num = 4\n"
             "- rule: b\n  append: true\n  condition: or fd.num = 3\n",
         "a b"},
        {TWO "- rule: a\n  condition: fd.num = 4\n  override: {condition: replace}\n", "b"},
        /* switched */
        {TWO "- rule: a\n  enabled: false\n", "b"},
        {TWO "- rule: a\n  enabled: no\n- rule: a\n  enabled: yes\n", "a b"},
        {TWO "- rule: b\n  enabled: false\n  override: {enabled: replace}\n", "a"},
        {TWO "- rule: b\n  enabled: false\n" STUB_RULE("b", "fd.num = 3"), "a b"},
        {STUB_RULE("a", "fd.num = 3\n  enabled: false"), ""},
        {STUB_RULE("a", "fd.num = 3\n  enabled: false") //
         "- rule: a\n  enabled: true\n  override: {enabled: replace}\n",
         "a"},
        /* other sources are left out */
        {TWO STUB_RULE("c", "ka.verb = get\n  source: k8s_audit"), "a b"},
        {TWO STUB_RULE("c", "fd.num = 3\n  source: syscall"), "a b c"},
    };

    expect_fired(rows, sizeof(rows) / sizeof(rows[0]));
}

static void describe(const struct ruleset *rules, struct buf *buf)
{
    struct rule_info info;

    assert_int_equal(rules_count(rules), 1);
    rules_info(rules, 0, &info);
    buf_printf(buf, "%s|%s|%s|%s|%s|", info.description, info.output, info.condition,
               rule_priority_name(info.priority), info.enabled ? "on" : "off");
    for (const char *const *tag = info.tags; *tag; tag++)
        buf_printf(buf, "%s%s", tag == info.tags ? "" : ",", *tag);
    if (info.action != ACTION_ALERT || info.mode != MODE_ENFORCE)
        buf_printf(buf, "|%s %s", rule_action_name(info.action), rule_mode_name(info.mode));
}

#define BASE                                                                                       \
    "- rule: a\n  desc: d\n  output: o %fd.num\n  priority: Notice\n  tags: [t, b]\n"              \
    "  condition: fd.num=3\n- rule: a\n"

static void overrides_change_one_key(void **state)
{
    static const struct {
        const char *item, *rule;
    } rows[] = {
        {"  desc: e\n  override: {desc: append}\n", "d e|o %fd.num|fd.num=3|Notice|on|b,t"},
        {"  desc: e\n  override: {desc: replace}\n", "e|o %fd.num|fd.num=3|Notice|on|b,t"},
        {"  output: p\n  override: {output: append}\n", "d|o %fd.num p|fd.num=3|Notice|on|b,t"},
        {"  output: p\n  override: {output: replace}\n", "d|p|fd.num=3|Notice|on|b,t"},
        {"  condition: or fd.num=4\n  override: {condition: append}\n",
         "d|o %fd.num|fd.num=3 or fd.num=4|Notice|on|b,t"},
        {"  condition: fd.num=4\n  override: {condition: replace}\n",
         "d|o %fd.num|fd.num=4|Notice|on|b,t"},
        {"  tags: [c, t]\n  override: {tags: append}\n", "d|o %fd.num|fd.num=3|Notice|on|b,c,t"},
        {"  tags: [c]\n  override: {tags: replace}\n", "d|o %fd.num|fd.num=3|Notice|on|c"},
        {"  tags: []\n  override: {tags: replace}\n", "d|o %fd.num|fd.num=3|Notice|on|"},
        {"  priority: alert\n  override: {priority: replace}\n",
         "d|o %fd.num|fd.num=3|Alert|on|b,t"},
        {"  enabled: false\n  override: {enabled: replace}\n",
         "d|o %fd.num|fd.num=3|Notice|off|b,t"},
        {"  action: kill\n  mode: audit\n  override: {action: replace, mode: replace}\n",
         "d|o %fd.num|fd.num=3|Notice|on|b,t|kill audit"},
        {"  mode: enforce\n  override: {mode: replace}\n", "d|o %fd.num|fd.num=3|Notice|on|b,t"},
        {"  append: true\n  condition: or fd.num=4\n  action: kill\n",
         "d|o %fd.num|fd.num=3 or fd.num=4|Notice|on|b,t"},
        {"  desc: e\n  output: p\n  condition: fd.num=4\n  priority: INFO\n  action: pause\n",
         "e|p|fd.num=4|Informational|on||pause enforce"},
        {"  capture: true\n  capture_duration: 10\n"
         "  override: {capture: replace, capture_duration: replace}\n",
         "d|o %fd.num|fd.num=3|Notice|on|b,t"},
        {"  desc: e\n  output: p\n  condition: fd.num=4\n  priority: INFO\n  tags: [c]\n"
         "  override: {desc: append, output: replace, condition: replace, priority: replace, "
         "tags: append}\n",
         "d e|p|fd.num=4|Informational|on|b,c,t"},
        {"  override: {}\n", "d|o %fd.num|fd.num=3|Notice|on|b,t"},
        /* and `append: true` */
        {"  append: true\n  condition: or fd.num=4\n",
         "d|o %fd.num|fd.num=3 or fd.num=4|Notice|on|b,t"},
        {"  append: true\n  tags: [c]\n", "d|o %fd.num|fd.num=3|Notice|on|b,t"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_buf_ struct buf yaml = {0}, text = {0};
        buf_add_string(&yaml, BASE);
        buf_add_string(&yaml, rows[i].item);
        struct ruleset *rules = stub_load(yaml.data);
        if (!rules)
            fail_msg("%s: %u: %s", rows[i].item, stub_error.line, stub_error.message);
        describe(rules, &text);
        assert_string_equal(text.data, rows[i].rule);
        rules_free(rules);
    }
}

/* What has no text to show. */
static void overrides_change_how_a_rule_loads(void **state)
{
    static const char unknown[] =
        STUB_RULE("a", "proc.frob = 3") "- rule: a\n  skip-if-unknown-filter: true\n"
                                        "  override: {skip-if-unknown-filter: replace}\n";
    static const char never[] = STUB_RULE("a", "evt.type = openat and evt.type = execve") //
        "- rule: a\n  warn_evttypes: false\n  override: {warn_evttypes: replace}\n";
    struct ruleset *rules = stub_load(unknown);

    assert_non_null(rules);
    assert_int_equal(rules_count(rules), 0);
    assert_int_equal(stub_warned("LOAD_UNKNOWN_FILTER", "proc.frob"), 1);
    rules_free(rules);

    rules = stub_load(never);
    assert_non_null(rules);
    assert_int_equal(stub_warned("LOAD_NO_EVTTYPE", ""), 0);
    rules_free(rules);
}

static void priorities_go_by_name(void **state)
{
    static const struct {
        const char *text;
        enum rule_priority priority;
    } rows[] = {
        {"Emergency", PRIORITY_EMERGENCY},
        {"ALERT", PRIORITY_ALERT},
        {"critical", PRIORITY_CRITICAL},
        {"eRRoR", PRIORITY_ERROR},
        {"Warning", PRIORITY_WARNING},
        {"NOTICE", PRIORITY_NOTICE},
        {"Informational", PRIORITY_INFORMATIONAL},
        {"INFO", PRIORITY_INFORMATIONAL},
        {"info", PRIORITY_INFORMATIONAL},
        {"debug", PRIORITY_DEBUG},
    };
    enum rule_priority priority;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_true(rule_priority_parse(rows[i].text, &priority));
        assert_int_equal(priority, rows[i].priority);
        assert_true(rule_priority_parse(rule_priority_name(priority), &priority));
        assert_int_equal(priority, rows[i].priority);
    }
    assert_false(rule_priority_parse("inf", &priority));
    assert_false(rule_priority_parse("", &priority));
    assert_false(rule_priority_parse("Warnings", &priority));
}

#define RULE_A STUB_RULE("a", "fd.num = 3")

static void bad_lists_say_where(void **state)
{
    static const struct stub_error_row rows[] = {
        {"- list: l\n", 1, 3, "'items' of list 'l' must be a sequence"},
        {"- list: l\n  items: x\n", 2, 10, "must be a sequence"},
        {"- list: l\n  items: [a, [b]]\n", 2, 14, "no single value"},
        {"- list: l\n  items: [a, '']\n", 2, 14, "is empty"},
        {"- list: l\n  items: [a, 'b\"']\n", 2, 16, "expected ',' between values"},
        {"- list: l\n  items: [a, b]\n" STUB_RULE("a", "proc.name = l"), 7, 26,
         "list 'l' of 2 values stands where '=' takes one value"},
        {"- list: l\n  items: []\n" STUB_RULE("a", "proc.name startswith l"), 7, 35,
         "list 'l' of 0 values stands where 'startswith' takes one value"},
        {"- list: [l]\n  items: [a]\n", 1, 9, "'list' must be a single value"},
        {"- list:\n  items: [a]\n", 1, 8, "'list' is empty"},
        {"- list: l\n  items: [a]\n  append: true\n", 1, 9, "does not exist"},
        {"- list: l\n  items: [a]\n  override: {items: append}\n", 1, 9, "does not exist"},
        {"- list: l\n  items: [a]\n  append: maybe\n", 3, 11, "expected true or false"},
        {"- list: l\n  items: [a]\n- list: l\n  items: [b]\n  append: true\n"
         "  override: {items: append}\n",
         5, 11, "exclude each other"},
        {"- list: l\n  items: [a]\n  override: {item: append}\n", 3, 14, "'item' cannot be"},
        {"- list: l\n  items: [a]\n  override: {items: add}\n", 3, 21,
         "expected append or replace"},
        {"- list: l\n  items: [a]\n  override: append\n", 3, 13, "must be a mapping"},
    };

    stub_expect_errors(rows, sizeof(rows) / sizeof(rows[0]));
}

static void bad_macros_say_where(void **state)
{
    static const struct stub_error_row rows[] = {
        {"- macro: m\n", 1, 3, "key 'condition' is missing"},
        {"- macro: m\n  condition: ''\n", 2, 14, "'condition' is empty"},
        {"- macro: m\n  condition: '  '\n", 2, 15, "the condition is empty"},
        {"- macro: m\n  condition: and fd.num = 3\n  append: true\n", 1, 10, "does not exist"},
        {"- macro: m\n  condition: fd.num = 3 and\n", 2, 28, "a blank or '(' after 'and'"},
        {"- macro: m\n  condition: fd.num = 3\n- macro: m\n  append: true\n  condition: fd.num=4\n",
         5, 14, "expected 'and' or 'or', found 'fd.num=4'"},
        {"- macro: m\n  condition: m\n", 2, 14, "macro 'm' uses itself: m -> m"},
        {"- macro: m\n  condition: fd.num=1\n- macro: n\n  condition: m\n"
         "- macro: m\n  condition: not n\n",
         4, 14, "macro 'm' uses itself"},
        {"- macro: m\n  condition: fd.num = 1 or n\n- macro: n\n  condition: fd.num = 3\n", 2, 28,
         "it is defined later, in test.yaml:3"},
        {"- macro: spawned\n  condition: fd.num = 3\n" STUB_RULE("a", "fd.num = 3 and spwned"), 7,
         29, "macro 'spwned' is not defined; did you mean 'spawned'?"},
    };

    stub_expect_errors(rows, sizeof(rows) / sizeof(rows[0]));
}

static void bad_rules_say_where(void **state)
{
    static const struct stub_error_row rows[] = {
        {"- rule: a\n", 1, 9, "lacks condition, output, desc and priority, or 'enabled'"},
        {"- rule: a\n  desc: d\n", 1, 9, "lacks key 'condition'"},
        {"- rule: a\n  desc: d\n  condition: fd.num=3\n  priority: INFO\n", 1, 9, "key 'output'"},
        {"- rule: a\n  output: d\n  condition: fd.num=3\n  priority: INFO\n", 1, 9, "key 'desc'"},
        {"- rule: a\n  output: d\n  condition: fd.num=3\n  desc: INFO\n", 1, 9, "key 'priority'"},
        {"- rule: a\n  output: o\n  condition: fd.num=3\n  desc: d\n  priority: High\n", 5, 13,
         "'High' is no priority"},
        {"- rule: a\n  output: o\n  condition: fd.num=3\n  desc: d\n  priority: []\n", 5, 13,
         "is no priority"},
        {"- rule: a\n  output: [o]\n  condition: fd.num=3\n  desc: d\n  priority: INFO\n", 2, 11,
         "'output' must be a single value"},
        {RULE_A "  tags: x\n", 6, 9, "'tags' must be a sequence"},
        {RULE_A "  tags: [[x]]\n", 6, 10, "a tag is no text"},
        {RULE_A "  enabled: 2\n", 6, 12, "expected true or false, found '2'"},
        {RULE_A "  warn_evttypes: x\n", 6, 18, "expected true or false"},
        {RULE_A "  skip-if-unknown-filter: {}\n", 6, 27, "expected true or false"},
        {RULE_A "  capture: x\n", 6, 12, "expected true or false"},
        {RULE_A "  capture_duration: -1\n", 6, 21, "milliseconds"},
        {RULE_A "- rule: a\n  source: k8s\n  desc: d\n  output: o\n  priority: INFO\n"
                "  condition: fd.num = 3\n",
         7, 11, "redefined with source 'k8s', it had 'syscall'"},
    };

    stub_expect_errors(rows, sizeof(rows) / sizeof(rows[0]));
}

static void bad_changes_say_where(void **state)
{
    static const struct stub_error_row rows[] = {
        {RULE_A "- rule: b\n  enabled: false\n", 6, 9,
         "rule 'b' does not exist, nothing to switch"},
        {RULE_A "- rule: b\n  append: true\n  condition: and fd.num=3\n", 6, 9,
         "nothing to append to"},
        {RULE_A "- rule: b\n  desc: e\n  override: {desc: replace}\n", 6, 9, "nothing to override"},
        {RULE_A "- rule: a\n  desc: e\n  append: true\n  override: {desc: replace}\n", 8, 11,
         "exclude each other"},
        {RULE_A "- rule: a\n  desc: e\n  tags: [x]\n  override: {desc: replace}\n", 8, 9,
         "key 'tags' is given, but 'override' does not say"},
        {RULE_A "- rule: a\n  desc: e\n  override: {desc: append, tags: append}\n", 8, 13,
         "'override' names 'tags', which is not given"},
        {RULE_A "- rule: a\n  priority: INFO\n  override: {priority: append}\n", 8, 14,
         "'priority' cannot be appended to, only replaced"},
        {RULE_A "- rule: a\n  enabled: true\n  override: {enabled: append}\n", 8, 14,
         "'enabled' cannot be appended to"},
        {RULE_A "- rule: a\n  source: syscall\n  override: {source: replace}\n", 8, 14,
         "'source' cannot be replaced"},
        {RULE_A "- rule: a\n  desc: e\n  override: {desc: [replace]}\n", 8, 20,
         "expected append or replace"},
        {RULE_A "- rule: a\n  desc: e\n  override: replace\n", 8, 13, "must be a mapping"},
        /* what was appended is told where it stands */
        {RULE_A "- rule: a\n  append: true\n  condition: and proc.nmae = x\n", 8, 18,
         "field 'proc.nmae' does not exist"},
        {RULE_A "- rule: a\n  output: x %proc.nmae\n  override: {output: append}\n", 7, 14,
         "field 'proc.nmae' does not exist"},
    };

    stub_expect_errors(rows, sizeof(rows) / sizeof(rows[0]));
}

static void bad_items_say_where(void **state)
{
    static const struct stub_error_row rows[] = {
        {"rule: a\n", 1, 1, "must be a sequence of items"},
        {"- rule\n", 1, 3, "expected an item"},
        {"- [rule, a]\n", 1, 3, "expected an item"},
        {"just text\n", 1, 1, "must be a sequence of items"},
    };

    stub_expect_errors(rows, sizeof(rows) / sizeof(rows[0]));
}

static void warnings_have_a_code_and_a_place(void **state)
{
    static const struct stub_warning_row rows[] = {
        {"- foo: 1\n  bar: 2\n", 1, 3, "LOAD_UNKNOWN_ITEM", "item 'foo'"},
        {"- {}\n", 1, 3, "LOAD_UNKNOWN_ITEM", "item '{}'"},
        {RULE_A "  prio: 1\n", 6, 3, "LOAD_UNKNOWN_KEY", "key 'prio'"},
        {"- list: l\n  items: []\n  x: 1\n", 3, 3, "LOAD_UNKNOWN_KEY", "key 'x'"},
        {"- macro: m\n  condition: fd.num=3\n  desc: 1\n", 3, 3, "LOAD_UNKNOWN_KEY", "key 'desc'"},
        {RULE_A "  exceptions:\n  - name: e\n    fields: fd.num\n    field: x\n", 9, 5,
         "LOAD_UNKNOWN_KEY", "key 'field'"},
        {"- list: l\n  items: []\n- list: l\n  append: true\n  items: []\n", 4, 11,
         "LOAD_DEPRECATED_ITEM", "'append' is deprecated"},
        {"- macro: m\n  condition: fd.num=3\n- macro: m\n  append: true\n"
         "  condition: or fd.num=4\n",
         4, 11, "LOAD_DEPRECATED_ITEM", "'append' is deprecated"},
        {RULE_A "- rule: a\n  append: true\n  condition: or fd.num=4\n", 7, 11,
         "LOAD_DEPRECATED_ITEM", "'append' is deprecated"},
        {RULE_A "- rule: a\n  enabled: false\n", 7, 12, "LOAD_DEPRECATED_ITEM",
         "'enabled' alone is deprecated"},
        {RULE_A "- rule: a\n  append: true\n  condition: or fd.num=4\n  tags: [x]\n", 9, 9,
         "LOAD_UNKNOWN_KEY", "key 'tags' is ignored beside 'append: true'"},
        {RULE_A "- rule: a\n  append: true\n  tags: [x]\n", 6, 9, "LOAD_APPEND_NO_VALUES",
         "neither a condition nor exceptions"},
        {RULE_A "  source: aws\n", 6, 11, "LOAD_UNKNOWN_SOURCE", "source 'aws' is unknown"},
        {"- list: l\n  items: []\n", 1, 9, "LOAD_UNUSED_LIST", "list 'l'"},
        {"- macro: m\n  condition: fd.num=3\n", 1, 10, "LOAD_UNUSED_MACRO", "macro 'm'"},
        {"- list: l x\n  items: []\n", 1, 9, "LOAD_INVALID_LIST_NAME", "'l x'"},
        {"- macro: m-1\n  condition: fd.num=3\n", 1, 10, "LOAD_INVALID_MACRO_NAME", "'m-1'"},
        {"- list: l\n  items: [x, m]\n- list: m\n  items: [y]\n", 2, 14, "LOAD_COMPILE_CONDITION",
         "'m' is an ordinary value here: the list of this name is defined in line 3"},
        {"- list: names\n  items: [x]\n" STUB_RULE("a", "proc.name in nmaes"), 7, 27,
         "LOAD_COMPILE_CONDITION", "no list has this name; did you mean 'names'?"},
        {STUB_RULE("a", "evt.dir = '<'"), 5, 14, "LOAD_DEPRECATED_ITEM", "field 'evt.dir'"},
        {STUB_RULE("a", "evt.type in (openat, futex)"), 5, 35, "LOAD_COMPILE_CONDITION",
         "'futex' are not observed"},
        {STUB_RULE("a", "evt.type = openat and evt.type = execve"), 1, 9, "LOAD_NO_EVTTYPE",
         "never evaluated"},
        {RULE_A, 1, 9, "LOAD_NO_EVTTYPE", "evaluated for nearly every event"},
        {STUB_RULE("a", "proc.frob = 3\n  skip-if-unknown-filter: true"), 5, 14,
         "LOAD_UNKNOWN_FILTER", "field 'proc.frob' does not exist"},
        {STUB_RULE("a", "evt.type = frob\n  skip-if-unknown-filter: true"), 5, 25,
         "LOAD_UNKNOWN_FILTER", "'frob' is no event type"},
        {"- rule: a\n  desc: d\n  output: x %proc.frob\n  priority: INFO\n"
         "  condition: fd.num = 3\n  skip-if-unknown-filter: true\n",
         3, 14, "LOAD_UNKNOWN_FILTER", "field 'proc.frob' does not exist"},
        {"- macro: m\n  condition: proc.frob = 3\n" //
         STUB_RULE("a", "m\n  skip-if-unknown-filter: true"),
         2, 14, "LOAD_UNKNOWN_FILTER", "field 'proc.frob' does not exist"},
    };

    stub_expect_warnings(rows, sizeof(rows) / sizeof(rows[0]));
}

static void used_things_do_not_warn(void **state)
{
    static const char yaml[] = "- list: k\n  items: [cat]\n- list: l\n  items: [k]\n"
                               "- list: e\n  items: [/etc/shadow]\n"
                               "- macro: m\n  condition: proc.name in (l)\n"
                               "- macro: n\n  condition: m\n"
                               "- rule: a\n  desc: d\n  output: o\n  priority: INFO\n"
                               "  condition: evt.type = openat and n\n"
                               "  exceptions:\n  - name: x\n    fields: fd.name\n"
                               "    values: [e]\n";
    struct ruleset *rules = stub_load(yaml);

    assert_non_null(rules);
    for (size_t i = 0; i < stub_warnings.count; i++)
        print_error("%s %s\n", stub_warnings.items[i].code, stub_warnings.items[i].at.message);
    assert_int_equal(stub_warnings.count, 0);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 0);
    rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(lists_stand_for_their_items, set_values),
        cmocka_unit_test_setup(lists_see_earlier_lists, set_values),
        cmocka_unit_test_setup(macros_stand_for_their_condition, set_values),
        cmocka_unit_test_setup(rules_are_merged, set_values),
        cmocka_unit_test(overrides_change_one_key),
        cmocka_unit_test(overrides_change_how_a_rule_loads),
        cmocka_unit_test(priorities_go_by_name),
        cmocka_unit_test(bad_lists_say_where),
        cmocka_unit_test(bad_macros_say_where),
        cmocka_unit_test(bad_rules_say_where),
        cmocka_unit_test(bad_changes_say_where),
        cmocka_unit_test(bad_items_say_where),
        cmocka_unit_test(warnings_have_a_code_and_a_place),
        cmocka_unit_test_setup(used_things_do_not_warn, set_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
