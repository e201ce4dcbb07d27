/* SPDX-License-Identifier: Apache-2.0 */
/* Facts of the machine the test runs on, and of machines that are not as they should be. */
#include "world/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "world/cgroupfs.h"
#include "world/exec_id.h"
#include "world/facts_internal.h"
#include "world/facts_testing.h"
#include "world/proc.h"
#include "world/timestamp.h"
#include "world/tree_testing.h"
#include "world/user_files.h"

static void test_stat(void **state)
{
    struct proc_stat stat;

    assert_true(proc_parse_stat(
        "7372 (sleep) S 7351 7370 7371 34816 -1 4194560 702 0 1 0 0 0 0 0 30 10 1 0 139519 2322432",
        &stat));
    assert_string_equal(stat.comm, "sleep");
    assert_int_equal(stat.parent_pid, 7351);
    assert_int_equal(stat.pgid, 7370);
    assert_int_equal(stat.sid, 7371);
    assert_int_equal(stat.tty, 34816);
    assert_int_equal(stat.start_time, 1395190000000);
    assert_false(stat.kthread);
    assert_true(
        proc_parse_stat("2 (a) R (b)) S 0 0 0 0 -1 2129984 0 0 0 0 0 0 0 0 20 0 1 0 5 0", &stat));
    assert_string_equal(stat.comm, "a) R (b)");
    assert_true(stat.kthread);
    assert_true(proc_parse_stat("3 (kworker/u8:3-events_unbound) I 2 0 0 0 -1 69238880 0 0 0 0 0 0 "
                                "0 0 20 0 1 0 7 0",
                                &stat));
    assert_string_equal(stat.comm, "kworker/u8:3-ev");
    assert_false(proc_parse_stat("", &stat));
    assert_false(proc_parse_stat("7 ) S 1 (", &stat));
    assert_false(proc_parse_stat("7 (x) S 1 2", &stat));
    assert_false(proc_parse_stat("7 (x) S 1 2 3 4 -1 5 0 0 0 0 0 0 0 0 0 0 0 0 "
                                 "18446744073709551615",
                                 &stat));
}

static void test_status(void **state)
{
    struct proc_status status;

    assert_true(proc_parse_status("Name:\tUid:\nUid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\n"
                                  "NSpid:\t7372\t55\t1\nNSpgid:\t9\nNSsid:\t0\n"
                                  "CapInh:\t0000000000000001\nCapEff:\t00000000a80425fb\n"
                                  "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t7\n",
                                  &status));
    assert_int_equal(status.uid, 1);
    assert_int_equal(status.fsuid, 4);
    assert_int_equal(status.sgid, 7);
    assert_int_equal(status.vpid, 1);
    assert_int_equal(status.vpgid, 9);
    assert_int_equal(status.effective, 0xa80425fb);
    assert_int_equal(status.permitted, 0);
    assert_int_equal(status.seccomp, 2);
    assert_int_equal(status.no_new_privs, 1);
    assert_false(proc_parse_status("Uid:\t1\t2\n", &status));
    assert_false(proc_parse_status("", &status));
}

static void test_timestamp(void **state)
{
    uint64_t ns;

    assert_true(timestamp_parse("1970-01-01T00:00:01Z", &ns));
    assert_int_equal(ns, 1000000000);
    assert_true(timestamp_parse("2026-11-24T08:22:11.555747979Z", &ns));
    assert_int_equal(ns, 1795508531555747979);
    assert_true(timestamp_parse("2026-11-24T09:22:11.5+01:00", &ns));
    assert_int_equal(ns, 1795508531500000000);
    assert_true(timestamp_parse("2026-11-24T07:52:11.5-00:30", &ns));
    assert_int_equal(ns, 1795508531500000000);
    assert_false(timestamp_parse("0001-01-01T00:00:00Z", &ns));
    assert_false(timestamp_parse("2026-11-24", &ns));
    assert_false(timestamp_parse("2026-13-24T08:22:11Z", &ns));
    assert_false(timestamp_parse("2026-11-24T08:22:11Zx", &ns));
    assert_false(timestamp_parse("", &ns));
}

static void test_exec_id(void **state)
{
    struct exec_id found = {.pid = 7, .start_time = 1390000000};

    assert_true(exec_id_matches_tick((struct exec_id){.pid = 7, .start_time = 1390000000}, found));
    assert_true(exec_id_matches_tick((struct exec_id){.pid = 7, .start_time = 1399999999}, found));
    assert_false(exec_id_matches_tick((struct exec_id){.pid = 7, .start_time = 1400000000}, found));
    assert_false(exec_id_matches_tick((struct exec_id){.pid = 7, .start_time = 1389999999}, found));
    assert_false(exec_id_matches_tick((struct exec_id){.pid = 8, .start_time = 1390000000}, found));
}

