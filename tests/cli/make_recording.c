/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: make_recording KIND FILE
 * Makes a small recording for the tests of the commands, and for the corpus of the fuzz target:
 * where a container's shell has cat read a file.
 */

#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "event/event.h"
#include "sensor/recording.h"

#define NS_PER_S 1000000000ull
#define CLOCK_OFFSET                                                                               \
    (1795497434588008469ll - 100ll * (long long)NS_PER_S) /* the act is at 100 s                   \
                                                           */
#define SHELL_PID 4000
#define CAT_PID   4001
#define CGROUP    77
#define CONTAINER "b07396ca2cac5f1ed2b4dd0e8a04c5c5f5c9a3f8f0f9c7a8f0b4d3c2a1908172"

static void add(struct recorder *recorder, struct event_writer *writer)
{
    if (event_writer_finish(writer) < 0 || recorder_add(recorder, writer->data, writer->len) < 0)
        fprintf(stderr, "make_recording: a record can't be written\n");
}

static void begin(struct event_writer *writer, enum event_type type, uint64_t time, uint32_t pid,
                  const char *comm)
{
    struct event_header header = {
        .type = (uint16_t)type,
        .time = time,
        .start_time = 50 * NS_PER_S + pid,
        .pid = pid,
        .tid = pid,
        .cgroup_id = pid ? CGROUP : 0,
        .login_uid = UINT32_MAX,
    };

    snprintf(header.comm, sizeof(header.comm), "%s", comm);
    event_writer_begin(writer, &header);
}

static void add_start(struct recorder *recorder, struct event_writer *writer)
{
    begin(writer, EVENT_START, 1, 0, "");
    event_writer_number(writer, PARAM_OFFSET, CLOCK_OFFSET);
    event_writer_string(writer, PARAM_TEXT, "node-1");
    add(recorder, writer);
}

static void add_container(struct recorder *recorder, struct event_writer *writer)
{
    begin(writer, EVENT_CGROUP_FOUND, 2, SHELL_PID, "sh");
    event_writer_string(writer, PARAM_CGROUP, "/docker/" CONTAINER);
    add(recorder, writer);

    begin(writer, EVENT_CONTAINER, 3, 0, "");
    event_writer_string(writer, PARAM_CONTAINER_ID, CONTAINER);
    event_writer_string(writer, PARAM_CONTAINER_RUNTIME, "docker");
    event_writer_string(writer, PARAM_CONTAINER_NAME, "web");
    event_writer_string(writer, PARAM_CONTAINER_IMAGE, "registry.example/shop/web:1.2");
    add(recorder, writer);
}

static void add_shell(struct recorder *recorder, struct event_writer *writer)
{
    static const char argv[] = "sh\0-c\0cat /etc/shadow";

    begin(writer, EVENT_PROCESS_FOUND, 4, SHELL_PID, "sh");
    event_writer_string(writer, PARAM_EXE_PATH, "/bin/sh");
    event_writer_bytes(writer, PARAM_ARGV, 0, argv, sizeof(argv));
    event_writer_string(writer, PARAM_CWD, "/");
    event_writer_string(writer, PARAM_CGROUP, "/docker/" CONTAINER);
    add(recorder, writer);
}

static void add_exec(struct recorder *recorder, struct event_writer *writer)
{
    static const char argv[] = "cat\0/etc/shadow";

    begin(writer, EVENT_EXECVE, 100 * NS_PER_S - 1000, CAT_PID, "cat");
    event_writer_string(writer, PARAM_EXE_PATH, "/bin/cat");
    event_writer_string(writer, PARAM_FILENAME, "/bin/cat");
    event_writer_bytes(writer, PARAM_ARGV, 0, argv, sizeof(argv));
    event_writer_string(writer, PARAM_CWD, "/");
    event_writer_string(writer, PARAM_CGROUP, "/docker/" CONTAINER);
    event_writer_number(writer, PARAM_PARENT_PID, SHELL_PID);
    event_writer_number(writer, PARAM_PARENT_START, (int64_t)(50 * NS_PER_S + SHELL_PID));
    add(recorder, writer);
}

