/* SPDX-License-Identifier: Apache-2.0 */
#include "output/output.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/loop.h"

struct scene {
    struct output *output;
    char directory[32];
    char path[64], moved[64], sink[80];
    struct error error;
};

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));

    if (!scene || output_new(&scene->output) < 0)
        return -1;
    snprintf(scene->directory, sizeof(scene->directory), "/tmp/output-XXXXXX");
    if (!mkdtemp(scene->directory))
        return -1;
    snprintf(scene->path, sizeof(scene->path), "%s/alerts", scene->directory);
    snprintf(scene->moved, sizeof(scene->moved), "%s/alerts.1", scene->directory);
    snprintf(scene->sink, sizeof(scene->sink), "file:%s", scene->path);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    output_free(scene->output);
    unlink(scene->path);
    unlink(scene->moved);
    rmdir(scene->directory);
    free(scene);
    return 0;
}

static struct alert alert_saying(const char *text)
{
    return (struct alert){
        .rule = {.name = "r", .source = "syscall", .priority = PRIORITY_NOTICE},
        .time = 1795497434588008469,
        .hostname = "node-1",
        .output = text,
    };
}

static void say(struct scene *scene, const char *text)
{
    const struct alert alert = alert_saying(text);

    output_alert(scene->output, &alert);
}

struct counters {
    const char *sink;
    uint64_t written, failed;
    char last_error[128];
};

static void find_counters(void *data, const char *sink, uint64_t written, uint64_t failed,
                          const char *last_error)
{
    struct counters *counters = data;

    if (counters->sink && strcmp(counters->sink, sink) != 0)
        return;
    counters->written = written;
    counters->failed = failed;
    snprintf(counters->last_error, sizeof(counters->last_error), "%s", last_error);
}

static struct counters counters_of(struct scene *scene, const char *sink)
{
    struct counters counters = {.sink = sink};

    output_counters(scene->output, find_counters, &counters);
    return counters;
}

static void assert_file(const char *path, const char *expected)
{
    char *text = NULL;

    assert_int_equal(read_file(path, 1u << 20, &text, NULL), 0);
    assert_string_equal(text, expected);
    free(text);
}

#define LINE(text) "05:17:14.588008469: Notice " text "\n"

static void a_file_gets_lines_and_is_appended_to(void **state)
{
    struct scene *scene = *state;
    struct stat st;

    assert_int_equal(output_add(scene->output, scene->sink, OUTPUT_TEXT, &scene->error), 0);
    say(scene, "one");
    say(scene, "two");
    output_flush(scene->output);
    assert_file(scene->path, LINE("one") LINE("two"));
    assert_int_equal(counters_of(scene, NULL).written, 2);
    assert_int_equal(stat(scene->path, &st), 0);
    assert_int_equal(st.st_mode & 07137, 0);

    output_free(scene->output);
    assert_int_equal(output_new(&scene->output), 0);
    assert_int_equal(output_add(scene->output, scene->sink, OUTPUT_TEXT, &scene->error), 0);
    say(scene, "three");
    output_free(scene->output); /* flushes */
    scene->output = NULL;
    assert_file(scene->path, LINE("one") LINE("two") LINE("three"));
}

static void a_rotated_file_is_opened_anew(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(output_add(scene->output, scene->sink, OUTPUT_TEXT, &scene->error), 0);
    say(scene, "one");
    assert_int_equal(rename(scene->path, scene->moved), 0);
    say(scene, "two");
    assert_int_equal(output_reopen(scene->output, &scene->error), 0);
    say(scene, "three");
    output_flush(scene->output);
    assert_file(scene->moved, LINE("one") LINE("two"));
    assert_file(scene->path, LINE("three"));
}

static void a_file_that_cannot_be_reopened_stays_open(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(output_add(scene->output, scene->sink, OUTPUT_TEXT, &scene->error), 0);
    assert_int_equal(rename(scene->path, scene->moved), 0);
    assert_int_equal(mkdir(scene->path, 0700), 0);
    assert_int_equal(output_reopen(scene->output, &scene->error), -EISDIR);
    assert_non_null(strstr(scene->error.message, scene->path));
    say(scene, "one");
    output_flush(scene->output);
    assert_file(scene->moved, LINE("one"));
    assert_int_equal(rmdir(scene->path), 0);
}

static void a_full_disk_is_counted_and_stops_no_other(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(output_add(scene->output, "file:/dev/full", OUTPUT_JSON, &scene->error), 0);
    assert_int_equal(output_add(scene->output, scene->sink, OUTPUT_TEXT, &scene->error), 0);
    say(scene, "one");
    say(scene, "two");
    output_flush(scene->output);

    struct counters full = counters_of(scene, "file:/dev/full");
    assert_int_equal(full.written, 0);
    assert_int_equal(full.failed, 2);
    assert_string_equal(full.last_error, "No space left on device");
    assert_file(scene->path, LINE("one") LINE("two"));
}

