/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/foresee.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "event/event.h"

#define EXECS "evt.type in (execve, execveat) and "
#define OPENS "evt.type in (open, openat, openat2) and "

static struct ruleset *load(const char *condition, const char *more)
{
    const struct rules_options options = {.minimum_priority = PRIORITY_DEBUG};
    _cleanup_buf_ struct buf yaml = {0};
    struct error error = {0};
    struct ruleset *rules;

    buf_printf(&yaml,
               "- rule: r\n  desc: d\n  output: x\n  priority: INFO\n  action: deny\n"
               "  condition: >\n    %s\n%s",
               condition, more);
    const struct rules_source source = {"test.yaml", yaml.data, yaml.len};
    if (rules_load(&source, 1, &options, NULL, &rules, &error) < 0)
        fail_msg("%s: %s", condition, error.message);
    return rules;
}

static void test_what_is_known(void **state)
{
    static const struct {
        const char *condition;
        const char *open, *exec; /* the field that is not known; "": all are; NULL: no such event */
        bool others;
    } rows[] = {
        {EXECS "proc.exepath = /bin/x and container.id != host", NULL, ""},
        {EXECS "proc.is_exe_upper_layer = true and proc.pname = sh", NULL, ""},
        {EXECS "proc.aname in (a, b) and proc.cwd startswith /x", NULL, ""},
        {EXECS "proc.aname[1] = a", NULL, ""},
        {EXECS "evt.arg.exe_ino = 3 and evt.res = SUCCESS and evt.arg.res = 0", NULL, ""},
        {EXECS "proc.aname[0] = a", NULL, "proc.aname[0]"},
        {EXECS "proc.name = nc", NULL, "proc.name"},
        {EXECS "(proc.exepath = /bin/x or proc.cmdline contains y)", NULL, "proc.cmdline"},
        {EXECS "not proc.args contains y", NULL, "proc.args"},
        {EXECS "user.uid = 0", NULL, "user.uid"},
        {EXECS "user.loginuid = 0", NULL, ""},
        {EXECS "evt.arg.filename = x", NULL, "evt.arg.filename"},
        {EXECS "proc.sname = x", NULL, "proc.sname"},
        {EXECS "val(proc.pname) = val(proc.name)", NULL, "val(proc.name)"},
        {OPENS "fd.name = /etc/shadow and fd.num >= 0 and proc.name != sshd", "", NULL},
        {OPENS "fd.ino = 3 and evt.is_open_write = true and user.uid = 0", "", NULL},
        {OPENS "fd.num > -1 and evt.rawres >= 0 and evt.failed = false", "", NULL},
        {OPENS "fd.num > 3", "fd.num", NULL},
        {OPENS "fd.num in (3, 4)", "fd.num", NULL},
        {OPENS "not fd.num = 3", "fd.num", NULL},
        {OPENS "fd.nameraw = /etc/shadow", "fd.nameraw", NULL},
        {OPENS "evt.arg.name = /etc/shadow", "evt.arg.name", NULL},
        {OPENS "evt.is_open_create = true", "evt.is_open_create", NULL},
        /* What can't hold for an event is not asked of it. */
        {"(evt.type = openat and fd.name = /x) or (evt.type = execve and proc.name = y)", "",
         "proc.name"},
        {"evt.type in (openat, connect) and fd.name = /x", "", NULL, true},
        {"evt.type = connect and fd.sport = 3", NULL, NULL, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ruleset *rules = load(rows[i].condition, "");
        const char *const expected[FORESEEN_MAX] = {rows[i].open, rows[i].exec};
        struct rule_foresight foresight;
        bool wanted[FORESEEN_MAX];

        rules_foresight(rules, 0, &foresight);
        rules_foresees(rules, wanted);
        for (int act = 0; act < FORESEEN_MAX; act++) {
            const char *field = foresight.field[act] ? foresight.field[act] : "";
            bool known = expected[act] && !expected[act][0];
            if (foresight.asks[act] != (expected[act] != NULL) ||
                strcmp(field, expected[act] ? expected[act] : "") != 0)
                fail_msg("%s: act %d, field '%s'", rows[i].condition, act, field);
            assert_int_equal(foresight.foreseen[act], known);
            assert_int_equal(wanted[act], known);
            assert_int_equal(foresight.why[act] != NULL, field[0] != '\0');
        }
        assert_int_equal(foresight.others || foresight.sockets, rows[i].others);
        rules_free(rules);
    }
}

static void test_words(void **state)
{
    static const struct {
        const char *condition, *words;
        bool all;
    } rows[] = {
        {EXECS "proc.exepath = /x", "exec is denied by fanotify", true},
        {OPENS "fd.nameraw = /x",
         "open is not denied: fd.nameraw lies in the caller's memory, which can be changed until "
         "the act",
         false},
        {"evt.type in (openat, connect) and fd.name = /x",
         "open is denied by fanotify; its other events are not denied", false},
        {"evt.type = connect", "its events are not denied", false},
        {OPENS "fd.name in (/etc/x, /proc/sys/kernel/core_pattern)",
         "open is denied by fanotify; that of files of /proc and /dev is not", false},
        {OPENS "fd.name startswith /dev",
         "open is denied by fanotify; that of files of /proc and /dev is not", false},
        {OPENS "fd.name startswith /device", "open is denied by fanotify", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ruleset *rules = load(rows[i].condition, "");
        _cleanup_buf_ struct buf words = {0};
        struct rule_foresight foresight;

        rules_foresight(rules, 0, &foresight);
        assert_int_equal(rule_foresight_text(&foresight, NULL, &words), rows[i].all);
        assert_string_equal(words.data, rows[i].words);
        rules_free(rules);
    }
}

static void count(void *data, const struct alert *alert)
{
    (*(unsigned *)data)++;
}

struct judging {
    struct ruleset *rules;
    struct world *world;
    unsigned alerts;
    bool denied;
};

static void judge(void *data, const struct judged_event *judged)
{
    struct judging *judging = data;

    judging->denied =
        rules_judge_foreseen(judging->rules, judging->world, judged, count, &judging->alerts);
}

/* How often a rule with these keys denies an exec of /bin/x. */
static unsigned denials(const char *condition, const char *more)
{
    struct event_header header = {
        .type = EVENT_EXECVE, .time = 1000, .start_time = 5, .pid = 7, .tid = 7, .comm = "sh"};
    struct judging judging = {.rules = load(condition, more)};
    struct event_writer writer = {0};
    bool wanted[FORESEEN_MAX];

    rules_foresees(judging.rules, wanted);
    assert_int_equal(world_new(NULL, NULL, NULL, NULL, &judging.world), 0);
    event_writer_begin(&writer, &header);
    event_writer_string(&writer, PARAM_EXE_PATH, "/bin/x");
    assert_int_equal(event_writer_finish(&writer), 0);
    assert_int_equal(world_foresee(judging.world, writer.data, writer.len, judge, &judging), 0);
    assert_int_equal(judging.denied, judging.alerts);
    event_writer_done(&writer);
    world_free(judging.world);
    rules_free(judging.rules);
    return judging.alerts;
}

static void test_who_denies(void **state)
{
#define MATCHES EXECS "proc.exepath = /bin/x"
#define SECOND  "- rule: s\n  desc: d\n  output: x\n  priority: INFO\n  condition: " MATCHES "\n"

    assert_int_equal(denials(MATCHES, ""), 1);
    assert_int_equal(denials(EXECS "proc.exepath = /bin/y", ""), 0);
    /* The first of several. */
    assert_int_equal(denials(MATCHES, SECOND "  action: deny\n"), 1);
    /* Not by others, not where a field is not known, not when told not to. */
    assert_int_equal(denials(EXECS "proc.exepath = /bin/y", SECOND), 0);
    assert_int_equal(denials(EXECS "proc.name = x", ""), 0);
    assert_int_equal(denials(MATCHES, "  mode: audit\n"), 0);
    assert_int_equal(denials(MATCHES, "  enabled: false\n"), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_known),
        cmocka_unit_test(test_words),
        cmocka_unit_test(test_who_denies),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