static void add_open(struct recorder *recorder, struct event_writer *writer)
{
    begin(writer, EVENT_OPENAT, 100 * NS_PER_S, CAT_PID, "cat");
    event_writer_string(writer, PARAM_PATH, "/etc/shadow");
    event_writer_string(writer, PARAM_NAME, "/etc/shadow");
    event_writer_number(writer, PARAM_OPEN_FLAGS, 0);
    add(recorder, writer);
}

/* The same 41 times before it. */
static void add_repeated(struct recorder *recorder, struct event_writer *writer)
{
    begin(writer, EVENT_OPENAT, 102 * NS_PER_S, CAT_PID, "cat");
    event_writer_string(writer, PARAM_PATH, "/etc/shadow");
    event_writer_number(writer, PARAM_OPEN_FLAGS, 0);
    event_writer_number(writer, PARAM_REPEATED, 41);
    add(recorder, writer);
}

static void add_drop(struct recorder *recorder, struct event_writer *writer)
{
    struct event_header header = {.type = EVENT_DROP, .time = 101 * NS_PER_S, .result = 12};

    event_writer_begin(writer, &header);
    event_writer_string(writer, PARAM_TEXT, "drop_bulk_ring_full");
    add(recorder, writer);
}

/* Of the container, `seconds` after the open. */
static void add_container_drop(struct recorder *recorder, struct event_writer *writer,
                               uint64_t seconds, int64_t lost)
{
    struct event_header header = {.type = EVENT_CONTAINER_DROP,
                                  .time = (100 + seconds) * NS_PER_S,
                                  .cgroup_id = CGROUP,
                                  .result = lost};

    event_writer_begin(writer, &header);
    event_writer_number(writer, PARAM_RATE_LIMITED, lost - 2);
    event_writer_number(writer, PARAM_RING_FULL, 2);
    add(recorder, writer);
}

/* The second is too soon for an alert of its own. */
static void add_container_drops(struct recorder *recorder, struct event_writer *writer)
{
    add_container_drop(recorder, writer, 1, 100);
    add_container_drop(recorder, writer, 2, 50);
    add_container_drop(recorder, writer, 40, 7);
}

/* Its frame is good, its parameter is not. */
static void add_malformed(struct recorder *recorder, struct event_writer *writer)
{
    begin(writer, EVENT_OPENAT, 102 * NS_PER_S, CAT_PID, "cat");
    event_writer_number(writer, PARAM_PATH, 0);
    if (event_writer_finish(writer) < 0)
        return;
    memset(writer->data + sizeof(struct event_header), 0xff, sizeof(struct param_header));
    add(recorder, writer);
}

typedef void (*add_part)(struct recorder *recorder, struct event_writer *writer);

#define PARTS_MAX 8

static const struct {
    const char *kind;
    add_part parts[PARTS_MAX];
} kinds[] = {
    {"empty", {NULL}},
    {"quiet", {add_start, add_container, add_shell}},
    {"read", {add_start, add_container, add_shell, add_exec, add_open}},
    {"lossy", {add_start, add_container, add_shell, add_exec, add_open, add_drop}},
    {"drops", {add_start, add_container, add_shell, add_exec, add_open, add_container_drops}},
    {"repeated", {add_start, add_container, add_shell, add_exec, add_repeated}},
    {"malformed", {add_start, add_container, add_shell, add_malformed, add_exec, add_open}},
};

int main(int argc, char **argv)
{
    struct recorder *recorder = NULL;
    struct event_writer writer = {0};
    struct error error = {0};
    size_t kind = 0, count = sizeof(kinds) / sizeof(kinds[0]);

    if (argc != 3) {
        fprintf(stderr, "usage: make_recording KIND FILE\n");
        return 2;
    }
    while (kind < count && strcmp(argv[1], kinds[kind].kind) != 0)
        kind++;
    if (kind == count || recorder_open(argv[2], true, &recorder, &error) < 0) {
        fprintf(stderr, "make_recording: %s\n", kind == count ? "no such kind" : error.message);
        return 2;
    }
    for (size_t i = 0; i < PARTS_MAX && kinds[kind].parts[i]; i++)
        kinds[kind].parts[i](recorder, &writer);
    event_writer_done(&writer);
    return recorder_close(recorder) < 0 ? 2 : 0;
}
