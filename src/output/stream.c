/* SPDX-License-Identifier: Apache-2.0 */
#include "output/stream.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/loop.h"

#define FLUSH_AT    (64u * 1024)
#define PATIENCE_MS 500
#define NS_PER_MS   1000000ull

void stream_init(struct stream *stream, int fd)
{
    struct stat st;

    *stream = (struct stream){.fd = fd};
    stream->is_regular = fstat(fd, &st) == 0 && S_ISREG(st.st_mode);
}

void stream_done(struct stream *stream)
{
    buf_done(&stream->buffer);
}

/* 0 when the descriptor takes bytes before the deadline. */
static int wait_writable(const struct stream *stream, uint64_t deadline)
{
    for (;;) {
        uint64_t now = loop_now();
        struct pollfd poll_fd = {.fd = stream->fd, .events = POLLOUT};
        int timeout = deadline > now ? (int)((deadline - now + NS_PER_MS - 1) / NS_PER_MS) : 0;
        int n = poll(&poll_fd, 1, timeout);
        if (n > 0)
            return 0; /* an error shows in write() */
        if (n == 0)
            return -ETIMEDOUT;
        if (errno != EINTR)
            return -errno;
    }
}

/* Writes as much as it can; *ret_done tells how much whatever the result is. */
static int write_bounded(struct stream *stream, const char *data, size_t len, uint64_t deadline,
                         size_t *ret_done)
{
    int r = 0;

    *ret_done = 0;
    while (*ret_done < len) {
        size_t part = len - *ret_done;
        if (!stream->is_regular) {
            r = wait_writable(stream, deadline);
            if (r < 0)
                return r;
            /* more could block, although the descriptor is writable */
            if (part > PIPE_BUF)
                part = PIPE_BUF;
        }
        ssize_t n = write(stream->fd, data + *ret_done, part);
        if (n < 0 && (errno == EINTR || errno == EAGAIN))
            continue;
        if (n < 0)
            return -errno;
        *ret_done += (size_t)n;
    }
    return 0;
}

static uint64_t count_lines(const char *data, size_t len)
{
    const char *end = data + len;
    uint64_t lines = 0;

    while (data < end && (data = memchr(data, '\n', (size_t)(end - data)))) {
        lines++;
        data++;
    }
    return lines;
}

void stream_flush(struct stream *stream, struct sink *sink)
{
    uint64_t deadline = loop_now() + (stream->stalled ? 0 : PATIENCE_MS * NS_PER_MS);
    size_t done = 0;
    int r = 0;

    if (!stream->buffer.len)
        return;
    if (stream->torn) {
        r = write_bounded(stream, "\n", 1, deadline, &done);
        stream->torn = r < 0;
        done = 0;
    }
    if (r == 0)
        r = write_bounded(stream, stream->buffer.data, stream->buffer.len, deadline, &done);

    uint64_t lines = count_lines(stream->buffer.data, done);
    if (r == 0 || lines > stream->lines)
        lines = stream->lines;
    sink->written += lines;
    if (done && stream->buffer.data[done - 1] != '\n')
        stream->torn = true;
    if (r < 0)
        sink_lost(sink, stream->lines - lines, r == -ETIMEDOUT ? "nobody reads it" : strerror(-r));
    stream->stalled = r == -ETIMEDOUT;
    stream->lines = 0;
    buf_reset(&stream->buffer);
}

void stream_write(struct stream *stream, struct sink *sink, const char *line, size_t len)
{
    if (buf_add(&stream->buffer, line, len) < 0) {
        sink_lost(sink, 1, strerror(-stream->buffer.failed));
        stream->buffer.failed = 0; /* what was added before is still good */
        return;
    }
    stream->lines++;
    if (stream->buffer.len >= FLUSH_AT)
        stream_flush(stream, sink);
}
