/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the world costs for each event: a million opens of 2,000 processes in 100 containers, with a
 * judge that does nothing. Prints ns of processor time an event, of which how many are decoding,
 * and resident memory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "world/world.h"

#define EVENTS     1000000u
#define PROCESSES  2000u
#define CONTAINERS 100u

static uint64_t judged_events;

static void judge(void *data, const struct judged_event *judged)
{
    judged_events += judged->container != NULL;
}

static uint64_t now_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000ull + (uint64_t)time.tv_nsec;
}

static long resident_kib(void)
{
    FILE *file = fopen("/proc/self/status", "re");
    char line[256];
    long kib = 0;

    while (file && fgets(line, sizeof(line), file))
        if (!strncmp(line, "VmRSS:", 6))
            kib = strtol(line + 6, NULL, 10);
    if (file)
        fclose(file);
    return kib;
}

static struct event_header make_header(enum event_type type, uint32_t process)
{
    return (struct event_header){
        .type = (uint16_t)type,
        .time = 1000000000ull + process,
        .pid = 1000 + process,
        .tid = 1000 + process,
        .start_time = 500000 + process,
        .cgroup_id = 7000 + process % CONTAINERS,
        .comm = "bench",
    };
}

static void finish(struct event_writer *writer, struct world *world)
{
    if (event_writer_finish(writer) < 0 || world_feed(world, writer->data, writer->len) < 0)
        abort();
}

static void fill(struct event_writer *writer, struct world *world)
{
    char id[80], path[128], text[600];

    memset(text, 'e', sizeof(text) - 1);
    text[sizeof(text) - 1] = '\0';
    for (uint32_t i = 0; i < PROCESSES; i++) {
        struct event_header header = make_header(EVENT_CONTAINER, i);
        snprintf(id, sizeof(id), "%064u", i % CONTAINERS);
        snprintf(path, sizeof(path), "/system.slice/docker-%s.scope", id);
        if (i < CONTAINERS) {
            event_writer_begin(writer, &header);
            event_writer_string(writer, PARAM_CONTAINER_ID, id);
            event_writer_string(writer, PARAM_CONTAINER_IMAGE, "docker.io/library/nginx:1.25");
            event_writer_bytes(writer, PARAM_CONTAINER_ENV, 0, text, sizeof(text));
            finish(writer, world);
        }
        header = make_header(EVENT_EXECVE, i);
        event_writer_begin(writer, &header);
        event_writer_string(writer, PARAM_EXE_PATH, "/usr/sbin/nginx");
        event_writer_string(writer, PARAM_CWD, "/");
        event_writer_string(writer, PARAM_CGROUP, path);
        event_writer_bytes(writer, PARAM_ARGV, 0, text, 200);
        finish(writer, world);
    }
}

static void make_open(struct event_writer *writer, uint32_t process)
{
    struct event_header header = make_header(EVENT_OPENAT, process);

    event_writer_begin(writer, &header);
    event_writer_string(writer, PARAM_PATH, "/usr/share/nginx/html/index.html");
    event_writer_string(writer, PARAM_NAME, "html/index.html");
    event_writer_string(writer, PARAM_NAME_BASE, "/usr/share/nginx");
    static const enum param_id numbers[] = {PARAM_FD,         PARAM_DIRFD,      PARAM_OPEN_FLAGS,
                                            PARAM_MODE,       PARAM_FILE_MODE,  PARAM_FILE_DEVICE,
                                            PARAM_FILE_INODE, PARAM_FILE_FLAGS, PARAM_FILE_UID};
    for (size_t i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++)
        event_writer_number(writer, numbers[i], 3);
    if (event_writer_finish(writer) < 0)
        abort();
}

int main(void)
{
    struct event_writer writers[PROCESSES] = {0};
    struct event_writer writer = {0};
    struct event event;
    struct world *world;

    long before = resident_kib();
    if (world_new(NULL, NULL, judge, NULL, &world) < 0)
        return 2;
    fill(&writer, world);
    long filled = resident_kib();
    for (uint32_t i = 0; i < PROCESSES; i++)
        make_open(&writers[i], i);

    uint64_t start = now_ns();
    for (uint32_t i = 0; i < EVENTS; i++) {
        const struct event_writer *open = &writers[i * 7919u % PROCESSES];
        if (event_decode(open->data, open->len, &event) < 0)
            return 2;
    }
    uint64_t decoded = now_ns();
    for (uint32_t i = 0; i < EVENTS; i++) {
        const struct event_writer *open = &writers[i * 7919u % PROCESSES];
        if (world_feed(world, open->data, open->len) < 0)
            return 2;
    }
    uint64_t fed = now_ns();
    printf("%u opens, %u processes, %u containers: %.0f ns an event, of which %.0f decode it; "
           "world %ld KiB\n",
           EVENTS, PROCESSES, CONTAINERS, (double)(fed - decoded) / EVENTS,
           (double)(decoded - start) / EVENTS, filled - before);
    int result = judged_events == EVENTS + PROCESSES ? 0 : 1;
    for (uint32_t i = 0; i < PROCESSES; i++)
        event_writer_done(&writers[i]);
    event_writer_done(&writer);
    world_free(world);
    return result;
}
