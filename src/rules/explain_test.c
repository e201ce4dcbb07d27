/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "event/table.h"
#include "rules/explain.h"
#include "rules/filter.h"

#define PLACES_MAX 4

/* One rule with this condition, and what is said of it. */
struct row {
    const char *condition;
    enum explain_place places[PLACES_MAX]; /* of its comparisons, in order */
    size_t place_count;
    const char *sends;   /* of its first column; NULL when it has none */
    const char *verdict; /* part of it */
    const char *advice;  /* part of some; NULL when there is none */
};

#define PLACES(...)                                                                                \
    {__VA_ARGS__}, sizeof((enum explain_place[]){__VA_ARGS__}) / sizeof(enum explain_place)

static const struct row rows[] = {
    {"evt.type = openat and fd.name = /etc/shadow", PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL),
     "openat that fit path", "decided in the kernel: type, path", NULL},
    {"evt.type = openat and fd.name pmatch (/etc) and proc.name = sh",
     PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL, EXPLAIN_MASK),
     "openat that fit path, of processes that fit", "decided in the kernel: process, type, path",
     NULL},
    {"evt.type = openat and fd.name glob /etc/*.conf", PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL_PART),
     "openat that fit path", "decided in the kernel: type, path", NULL},
    {"evt.type = openat and fd.directory = /etc", PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL_PART),
     "openat that fit path", "decided in the kernel: type, path", NULL},
    {"evt.type = openat and fd.filename in (a, b)", PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL_PART),
     "openat that fit name", "decided in the kernel: type, name", NULL},
    {"evt.type = openat and fd.nameraw contains ..", PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL_PART),
     "openat that fit raw", "decided in the kernel: type, raw", NULL},
    {"evt.type = openat and fd.nameraw contains x", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER),
     "every openat", "type alone; hardly narrowed: every openat", "container.id"},
    {"evt.type = openat and fd.name contains x", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER),
     "every openat", "type alone; hardly narrowed: every openat",
     "`fd.name contains x` can't be decided in the kernel: =, in, startswith, pmatch can"},
    {"evt.type = openat and fd.name regex x.*", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER),
     "every openat", "hardly narrowed: every openat", "`fd.name regex x.*`"},
    {"evt.type = openat and fd.name startswith anyof (a, b)", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER),
     "every openat", "hardly narrowed: every openat", "`fd.name startswith anyof (a, b)`"},
    {"evt.type = openat and tolower(fd.name) = /etc", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER),
     "every openat", "hardly narrowed: every openat", "without a transformer"},
    {"evt.type = openat and evt.is_open_write = true and container.id != host",
     PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL, EXPLAIN_MASK),
     "every openat that fit open, of processes that fit", "every openat of processes that fit",
     NULL},
    {"evt.type = openat and evt.res = ENOENT and fd.name startswith /x",
     PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL, EXPLAIN_KERNEL), "openat that fit result, path",
     "decided in the kernel: type, result, path", NULL},
    {"evt.type = openat and fd.name != /x", PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL), "every openat",
     "type alone; hardly narrowed", "container.id"},
    {"evt.type = openat and proc.aname = sshd", PLACES(EXPLAIN_KERNEL, EXPLAIN_FAR), "every openat",
     "type alone; hardly narrowed", "proc.pname"},
    {"evt.type = openat and proc.aname[1] = sshd", PLACES(EXPLAIN_KERNEL, EXPLAIN_MASK),
     "every openat of processes that fit", "every openat of processes that fit", NULL},
    {"evt.type = openat and proc.name = val(proc.pname)", PLACES(EXPLAIN_KERNEL, EXPLAIN_MASK),
     "every openat of processes that fit", "process, type; hardly", NULL},
    {"evt.type = openat and fd.name = val(proc.exepath)", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER),
     "every openat", "type alone; hardly narrowed", "container.id"},
    {"evt.type = sendto and fd.cport = 53", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER), "every sendto",
     "type alone; hardly narrowed: every sendto", "container.id"},
    {"evt.type in (connect, sendto) and fd.sport = 53", PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL),
     "connect, sendto that fit port", "type, port", NULL},
    {"evt.type = connect and fd.snet in (10.0.0.0/8)", PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL),
     "connect that fit address", "type, address", NULL},
    {"evt.type = accept and fd.sport = 53", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER), "every accept",
     "type alone; hardly narrowed: every accept", "container.id"},
    {"evt.type = rename and evt.arg.newpath startswith /etc/",
     PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL_PART), "rename that fit second argument",
     "type, second argument", NULL},
    {"evt.type = unlink and fd.name = /x", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER), "every unlink",
     "type alone; hardly narrowed: every unlink", "container.id"},
    {"evt.type in (openat, unlink) and fd.name = /x", PLACES(EXPLAIN_KERNEL, EXPLAIN_KERNEL),
     "openat that fit path; every unlink", "hardly narrowed: every unlink",
     "opens, calls that name a path, and sockets"},
    {"fd.name contains x", PLACES(EXPLAIN_USER), "every open, openat, openat2, creat and ",
     "decided in the kernel: nothing; hardly narrowed", "add evt.type"},
    {"evt.type = execve and proc.name = sh", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER), NULL,
     "nothing but the type is decided in the kernel: its events are sent always", NULL},
    {"evt.type = chdir and proc.name = sh", PLACES(EXPLAIN_KERNEL, EXPLAIN_USER), NULL,
     "its events are sent always", NULL},
};