static void test_cgroup_lines(void **state)
{
    struct cgroup_line lines[4];
    char text[] = "12:cpu,cpuacct:/a:b\n1:name=systemd:/\nrubbish\n7:x\n0::/c\n9:y:/../d\n8:z:/e\n";

    assert_int_equal(cgroupfs_lines(text, lines, 4), 4);
    assert_int_equal(lines[0].hierarchy, 12);
    assert_string_equal(lines[0].path, "/a:b");
    assert_int_equal(lines[2].hierarchy, 0);
    assert_string_equal(lines[2].path, "/c");
}

/* This very process, as /proc shows it. */
static void test_own_process(void **state)
{
    struct facts *facts;
    char path[64], exe[4096] = "", cwd[4096] = "";

    assert_int_equal(facts_new("/", NULL, NULL, &facts, NULL), 0);
    facts_want_env(facts, true);
    struct world_requests requests = facts_requests(facts);
    assert_int_equal(requests.process(facts, NULL, (uint32_t)getpid(), 0), 0);

    const struct event *event = testing_record(EVENT_PROCESS_FOUND, 0);
    assert_non_null(event);
    assert_int_equal(event->header->pid, getpid());
    assert_int_equal(event->header->uid, getuid());
    assert_int_equal(event->header->start_time % EXEC_ID_TICK_NS, 0);
    assert_int_equal(event_number(event, PARAM_PARENT_PID, 0), getppid());
    assert_int_equal(event_number(event, PARAM_SID, 0), getsid(0));
    assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
    assert_true(testing_has(event, PARAM_EXE_PATH, exe));
    assert_non_null(getcwd(cwd, sizeof(cwd)));
    assert_true(testing_has(event, PARAM_CWD, cwd));
    assert_true(event_has(event, PARAM_ARGV));
    assert_true(event_has(event, PARAM_CGROUP));
    assert_true(testing_has(event, PARAM_ENVP, "BULWARK_TEST=x y"));
    struct stat st;
    snprintf(path, sizeof(path), "/proc/%d/ns/pid", getpid());
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(event->header->pid_namespace, st.st_ino);

    uint64_t start = event->header->start_time;
    testing_forget();
    assert_int_equal(requests.process(facts, NULL, (uint32_t)getpid(), start + 123), 0);
    event = testing_record(EVENT_PROCESS_FOUND, 0);
    assert_int_equal(event->header->start_time, start + 123);
    assert_int_equal(requests.process(facts, NULL, (uint32_t)getpid(), start + EXEC_ID_TICK_NS),
                     -ENOENT);
    testing_forget();
    facts_free(facts);
}

static void test_dead_process(void **state)
{
    struct facts *facts;

    assert_int_equal(facts_new("/", NULL, NULL, &facts, NULL), 0);
    struct world_requests requests = facts_requests(facts);
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(requests.process(facts, NULL, (uint32_t)pid, 0), -ENOENT); /* a zombie */
    assert_int_equal(waitpid(pid, NULL, 0), pid);
    assert_int_equal(requests.process(facts, NULL, (uint32_t)pid, 0), -ENOENT);
    assert_int_equal(facts_counters(facts)->processes_vanished, 2);
    facts_free(facts);
}

static size_t tapped;

static void count_tap(void *data, const void *record, size_t size)
{
    tapped++;
}

/* All processes: init among them although its files can't all be read; parents before children. */
static void test_machine(void **state)
{
    struct facts *facts;
    bool init = false;

    tapped = 0;
    assert_int_equal(facts_new("/", count_tap, NULL, &facts, NULL), 0);
    assert_int_equal(facts_feed_start(facts, NULL), 0);
    assert_int_equal(facts_feed_machine(facts, NULL), 0);

    const struct event *event = testing_record(EVENT_START, 0);
    char name[256];
    assert_int_equal(gethostname(name, sizeof(name)), 0);
    assert_true(testing_has(event, PARAM_TEXT, name));
    assert_true(event_number(event, PARAM_OFFSET, 0) > INT64_C(1600000000000000000));
    event = testing_record(EVENT_USERS, 0);
    assert_non_null(event);
    assert_true(event_has(event, PARAM_PASSWD));

    size_t count = testing_count(EVENT_PROCESS_FOUND);
    assert_int_equal(count, facts_counters(facts)->processes_found);
    assert_true(count > 2);
    uint64_t last = 0;
    for (size_t i = 0; i < count; i++) {
        event = testing_record(EVENT_PROCESS_FOUND, i);
        assert_true(event->header->start_time >= last);
        last = event->header->start_time;
        init |= event->header->pid == 1;
    }
    assert_true(init);
    assert_true(tapped >= count + 2);
    testing_forget();
    facts_free(facts);
}

