/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/recording.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/types.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "event/abi.h"

#define WRITE_BUFFER (256 * 1024)
#define READ_BUFFER  (2 * EVENT_RECORD_MAX)

_Static_assert(sizeof(struct recording_header) == 96, "the file's layout");
_Static_assert(sizeof(struct recording_header) % 8 == 0, "records after it stay aligned");

struct recorder {
    int fd;
    int failed; /* 0 or the first -errno */
    uint64_t records;
    uint64_t bytes;
    size_t len;
    char buffer[WRITE_BUFFER];
};

static struct recording_header own_header(void)
{
    struct recording_header header = {
        .magic = RECORDING_MAGIC,
        .version = RECORDING_VERSION,
        .header_size = sizeof(struct event_header),
    };
    struct utsname machine;

    if (uname(&machine) == 0) {
        snprintf(header.machine, sizeof(header.machine), "%.15s", machine.machine);
        snprintf(header.kernel, sizeof(header.kernel), "%.63s", machine.release);
    }
    return header;
}

int recorder_open(const char *path, bool overwrite, struct recorder **ret_recorder,
                  struct error *ret_error)
{
    int flags = O_WRONLY | O_CREAT | O_CLOEXEC | O_NOCTTY | (overwrite ? O_TRUNC : O_EXCL);

    _cleanup_close_ int fd = open(path, flags, 0600);
    if (fd < 0 && errno == EEXIST)
        return error_set(ret_error, -EEXIST, "%s exists already and is not overwritten", path);
    if (fd < 0) {
        int code = -errno;
        return error_set(ret_error, code, "can't make recording %s: %s", path, strerror(-code));
    }

    _cleanup_free_ struct recorder *recorder = malloc(sizeof(*recorder));
    if (!recorder)
        return error_set(ret_error, -ENOMEM, "out of memory");
    recorder->failed = 0;
    recorder->records = 0;
    recorder->len = 0;
    recorder->bytes = sizeof(struct recording_header);

    struct recording_header header = own_header();
    int r = write_all(fd, &header, sizeof(header));
    if (r < 0)
        return error_set(ret_error, r, "can't write recording %s: %s", path, strerror(-r));

    recorder->fd = TAKE_FD(fd);
    *ret_recorder = TAKE_PTR(recorder);
    return 0;
}

int recorder_flush(struct recorder *recorder)
{
    if (!recorder->failed && recorder->len)
        recorder->failed = write_all(recorder->fd, recorder->buffer, recorder->len);
    recorder->len = 0;
    return recorder->failed;
}

int recorder_add(struct recorder *recorder, const void *record, size_t size)
{
    if (recorder->failed)
        return recorder->failed;
    if (size < sizeof(struct event_header) || size > EVENT_RECORD_MAX || size % 8)
        return -EINVAL;
    if (size > sizeof(recorder->buffer) - recorder->len) {
        int r = recorder_flush(recorder);
        if (r < 0)
            return r;
    }
    memcpy(recorder->buffer + recorder->len, record, size);
    recorder->len += size;
    recorder->bytes += size;
    recorder->records++;
    return 0;
}

int recorder_close(struct recorder *recorder)
{
    if (!recorder)
        return 0;

    int r = recorder_flush(recorder);
    if (close(recorder->fd) < 0 && r == 0)
        r = -errno;
    free(recorder);
    return r;
}

uint64_t recorder_records(const struct recorder *recorder)
{
    return recorder->records;
}

uint64_t recorder_bytes(const struct recorder *recorder)
{
    return recorder->bytes;
}

/* A window over the file: bytes start..end of the buffer are read and not yet consumed. */
struct reader {
    const char *path;
    int fd;
    bool at_end;
    size_t start, end;
    uint64_t offset; /* of `start` in the file */
    _Alignas(8) char buffer[READ_BUFFER];
};

/* Have `need` bytes at `start` unless the file ends first; *ret_have tells how many there are. */
static int reader_fill(struct reader *reader, size_t need, size_t *ret_have)
{
    if (reader->end - reader->start < need && reader->start) {
        memmove(reader->buffer, reader->buffer + reader->start, reader->end - reader->start);
        reader->end -= reader->start;
        reader->start = 0;
    }
    while (reader->end - reader->start < need && !reader->at_end) {
        ssize_t n =
            read(reader->fd, reader->buffer + reader->end, sizeof(reader->buffer) - reader->end);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        reader->at_end = n == 0;
        reader->end += (size_t)n;
    }
    *ret_have = reader->end - reader->start;
    return 0;
}

