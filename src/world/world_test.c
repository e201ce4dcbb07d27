/* SPDX-License-Identifier: Apache-2.0 */
#include "world/world.h"

#include "world/test_stream.h"

#define ID_A   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define ID_B   "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define PATH_A "/system.slice/docker-" ID_A ".scope"
#define PATH_B "/system.slice/docker-" ID_B ".scope"
#define HOST   "/system.slice/ssh.service"

enum { CG_HOST = 10, CG_A = 20, CG_B = 30 };

static void test_host_processes(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    stream_begin(&s, EVENT_START, 0, 0);
    stream_number(&s, PARAM_OFFSET, 5 * SECOND);
    stream_text(&s, PARAM_TEXT, "node-1");
    assert_int_equal(stream_feed(&s), 0);
    assert_string_equal(world_hostname(s.world), "node-1");
    assert_int_equal(world_clock_offset(s.world), 5 * SECOND);
    assert_int_equal(s.count, 0);

    stream_exec(&s, 1, "/sbin/init", CG_HOST, HOST);
    stream_clone(&s, 1, 2, CG_HOST);
    struct process *child = stream_process(&s, 2);
    assert_string_equal(child->name, "comm"); /* the parent thread's */
    assert_string_equal(child->image->exe_path, "/sbin/init");
    assert_ptr_equal(child->image, stream_process(&s, 1)->image);
    stream_exec(&s, 2, "/bin/sh", CG_HOST, HOST);
    assert_string_equal(stream_last(&s)->name, "sh");
    assert_string_equal(stream_last(&s)->exe, "/bin/sh");
    assert_string_equal(stream_last(&s)->container, "");
    assert_ptr_equal(child->parent, stream_process(&s, 1));
    assert_string_equal(process_cwd(child), "/work");

    stream_begin(&s, EVENT_CHDIR, 2, CG_HOST);
    stream_text(&s, PARAM_PATH, "/tmp");
    stream_feed(&s);
    assert_string_equal(process_cwd(child), "/tmp");
    stream_begin(&s, EVENT_CHDIR, 2, CG_HOST);
    stream_header(&s)->result = -ENOENT;
    stream_text(&s, PARAM_PATH, "/nope");
    stream_feed(&s);
    assert_string_equal(process_cwd(child), "/tmp");
    stream_clone(&s, 2, 3, CG_HOST);
    assert_string_equal(process_cwd(stream_process(&s, 3)), "/tmp");

    /* A failed exec and a thread change nothing. */
    stream_begin(&s, EVENT_EXECVE, 2, CG_HOST);
    stream_header(&s)->result = -EACCES;
    stream_text(&s, PARAM_NAME, "./x");
    stream_feed(&s);
    assert_string_equal(stream_last(&s)->exe, "/bin/sh");
    uint64_t before = world_counters(s.world)->processes;
    stream_begin(&s, EVENT_CLONE, 2, CG_HOST);
    stream_header(&s)->result = 77;
    stream_number(&s, PARAM_CHILD_PID, 2);
    stream_number(&s, PARAM_CHILD_START, start_of(2));
    stream_feed(&s);
    assert_int_equal(world_counters(s.world)->processes, before);
    assert_int_equal(world_counters(s.world)->processes_made_up, 0);
    stream_close(&s);
}

static void test_exit_and_grace(void **state)
{
    const struct world_limits limits = {.exit_grace_time = SECOND};
    struct stream s;

    stream_open(&s, &limits, NULL);
    stream_exec(&s, 1, "/sbin/init", CG_HOST, HOST);
    stream_clone(&s, 1, 2, CG_HOST);
    stream_clone(&s, 2, 3, CG_HOST);
    stream_event(&s, EVENT_PROCEXIT, 2, CG_HOST);
    assert_int_equal(stream_last(&s)->pid, 2);
    uint64_t due = world_tick(s.world, s.now);
    assert_true(due == s.now + SECOND);
    stream_event(&s, EVENT_OPEN, 2, CG_HOST); /* came late */
    assert_string_equal(stream_last(&s)->exe, "/sbin/init");
    world_tick(s.world, due);
    assert_ptr_equal(stream_process(&s, 3)->parent, stream_process(&s, 2)); /* still an ancestor */
    stream_event(&s, EVENT_PROCEXIT, 3, CG_HOST);
    world_tick(s.world, due + 10 * SECOND);
    assert_null(stream_process(&s, 2));
    assert_null(stream_process(&s, 3));
    assert_non_null(stream_process(&s, 1));
    stream_close(&s);
}

