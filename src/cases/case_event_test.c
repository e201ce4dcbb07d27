/* SPDX-License-Identifier: Apache-2.0 */
/* What a description becomes, seen by the fields of the rule language. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "cases/cases.h"
#include "event/event.h"

/* An event, in the flow style, and what must be true of it. */
struct row {
    const char *event, *condition;
};

static void load_rule(const char *condition, struct ruleset **ret_rules)
{
    const struct rules_options options = {.matching = MATCHING_ALL,
                                          .minimum_priority = PRIORITY_DEBUG};
    struct rules_warnings warnings = {0};
    _cleanup_buf_ struct buf text = {0};
    struct error error = {0};

    buf_printf(&text, "- {rule: R, desc: d, output: o, priority: INFO, condition: '%s'}\n",
               condition);
    struct rules_source source = {"rules.yaml", text.data, text.len};
    if (rules_load(&source, 1, &options, &warnings, ret_rules, &error) < 0)
        fail_msg("%s: %s", condition, error.message);
    rules_warnings_done(&warnings);
}

/* How often the rule fired for the tests of a file. */
static size_t hits_of(const char *file_text, const char *condition)
{
    _cleanup_arena_ struct arena arena = {0};
    struct case_player *player = NULL;
    struct ruleset *rules = NULL;
    struct case_file file = {0};
    struct error error = {0};

    load_rule(condition, &rules);
    if (cases_load("tests.yaml", file_text, strlen(file_text), &arena, &file, &error) < 0)
        fail_msg("%s:%u:%u: %s", file_text, error.line, error.column, error.message);
    assert_int_equal(file.count, 1);
    assert_int_equal(case_player_new(rules, &player), 0);
    assert_int_equal(case_player_records(player, &file.cases[0]), 0);
    case_player_end(player);
    size_t hits = case_player_hits(player, 0);
    case_player_free(player);
    rules_free(rules);
    return hits;
}

static void expect_rows(const struct row *rows, size_t count)
{
    unsigned failed = 0;

    for (size_t i = 0; i < count; i++) {
        _cleanup_buf_ struct buf text = {0};
        buf_printf(&text, "tests: [{name: t, expect: [], events: [%s]}]\n", rows[i].event);
        if (hits_of(text.data, rows[i].condition) == 1)
            continue;
        print_error("%s: not %s\n", rows[i].event, rows[i].condition);
        failed++;
    }
    assert_int_equal(failed, 0);
}

#define EXPECT(rows) expect_rows(rows, sizeof(rows) / sizeof((rows)[0]))

static void arguments_are_found_by_both_names(void **state)
{
    static const struct row rows[] = {
        {"{type: openat, args: {name: /a/b}}", "fd.name=/a/b and evt.arg.name=/a/b and fd.num=3"},
        {"{type: openat, args: {path: /a/b}}", "fd.name=/a/b and evt.arg.name=/a/b"},
        {"{type: openat, args: {name: /l, path: /a}}", "fd.name=/a and fd.nameraw=/l"},
        {"{type: openat, args: {name: /l, result: ENOENT}}", "fd.name=/l and evt.res=ENOENT"},
        {"{type: openat, args: {name: /l, fd: 7}}", "fd.num=7 and evt.failed=false"},
        {"{type: openat, args: {name: /a}}", "evt.is_open_read=true"},
        {"{type: openat, args: {name: /a, open_flags: O_RDWR|O_CREAT}}",
         "evt.is_open_write=true and evt.arg.flags contains O_CREAT"},
        {"{type: openat, args: {name: /a, flags: 0x41, mode: 0600}}",
         "evt.arg.flags contains O_WRONLY and evt.arg.mode=0600"},
        {"{type: chmod, args: {filename: /a, mode: 04755}}", "evt.arg.mode contains S_ISUID"},
        {"{type: kill, args: {pid: 1, sig: SIGKILL}}", "evt.arg.sig=SIGKILL"},
        {"{type: unlink, args: {path: /a, result: -EACCES}}", "evt.rawres=-13"},
        {"{type: capset, args: {cap_effective: CAP_KILL|CAP_CHOWN}}",
         "evt.arg.cap_effective contains CAP_KILL"},
        {"{type: fchmod, args: {path: /a/b, mode: 0}}", "fd.name=/a/b and fd.type=file"},
        {"{type: openat, args: {name: /a, file_flags: [upper_layer, created]}}",
         "fd.is_upper_layer=true and evt.is_open_create=true"},
        {"{type: openat, compat: true, args: {name: /a}}", "evt.is_compat=true"},
        {"{type: kill, to_agent: true, args: {pid: 1}}",
         "evt.to_agent=true and evt.is_compat=false"},
    };

    EXPECT(rows);
}

