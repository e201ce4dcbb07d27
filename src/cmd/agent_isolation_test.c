/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent_isolation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "sensor/isolation.h"

enum { HOST = 100, OWN = 200, OTHER = 300 }; /* numbers of namespaces, from these on */

/* In place of the kernel side. */
static struct isolation_allowance given[8];
static size_t given_count, released, forgotten;

void sensor_host_namespaces(const struct sensor *sensor,
                            uint32_t ret_namespaces[ISOLATION_NAMESPACES])
{
    for (uint32_t i = 0; i < ISOLATION_NAMESPACES; i++)
        ret_namespaces[i] = HOST + i;
}

int sensor_isolate(struct sensor *sensor, const struct isolation_allowance *allowed, uint32_t first)
{
    assert_true(given_count < 8);
    given[given_count++] = *allowed;
    return 0;
}

void sensor_release_namespaces(struct sensor *sensor, const struct isolation_allowance *allowed)
{
    released++;
}

void sensor_forget_container(struct sensor *sensor, uint64_t cgroup)
{
    forgotten++;
}

struct bench {
    struct world *world;
    struct agent_isolation *isolation;
    struct event_writer writer;
};

static void ignore(void *data, const struct judged_event *judged)
{
}

static int setup(void **state)
{
    static struct bench bench;

    bench = (struct bench){0};
    given_count = released = forgotten = 0;
    *state = &bench;
    assert_int_equal(world_new(NULL, NULL, ignore, NULL, &bench.world), 0);
    return agent_isolation_new(NULL, &bench.isolation);
}

static int teardown(void **state)
{
    struct bench *bench = *state;

    agent_isolation_free(bench->isolation);
    world_free(bench->world);
    event_writer_done(&bench->writer);
    return 0;
}

static void feed(struct bench *bench)
{
    assert_int_equal(event_writer_finish(&bench->writer), 0);
    assert_int_equal(world_feed(bench->world, bench->writer.data, bench->writer.len), 0);
    agent_isolation_learn(bench->isolation, bench->world, bench->writer.data, bench->writer.len);
}

static void container(struct bench *bench, uint64_t cgroup, const char *path, const char *id)
{
    struct event_header header = {.type = EVENT_CGROUP_FOUND, .cgroup_id = cgroup, .time = 1};

    event_writer_begin(&bench->writer, &header);
    event_writer_string(&bench->writer, PARAM_CGROUP, path);
    event_writer_string(&bench->writer, PARAM_CONTAINER_ID, id);
    event_writer_string(&bench->writer, PARAM_CONTAINER_RUNTIME, "runc");
    feed(bench);
}

struct program {
    uint64_t cgroup;
    const char *path;
    uint32_t pid, vpid, mount, pids; /* the last two: namespaces */
    uint64_t bounding;
};

static void begin(struct bench *bench, enum event_type type, const struct program *program)
{
    struct event_header header = {
        .type = type,
        .time = 10,
        .start_time = program->pid * 1000000000ull, /* not to be taken for the pid */
        .cgroup_id = program->cgroup,
        .pid = program->pid,
        .tid = program->pid,
        .mount_namespace = program->mount,
        .pid_namespace = program->pids,
    };

    event_writer_begin(&bench->writer, &header);
}

static void execute(struct bench *bench, enum event_type type, const struct program *program)
{
    begin(bench, type, program);
    event_writer_string(&bench->writer, PARAM_CGROUP, program->path);
    event_writer_number(&bench->writer, PARAM_VPID, program->vpid);
    event_writer_number(&bench->writer, PARAM_CAP_BOUNDING, (int64_t)program->bounding);
    event_writer_number(&bench->writer, PARAM_SECCOMP, 2);
    event_writer_number(&bench->writer, PARAM_NET_NAMESPACE, program->mount + ISOLATION_NET);
    feed(bench);
}

static const struct program init = {7,   "/no-such-parent/abc", 50,  1,
                                    OWN, OWN + ISOLATION_PID,   0xff};