static void test_pid_reuse(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    stream_exec(&s, 7, "/bin/old", CG_HOST, HOST);
    stream_begin(&s, EVENT_EXECVE, 7, CG_HOST);
    stream_header(&s)->start_time = start_of(7) + SECOND;
    stream_text(&s, PARAM_EXE_PATH, "/bin/new");
    stream_feed(&s);
    assert_string_equal(stream_last(&s)->exe, "/bin/new");
    assert_string_equal(world_process_by_pid(s.world, 7)->image->exe_path, "/bin/new");
    assert_string_equal(stream_process(&s, 7)->image->exe_path, "/bin/old");
    stream_event(&s, EVENT_OPEN, 7, CG_HOST);
    assert_string_equal(stream_last(&s)->exe, "/bin/old");
    stream_close(&s);
}

static void test_sticky_container(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    stream_container(&s, ID_A, "nginx:1");
    stream_container(&s, ID_B, "redis:2");
    stream_exec(&s, 1, "/usr/bin/runc", CG_HOST, HOST);
    stream_clone(&s, 1, 2, CG_HOST);
    stream_event(&s, EVENT_OPEN, 2, CG_HOST);
    assert_string_equal(stream_last(&s)->container, ""); /* runc init is the host's */
    stream_attach(&s, 2, CG_A, PATH_A);
    assert_string_equal(stream_last(&s)->container, ID_A);
    stream_exec(&s, 2, "/usr/sbin/nginx", CG_A, PATH_A);
    assert_string_equal(stream_last(&s)->container, ID_A);
    assert_string_equal(stream_last(&s)->image, "nginx:1");

    /* Out of the cgroup it is in the container all the same, and so is what it makes. */
    stream_attach(&s, 2, CG_HOST, HOST);
    assert_string_equal(stream_last(&s)->container, ID_A);
    stream_clone(&s, 2, 3, CG_HOST);
    stream_exec(&s, 3, "/bin/sh", CG_HOST, HOST);
    assert_string_equal(stream_last(&s)->container, ID_A);

    /* Another container's cgroup moves it. */
    stream_attach(&s, 3, CG_B, PATH_B);
    assert_string_equal(stream_last(&s)->container, ID_B);
    stream_event(&s, EVENT_OPEN, 2, CG_HOST);
    assert_string_equal(stream_last(&s)->container, ID_A);

    /* A clone into a container's cgroup, whose id is not known yet. */
    stream_begin(&s, EVENT_CLONE3, 1, CG_HOST);
    stream_number(&s, PARAM_CHILD_PID, 9);
    stream_number(&s, PARAM_CHILD_START, start_of(9));
    stream_text(&s, PARAM_CGROUP, PATH_B);
    stream_feed(&s);
    assert_string_equal(stream_last(&s)->container, "");
    assert_string_equal(stream_process(&s, 9)->container->id, ID_B);
    stream_event(&s, EVENT_OPEN, 1, CG_HOST);
    assert_string_equal(stream_last(&s)->container, "");
    stream_close(&s);
}

static void test_late_metadata(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    stream_exec(&s, 1, "/usr/bin/runc", CG_HOST, HOST);
    stream_clone(&s, 1, 2, CG_HOST);
    unsigned before = s.count;
    stream_attach(&s, 2, CG_A, PATH_A);
    stream_exec(&s, 2, "/bin/a", CG_A, PATH_A);
    stream_clone(&s, 2, 3, CG_A);
    stream_event(&s, EVENT_OPEN, 3, CG_A);
    stream_attach(&s, 3, CG_HOST, HOST); /* flees before the container is known */
    stream_exec(&s, 3, "/bin/b", CG_HOST, HOST);
    assert_int_equal(s.count, before);
    stream_event(&s, EVENT_OPEN, 1, CG_HOST); /* others don't wait */
    assert_int_equal(s.count, before + 1);
    assert_null(stream_process(&s, 3)); /* nothing was applied */

    stream_container(&s, ID_A, "nginx:1");
    assert_int_equal(s.count, before + 7);
    const struct seen *seen = &s.seen[before + 1];
    static const unsigned types[] = {EVENT_CGROUP_ATTACH, EVENT_EXECVE,        EVENT_CLONE,
                                     EVENT_OPEN,          EVENT_CGROUP_ATTACH, EVENT_EXECVE};
    for (size_t i = 0; i < 6; i++) {
        assert_int_equal(seen[i].type, types[i]);
        assert_string_equal(seen[i].container, ID_A);
        assert_string_equal(seen[i].image, "nginx:1");
    }
    assert_string_equal(seen[5].exe, "/bin/b");
    stream_event(&s, EVENT_OPEN, 3, CG_HOST);
    assert_int_equal(s.count, before + 8);
    assert_int_equal(world_counters(s.world)->events_held, 6);
    assert_int_equal(world_counters(s.world)->containers_unnamed, 0);
    assert_int_equal(world_counters(s.world)->processes_made_up, 0);
    stream_close(&s);
}

