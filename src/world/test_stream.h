/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_TEST_STREAM_H
#define WORLD_TEST_STREAM_H

/*
 * For tests: a world, the records fed to it, and what its judge saw. Processes are told by pid
 * alone: the start time of pid N is start_of(N).
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "event/event.h"
#include "world/world.h"

#define JUDGED_MAX 64
#define SECOND     1000000000ull
#define MS         1000000ull

struct seen {
    unsigned type;
    uint32_t pid;
    int64_t result;
    char name[16];
    char exe[64];
    char container[CONTAINER_ID_MAX]; /* id, "" for the host */
    char image[64];                   /* of the container */
};

struct stream {
    struct world *world;
    struct event_writer writer;
    uint64_t now;
    unsigned count;
    struct seen seen[JUDGED_MAX];
};

static inline uint64_t start_of(uint32_t pid)
{
    return pid * 1000000007ull;
}

static inline void stream_judge(void *data, const struct judged_event *judged)
{
    struct stream *stream = data;
    struct seen *seen = &stream->seen[stream->count++ % JUDGED_MAX];
    const struct container *container = judged->container;

    assert_ptr_equal(judged->process->container, container);
    *seen = (struct seen){
        .type = judged->event->header->type,
        .pid = judged->process->id.pid,
        .result = judged->event->header->result,
    };
    snprintf(seen->name, sizeof(seen->name), "%s", judged->process->name);
    snprintf(seen->exe, sizeof(seen->exe), "%s", judged->process->image->exe_path);
    snprintf(seen->container, sizeof(seen->container), "%s", container ? container->id : "");
    snprintf(seen->image, sizeof(seen->image), "%s", container ? container->image : "");
}

static inline void stream_open(struct stream *stream, const struct world_limits *limits,
                               const struct world_requests *requests)
{
    *stream = (struct stream){.now = 100 * SECOND};
    assert_int_equal(world_new(limits, requests, stream_judge, stream, &stream->world), 0);
}

static inline void stream_close(struct stream *stream)
{
    world_free(stream->world);
    event_writer_done(&stream->writer);
}

static inline const struct seen *stream_last(const struct stream *stream)
{
    assert_int_not_equal(stream->count, 0);
    return &stream->seen[(stream->count - 1) % JUDGED_MAX];
}

/* A record of process `pid` in the writer; time goes on by a microsecond. */
static inline void stream_begin(struct stream *stream, enum event_type type, uint32_t pid,
                                uint64_t cgroup_id)
{
    struct event_header header = {
        .type = (uint16_t)type,
        .time = stream->now += 1000,
        .pid = pid,
        .tid = pid,
        .start_time = start_of(pid),
        .cgroup_id = cgroup_id,
        .comm = "comm",
        .login_uid = UINT32_MAX,
    };

    event_writer_begin(&stream->writer, &header);
}

static inline struct event_header *stream_header(struct stream *stream)
{
    return (struct event_header *)(void *)stream->writer.data;
}

static inline void stream_text(struct stream *stream, enum param_id id, const char *text)
{
    event_writer_string(&stream->writer, id, text);
}

static inline void stream_strings(struct stream *stream, enum param_id id, const char *strings,
                                  size_t len)
{
    event_writer_bytes(&stream->writer, id, 0, strings, len);
}

static inline void stream_number(struct stream *stream, enum param_id id, uint64_t number)
{
    event_writer_number(&stream->writer, id, (int64_t)number);
}

static inline int stream_feed(struct stream *stream)
{
    assert_int_equal(event_writer_finish(&stream->writer), 0);
    return world_feed(stream->world, stream->writer.data, stream->writer.len);
}

/* The usual records. */

static inline void stream_event(struct stream *stream, enum event_type type, uint32_t pid,
                                uint64_t cgroup_id)
{
    stream_begin(stream, type, pid, cgroup_id);
    assert_int_equal(stream_feed(stream), 0);
}

static inline void stream_clone(struct stream *stream, uint32_t pid, uint32_t child,
                                uint64_t cgroup_id)
{
    stream_begin(stream, EVENT_CLONE, pid, cgroup_id);
    stream_header(stream)->result = child;
    stream_number(stream, PARAM_CHILD_PID, child);
    stream_number(stream, PARAM_CHILD_START, start_of(child));
    assert_int_equal(stream_feed(stream), 0);
}

static inline void stream_exec(struct stream *stream, uint32_t pid, const char *exe,
                               uint64_t cgroup_id, const char *cgroup)
{
    const char *slash = strrchr(exe, '/');

    stream_begin(stream, EVENT_EXECVE, pid, cgroup_id);
    snprintf(stream_header(stream)->comm, EVENT_COMM_LEN, "%s", slash ? slash + 1 : exe);
    stream_text(stream, PARAM_EXE_PATH, exe);
    stream_strings(stream, PARAM_ARGV, exe, strlen(exe) + 1);
    stream_text(stream, PARAM_CWD, "/work/");
    if (cgroup)
        stream_text(stream, PARAM_CGROUP, cgroup);
    assert_int_equal(stream_feed(stream), 0);
}

static inline void stream_attach(struct stream *stream, uint32_t pid, uint64_t cgroup_id,
                                 const char *cgroup)
{
    stream_begin(stream, EVENT_CGROUP_ATTACH, pid, cgroup_id);
    stream_text(stream, PARAM_CGROUP, cgroup);
    assert_int_equal(stream_feed(stream), 0);
}

static inline void stream_container(struct stream *stream, const char *id, const char *image)
{
    stream_begin(stream, EVENT_CONTAINER, 0, 0);
    stream_text(stream, PARAM_CONTAINER_ID, id);
    stream_text(stream, PARAM_CONTAINER_NAME, "web");
    stream_text(stream, PARAM_CONTAINER_IMAGE, image);
    assert_int_equal(stream_feed(stream), 0);
}

static inline void stream_cgroup(struct stream *stream, uint64_t cgroup_id, const char *path,
                                 const char *container)
{
    stream_begin(stream, EVENT_CGROUP_FOUND, 0, cgroup_id);
    stream_text(stream, PARAM_CGROUP, path);
    if (container)
        stream_text(stream, PARAM_CONTAINER_ID, container);
    assert_int_equal(stream_feed(stream), 0);
}

static inline struct process *stream_process(const struct stream *stream, uint32_t pid)
{
    struct exec_id id = {.pid = pid, .start_time = start_of(pid)};

    return world_process(stream->world, id);
}

#endif
