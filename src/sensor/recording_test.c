/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/recording.h"

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
#include "event/event.h"

#define RECORDS 2000

struct scene {
    char directory[32];
    char path[64];
};

static int setup(void **state)
{
    struct scene *scene = calloc(1, sizeof(*scene));
    if (!scene)
        return -1;
    snprintf(scene->directory, sizeof(scene->directory), "/tmp/recording-XXXXXX");
    if (!mkdtemp(scene->directory))
        return -1;
    snprintf(scene->path, sizeof(scene->path), "%s/r", scene->directory);
    *state = scene;
    return 0;
}

static int teardown(void **state)
{
    struct scene *scene = *state;

    unlink(scene->path);
    rmdir(scene->directory);
    free(scene);
    return 0;
}

/* The n-th record: lengths differ, so that records cross every boundary of the buffers. */
static size_t make_record(struct event_writer *writer, uint64_t n)
{
    struct event_header header = {.type = EVENT_OPENAT, .time = n, .pid = (uint32_t)n};
    char path[3000];

    memset(path, 'a' + (int)(n % 26), sizeof(path));
    event_writer_begin(writer, &header);
    event_writer_bytes(writer, PARAM_PATH, 0, path, n * 37 % sizeof(path));
    assert_int_equal(event_writer_finish(writer), 0);
    return writer->len;
}

static void write_recording(const char *path, uint64_t count)
{
    struct event_writer writer = {0};
    struct recorder *recorder;
    struct error error = {0};

    assert_int_equal(recorder_open(path, true, &recorder, &error), 0);
    for (uint64_t n = 0; n < count; n++) {
        size_t size = make_record(&writer, n);
        assert_int_equal(recorder_add(recorder, writer.data, size), 0);
    }
    assert_int_equal(recorder_records(recorder), count);
    assert_int_equal(recorder_close(recorder), 0);
    event_writer_done(&writer);
}

struct check {
    struct event_writer writer;
    uint64_t count;
    uint64_t stop_at;
};

static int check_record(void *data, const void *record, size_t size)
{
    struct check *check = data;
    size_t expected = make_record(&check->writer, check->count);

    assert_int_equal((uintptr_t)record % 8, 0);
    assert_int_equal(size, expected);
    assert_memory_equal(record, check->writer.data, size);
    check->count++;
    return check->stop_at && check->count == check->stop_at ? -ECANCELED : 0;
}