static void test_metadata_never_comes(void **state)
{
    const struct world_limits limits = {.hold_time = 100 * MS};
    struct stream s;

    stream_open(&s, &limits, NULL);
    stream_exec(&s, 5, "/bin/a", CG_A, PATH_A);
    uint64_t started = s.now;
    stream_event(&s, EVENT_OPEN, 5, CG_A);
    assert_int_equal(s.count, 0);
    world_tick(s.world, started + 99 * MS);
    assert_int_equal(s.count, 0);
    world_tick(s.world, started + 100 * MS);
    assert_int_equal(s.count, 2);
    assert_string_equal(s.seen[0].container, ID_A);
    assert_string_equal(s.seen[0].image, "");
    assert_true(world_container(s.world, ID_A)->flags & CONTAINER_FLAG_PARTIAL);
    assert_int_equal(world_counters(s.world)->events_released_late, 2);
    assert_int_equal(world_counters(s.world)->containers_unnamed, 1);
    stream_event(&s, EVENT_OPEN, 5, CG_A); /* does not wait again */
    assert_int_equal(s.count, 3);
    stream_container(&s, ID_A, "late:1");
    stream_event(&s, EVENT_OPEN, 5, CG_A);
    assert_string_equal(stream_last(&s)->image, "late:1");
    assert_false(world_container(s.world, ID_A)->flags & CONTAINER_FLAG_PARTIAL);

    /* Time also passes by events alone, as in a replay. */
    stream_exec(&s, 6, "/bin/b", CG_B, PATH_B);
    assert_int_equal(s.count, 4);
    s.now += 300 * MS;
    stream_event(&s, EVENT_OPEN, 5, CG_A);
    assert_int_equal(s.count, 6);
    assert_string_equal(s.seen[4].container, ID_B);
    stream_close(&s);
}

static void test_hold_overflow(void **state)
{
    const struct world_limits limits = {.held_events = 8};
    struct stream s;

    stream_open(&s, &limits, NULL);
    stream_exec(&s, 6, "/bin/b", CG_B, PATH_B);
    stream_exec(&s, 5, "/bin/a", CG_A, PATH_A);
    for (unsigned i = 0; i < 6; i++)
        stream_event(&s, EVENT_OPEN, 5, CG_A);
    assert_int_equal(s.count, 0);
    stream_event(&s, EVENT_OPEN, 6, CG_B); /* the container with most goes, not this one */
    assert_int_equal(s.count, 7);
    assert_int_equal(s.seen[0].type, EVENT_EXECVE);
    assert_int_equal(world_counters(s.world)->events_released_full, 7);
    stream_container(&s, ID_B, "b");
    assert_int_equal(s.count, 9);
    assert_string_equal(s.seen[7].image, "b");
    assert_int_equal(s.seen[7].type, EVENT_EXECVE);
    stream_close(&s);

    /* One that fits nowhere is judged at once, after what waits before it. */
    const struct world_limits tiny = {.held_bytes = 600};
    stream_open(&s, &tiny, NULL);
    stream_attach(&s, 5, CG_A, PATH_A);
    assert_int_equal(s.count, 0);
    static char path[2000];
    memset(path, 'x', sizeof(path) - 1);
    stream_begin(&s, EVENT_OPEN, 5, CG_A);
    stream_text(&s, PARAM_PATH, path);
    assert_int_equal(stream_feed(&s), 0);
    assert_int_equal(s.count, 2);
    assert_int_equal(s.seen[0].type, EVENT_CGROUP_ATTACH);
    assert_int_equal(s.seen[1].type, EVENT_OPEN);
    assert_int_equal(world_counters(s.world)->events_released_full, 2);
    stream_close(&s);
}

