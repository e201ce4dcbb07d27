/* SPDX-License-Identifier: Apache-2.0 */
/* Who is in a container's cgroup and not of it yet: process.outside. */
#include "world/world.h"

#include "world/test_stream.h"

#define ID   "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define PATH "/system.slice/docker-" ID ".scope"

enum { HOST = 10, CG = 20, HOST_MOUNTS = 100, MOUNTS = 200 };

static void execute(struct stream *s, uint32_t pid, const char *exe, uint64_t cgroup_id,
                    const char *cgroup, uint32_t mounts)
{
    stream_begin(s, EVENT_EXECVE, pid, cgroup_id);
    stream_header(s)->mount_namespace = mounts;
    stream_text(s, PARAM_EXE_PATH, exe);
    stream_text(s, PARAM_CGROUP, cgroup);
    assert_int_equal(stream_feed(s), 0);
}

/* As runc starts a container: its child is moved to the cgroup, and may execute runc once more. */
static void test_runtime(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    execute(&s, 1, "/usr/bin/runc", HOST, "/system.slice/x", HOST_MOUNTS);
    stream_clone(&s, 1, 2, HOST);
    stream_attach(&s, 2, CG, PATH);
    stream_container(&s, ID, "image");
    assert_true(stream_process(&s, 2)->outside);
    assert_string_equal(stream_process(&s, 2)->container->id, ID);

    execute(&s, 2, "/", CG, PATH, HOST_MOUNTS);
    assert_true(stream_process(&s, 2)->outside);
    stream_clone(&s, 2, 3, CG);
    assert_true(stream_process(&s, 3)->outside);

    execute(&s, 3, "/bin/sh", CG, PATH, MOUNTS);
    assert_false(stream_process(&s, 3)->outside);
    assert_true(stream_process(&s, 2)->outside);

    /* Of the container for good, wherever it goes. */
    execute(&s, 3, "/bin/sh", CG, PATH, HOST_MOUNTS);
    assert_false(stream_process(&s, 3)->outside);
    stream_close(&s);
}

static void test_container_own(void **state)
{
    struct stream s;

    stream_open(&s, NULL, NULL);
    execute(&s, 1, "/bin/sh", CG, PATH, MOUNTS);
    stream_container(&s, ID, "image");
    stream_clone(&s, 1, 2, CG);
    assert_false(stream_process(&s, 2)->outside);
    execute(&s, 2, "/bin/ls", CG, PATH, MOUNTS);
    assert_false(stream_process(&s, 2)->outside);
    stream_close(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_runtime),
        cmocka_unit_test(test_container_own),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