static void add_rule(struct buf *yaml, const char *name, const char *condition)
{
    buf_printf(yaml,
               "- rule: %s\n  desc: d\n  output: o\n  priority: INFO\n"
               "  condition: '%s'\n",
               name, condition);
}

static struct ruleset *load(const struct buf *yaml)
{
    const struct rules_options options = {.matching = MATCHING_ALL,
                                          .minimum_priority = PRIORITY_DEBUG};
    const struct rules_source source = {"test.yaml", yaml->data, yaml->len};
    struct rules_warnings warnings = {0};
    struct ruleset *rules = NULL;
    struct error error = {0};

    if (rules_load(&source, 1, &options, &warnings, &rules, &error) < 0)
        fail_msg("%u:%u: %s\n%s", error.line, error.column, error.message, yaml->data);
    rules_warnings_done(&warnings);
    return rules;
}

static void expect_places(const struct row *row, const struct explanation *what)
{
    assert_int_equal(what->atom_count, row->place_count);
    for (size_t i = 0; i < row->place_count; i++)
        if (what->atoms[i].place != row->places[i])
            fail_msg("%s: %s: %s (%s)", row->condition, what->atoms[i].text,
                     explain_place_name(what->atoms[i].place), what->atoms[i].reason);
}

static void expect_part(const struct row *row, const char *text, const char *part)
{
    if (!strstr(text, part))
        fail_msg("%s: '%s', not '%s'", row->condition, text, part);
}

static void expect_advice(const struct row *row, const struct explain_texts *advice)
{
    size_t i = 0;

    while (row->advice && i < advice->count && !strstr(advice->items[i], row->advice))
        i++;
    if (row->advice ? i == advice->count : advice->count)
        fail_msg("%s: %zu pieces of advice, not '%s'; the first is '%s'", row->condition,
                 advice->count, row->advice ? row->advice : "none",
                 advice->count ? advice->items[0] : "");
}

static void kinds_of_rules(void **unused)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        _cleanup_arena_ struct arena arena = {0};
        _cleanup_buf_ struct buf yaml = {0};
        struct explanation what;

        add_rule(&yaml, "rule", row->condition);
        struct ruleset *rules = load(&yaml);
        uint64_t events = rules_counters(rules)->events;
        assert_int_equal(rules_explain(rules, 0, 0, &arena, &what), 0);
        assert_int_equal(rules_counters(rules)->events, events);
        expect_places(row, &what);
        assert_int_equal(what.column_count > 0, row->sends != NULL);
        if (row->sends)
            expect_part(row, what.columns[0].sends, row->sends);
        expect_part(row, what.verdict, row->verdict);
        expect_advice(row, &what.advice);
        rules_free(rules);
    }
}