static void test_flush(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    stream_exec(&s, 5, "/bin/a", CG_A, PATH_A);
    stream_exec(&s, 6, "/bin/b", CG_B, PATH_B);
    assert_int_equal(s.count, 0);
    world_flush(s.world);
    assert_int_equal(s.count, 2);
    stream_close(&s);

    stream_open(&s, NULL, NULL);
    stream_exec(&s, 5, "/bin/a", CG_A, PATH_A); /* freed while held */
    stream_close(&s);
}

static void test_containers_evicted_and_forgotten(void **state)
{
    const struct world_limits limits = {.containers = 2, .exit_grace_time = MS};
    struct stream s;

    stream_open(&s, &limits, NULL);
    stream_container(&s, "one", "a");
    stream_container(&s, ID_A, "nginx:1");
    stream_exec(&s, 5, "/bin/a", CG_A, PATH_A);
    stream_container(&s, "two", "b");
    assert_null(world_container(s.world, "one"));
    assert_int_equal(world_counters(s.world)->containers_evicted, 1);
    assert_int_equal(world_counters(s.world)->containers, 2);
    stream_container(&s, ID_B, "redis:2");
    stream_exec(&s, 6, "/bin/b", CG_B, PATH_B);
    stream_container(&s, "three", "c"); /* all are in use: the oldest goes */
    assert_null(world_container(s.world, ID_A));
    assert_string_equal(stream_process(&s, 5)->container->image, "nginx:1");

    /* Its process finds it again, and waits for its metadata again. */
    unsigned before = s.count;
    stream_exec(&s, 5, "/bin/a2", CG_A, PATH_A);
    assert_int_equal(s.count, before);
    stream_container(&s, ID_A, "nginx:2");
    assert_int_equal(s.count, before + 1);
    assert_string_equal(stream_last(&s)->image, "nginx:2");

    stream_event(&s, EVENT_PROCEXIT, 5, CG_A);
    world_tick(s.world, s.now + SECOND);
    world_tick(s.world, s.now + 59 * SECOND);
    assert_non_null(world_container(s.world, ID_A));
    world_tick(s.world, s.now + 80 * SECOND);
    assert_null(world_container(s.world, ID_A));
    assert_non_null(world_container(s.world, ID_B));
    assert_null(world_next_container(s.world, world_next_container(s.world, NULL)));
    stream_close(&s);
}

static void test_processes_evicted(void **state)
{
    const struct world_limits limits = {.processes = 16};
    struct stream s;

    stream_open(&s, &limits, NULL);
    stream_exec(&s, 1, "/sbin/init", CG_HOST, HOST);
    for (uint32_t pid = 2; pid < 200; pid++) {
        stream_clone(&s, 1, pid, CG_HOST);
        stream_exec(&s, pid, "/bin/x", CG_HOST, HOST);
        assert_string_equal(stream_last(&s)->exe, "/bin/x");
    }
    assert_int_equal(world_counters(s.world)->processes, 16);
    assert_int_equal(world_counters(s.world)->processes_evicted, 199 - 16);
    assert_non_null(stream_process(&s, 1));
    unsigned count = 0;
    for (struct process *at = NULL; (at = world_next_process(s.world, at));)
        count++;
    assert_int_equal(count, 16);
    stream_close(&s);
}

static void test_malformed(void **state)
{
    static const struct event_header header = {.type = EVENT_OPEN, .size = sizeof(header)};
    struct stream s;
    uint64_t record[32] = {0};

    stream_open(&s, NULL, NULL);
    assert_int_equal(world_feed(s.world, record, 0), -EBADMSG);
    assert_int_equal(world_feed(s.world, record, sizeof(record)), -EBADMSG);
    memcpy(record, &header, sizeof(header));
    assert_int_equal(world_feed(s.world, record, sizeof(header) + 8), -EBADMSG);
    stream_begin(&s, EVENT_CONTAINER, 0, 0);
    assert_int_equal(stream_feed(&s), -EBADMSG);
    stream_begin(&s, EVENT_CONTAINER, 0, 0);
    stream_strings(&s, PARAM_CONTAINER_ID, "a\0b", 3);
    assert_int_equal(stream_feed(&s), -EBADMSG);
    stream_begin(&s, EVENT_PROCESS_FOUND, 0, 0);
    assert_int_equal(stream_feed(&s), -EBADMSG);
    stream_begin(&s, EVENT_CGROUP_FOUND, 0, 5);
    assert_int_equal(stream_feed(&s), -EBADMSG);
    assert_int_equal(world_counters(s.world)->malformed_records, 7);
    assert_int_equal(world_counters(s.world)->events, 0);
    assert_int_equal(world_counters(s.world)->processes, 0);
    assert_int_equal(world_counters(s.world)->containers, 0);

    stream_begin(&s, EVENT_USERS, 0, 0); /* of nobody known */
    stream_text(&s, PARAM_CONTAINER_ID, "nobody");
    assert_int_equal(stream_feed(&s), 0);
    assert_int_equal(world_counters(s.world)->facts_ignored, 1);
    stream_begin(&s, EVENT_DROP, 0, 0);
    stream_header(&s)->result = 12;
    assert_int_equal(stream_feed(&s), 0);
    assert_int_equal(world_counters(s.world)->events_lost, 12);
    stream_close(&s);
}