/* From the id of this process's cgroup back to its path. */
static void test_cgroup_request(void **state)
{
    struct facts *facts;

    assert_int_equal(facts_new("/", NULL, NULL, &facts, NULL), 0);
    struct world_requests requests = facts_requests(facts);
    assert_int_equal(requests.process(facts, NULL, (uint32_t)getpid(), 0), 0);
    const struct event *event = testing_record(EVENT_PROCESS_FOUND, 0);
    const struct event_param *param = event_param(event, PARAM_CGROUP);
    uint64_t id = event->header->cgroup_id;
    char *path = strndup(param->data, param->len);
    if (!id) /* no cgroup file system is mounted here */
        skip();
    assert_int_equal(requests.cgroup(facts, NULL, id, (uint32_t)getpid()), 0);
    event = testing_record(EVENT_CGROUP_FOUND, 0);
    assert_int_equal(event->header->cgroup_id, id);
    assert_true(testing_has(event, PARAM_CGROUP, path));
    testing_forget();

    /* By the id alone, where the kernel lets us. */
    int r = requests.cgroup(facts, NULL, id, 0);
    if (r == 0)
        assert_true(testing_has(testing_record(EVENT_CGROUP_FOUND, 0), PARAM_CGROUP, path));
    assert_true(requests.cgroup(facts, NULL, id + 0x123456789, 0) < 0);
    testing_forget();
    free(path);
    facts_free(facts);
}

/* passwd of a container whose owner would like us to read something else, or too much. */
static void test_users(void **state)
{
    struct tree tree;
    struct facts *facts;

    tree_make(&tree);
    assert_int_equal(
        symlink("../../../../secret/passwd", tree_path(&tree, "proc/7/root/etc/passwd")), 0);
    assert_int_equal(mkfifo(tree_path(&tree, "proc/8/root/etc/passwd"), 0600), 0);
    tree_write(&tree, "secret/passwd", "secret:x:0:0::/:/\n", 1);
    tree_write(&tree, "etc/passwd",
               "a:x:1:1::/home/a:/bin/sh\nb:x:2:2:B b:/home/b:/bin/sh\nc::3:3:::\nd\ne:x:x:\n", 1);
    tree_write(&tree, "proc/9/root/etc/passwd", "u:x:1:1::/:/bin/sh\n", 10000);
    tree_write(&tree, "proc/9/root/etc/group", "g:x:1:\n", 20000);

    assert_int_equal(facts_new(tree.root, NULL, NULL, &facts, NULL), 0);
    assert_int_equal(user_files_feed(facts, NULL, NULL, 0), 0);
    const struct event *event = testing_record(EVENT_USERS, 0);
    assert_false(event_has(event, PARAM_CONTAINER_ID));
    assert_true(event_has(event, PARAM_PASSWD));
    assert_false(event_has(event, PARAM_GROUP));
    testing_forget();

    assert_true(user_files_feed(facts, NULL, "c", 7) < 0);
    assert_true(user_files_feed(facts, NULL, "c", 8) < 0);
    assert_true(user_files_feed(facts, NULL, "c", 10) < 0);
    assert_int_equal(testing_count(EVENT_USERS), 0);

    assert_int_equal(user_files_feed(facts, NULL, "c", 9), 0);
    event = testing_record(EVENT_USERS, 0);
    assert_true(testing_has(event, PARAM_CONTAINER_ID, "c"));
    for (unsigned id = PARAM_PASSWD; id <= PARAM_GROUP; id++) {
        const struct event_param *param = event_param(event, id);
        assert_true(param->flags & PARAM_FLAG_TRUNCATED);
        assert_true(param->len > 60000 && param->len <= USER_FILE_MAX);
        assert_int_equal(param->data[param->len - 1], '\n');
    }
    testing_forget();

    char *home = user_files_home(facts, 2);
    assert_string_equal(home, "/home/b");
    free(home);
    home = user_files_home(facts, 1);
    assert_string_equal(home, "/home/a");
    free(home);
    assert_null(user_files_home(facts, 3));
    assert_null(user_files_home(facts, 4));
    facts_free(facts);
    tree_remove(&tree);
}

static void test_bad_root(void **state)
{
    struct facts *facts = NULL;
    struct error error = {0};

    assert_int_equal(facts_new("/nonexistent", NULL, NULL, &facts, &error), -ENOENT);
    assert_non_null(strstr(error.message, "'/nonexistent'"));
    assert_null(facts);
    facts_free(NULL);
}

/* A root with nothing in it: no /proc, no cgroups, no users. */
static void test_empty_root(void **state)
{
    char root[] = "/tmp/bulwark-test-XXXXXX";
    struct facts *facts;

    assert_non_null(mkdtemp(root));
    assert_int_equal(facts_new(root, NULL, NULL, &facts, NULL), 0);
    assert_int_equal(facts_feed_start(facts, NULL), 0);
    assert_int_equal(facts_feed_machine(facts, NULL), -ENOENT);
    assert_true(facts_requests(facts).process(facts, NULL, 1, 0) < 0);
    testing_forget();
    facts_free(facts);
    rmdir(root);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stat),           cmocka_unit_test(test_status),
        cmocka_unit_test(test_timestamp),      cmocka_unit_test(test_exec_id),
        cmocka_unit_test(test_cgroup_lines),   cmocka_unit_test(test_own_process),
        cmocka_unit_test(test_dead_process),   cmocka_unit_test(test_machine),
        cmocka_unit_test(test_cgroup_request), cmocka_unit_test(test_users),
        cmocka_unit_test(test_bad_root),       cmocka_unit_test(test_empty_root),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