/* The texts are what was written, however long; macros are called by name. */
static void texts(void **unused)
{
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_buf_ struct buf yaml = {0};
    struct explanation what;

    buf_add_string(&yaml, "- macro: opens\n  condition: evt.type in (open, openat)\n");
    add_rule(&yaml, "rule", "opens and fd.name in (/a, \"/b c\", /d) and not proc.name exists");
    struct ruleset *rules = load(&yaml);
    assert_int_equal(rules_explain(rules, 0, 2, &arena, &what), 0);
    assert_int_equal(what.column_count, 1);
    assert_int_equal(what.columns[0].part_count, 3);
    assert_string_equal(what.columns[0].parts[0].texts.items[0], "not proc.name exists");
    assert_string_equal(what.columns[0].parts[1].texts.items[0], "opens");
    assert_string_equal(what.columns[0].parts[2].texts.items[0],
                        "fd.name in (/a, \"/b c\", and 1 more)");
    assert_string_equal(what.atoms[0].text, "evt.type in (open, openat)");
    assert_string_equal(what.atoms[0].macro, "opens");
    assert_null(what.atoms[1].macro);
    assert_int_equal(rules_explain(rules, 0, 0, &arena, &what), 0);
    assert_string_equal(what.atoms[1].text, "fd.name in (/a, \"/b c\", /d)");
    rules_free(rules);
}

static void disabled(void **unused)
{
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_buf_ struct buf yaml = {0};
    struct explanation what;

    add_rule(&yaml, "rule", "evt.type = openat and fd.name = /a");
    buf_add_string(&yaml, "  enabled: false\n");
    struct ruleset *rules = load(&yaml);
    assert_int_equal(rules_explain(rules, 0, 0, &arena, &what), 0);
    assert_int_equal(what.column_count, 0);
    assert_non_null(strstr(what.verdict, "disabled"));
    rules_free(rules);
}

/* Rules that differ in one dimension share a column, and lose nothing by it. */
static void shared(void **unused)
{
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_buf_ struct buf yaml = {0};
    struct explanation what;

    add_rule(&yaml, "one", "evt.type = openat and fd.name = /a");
    add_rule(&yaml, "two", "evt.type = openat and fd.name = /b");
    struct ruleset *rules = load(&yaml);
    assert_int_equal(rules_explain(rules, 1, 0, &arena, &what), 0);
    assert_int_equal(what.column_count, 1);
    assert_int_equal(what.columns[0].shared_with.count, 1);
    assert_string_equal(what.columns[0].shared_with.items[0], "one");
    assert_false(what.columns[0].widened);
    assert_int_equal(what.columns[0].parts[1].texts.count, 1);
    assert_string_equal(what.columns[0].parts[1].texts.items[0], "fd.name = /b");
    rules_free(rules);
}

/* More columns than there is room for. */
static void widened(void **unused)
{
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_buf_ struct buf yaml = {0};
    struct explanation what;
    unsigned widened = 0;

    for (unsigned i = 0; i < 2 * FILTER_COLUMNS; i++) {
        char name[16], condition[96];
        snprintf(name, sizeof(name), "rule %u", i);
        snprintf(condition, sizeof(condition),
                 "evt.type = openat and fd.name = /%u and proc.pid = %u", i, i);
        add_rule(&yaml, name, condition);
    }
    struct ruleset *rules = load(&yaml);
    for (unsigned i = 0; i < 2 * FILTER_COLUMNS; i++) {
        assert_int_equal(rules_explain(rules, i, 0, &arena, &what), 0);
        assert_int_equal(what.column_count, 1);
        assert_int_equal(what.columns[0].widened, what.columns[0].shared_with.count > 0);
        widened += what.columns[0].widened;
    }
    assert_int_equal(widened, 2 * FILTER_COLUMNS);
    rules_free(rules);
}