static void first_program_says_what_was_given(void **state)
{
    struct bench *bench = *state;
    struct program runtime = init, hook = init, later = init;

    runtime.mount = HOST;
    hook.vpid = 2;
    hook.bounding = later.bounding = ~0ull;
    container(bench, init.cgroup, init.path, "abc");
    execute(bench, EVENT_EXECVE, &runtime);
    execute(bench, EVENT_EXECVE, &hook);
    assert_int_equal(given_count, 0);
    execute(bench, EVENT_EXECVE, &init);
    execute(bench, EVENT_EXECVE, &later);
    assert_int_equal(given_count, 1);
    assert_int_equal(given[0].cgroup, 7);
    assert_int_equal(given[0].outer, 0);
    assert_int_equal(given[0].bounding, 0xff);
    assert_int_equal(given[0].seccomp, 2);
    assert_int_equal(given[0].namespaces[ISOLATION_NET], OWN + ISOLATION_NET);
    assert_int_equal(agent_isolation_counters(bench->isolation)->containers, 1);
}

static void running_ones_are_found(void **state)
{
    struct bench *bench = *state;

    container(bench, init.cgroup, init.path, "abc");
    execute(bench, EVENT_PROCESS_FOUND, &init);
    assert_int_equal(given_count, 1);
}

static void more_than_declared_is_not_given(void **state)
{
    struct bench *bench = *state;
    struct event_header header = {.type = EVENT_CONTAINER, .time = 2};

    container(bench, init.cgroup, init.path, "abc");
    event_writer_begin(&bench->writer, &header);
    event_writer_string(&bench->writer, PARAM_CONTAINER_ID, "abc");
    event_writer_number(&bench->writer, PARAM_CONTAINER_CAPS, 0xf0f);
    feed(bench);
    execute(bench, EVENT_EXECVE, &init);
    assert_int_equal(given_count, 1);
    assert_int_equal(given[0].bounding, 0xf);
}

static void declare(struct bench *bench, uint32_t flags)
{
    struct event_header header = {.type = EVENT_CONTAINER, .time = 2};

    container(bench, init.cgroup, init.path, "abc");
    event_writer_begin(&bench->writer, &header);
    event_writer_string(&bench->writer, PARAM_CONTAINER_ID, "abc");
    event_writer_number(&bench->writer, PARAM_CONTAINER_FLAGS, flags);
    event_writer_bytes(&bench->writer, PARAM_CONTAINER_ENTRYPOINT, 0, "run.sh\0x", 9);
    feed(bench);
}

static void begin_unrestricted(struct bench *bench, const char *filename, const char *argv)
{
    struct program gone = init;

    gone.pid = 1u << 30; /* none has such a number */
    begin(bench, EVENT_EXECVE, &gone);
    event_writer_string(&bench->writer, PARAM_CGROUP, init.path);
    event_writer_number(&bench->writer, PARAM_VPID, 1);
    if (filename)
        event_writer_string(&bench->writer, PARAM_FILENAME, filename);
    event_writer_bytes(&bench->writer, PARAM_ARGV, 0, argv, strlen(argv) + 1);
    feed(bench);
    assert_int_equal(given_count, 1);
}

static void what_is_declared_was_given(void **state)
{
    declare(*state, CONTAINER_FLAG_SECCOMP | CONTAINER_FLAG_NO_NEW_PRIVS);
    begin_unrestricted(*state, "/usr/bin/run.sh", "/bin/sh");
    assert_int_equal(given[0].seccomp, 2);
    assert_int_equal(given[0].no_new_privs, 1);
}

/* The process is gone before its label was read: nothing is claimed of it. */
static void labels_of_the_gone_are_not_known(void **state)
{
    declare(*state, CONTAINER_FLAG_APPARMOR);
    begin_unrestricted(*state, "/usr/bin/run.sh", "/bin/sh");
    assert_int_equal(given[0].confined, 0);
}

static void found_ones_are_known_by_arguments(void **state)
{
    declare(*state, CONTAINER_FLAG_NO_NEW_PRIVS);
    begin_unrestricted(*state, NULL, "/usr/bin/run.sh");
    assert_int_equal(given[0].seccomp, 0);
    assert_int_equal(given[0].no_new_privs, 1);
    assert_int_equal(given[0].confined, 0);
}