/* A disk that fills within a line: the next line that fits starts on a line of its own. */
static void a_torn_line_does_not_spoil_the_next(void **state)
{
    struct scene *scene = *state;
    struct rlimit before, limit;

    assert_int_equal(output_add(scene->output, scene->sink, OUTPUT_TEXT, &scene->error), 0);
    say(scene, "one");
    say(scene, "two");
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit = before;
    limit.rlim_cur = strlen(LINE("one")) + 5;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    output_flush(scene->output);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(counters_of(scene, NULL).written, 1);
    assert_int_equal(counters_of(scene, NULL).failed, 1);

    say(scene, "three");
    output_flush(scene->output);
    assert_file(scene->path, LINE("one") "05:17\n" LINE("three"));
    assert_int_equal(counters_of(scene, NULL).written, 2);
}

/* Runs with standard output replaced. */
static int redirect_stdout(int fd)
{
    fflush(stdout);
    int saved = dup(STDOUT_FILENO);
    assert_true(saved >= 0 && dup2(fd, STDOUT_FILENO) == STDOUT_FILENO);
    return saved;
}

static void restore_stdout(int saved)
{
    assert_int_equal(dup2(saved, STDOUT_FILENO), STDOUT_FILENO);
    close(saved);
}

static void a_closed_pipe_is_counted(void **state)
{
    struct scene *scene = *state;
    int fds[2];

    assert_int_equal(pipe(fds), 0);
    assert_int_equal(output_add(scene->output, "stdout", OUTPUT_TEXT, &scene->error), 0);
    int saved = redirect_stdout(fds[1]);
    close(fds[1]);
    close(fds[0]);
    say(scene, "one");
    output_flush(scene->output);
    restore_stdout(saved);
    assert_int_equal(counters_of(scene, "stdout").failed, 1);
    assert_string_equal(counters_of(scene, "stdout").last_error, "Broken pipe");
}

static void a_reader_that_sleeps_costs_half_a_second_once(void **state)
{
    struct scene *scene = *state;
    char text[3000];
    int fds[2];

    memset(text, 'x', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    assert_int_equal(pipe(fds), 0);
    int saved = redirect_stdout(fds[1]);
    assert_int_equal(output_add(scene->output, "stdout", OUTPUT_TEXT, &scene->error), 0);

    uint64_t before = loop_now();
    for (int i = 0; i < 100; i++)
        say(scene, text);
    output_flush(scene->output);
    uint64_t took = loop_now() - before;

    struct counters counters = counters_of(scene, "stdout");
    assert_true(took > 400000000 && took < 1500000000);
    assert_int_equal(counters.written + counters.failed, 100);
    assert_true(counters.written >= 10 && counters.failed >= 50);
    assert_string_equal(counters.last_error, "nobody reads it");

    /* it reads again */
    char drain[4096];
    assert_int_equal(fcntl(fds[0], F_SETFL, O_NONBLOCK), 0);
    while (read(fds[0], drain, sizeof(drain)) > 0)
        ;
    say(scene, "back");
    output_flush(scene->output);
    restore_stdout(saved);
    assert_int_equal(counters_of(scene, "stdout").written, counters.written + 1);
    close(fds[0]);
    close(fds[1]);
}

static void wrong_descriptions_are_told(void **state)
{
    static const struct {
        const char *sink, *message;
        int code;
    } rows[] = {
        {"kafka", "unknown output 'kafka', expected one of: stdout, file:PATH, syslog", -EINVAL},
        {"", "unknown output ''", -EINVAL},
        {"file", "unknown output 'file'", -EINVAL},
        {"file:", "unknown output 'file:'", -EINVAL},
        {"stdout:x", "unknown output 'stdout:x'", -EINVAL},
        {"filex:/a", "unknown output 'filex:/a'", -EINVAL},
        {"file:/nonexistent/a", "can't open output file /nonexistent/a: No such file", -ENOENT},
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_int_equal(output_add(scene->output, rows[i].sink, OUTPUT_TEXT, &scene->error),
                         rows[i].code);
        assert_non_null(strstr(scene->error.message, rows[i].message));
    }
    for (int i = 0; i < OUTPUT_SINKS_MAX; i++)
        assert_int_equal(output_add(scene->output, "stdout", OUTPUT_TEXT, &scene->error), 0);
    assert_int_equal(output_add(scene->output, "stdout", OUTPUT_TEXT, &scene->error), -E2BIG);
}

static void a_fifo_nobody_reads_is_refused(void **state)
{
    struct scene *scene = *state;

    assert_int_equal(mkfifo(scene->path, 0600), 0);
    assert_int_equal(output_add(scene->output, scene->sink, OUTPUT_TEXT, &scene->error), -ENXIO);
    assert_non_null(strstr(scene->error.message, "a FIFO that nobody reads"));
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(a_file_gets_lines_and_is_appended_to),
        TEST(a_rotated_file_is_opened_anew),
        TEST(a_file_that_cannot_be_reopened_stays_open),
        TEST(a_full_disk_is_counted_and_stops_no_other),
        TEST(a_torn_line_does_not_spoil_the_next),
        TEST(a_closed_pipe_is_counted),
        TEST(a_reader_that_sleeps_costs_half_a_second_once),
        TEST(wrong_descriptions_are_told),
        TEST(a_fifo_nobody_reads_is_refused),
    };

    signal(SIGPIPE, SIG_IGN);
    signal(SIGXFSZ, SIG_IGN);
    setenv("TZ", "UTC", 1);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