/* A rule that can't be taken apart is still told apart by the types of events. */
static void unsplit(void **unused)
{
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_buf_ struct buf yaml = {0}, condition = {0};
    struct explanation what;

    buf_add_string(&condition, "evt.type = openat and (fd.name = /x");
    for (unsigned i = 0; i < 80; i++)
        buf_printf(&condition, " or (fd.name = /%u and proc.pid = %u)", i, i);
    buf_add_string(&condition, ")");
    add_rule(&yaml, "entangled", condition.data);
    add_rule(&yaml, "other", "evt.type = unlink and proc.name = x");
    struct ruleset *rules = load(&yaml);
    assert_int_equal(rules_explain(rules, 0, 0, &arena, &what), 0);
    assert_true(what.unsplit);
    assert_non_null(strstr(what.verdict, "too entangled"));
    assert_non_null(strstr(what.advice.items[0], "several rules"));
    const struct filter_vector *types = &rules_filter(rules)->slot.small[FILTER_TYPE_AT];
    bool of_open = false, of_unlink = false;
    for (size_t i = 0; i < FILTER_WORDS; i++) {
        of_open |= types[EVENT_OPENAT].words[i] & what.mask.words[i];
        of_unlink |= types[EVENT_UNLINK].words[i] & what.mask.words[i];
    }
    assert_true(of_open);
    assert_false(of_unlink);
    rules_free(rules);
}

/* What asks for more than the record of an event tells is not held back as a repetition. */
static void unsteady(void **unused)
{
    static const struct {
        const char *condition;
        bool unsteady;
    } conditions[] = {
        {"evt.type = openat and fd.name = /a and proc.name = x", false},
        {"evt.type = openat and fd.name = /b and proc.aname[3] = x", false},
        {"evt.type = openat and fd.name = /c and container.name = x", false},
        {"evt.type = openat and fd.name = /d and proc.duration > 5", true},
        {"evt.type = openat and fd.name = /e and not evt.rawtime < 5", true},
        {"evt.type = openat and fd.name = /f and proc.cwd = /tmp/", true},
        {"evt.type = openat and fd.name = /g and proc.sname = x", true},
        {"evt.type = openat and fd.name = /h and fd.num = val(evt.num)", true},
    };
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_buf_ struct buf yaml = {0};
    struct explanation what;

    for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
        add_rule(&yaml, conditions[i].condition + 32, conditions[i].condition);
    struct ruleset *rules = load(&yaml);
    for (unsigned i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++) {
        const struct filter_vector *columns = &rules_filter(rules)->unsteady;
        bool any = false;
        assert_int_equal(rules_explain(rules, i, 0, &arena, &what), 0);
        for (size_t w = 0; w < FILTER_WORDS; w++)
            any |= columns->words[w] & what.mask.words[w];
        if (any != conditions[i].unsteady)
            fail_msg("%s: unsteady %d", conditions[i].condition, any);
    }
    rules_free(rules);
}

/* Written out, the macros are a condition of a million million comparisons. */
static void doubling_macros(void **unused)
{
    static const char *const first[] = {"evt.type = openat", "fd.name contains x", "fd.name = /x",
                                        "proc.name = x"};
    for (size_t i = 0; i < sizeof(first) / sizeof(first[0]); i++) {
        _cleanup_arena_ struct arena arena = {0};
        _cleanup_buf_ struct buf yaml = {0};
        struct explanation what;

        buf_printf(&yaml, "- macro: m0\n  condition: %s\n", first[i]);
        for (unsigned m = 1; m <= 40; m++)
            buf_printf(&yaml, "- macro: m%u\n  condition: m%u and m%u\n", m, m - 1, m - 1);
        add_rule(&yaml, "rule", "evt.type = openat and m40");
        struct ruleset *rules = load(&yaml);
        assert_int_equal(rules_explain(rules, 0, 0, &arena, &what), 0);
        assert_true(what.unsplit);
        rules_free(rules);
    }
}

/* Columns that differ in one dimension become one, in memory that grows with them and no faster. */
static void many_alike(void **unused)
{
    _cleanup_buf_ struct buf yaml = {0};

    for (unsigned i = 0; i < 10000; i++) {
        char name[16], condition[64];
        snprintf(name, sizeof(name), "r%u", i);
        snprintf(condition, sizeof(condition), "evt.type = openat and proc.exepath = /data/%u", i);
        add_rule(&yaml, name, condition);
    }
    struct ruleset *rules = load(&yaml);
    rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(kinds_of_rules),  cmocka_unit_test(texts),      cmocka_unit_test(disabled),
        cmocka_unit_test(shared),          cmocka_unit_test(widened),    cmocka_unit_test(unsplit),
        cmocka_unit_test(doubling_macros), cmocka_unit_test(many_alike), cmocka_unit_test(unsteady),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
