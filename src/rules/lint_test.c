/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "rules/lint.h"

DEFINE_CLEANUP(struct ruleset *, rules_free);

static void lint(const char *yaml, struct lint_findings *findings)
{
    _cleanup_(rules_freep) struct ruleset *rules = NULL;
    const struct rules_source source = {"test.yaml", yaml, strlen(yaml)};
    struct rules_options options = {.minimum_priority = PRIORITY_DEBUG};
    struct error error = {0};
    char text[1024];

    lint_ask(&options, findings);
    if (rules_load(&source, 1, &options, NULL, &rules, &error) < 0)
        fail_msg("%s\n%s", error_format(&error, text, sizeof(text)), yaml);
}

#define RULE(name, condition)                                                                      \
    "- rule: " name "\n  desc: d\n  output: o\n  priority: INFO\n  condition: " condition "\n"

/* Opens of one file by one program: what is added to it is all there is to find. */
#define OPENS "evt.type = openat and fd.name = /x and "

struct row {
    const char *condition; /* of the second of two rules, in line 10, from column 14 on */
    const char *code;      /* NULL: nothing is found */
    unsigned line, column;
    const char *why; /* part of it */
};

static void expect(const char *yaml, const struct row *row)
{
    _cleanup_(lint_findings_done) struct lint_findings findings = {0};
    size_t wanted = row->code ? 1 : 0;
    char text[1024];

    lint(yaml, &findings);
    for (size_t i = 0; i < findings.count; i++)
        if (findings.count != wanted)
            print_error("%s [%s]\n", error_format(&findings.items[i].at, text, sizeof(text)),
                        findings.items[i].code);
    if (findings.count != wanted)
        fail_msg("%zu findings for %s", findings.count, yaml);
    if (!row->code)
        return;
    const struct lint_finding *finding = &findings.items[0];
    if (strcmp(finding->code, row->code) != 0 || finding->at.line != row->line ||
        finding->at.column != row->column || !strstr(finding->at.message, row->why))
        fail_msg("%s\n%s [%s]", yaml, error_format(&finding->at, text, sizeof(text)),
                 finding->code);
    assert_true(finding->advice[0]);
}

/* Beside a rule that has nothing to do with it. */
static void expect_of_conditions(const struct row *rows, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        _cleanup_buf_ struct buf yaml = {0};
        buf_printf(&yaml, RULE("other", "evt.type = ptrace and proc.exepath = /other") "%s%s\n",
                   "- rule: looked at\n  desc: d\n  output: o\n  priority: INFO\n  condition: ",
                   rows[i].condition);
        assert_int_equal(yaml.failed, 0);
        expect(yaml.data, &rows[i]);
    }
}

#define NEVER(condition, column, why)                                                              \
    {OPENS condition, "LINT_NEVER", 10, 14 + sizeof(OPENS) - 1 + (column), why}
#define FINE(condition) {OPENS condition}

