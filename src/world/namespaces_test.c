/* SPDX-License-Identifier: Apache-2.0 */
/* What namespaces tell: a container nothing else names, and what unshare was called with. */
#include "world/test_stream.h"

enum { HOST_MNT = 4026531841, OWN_MNT = 4026532000, OWN_PID = 4026532001, CG = 40 };

static struct stream s;

static int setup(void **state)
{
    stream_open(&s, NULL, NULL);
    stream_begin(&s, EVENT_START, 0, 0);
    stream_header(&s)->mount_namespace = HOST_MNT;
    return stream_feed(&s);
}

static int teardown(void **state)
{
    stream_close(&s);
    return 0;
}

static void exec_in(uint32_t pid, uint32_t mount_namespace, uint32_t pid_namespace,
                    const char *cgroup)
{
    stream_begin(&s, EVENT_EXECVE, pid, CG);
    stream_header(&s)->mount_namespace = mount_namespace;
    stream_header(&s)->pid_namespace = pid_namespace;
    stream_text(&s, PARAM_EXE_PATH, "/bin/sh");
    stream_text(&s, PARAM_CGROUP, cgroup);
    assert_int_equal(stream_feed(&s), 0);
    world_flush(s.world);
}

static void test_container_of_namespaces(void **state)
{
    exec_in(7, OWN_MNT, OWN_PID, "/short-lived");
    assert_string_equal(stream_last(&s)->container, "short-lived");

    stream_clone(&s, 7, 8, CG);
    assert_ptr_equal(stream_process(&s, 8)->container, stream_process(&s, 7)->container);
}

static void test_no_container_of_namespaces(void **state)
{
    const struct {
        uint32_t mount_namespace, pid_namespace;
        const char *cgroup;
    } rows[] = {
        {HOST_MNT, OWN_PID, "/a"},
        {OWN_MNT, INITIAL_PID_NAMESPACE, "/a"},
        {0, OWN_PID, "/a"},
        {OWN_MNT, 0, "/a"},
        {OWN_MNT, OWN_PID, "/"},
        {OWN_MNT, OWN_PID, ""},
        {OWN_MNT, OWN_PID, "/user.slice/user-0.slice/session-3.scope"},
        {OWN_MNT, OWN_PID, "/system.slice/sandboxed.service"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        exec_in(20 + (uint32_t)i, rows[i].mount_namespace, rows[i].pid_namespace, rows[i].cgroup);
        assert_string_equal(stream_last(&s)->container, "");
    }
}

static uint64_t judged_capabilities;

static void judge(void *data, const struct judged_event *judged)
{
    if (judged->event->header->type == EVENT_UNSHARE)
        judged_capabilities = judged->process->capabilities.permitted;
}

static void feed_with(struct world *world, enum event_type type, uint64_t permitted)
{
    stream_begin(&s, type, 9, CG);
    stream_header(&s)->cap_permitted = permitted;
    if (type == EVENT_CLONE) {
        stream_number(&s, PARAM_CHILD_PID, 10);
        stream_number(&s, PARAM_CHILD_START, start_of(10));
    }
    assert_int_equal(event_writer_finish(&s.writer), 0);
    assert_int_equal(world_feed(world, s.writer.data, s.writer.len), 0);
}

static void test_capabilities_before(void **state)
{
    struct world *world;

    assert_int_equal(world_new(NULL, NULL, judge, NULL, &world), 0);
    feed_with(world, EVENT_OPENAT, 5);
    feed_with(world, EVENT_UNSHARE, UINT64_MAX); /* what a new user namespace brings */
    assert_int_equal(judged_capabilities, 5);

    feed_with(world, EVENT_CLONE, 6);
    stream_begin(&s, EVENT_UNSHARE, 10, CG); /* the child had its parent's */
    stream_header(&s)->cap_permitted = UINT64_MAX;
    assert_int_equal(event_writer_finish(&s.writer), 0);
    assert_int_equal(world_feed(world, s.writer.data, s.writer.len), 0);
    assert_int_equal(judged_capabilities, 6);
    world_free(world);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_container_of_namespaces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_no_container_of_namespaces, setup, teardown),
        cmocka_unit_test_setup_teardown(test_capabilities_before, setup, teardown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
