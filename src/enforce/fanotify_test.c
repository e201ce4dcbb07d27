/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "enforce/fanotify_internal.h"

#define MS       1000000ull
#define SOON     (20 * MS)
#define NEVER    (60000 * MS)
#define PATIENCE 5000 /* ms that a test waits for what has to come */

struct place {
    struct fanotify *fanotify; /* NULL: there are no permission events here */
    char directory[32], file[48];
};

static void open_place(struct place *place, uint64_t limit, bool late_deny)
{
    const struct fanotify_config config = {.limit = limit, .late_deny = late_deny};
    struct error error = {0};

    *place = (struct place){.directory = "/tmp/fanotify-test-XXXXXX"};
    int r = fanotify_open(&config, &place->fanotify, &error);
    if (r < 0) {
        printf("SKIP enforce/fanotify: %s\n", error.message);
        skip();
    }
    assert_non_null(mkdtemp(place->directory));
    snprintf(place->file, sizeof(place->file), "%s/file", place->directory);
    _cleanup_close_ int fd = open(place->file, O_CREAT | O_WRONLY, 0600);
    assert_true(fd >= 0);
    assert_int_equal(fanotify_want(place->fanotify, false, true), 0);
    assert_int_equal(fanotify_mark(place->fanotify->group, FAN_MARK_ADD,
                                   FAN_OPEN_PERM | FAN_EVENT_ON_CHILD, AT_FDCWD, place->directory),
                     0);
}

static void close_place(struct place *place)
{
    fanotify_close(place->fanotify);
    unlink(place->file);
    rmdir(place->directory);
}

/* A process that opens the file; it ends with the error. */
static pid_t opener(const struct place *place)
{
    pid_t child = fork();

    assert_true(child >= 0);
    if (child)
        return child;
    close(place->fanotify->group); /* else it would hold what is to let it go */
    int fd = open(place->file, O_RDONLY);
    _exit(fd < 0 ? errno : 0);
}

static int result_of(pid_t child)
{
    int status;

    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    return WEXITSTATUS(status);
}

static struct fanotify_question next_question(struct place *place)
{
    struct pollfd waiting = {.fd = fanotify_fd(place->fanotify), .events = POLLIN};
    struct fanotify_question question;

    assert_int_equal(poll(&waiting, 1, PATIENCE), 1);
    assert_int_equal(fanotify_next(place->fanotify, &question), 1);
    return question;
}

static struct fanotify_counters counters_of(const struct place *place)
{
    struct fanotify_counters counters;

    fanotify_read_counters(place->fanotify, &counters);
    return counters;
}

static void test_answers(void **state)
{
    struct place place;

    open_place(&place, NEVER, false);
    for (int deny = 0; deny < 2; deny++) {
        pid_t child = opener(&place);
        struct fanotify_question question = next_question(&place);
        struct stat asked, file;
        assert_int_equal(question.tid, child);
        assert_false(question.exec);
        assert_int_equal(fstat(question.fd, &asked), 0);
        assert_int_equal(stat(place.file, &file), 0);
        assert_int_equal(asked.st_ino, file.st_ino);
        assert_int_equal(fanotify_answer(place.fanotify, &question, deny), 0);
        assert_int_equal(result_of(child), deny ? EPERM : 0);
    }
    struct fanotify_question none;
    assert_int_equal(fanotify_next(place.fanotify, &none), 0);
    assert_int_equal(counters_of(&place).allowed, 1);
    assert_int_equal(counters_of(&place).denied, 1);
    assert_int_equal(counters_of(&place).late_allowed, 0);
    assert_int_equal(atomic_load(&place.fanotify->shared->waiting), 0);
    close_place(&place);
}

/* The agent never waits for itself, whoever is to answer. */
static void test_own(void **state)
{
    struct place place;

    open_place(&place, NEVER, true);
    _cleanup_close_ int fd = open(place.file, O_RDONLY);
    assert_true(fd >= 0);
    assert_int_equal(counters_of(&place).own, 1);
    assert_int_equal(counters_of(&place).asked_open, 0);
    close_place(&place);
}

static void check_late(bool deny)
{
    struct place place;

    open_place(&place, SOON, deny);
    pid_t child = opener(&place);
    assert_int_equal(result_of(child), deny ? EPERM : 0);
    struct fanotify_question question = next_question(&place);
    assert_int_equal(fanotify_answer(place.fanotify, &question, !deny), -ETIME);
    assert_int_equal(counters_of(&place).late_denied, deny);
    assert_int_equal(counters_of(&place).late_allowed, !deny);
    assert_int_equal(counters_of(&place).unread, 0);
    assert_int_equal(atomic_load(&place.fanotify->shared->waiting), 0);
    close_place(&place);
}

static void test_late(void **state)
{
    check_late(false);
    check_late(true);
}

/* The reader does not run, as in a stopped process: the watchdog reads. */
static void test_stopped(void **state)
{
    struct place place;
    const uint64_t once = 1;

    open_place(&place, SOON, true);
    assert_int_equal(write(place.fanotify->stop, &once, sizeof(once)), sizeof(once));
    pthread_join(place.fanotify->reader, NULL);
    place.fanotify->reading = false;
    assert_int_equal(result_of(opener(&place)), EPERM);
    assert_int_equal(counters_of(&place).unread, 1);
    close_place(&place);
}

static void test_end(void **state)
{
    struct place place;

    open_place(&place, NEVER, true);
    pid_t child = opener(&place), watchdog = place.fanotify->watchdog;
    struct fanotify_question question = next_question(&place);
    close_place(&place);
    close(question.fd);
    assert_int_equal(result_of(child), 0);
    assert_int_equal(kill(watchdog, 0), -1);
}

/* A watchdog that was killed is replaced. */
static void test_watchdog_killed(void **state)
{
    struct place place;

    open_place(&place, SOON, true);
    pid_t before = place.fanotify->watchdog;
    assert_int_equal(fanotify_keep(place.fanotify), 0);
    assert_int_equal(place.fanotify->watchdog, before);
    kill(before, SIGKILL);
    siginfo_t info;
    assert_int_equal(waitid(P_PID, (id_t)before, &info, WEXITED | WNOWAIT), 0);
    assert_int_equal(fanotify_keep(place.fanotify), 0);
    assert_int_not_equal(place.fanotify->watchdog, before);
    assert_int_equal(counters_of(&place).watchdogs, 2);
    assert_int_equal(result_of(opener(&place)), EPERM);
    close_place(&place);
}

static void test_limit(void **state)
{
    const struct fanotify_config config = {.limit = 1000};
    struct fanotify *fanotify;
    struct error error = {0};

    assert_int_equal(fanotify_open(&config, &fanotify, &error), -EINVAL);
    assert_non_null(strstr(error.message, "1 ms"));
}

static void test_buckets(void **state)
{
    for (size_t i = 1; i < FANOTIFY_BUCKETS; i++)
        assert_true(fanotify_bucket_end(i) >= fanotify_bucket_end(i - 1));
    assert_int_equal(fanotify_bucket_end(4 * 10 - 1), 1024);
    assert_int_equal(fanotify_bucket_end(4 * 10), 1280);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers), cmocka_unit_test(test_own),
        cmocka_unit_test(test_late),    cmocka_unit_test(test_stopped),
        cmocka_unit_test(test_end),     cmocka_unit_test(test_watchdog_killed),
        cmocka_unit_test(test_limit),   cmocka_unit_test(test_buckets),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
