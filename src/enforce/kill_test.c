/* SPDX-License-Identifier: Apache-2.0 */
/* Who is killed, and who never is: children of this test. */
#include "enforce/kill.h"

#include <pthread.h>
#include <sys/syscall.h>

#include "enforce/respond_testing.h"

#define SECOND 1000000000ull

static void a_process_is_killed(void **state)
{
    pid_t child = start_child(NULL, NULL);

    assert_int_equal(kill_process(exec_id_of(child)), 0);
    assert_true(was_killed(child));
}

/* The kernel tells the start in ns, /proc in ticks. */
static void the_exact_time_is_the_same_process(void **state)
{
    pid_t child = start_child(NULL, NULL);
    struct exec_id id = exec_id_of(child);

    id.start_time += 1234567;
    assert_int_equal(kill_process(id), 0);
    assert_true(was_killed(child));
}

static void who_got_the_pid_later_lives_on(void **state)
{
    pid_t child = start_child(NULL, NULL);
    struct exec_id id = exec_id_of(child);

    id.start_time -= SECOND;
    assert_int_equal(kill_process(id), -ESRCH);
    id.start_time += 2 * SECOND;
    assert_int_equal(kill_process(id), -ESRCH);
    id.start_time = 0;
    assert_int_equal(kill_process(id), -ECANCELED);
    assert_true(lives(child));
    end_child(child);
}

static void who_has_ended_is_told_so(void **state)
{
    pid_t child = start_child(NULL, NULL);
    struct exec_id id = exec_id_of(child);
    siginfo_t info;

    kill(child, SIGTERM);
    assert_int_equal(waitid(P_PID, (id_t)child, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(kill_process(id), -ESRCH); /* a zombie */
    end_child(child);
    assert_int_equal(kill_process(id), -ESRCH);
}

static void *wait_in_thread(void *data)
{
    for (;;)
        pause();
    return data;
}

static void leave_to_a_thread(void *data)
{
    pthread_t thread;

    if (pthread_create(&thread, NULL, wait_in_thread, NULL) == 0)
        syscall(SYS_exit, 0);
}

/* Its first thread is a zombie, and it goes on. */
static void the_other_threads_are_killed(void **state)
{
    pid_t child = start_child(leave_to_a_thread, NULL);
    struct exec_id id = exec_id_of(child);
    struct proc_stat stat = {0};

    for (unsigned i = 0; i < 500 && !stat.dead; i++) {
        _cleanup_free_ char *text = NULL;
        char path[64];
        usleep(10000);
        snprintf(path, sizeof(path), "/proc/%d/stat", (int)child);
        assert_int_equal(read_file(path, 4096, &text, NULL), 0);
        assert_true(proc_parse_stat(text, &stat));
    }
    assert_true(stat.dead);
    assert_true(lives(child));
    assert_int_equal(kill_process(id), 0);
    assert_true(was_killed(child));
}

static void some_are_never_killed(void **state)
{
    static const struct exec_id nobody = {0};
    struct exec_id kernel = {.pid = 2};

    assert_int_equal(kill_process(exec_id_of(getpid())), -ECANCELED);
    assert_int_equal(kill_process(exec_id_of(1)), -ECANCELED);
    assert_int_equal(kill_process(nobody), -ECANCELED);
    if (access("/proc/2/stat", F_OK) < 0) {
        print_message("SKIP kernel thread: none is seen here\n");
        return;
    }
    kernel = exec_id_of(2);
    if (!kernel.start_time) /* it began with the machine: 0 is no time, whatever the process */
        kernel.start_time = 1;
    assert_int_equal(kill_process(kernel), -ECANCELED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_process_is_killed),
        cmocka_unit_test(the_exact_time_is_the_same_process),
        cmocka_unit_test(who_got_the_pid_later_lives_on),
        cmocka_unit_test(who_has_ended_is_told_so),
        cmocka_unit_test(the_other_threads_are_killed),
        cmocka_unit_test(some_are_never_killed),
    };

    return cmocka_run_group_tests(tests, need_process_descriptors, NULL);
}