static void reader_consume(struct reader *reader, size_t size)
{
    reader->start += size;
    reader->offset += size;
}

static int read_failed(const struct reader *reader, int code, struct error *ret_error)
{
    return error_set_at(ret_error, code, reader->path, 0, 0, "can't read: %s", strerror(-code));
}

/* Sets *ret_truncated when the file ends within its header. */
static int read_header(struct reader *reader, bool *ret_truncated, struct error *ret_error)
{
    struct recording_header header = {0};
    size_t have;

    int r = reader_fill(reader, sizeof(header), &have);
    if (r < 0)
        return read_failed(reader, r, ret_error);

    size_t len = have < sizeof(header) ? have : sizeof(header);
    size_t magic_len = len < sizeof(header.magic) ? len : sizeof(header.magic);
    memcpy(&header, reader->buffer + reader->start, len);
    if (!len || memcmp(header.magic, RECORDING_MAGIC, magic_len) != 0)
        return error_set_at(ret_error, -EBADMSG, reader->path, 0, 0,
                            "not a recording: it does not start with \"BULWARK\"");
    *ret_truncated = len < sizeof(header);
    if (*ret_truncated)
        return 0;

    if (header.version != RECORDING_VERSION)
        return error_set_at(ret_error, -EBADMSG, reader->path, 0, 0,
                            "recording of version %u, this program reads version %u",
                            header.version, RECORDING_VERSION);
    if (header.header_size != sizeof(struct event_header))
        return error_set_at(ret_error, -EBADMSG, reader->path, 0, 0,
                            "its records have headers of %u bytes, expected %zu",
                            header.header_size, sizeof(struct event_header));
    reader_consume(reader, sizeof(header));
    return 0;
}

/* 1 for a record, 0 at the end (*ret_truncated when that is within a record), or -errno. */
static int read_record(struct reader *reader, const void **ret_record, uint32_t *ret_size,
                       bool *ret_truncated, struct error *ret_error)
{
    uint32_t size;
    size_t have;

    int r = reader_fill(reader, sizeof(size), &have);
    if (r < 0)
        return read_failed(reader, r, ret_error);
    *ret_truncated = have > 0;
    if (have < sizeof(size))
        return 0;

    memcpy(&size, reader->buffer + reader->start, sizeof(size));
    if (size < sizeof(struct event_header) || size > EVENT_RECORD_MAX || size % 8)
        return error_set_at(ret_error, -EBADMSG, reader->path, 0, 0,
                            "byte %llu: a record of size %u, expected a multiple of 8 from %zu "
                            "to %u",
                            (unsigned long long)reader->offset, size, sizeof(struct event_header),
                            EVENT_RECORD_MAX);
    r = reader_fill(reader, size, &have);
    if (r < 0)
        return read_failed(reader, r, ret_error);
    if (have < size)
        return 0;

    *ret_truncated = false;
    *ret_record = reader->buffer + reader->start;
    *ret_size = size;
    return 1;
}

static int read_all(struct reader *reader, recording_record callback, void *data,
                    bool *ret_truncated, struct error *ret_error)
{
    const void *record = NULL;
    uint32_t size = 0;

    int r = read_header(reader, ret_truncated, ret_error);
    if (r < 0 || *ret_truncated)
        return r;
    while ((r = read_record(reader, &record, &size, ret_truncated, ret_error)) > 0) {
        int answer = callback(data, record, size);
        if (answer < 0)
            return answer;
        reader_consume(reader, size);
    }
    return r;
}

int recording_read(const char *path, recording_record callback, void *data, bool *ret_truncated,
                   struct error *ret_error)
{
    bool is_stdin = strcmp(path, "-") == 0, truncated = false;

    _cleanup_free_ struct reader *reader = malloc(sizeof(*reader));
    if (!reader)
        return error_set(ret_error, -ENOMEM, "out of memory");
    reader->path = is_stdin ? "standard input" : path;
    reader->at_end = false;
    reader->start = reader->end = 0;
    reader->offset = 0;

    _cleanup_close_ int fd = is_stdin ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
    if (!is_stdin && fd < 0)
        return read_failed(reader, -errno, ret_error);
    reader->fd = is_stdin ? STDIN_FILENO : fd;

    int r = read_all(reader, callback, data, &truncated, ret_error);
    if (r == 0 && ret_truncated)
        *ret_truncated = truncated;
    return r;
}
