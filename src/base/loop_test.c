/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loop.h"

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/epoll.h>

#include <cmocka.h>

#define MS 1000000ull

struct scene {
    struct loop *loop;
    struct loop_source *a, *b;
    int a_calls, b_calls;
    uint64_t expirations;
    int signal;
};

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    if (!scene || loop_new(&scene->loop) < 0)
        return -1;
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    loop_free(scene->loop);
    free(scene);
    return 0;
}

static int stop_on_timer(void *data, uint64_t expirations)
{
    struct scene *scene = data;

    scene->a_calls++;
    scene->expirations += expirations;
    loop_stop(scene->loop);
    return 0;
}

static void a_one_shot_timer_fires_once_in_time(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(loop_add_timer(scene->loop, stop_on_timer, scene, &scene->a), 0);
    uint64_t before = loop_now();
    assert_int_equal(loop_timer_set(scene->a, 20 * MS, 0), 0);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_true(loop_now() - before >= 20 * MS);
    assert_int_equal(scene->a_calls, 1);
    assert_int_equal(scene->expirations, 1);
}

static int stop_after_three(void *data, uint64_t expirations)
{
    struct scene *scene = data;

    scene->expirations += expirations;
    if (scene->expirations >= 3)
        loop_stop(scene->loop);
    return 0;
}

static void a_periodic_timer_goes_on(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(loop_add_timer(scene->loop, stop_after_three, scene, &scene->a), 0);
    uint64_t before = loop_now();
    assert_int_equal(loop_timer_set(scene->a, 0, 5 * MS), 0);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_true(loop_now() - before >= 10 * MS);
}

static int count_timer(void *data, uint64_t expirations)
{
    struct scene *scene = data;

    scene->b_calls += (int)expirations;
    return 0;
}

static void a_timer_can_be_turned_off(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(loop_add_timer(scene->loop, count_timer, scene, &scene->b), 0);
    assert_int_equal(loop_timer_set(scene->b, 1 * MS, 1 * MS), 0);
    assert_int_equal(loop_timer_set(scene->b, UINT64_MAX, 1 * MS), 0);
    assert_int_equal(loop_add_timer(scene->loop, stop_on_timer, scene, &scene->a), 0);
    assert_int_equal(loop_timer_set(scene->a, 20 * MS, 0), 0);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(scene->b_calls, 0);
}

static int stop_on_signal(void *data, int number)
{
    struct scene *scene = data;

    scene->signal = number;
    loop_stop(scene->loop);
    return 0;
}

static void a_signal_arrives_and_is_unblocked_again(void **state)
{
    struct scene *scene = *state;
    sigset_t mask;

    assert_int_equal(loop_add_signal(scene->loop, SIGHUP, stop_on_signal, scene, &scene->a), 0);
    raise(SIGHUP);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(scene->signal, SIGHUP);
    loop_remove(scene->a);
    sigprocmask(SIG_BLOCK, NULL, &mask);
    assert_false(sigismember(&mask, SIGHUP));
}

static int drain(void *data, int fd, uint32_t events)
{
    struct scene *scene = data;
    char byte;

    assert_true(events & EPOLLIN);
    assert_int_equal(read(fd, &byte, 1), 1);
    if (++scene->a_calls == 3)
        loop_stop(scene->loop);
    return 0;
}

static void a_descriptor_is_served_while_it_has_something(void **state)
{
    struct scene *scene = *state;
    int pipe_fds[2];

    assert_int_equal(pipe(pipe_fds), 0);
    assert_int_equal(write(pipe_fds[1], "abc", 3), 3);
    assert_int_equal(loop_add_fd(scene->loop, pipe_fds[0], EPOLLIN, drain, scene, NULL), 0);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(scene->a_calls, 3);
    close(pipe_fds[0]);
    close(pipe_fds[1]);
}

/* Each of two ready sources removes both: only one of them may ever run. */
static int remove_both(void *data, int fd, uint32_t events)
{
    struct scene *scene = data;

    scene->a_calls++;
    loop_remove(scene->a);
    loop_remove(scene->b);
    loop_stop(scene->loop);
    return 0;
}

static void a_removed_source_never_runs(void **state)
{
    struct scene *scene = *state;
    int first[2], second[2];

    assert_int_equal(pipe(first), 0);
    assert_int_equal(pipe(second), 0);
    assert_int_equal(write(first[1], "x", 1), 1);
    assert_int_equal(write(second[1], "x", 1), 1);
    loop_add_fd(scene->loop, first[0], EPOLLIN, remove_both, scene, &scene->a);
    loop_add_fd(scene->loop, second[0], EPOLLIN, remove_both, scene, &scene->b);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(scene->a_calls, 1);

    assert_int_equal(loop_add_timer(scene->loop, stop_on_timer, scene, &scene->a), 0);
    loop_timer_set(scene->a, 5 * MS, 0);
    assert_int_equal(loop_run(scene->loop), 0);
    assert_int_equal(scene->a_calls, 2);
    for (int i = 0; i < 2; i++) {
        close(first[i]);
        close(second[i]);
    }
}

static int fail_with_eio(void *data, uint64_t expirations)
{
    return -EIO;
}

static void a_failing_callback_ends_the_run(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(loop_add_timer(scene->loop, fail_with_eio, scene, &scene->a), 0);
    loop_timer_set(scene->a, 0, 0);
    assert_int_equal(loop_run(scene->loop), -EIO);
}

static void bad_arguments_are_refused(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(loop_add_fd(scene->loop, -1, EPOLLIN, drain, scene, NULL), -EBADF);
    assert_int_equal(loop_add_signal(scene->loop, 9999, stop_on_signal, scene, NULL), -EINVAL);
    assert_int_equal(loop_add_signal(scene->loop, SIGHUP, stop_on_signal, scene, &scene->a), 0);
    assert_int_equal(loop_timer_set(scene->a, 1, 0), -EINVAL);
    loop_remove(NULL);
    loop_free(NULL);
}

static void a_stop_before_the_run_is_kept(void **state)
{
    struct scene *scene = *state;

    loop_stop(scene->loop);
    assert_int_equal(loop_run(scene->loop), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_one_shot_timer_fires_once_in_time),
        TEST(a_periodic_timer_goes_on),
        TEST(a_timer_can_be_turned_off),
        TEST(a_signal_arrives_and_is_unblocked_again),
        TEST(a_descriptor_is_served_while_it_has_something),
        TEST(a_removed_source_never_runs),
        TEST(a_failing_callback_ends_the_run),
        TEST(bad_arguments_are_refused),
        TEST(a_stop_before_the_run_is_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
