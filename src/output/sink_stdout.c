/* SPDX-License-Identifier: Apache-2.0 */
#include "output/sink.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "output/stream.h"

static bool wants_colour(int fd)
{
    const char *no_color = getenv("NO_COLOR"); /* https://no-color.org: set and not empty */
    const char *term = getenv("TERM");

    return isatty(fd) && !(no_color && no_color[0]) && term && strcmp(term, "dumb") != 0;
}

static int stdout_open(struct sink *sink, const char *argument, struct error *ret_error)
{
    struct stream *stream = malloc(sizeof(*stream));

    if (!stream)
        return error_set(ret_error, -ENOMEM, "out of memory");
    stream_init(stream, STDOUT_FILENO);
    sink->state = stream;
    sink->colour = wants_colour(STDOUT_FILENO);
    return 0;
}

static void stdout_write(struct sink *sink, enum rule_priority priority, const char *line,
                         size_t len)
{
    stream_write(sink->state, sink, line, len);
}

static void stdout_flush(struct sink *sink)
{
    stream_flush(sink->state, sink);
}

static void stdout_close(struct sink *sink)
{
    stream_done(sink->state);
    free(sink->state);
}

const struct sink_type sink_stdout = {
    .name = "stdout",
    .open = stdout_open,
    .write = stdout_write,
    .flush = stdout_flush,
    .close = stdout_close,
};