static void rules_that_never_match(void **state)
{
    static const struct row rows[] = {
        NEVER("proc.exepath = a and proc.exepath = b", 21, "'proc.exepath = a' and"),
        NEVER("proc.exepath in (a, b) and not proc.exepath in (a, b, c)", 31, "can't both hold"),
        NEVER("proc.exepath in (a, b) and proc.exepath startswith c", 27, "can't both hold"),
        NEVER("proc.exepath = a and (proc.exepath = b or proc.exepath = c)", 42, "can't both"),
        NEVER("proc.pid < 3 and proc.pid > 5", 17, "'proc.pid < 3' and 'proc.pid > 5'"),
        NEVER("proc.pid >= 3 and proc.pid < 3", 18, "can't both"),
        NEVER("proc.exepath startswith /a/ and not proc.exepath startswith /a", 36, "not "),
        NEVER("proc.exepath endswith .sh and not proc.exepath contains sh", 34, "not "),
        NEVER("proc.exepath startswith /a/ and proc.exepath startswith /b/", 32, "can't both"),
        NEVER("proc.exepath regex x+ and not proc.exepath exists", 30, "exists"),
        NEVER("proc.is_exe_upper_layer=true and not proc.is_exe_upper_layer exists", 37, "exists"),
        NEVER("evt.type = execve", 0, "no event that the rest"),
        NEVER("evt.arg.oldpath = /a", 0, "no event that the rest"),
        NEVER("evt.pluginname = x", 0, "no event that the rest"),
        NEVER("proc.exepath in ()", 0, "no value to compare with"),
        NEVER(
            "((proc.exepath = a and container.id = x) or (proc.exepath = b and container.id = y)) "
            "and proc.exepath = c",
            45, "can't both"),
        /* What can be, or is not understood. */
        FINE("proc.exepath != a and proc.exepath != b"),
        FINE("not proc.exepath = a and not proc.exepath exists"),
        FINE("not proc.pid < 3 and not proc.pid >= 3"), /* it may be missing */
        FINE("proc.aexepath = a and proc.aexepath = b"),
        FINE("proc.exepath startswith /a and proc.exepath startswith /a/b"),
        FINE("proc.exepath contains a and not proc.exepath contains ab"),
        FINE("proc.pid > 3 and proc.pid < 5"),
        FINE("tolower(proc.exepath) = a and proc.exepath = A"),
        FINE("proc.exepath = val(proc.pexepath) and proc.exepath = b"),
        FINE("evt.num = 0"), /* how Falco's files say never */
        {"evt.type = connect and fd.port = 80 and fd.port = 81"},
        {"evt.type = connect and fd.net = 10.0.0.0/8 and fd.ip = 192.0.2.1"},
        {"(evt.type = openat and fd.name = /x) or (evt.type = rename and fd.name exists)"},
    };

    expect_of_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

static void types(void **state)
{
    static const struct row rows[] = {
        {"container.id = x", "LINT_NO_TYPE", 6, 9, "names no type"},
        {"container.id = x and evt.type != setuid", "LINT_MANY_TYPES", 6, 9, "is tried on"},
        {"evt.type = openat and container.id = x"},
        {"container.id = x\n  warn_evttypes: false"},
    };

    expect_of_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

#define EXEMPT(condition, column)                                                                  \
    {OPENS condition, "LINT_EXEMPT_BY_NAME", 10, 14 + sizeof(OPENS) - 1 + (column), "exempts"}

static void names(void **state)
{
    static const struct row rows[] = {
        EXEMPT("not proc.name in (a, b)", 4),
        EXEMPT("proc.pname != cron", 0),
        EXEMPT("not len(proc.name) = 3", 4),
        EXEMPT("not proc.cmdline startswith cron", 4),
        EXEMPT("not (proc.name = a and proc.args = b)", 5),
        EXEMPT("not (proc.name = a or proc.exepath = /a)", 5),
        EXEMPT("not (fd.filename = a and proc.exe = b)", 25),
        FINE("not (proc.name = a and proc.exepath = /a)"),
        FINE("not (proc.name = a and container.image.repository = b)"),
        FINE("not (proc.name = a and not proc.is_exe_upper_layer = true)"),
        FINE("not proc.exepath = /a"),
        FINE("proc.name exists"),
        FINE("proc.name != \"\" and not proc.name in (\"<NA>\", \"N/A\")"),
        {OPENS "proc.name = cat", "LINT_MATCH_BY_NAME", 10, 14 + sizeof(OPENS) - 1, "only by"},
        {OPENS "(proc.name = cat or proc.args contains x)", "LINT_MATCH_BY_NAME", 10,
         14 + sizeof(OPENS) - 1 + 20, "only by"},
        FINE("(proc.name = cat or proc.exepath = /cat)"),
        {OPENS "(proc.exepath = /cat or proc.name = abcdefghijklmnop)", "LINT_LONG_NAME", 10,
         14 + sizeof(OPENS) - 1 + 24, "15 bytes"},
        FINE("(proc.exepath = /cat or proc.name = abcdefghijklmno)"),
    };

    expect_of_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

static void cost(void **state)
{
    static const struct row rows[] = {
        {"evt.type = openat and fd.name regex /x.* and container.id = x", "LINT_SLOW_FIRST", 10, 36,
         "runs a regular expression"},
        {"evt.type = openat and (fd.name = /x or fd.name glob /x*) and container.id = x",
         "LINT_SLOW_FIRST", 10, 53, "tries a pattern"},
        {"evt.type = openat and proc.aexepath = /x and fd.name = /x", "LINT_SLOW_FIRST", 10, 36,
         "walks up"},
        {"evt.type = openat and container.id = x and fd.name regex /x.*"},
        {"evt.type = openat and (container.id = x or container.id = y) and fd.name regex /x.*"},
        {"evt.type = openat and container.id = x and proc.aexepath[2] = /x"},
        {"evt.type = openat and fd.filename icontains X and fd.name = /x", "LINT_SLOW_FIRST", 10,
         36, "any case"},
        {"evt.type = ptrace and evt.arg.request contains x and container.id = x"}, /* is seldom */
        {"evt.type = openat and fd.ino = 5", "LINT_ALL_LEAVE", 6, 9, "every openat"},
        {"evt.type in (execve, openat) and (fd.ino = 5 or fd.name = /x)", "LINT_ALL_LEAVE", 6, 9,
         "every openat"},
        {"evt.type = openat and fd.ino = 5 and fd.name = /x"},
        {"evt.type = openat and fd.ino = 5 and container.id != host"},
        {"evt.type = ptrace and evt.arg.pid = 5"},
    };

    expect_of_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

static void calls_on_connections(void **state)
{
    static const struct row rows[] = {
        {"evt.type in (recvfrom, recvmsg) and fd.sport = 80", "LINT_FEW_EVENTS", 6, 9,
         "recvfrom, of which few are events: none"},
        {"evt.type = recvmsg and fd.sip.name = x", "LINT_FEW_EVENTS", 6, 9, "from port 53"},
        {"evt.type in (sendmsg, bind) and fd.sport = 80", "LINT_FEW_EVENTS", 6, 9,
         "sendmsg, of which few are events: only those that name"},
        {"evt.type in (connect, sendmsg) and fd.sport = 80"},
        {"evt.type in (accept4, recvmsg) and fd.sport = 80"},
    };

    expect_of_conditions(rows, sizeof(rows) / sizeof(rows[0]));
}

#define ITEM(kind, name, key, value) "- " kind ": " name "\n  " key ": " value "\n"

static void between_rules(void **state)
{
    static const struct {
        const char *yaml;
        struct row found;
    } rows[] = {
        {RULE("a", "evt.type in (open, openat) and fd.name startswith /etc/")
             RULE("b", "evt.type = openat and fd.name = /etc/shadow"),
         {NULL, "LINT_SHADOWED", 6, 9, "'a' (test.yaml:1) stands before it"}},
        /* an open has no such argument: whether that is seen must not hang on where things lie */
        {RULE("a", "evt.type in (openat, rename) and fd.name = /a and not evt.arg.oldpath = /b")
             RULE("b", "evt.type = openat and fd.name = /a"),
         {NULL, "LINT_SHADOWED", 6, 9, "'a' (test.yaml:1)"}},
        /* what acts is judged whatever stands before it */
        {RULE("a", "evt.type in (open, openat) and fd.name startswith /etc/")
             RULE("b", "evt.type = openat and fd.name = /etc/shadow") "  action: kill\n",
         {0}},
        {RULE("b", "evt.type = openat and fd.name = /etc/shadow")
             RULE("a", "evt.type in (open, openat) and fd.name startswith /etc/"),
         {0}},
        {RULE("a", "evt.type = openat and (fd.name = /a or fd.name = /b)")
             RULE("b", "fd.name in (/b, /a) and evt.type = openat"),
         {NULL, "LINT_DUPLICATE", 6, 9, "the same events as 'a'"}},
        {RULE("a", "evt.type = openat and fd.name in (/a, /b)")
             RULE("b", "evt.type = openat and fd.name in (/b, /c)"),
         {0}},
        {RULE("a", "evt.type = openat and fd.name = /a and not evt.num = 0")
             RULE("b", "evt.type = openat and fd.name = /a and container.id = x"),
         {NULL, "LINT_SHADOWED", 6, 9, "'a' (test.yaml:1)"}},
        {RULE("a", "evt.type = openat and fd.name = /a and not proc.exepath = /b")
             RULE("b", "evt.type = openat and fd.name = /a and proc.exepath != /b"),
         {NULL, "LINT_SHADOWED", 6, 9, "'a' (test.yaml:1)"}},
        /* != is false for a missing field, `not =` is true */
        {RULE("a", "evt.type = openat and fd.name = /a and proc.exepath != /b")
             RULE("b", "evt.type = openat and fd.name = /a and not proc.exepath = /b"),
         {0}},
        {RULE("a", "evt.type = openat and fd.name = /a") "  enabled: false\n" RULE(
             "b", "evt.type = openat and fd.name = /a"),
         {0}},
        {RULE("a", "evt.type = openat and proc.aexepath[1] = /a and fd.name = /a")
             RULE("b", "evt.type = openat and proc.pexepath = /a and fd.name = /a"),
         {0}},
        {RULE("a", "evt.type = connect and fd.port in (80, 81)")
             RULE("b", "evt.type = connect and fd.port = 80"),
         {0}}, /* true, but both ends of a connection are not looked at */
        {ITEM("macro", "m", "condition", "fd.name = /a")
             ITEM("macro", "m", "condition", "fd.name = /b") RULE("a", "evt.type = openat and m"),
         {NULL, "LINT_REDEFINED", 3, 10, "replaces the one of test.yaml:1"}},
        {ITEM("list", "l", "items", "[/a]") ITEM("list", "l", "items", "[/a]")
             RULE("a", "evt.type = openat and fd.name in (l)"),
         {0}},
        {ITEM("list", "l", "items", "[/a]")
             ITEM("list", "l", "items", "[/b]\n  override: {items: append}")
                 RULE("a", "evt.type = openat and fd.name in (l)"),
         {0}},
        {RULE("a", "evt.type = openat and fd.name = /a") "- rule: a\n  enabled: true\n  override: "
                                                         "{enabled: replace}\n",
         {0}},
        {RULE("a", "evt.type = openat and fd.name = /a")
             RULE("a", "evt.type = openat and fd.name = /b"),
         {NULL, "LINT_REDEFINED", 6, 9, "rule 'a' replaces"}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        expect(rows[i].yaml, &rows[i].found);
}

/* One place in a macro is one finding, whoever uses it. */
static void places_in_macros(void **state)
{
    _cleanup_(lint_findings_done) struct lint_findings findings = {0};

    lint(ITEM("macro", "known", "condition", "proc.name = cron")
             RULE("a", "evt.type = openat and fd.name = /a and not known")
                 RULE("b", "evt.type = openat and fd.name = /b and not known")
                     RULE("c", "evt.type = openat and fd.name = /c and not known"),
         &findings);
    assert_int_equal(findings.count, 1);
    assert_int_equal(findings.items[0].others, 2);
    assert_int_equal(findings.items[0].at.line, 2);
    assert_int_equal(findings.items[0].at.column, 14);
    assert_string_equal(findings.items[0].rule, "a");
}

/* A thousand rules take a second at most; each 50th is there twice. */
static void many_rules(void **state)
{
    _cleanup_(lint_findings_done) struct lint_findings findings = {0};
    _cleanup_buf_ struct buf yaml = {0};
    enum { RULES = 1000 };

    for (unsigned i = 0; i < RULES; i++)
        buf_printf(&yaml,
                   RULE("r%u",
                        "evt.type in (open, openat) and (fd.name = /f%u or fd.name startswith "
                        "/d%u/) and not proc.exepath in (/bin/a, /bin/b)"),
                   i, i % 50 ? i : 0, i % 50 ? i : 0);
    assert_int_equal(yaml.failed, 0);
    lint(yaml.data, &findings);
    assert_false(findings.unfinished);
    assert_int_equal(findings.count, RULES / 50 - 1);
    for (size_t i = 0; i < findings.count; i++)
        assert_string_equal(findings.items[i].code, "LINT_DUPLICATE");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(rules_that_never_match),
        cmocka_unit_test(types),
        cmocka_unit_test(names),
        cmocka_unit_test(cost),
        cmocka_unit_test(calls_on_connections),
        cmocka_unit_test(between_rules),
        cmocka_unit_test(places_in_macros),
        cmocka_unit_test(many_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
