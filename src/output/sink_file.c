/* SPDX-License-Identifier: Apache-2.0 */
#include "output/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "output/stream.h"

struct file_state {
    struct stream stream;
    char *path;
};

/*
 * The descriptor, or -errno. Without O_NONBLOCK the open of a FIFO would wait for its reader.
 * Alerts may quote secrets: not for everyone.
 */
static int open_file(const char *path, struct error *ret_error)
{
    int fd = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOCTTY | O_NONBLOCK, 0640);

    if (fd < 0) {
        int code = -errno;
        return error_set(ret_error, code, "can't open output file %s: %s%s", path, strerror(-code),
                         code == -ENXIO ? " (a FIFO that nobody reads)" : "");
    }
    return fd;
}

static void file_close(struct sink *sink)
{
    struct file_state *state = sink->state;

    stream_done(&state->stream);
    close(state->stream.fd);
    free(state->path);
    free(state);
}

static int file_open(struct sink *sink, const char *argument, struct error *ret_error)
{
    int fd = open_file(argument, ret_error);
    if (fd < 0)
        return fd;

    struct file_state *state = calloc(1, sizeof(*state));
    char *path = strdup(argument);
    if (!state || !path) {
        free(state);
        free(path);
        close(fd);
        return error_set(ret_error, -ENOMEM, "out of memory");
    }
    stream_init(&state->stream, fd);
    state->path = path;
    sink->state = state;
    return 0;
}

static void file_write(struct sink *sink, enum rule_priority priority, const char *line, size_t len)
{
    struct file_state *state = sink->state;

    stream_write(&state->stream, sink, line, len);
}

static void file_flush(struct sink *sink)
{
    struct file_state *state = sink->state;

    stream_flush(&state->stream, sink);
}

static int file_reopen(struct sink *sink, struct error *ret_error)
{
    struct file_state *state = sink->state;

    file_flush(sink);
    int fd = open_file(state->path, ret_error);
    if (fd < 0)
        return fd;
    close(state->stream.fd);
    stream_done(&state->stream);
    stream_init(&state->stream, fd);
    return 0;
}

const struct sink_type sink_file = {
    .name = "file",
    .argument = "PATH",
    .open = file_open,
    .write = file_write,
    .flush = file_flush,
    .reopen = file_reopen,
    .close = file_close,
};