static void addresses_become_sockets(void **state)
{
    static const struct row rows[] = {
        {"{type: connect, args: {addr: \"1.2.3.4:80\"}}", "fd.sip=1.2.3.4 and fd.sport=80"},
        {"{type: connect, args: {addr: \"[2001:db8::1]:80\"}}", "fd.sip=2001:db8::1"},
        {"{type: connect, args: {addr: /run/docker.sock}}",
         "fd.type=unix and fd.name contains /run/docker.sock"},
        {"{type: connect, args: {socket: {local: \"10.0.0.1:4\", remote: \"10.0.0.2:5\"}}}",
         "fd.name=\"10.0.0.1:4->10.0.0.2:5\" and fd.l4proto=tcp and fd.type=ipv4"},
        {"{type: connect, args: {tuple: {remote: \"[::2]:5\", protocol: udp}}}",
         "fd.type=ipv6 and fd.l4proto=udp"},
        {"{type: accept4, args: {socket: {local: \"10.0.0.1:80\", remote: \"10.0.0.2:5\"}}}",
         "fd.is_server=true and fd.sport=80 and fd.cip=10.0.0.2"},
        {"{type: listen, args: {socket: {local: \"0.0.0.0:80\", role: server}}}", "fd.sport=80"},
        {"{type: socket, args: {domain: AF_PACKET}}", "evt.arg.domain=AF_PACKET"},
    };

    EXPECT(rows);
}

static void processes_have_their_facts(void **state)
{
    static const struct row rows[] = {
        {"{type: setsid, process: {exe: /usr/bin/a, cmdline: a b c}}",
         "proc.name=a and proc.exepath=/usr/bin/a and proc.cmdline=\"a b c\""},
        {"{type: execve, process: {exe: /usr/bin/a, cmdline: [a, b c]}}",
         "proc.name=a and proc.args=\"b c\" and evt.arg.filename=/usr/bin/a"},
        {"{type: execve, process: {exe: /a, parent: {exe: /p, parent: {exe: /q, cmdline: q r}}}}",
         "proc.pname=p and proc.aname[2]=q and proc.acmdline[2]=\"q r\" and proc.pexepath=/p"},
        {"{type: setsid, process: {exe: /a, parent: {exe: /p}}}", "proc.pname=p"},
        {"{type: kill, process: {pid: 7, vpid: 1, tty: 34816}}",
         "proc.pid=7 and proc.vpid=1 and proc.tty=34816"},
        {"{type: setsid, process: {uid: 33, gid: 34, loginuid: 1000}}",
         "user.uid=33 and group.gid=34 and user.loginuid=1000"},
        {"{type: setsid, process: {uid: 33, euid: 0}}", "user.uid=0 and user.name=root"},
        {"{type: setsid, process: {capabilities: [CAP_SYS_ADMIN, CAP_KILL]}}",
         "thread.cap_effective=\"CAP_KILL CAP_SYS_ADMIN\""},
        {"{type: setsid, process: {capabilities: all}}", "thread.cap_permitted contains CAP_BPF"},
        {"{type: execve, process: {exe: /a, stdin: ipv4, stdout: pipe}}",
         "proc.stdin.type=ipv4 and proc.stdout.type=pipe and proc.stderr.type=file"},
        {"{type: execve, process: {exe: /a, env: {K: v w}, cwd: /w}}",
         "proc.env[K]=\"v w\" and proc.cwd=/w/"},
        {"{type: execve, process: {exe: /a, exe_flags: [memfd]}}", "proc.is_exe_from_memfd=true"},
        {"{type: unlink, process: {cwd: /w}, args: {path: a}}", "evt.arg.path=/w/a"},
        {"{type: setsid}", "proc.pid=1000000 and container.id=host and evt.hostname=test"},
    };

    EXPECT(rows);
}

