/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_STREAM_H
#define OUTPUT_STREAM_H

/*
 * Lines into a descriptor, buffered, for the sinks that have one. A reader that does not read (a
 * full pipe, a stopped terminal) must not stop the agent: it is waited for once, for half a second;
 * from then on lines are lost, and counted, until it reads again.
 */

#include "base/buf.h"
#include "output/sink.h"

struct stream {
    int fd;
    bool is_regular; /* never makes us wait */
    bool stalled;    /* the last flush ran out of time */
    bool torn;       /* the last line written is cut short: start with a newline */
    uint64_t lines;  /* in the buffer */
    struct buf buffer;
};

/* Takes no ownership of fd. */
void stream_init(struct stream *stream, int fd);
void stream_done(struct stream *stream);

void stream_write(struct stream *stream, struct sink *sink, const char *line, size_t len);
void stream_flush(struct stream *stream, struct sink *sink);

#endif