/* Found by fuzzing: waiting never ended when the deadline was past the last possible time. */
static void test_end_of_time(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    s.now = UINT64_MAX - 5000;
    stream_exec(&s, 5, "/bin/a", CG_A, PATH_A);
    stream_event(&s, EVENT_PROCEXIT, 5, CG_A);
    assert_true(world_tick(s.world, UINT64_MAX) == UINT64_MAX);
    world_flush(s.world);
    assert_int_equal(s.count, 2);
    stream_close(&s);
}

/* What was not sent of a cgroup is judged with its container, and no process stays behind. */
static void test_container_drop(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    stream_exec(&s, 5, "/bin/a", CG_A, PATH_A);
    world_flush(s.world);
    uint64_t made_up = world_counters(s.world)->processes_made_up;
    for (uint64_t cgroup = CG_A; cgroup; cgroup = cgroup == CG_A ? CG_HOST : 0) {
        stream_begin(&s, EVENT_CONTAINER_DROP, 0, cgroup);
        stream_header(&s)->start_time = 0;
        stream_header(&s)->result = 12;
        assert_int_equal(stream_feed(&s), 0);
        world_flush(s.world);
        assert_int_equal(stream_last(&s)->type, EVENT_CONTAINER_DROP);
        assert_int_equal(stream_last(&s)->result, 12);
        assert_int_equal(stream_last(&s)->pid, 0);
        assert_int_equal(stream_last(&s)->container[0] != '\0', cgroup == CG_A);
    }
    assert_int_equal(s.count, 3);
    assert_int_equal(world_counters(s.world)->processes_made_up, made_up);
    world_tick(s.world, s.now + 3 * SECOND);
    assert_int_equal(world_counters(s.world)->processes, 1);
    stream_close(&s);
}

static void test_sessions(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    stream_begin(&s, EVENT_EXECVE, 5, CG_HOST);
    stream_number(&s, PARAM_VPID, 3);
    stream_number(&s, PARAM_SID, 4);
    stream_number(&s, PARAM_PGID, 4);
    stream_number(&s, PARAM_TTY, 0x8801);
    stream_feed(&s);
    const struct process *process = stream_process(&s, 5);
    assert_int_equal(process->tty, 0x8801);
    stream_begin(&s, EVENT_SETPGID, 5, CG_HOST);
    stream_number(&s, PARAM_TARGET_PID, 3);
    stream_number(&s, PARAM_ARG2, 0);
    stream_feed(&s);
    assert_int_equal(process->pgid, 5);
    assert_int_equal(process->vpgid, 3);
    assert_int_equal(process->sid, 4);
    stream_event(&s, EVENT_SETSID, 5, CG_HOST);
    assert_int_equal(process->sid, 5);
    assert_int_equal(process->vsid, 3);
    assert_int_equal(process->tty, 0);
    stream_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_host_processes),
        cmocka_unit_test(test_exit_and_grace),
        cmocka_unit_test(test_pid_reuse),
        cmocka_unit_test(test_sticky_container),
        cmocka_unit_test(test_late_metadata),
        cmocka_unit_test(test_metadata_never_comes),
        cmocka_unit_test(test_hold_overflow),
        cmocka_unit_test(test_flush),
        cmocka_unit_test(test_containers_evicted_and_forgotten),
        cmocka_unit_test(test_processes_evicted),
        cmocka_unit_test(test_malformed),
        cmocka_unit_test(test_end_of_time),
        cmocka_unit_test(test_container_drop),
        cmocka_unit_test(test_sessions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