static void containers_have_their_facts(void **state)
{
    static const struct row rows[] = {
        {"{type: setsid, container: {id: abc, name: web, image: \"r.example/a/b:1\"}}",
         "container.id=abc and container.name=web and container.image.repository=r.example/a/b "
         "and container.image.tag=1"},
        {"{type: setsid, container: {id: abc, privileged: true, runtime: podman}}",
         "container.privileged=true and container.type=podman"},
        {"{type: setsid, container: {id: abc, labels: {a.b: c d}}}", "container.label.a.b=\"c d\""},
        {"{type: setsid, container: {id: abc, pod: {name: p, namespace: n, labels: {k: v}}}}",
         "k8s.pod.name=p and k8s.ns.name=n and k8s.pod.label.k=v"},
        {"{type: execve, container: {id: abc}, process: {exe: /a}}", "container.id=abc"},
        {"{type: setsid, container: host}", "container.id=host"},
    };

    EXPECT(rows);
}

static void what_an_event_lacks_is_taken_from_the_test_and_the_file(void **state)
{
    static const char text[] = "process: {exe: /of/file}\n"
                               "container: {id: outer}\n"
                               "users: {app: 33}\n"
                               "tests:\n"
                               "- name: t\n"
                               "  process: {exe: /of/test, uid: 33}\n"
                               "  events:\n"
                               "  - {type: setsid}\n"
                               "  - {type: setsid, process: {exe: /of/event}}\n"
                               "  - {type: setsid, container: host}\n"
                               "  expect: []\n";

    assert_int_equal(hits_of(text, "proc.exepath=/of/test"), 2);
    assert_int_equal(hits_of(text, "proc.exepath=/of/event"), 1);
    assert_int_equal(hits_of(text, "proc.exepath=/of/file"), 0);
    assert_int_equal(hits_of(text, "container.id=outer"), 2);
    assert_int_equal(hits_of(text, "user.name=app"), 2);
}

static void a_process_goes_on_through_a_test(void **state)
{
    static const char text[] = "tests:\n"
                               "- name: t\n"
                               "  events:\n"
                               "  - {type: execve, process: {pid: 5, exe: /bin/sh}}\n"
                               "  - {type: chdir, process: &a {pid: 5}, args: {path: /w}}\n"
                               "  - {type: setsid, process: *a}\n"
                               "  - {type: execve, process: {pid: 5, exe: /bin/nc}}\n"
                               "  - {type: setsid, process: *a}\n"
                               "  expect: []\n";

    assert_int_equal(hits_of(text, "proc.exepath=/bin/sh and evt.type in (chdir, setsid)"), 2);
    assert_int_equal(hits_of(text, "proc.exepath=/bin/nc and evt.type=setsid"), 1);
    assert_int_equal(hits_of(text, "proc.cwd=/w/"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(arguments_are_found_by_both_names),
        cmocka_unit_test(addresses_become_sockets),
        cmocka_unit_test(processes_have_their_facts),
        cmocka_unit_test(containers_have_their_facts),
        cmocka_unit_test(what_an_event_lacks_is_taken_from_the_test_and_the_file),
        cmocka_unit_test(a_process_goes_on_through_a_test),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