/* A runtime that runs containers in a sandbox of its own carries out what it likes. */
static void sandboxes_are_not_what_is_declared(void **state)
{
    declare(*state, CONTAINER_FLAG_SECCOMP | CONTAINER_FLAG_NO_NEW_PRIVS);
    begin_unrestricted(*state, "/proc/self/exe", "run.sh");
    assert_int_equal(given[0].seccomp, 0);
    assert_int_equal(given[0].no_new_privs, 0);
}

static void host_is_given_nothing(void **state)
{
    struct program service = init;

    service.cgroup = 99;
    service.path = "/system.slice/x.service";
    execute(*state, EVENT_EXECVE, &service);
    assert_int_equal(given_count, 0);
}

static void shared_processes_need_no_first_one(void **state)
{
    struct bench *bench = *state;
    struct program program = init;

    program.pids = HOST + ISOLATION_PID;
    program.vpid = 50;
    container(bench, init.cgroup, init.path, "abc");
    execute(bench, EVENT_EXECVE, &program);
    assert_int_equal(given_count, 1);
}

static void containers_within_know_the_outer(void **state)
{
    struct bench *bench = *state;
    struct program within = {
        8, "/no-such-parent/abc/docker/def", 60, 1, OTHER, OTHER + ISOLATION_PID, 0xff};

    container(bench, init.cgroup, init.path, "abc");
    container(bench, within.cgroup, within.path, "def");
    execute(bench, EVENT_EXECVE, &init);
    execute(bench, EVENT_EXECVE, &within);
    assert_int_equal(given_count, 2);
    assert_int_equal(given[1].outer, 7);
}

static bool holds(struct bench *bench, enum isolation_kind kind, uint64_t owner)
{
    begin(bench, EVENT_ISOLATION_BREACH, &init);
    event_writer_number(&bench->writer, PARAM_ISOLATION_KIND, kind);
    event_writer_number(&bench->writer, PARAM_ISOLATION_OWNER, (int64_t)owner);
    assert_int_equal(event_writer_finish(&bench->writer), 0);
    return agent_isolation_holds(bench->isolation, bench->writer.data, bench->writer.len);
}

static void ended_containers_own_nothing(void **state)
{
    struct bench *bench = *state;

    container(bench, init.cgroup, init.path, "abc");
    execute(bench, EVENT_EXECVE, &init);
    assert_true(holds(bench, ISOLATION_KIND_NET_NAMESPACE, 7));
    assert_false(holds(bench, ISOLATION_KIND_NET_NAMESPACE, 8));
    begin(bench, EVENT_PROCEXIT, &init);
    feed(bench);
    assert_int_equal(released, 1);
    assert_int_equal(forgotten, 0); /* what is left of it is still compared */
    assert_false(holds(bench, ISOLATION_KIND_NET_NAMESPACE, 7));
    assert_true(holds(bench, ISOLATION_KIND_NET_NAMESPACE, ISOLATION_OWNER_HOST));
    assert_true(holds(bench, ISOLATION_KIND_CAPABILITY, ISOLATION_OWNER_UNKNOWN));
    assert_int_equal(agent_isolation_counters(bench->isolation)->outlived, 2);
}

static void cgroups_are_used_again_by_new_lives_alone(void **state)
{
    struct bench *bench = *state;
    struct program again = init, left = init;

    container(bench, init.cgroup, init.path, "abc");
    execute(bench, EVENT_EXECVE, &init);
    begin(bench, EVENT_PROCEXIT, &init);
    feed(bench);
    left.pid = 51; /* of the same pid namespace */
    execute(bench, EVENT_EXECVE, &left);
    assert_int_equal(given_count, 1);
    again.pid = 52;
    again.pids = OTHER;
    execute(bench, EVENT_EXECVE, &again);
    assert_int_equal(given_count, 2);
    assert_int_equal(agent_isolation_counters(bench->isolation)->containers, 1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(first_program_says_what_was_given),
        TEST(running_ones_are_found),
        TEST(what_is_declared_was_given),
        TEST(labels_of_the_gone_are_not_known),
        TEST(found_ones_are_known_by_arguments),
        TEST(sandboxes_are_not_what_is_declared),
        TEST(host_is_given_nothing),
        TEST(more_than_declared_is_not_given),
        TEST(shared_processes_need_no_first_one),
        TEST(containers_within_know_the_outer),
        TEST(ended_containers_own_nothing),
        TEST(cgroups_are_used_again_by_new_lives_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