static void what_was_written_is_read(void **state)
{
    struct scene *scene = *state;
    struct check check = {0};
    struct error error = {0};
    struct stat st;
    bool truncated = true;

    write_recording(scene->path, RECORDS);
    assert_int_equal(recording_read(scene->path, check_record, &check, &truncated, &error), 0);
    assert_int_equal(check.count, RECORDS);
    assert_false(truncated);
    assert_int_equal(stat(scene->path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    event_writer_done(&check.writer);
}

static void a_callback_ends_the_reading(void **state)
{
    struct scene *scene = *state;
    struct check check = {.stop_at = 3};
    struct error error = {0};

    write_recording(scene->path, 10);
    assert_int_equal(recording_read(scene->path, check_record, &check, NULL, &error), -ECANCELED);
    assert_int_equal(check.count, 3);
    event_writer_done(&check.writer);
}

static void cut_at_any_byte_it_is_read_to_the_last_whole_record(void **state)
{
    struct scene *scene = *state;
    struct event_writer writer = {0};
    off_t ends[5];

    write_recording(scene->path, 4);
    ends[0] = sizeof(struct recording_header);
    for (uint64_t n = 0; n < 4; n++)
        ends[n + 1] = ends[n] + (off_t)make_record(&writer, n);
    event_writer_done(&writer);

    for (off_t len = ends[4]; len > 0; len--) {
        struct check check = {0};
        struct error error = {0};
        bool truncated;
        uint64_t whole = 0;

        assert_int_equal(truncate(scene->path, len), 0);
        while (whole < 4 && ends[whole + 1] <= len)
            whole++;
        assert_int_equal(recording_read(scene->path, check_record, &check, &truncated, &error), 0);
        assert_int_equal(check.count, whole);
        assert_int_equal(truncated, len < ends[0] || len != ends[whole]);
        event_writer_done(&check.writer);
    }
}

static void overwrite_at(const char *path, off_t offset, const void *bytes, size_t len)
{
    _cleanup_close_ int fd = open(path, O_WRONLY | O_CLOEXEC);
    assert_true(fd >= 0);
    assert_int_equal(pwrite(fd, bytes, len, offset), (ssize_t)len);
}

static void a_broken_file_is_told_with_its_place(void **state)
{
    static const struct {
        off_t offset;
        uint32_t value;
        uint64_t records; /* read before it fails */
        const char *message;
    } rows[] = {
        {0, 0x2e2e2e2e, 0, "does not start with \"BULWARK\""},
        {8, 99, 0, "recording of version 99, this program reads version 1"},
        {12, 120, 0, "headers of 120 bytes, expected 128"},
        {96, 0, 0, "byte 96: a record of size 0, expected a multiple of 8 from 128 to 131072"},
        {232, 127, 1, "byte 232: a record of size 127"},
        {232, 129, 1, "byte 232: a record of size 129"},
        {232, 0xfffffff8, 1, "byte 232: a record of size 4294967288"},
    };
    struct scene *scene = *state;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct check check = {0};
        struct error error = {0};
        bool truncated = false;

        write_recording(scene->path, 4);
        overwrite_at(scene->path, rows[i].offset, &rows[i].value, sizeof(rows[i].value));
        assert_int_equal(recording_read(scene->path, check_record, &check, &truncated, &error),
                         -EBADMSG);
        assert_int_equal(check.count, rows[i].records);
        assert_non_null(strstr(error.message, rows[i].message));
        assert_string_equal(error.file, scene->path);
        event_writer_done(&check.writer);
    }
}

static void an_empty_or_missing_file_is_refused(void **state)
{
    struct scene *scene = *state;
    struct error error = {0};
    struct check check = {0};

    assert_int_equal(recording_read(scene->path, check_record, &check, NULL, &error), -ENOENT);
    write_recording(scene->path, 0);
    assert_int_equal(truncate(scene->path, 0), 0);
    assert_int_equal(recording_read(scene->path, check_record, &check, NULL, &error), -EBADMSG);
    assert_int_equal(recording_read(scene->directory, check_record, &check, NULL, &error), -EISDIR);
}

static void an_existing_file_is_kept(void **state)
{
    struct scene *scene = *state;
    struct recorder *recorder = NULL;
    struct error error = {0};

    write_recording(scene->path, 2);
    assert_int_equal(recorder_open(scene->path, false, &recorder, &error), -EEXIST);
    assert_null(recorder);
    assert_non_null(strstr(error.message, scene->path));
    assert_int_equal(recorder_open("/nonexistent/r", false, &recorder, &error), -ENOENT);
}

static void a_full_disk_is_told_once_and_for_all(void **state)
{
    struct event_writer writer = {0};
    struct recorder *recorder = NULL;
    struct error error = {0};

    assert_int_equal(recorder_open("/dev/full", true, &recorder, &error), -ENOSPC);
    assert_null(recorder);

    /* it fills later: a file that may not grow */
    struct scene *scene = *state;
    struct rlimit before, limit = {.rlim_cur = 512};
    assert_int_equal(recorder_open(scene->path, true, &recorder, &error), 0);
    size_t size = make_record(&writer, 20);
    assert_int_equal(recorder_add(recorder, writer.data, size), 0);
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    limit.rlim_max = before.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    assert_int_equal(recorder_flush(recorder), -EFBIG);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_int_equal(recorder_add(recorder, writer.data, size), -EFBIG);
    assert_int_equal(recorder_close(recorder), -EFBIG);
    event_writer_done(&writer);
}

static void what_is_no_record_is_not_taken(void **state)
{
    struct scene *scene = *state;
    _Alignas(8) char bytes[136] = {0};
    struct recorder *recorder = NULL;
    struct error error = {0};

    assert_int_equal(recorder_open(scene->path, true, &recorder, &error), 0);
    assert_int_equal(recorder_add(recorder, bytes, 120), -EINVAL);
    assert_int_equal(recorder_add(recorder, bytes, 129), -EINVAL);
    assert_int_equal(recorder_add(recorder, bytes, EVENT_RECORD_MAX + 8), -EINVAL);
    assert_int_equal(recorder_close(recorder), 0);
    assert_int_equal(recorder_close(NULL), 0);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        TEST(what_was_written_is_read),
        TEST(a_callback_ends_the_reading),
        TEST(cut_at_any_byte_it_is_read_to_the_last_whole_record),
        TEST(a_broken_file_is_told_with_its_place),
        TEST(an_empty_or_missing_file_is_refused),
        TEST(an_existing_file_is_kept),
        TEST(a_full_disk_is_told_once_and_for_all),
        TEST(what_is_no_record_is_not_taken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
