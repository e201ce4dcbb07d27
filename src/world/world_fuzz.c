/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of records, each behind its length (two bytes), into a world with tight bounds. Their
 * headers are made valid, so that what is tried is the world and not the decoder alone; a short one
 * lets time pass. Input of an odd length has a machine to ask.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "world/world.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(void *data, const struct judged_event *judged)
{
    struct world *world = *(struct world **)data;

    if (!judged->process || !judged->process->image ||
        judged->process->container != judged->container)
        __builtin_trap();
    unsigned depth = 0;
    for (const struct process *at = judged->process; at; at = at->parent)
        if (depth++ > 100)
            __builtin_trap();
    world_user_name(world, judged->container, judged->process->uid);
}

/* A machine that answers every other time, all from one writer, as facts.c does. */
static struct event_writer writer;
static unsigned asked;

static int answer(struct world *world, enum event_type type, uint32_t pid, uint64_t cgroup_id,
                  const char *container)
{
    struct event_header header = {
        .type = (uint16_t)type, .pid = pid, .start_time = 10000000, .cgroup_id = cgroup_id};

    if (++asked % 2)
        return -ENOENT;
    if (writer.data)
        memset(writer.data, 0x5a, writer.capacity);
    event_writer_begin(&writer, &header);
    event_writer_string(&writer, PARAM_CGROUP, asked % 4 ? "/plain" : "/other");
    if (container)
        event_writer_string(&writer, PARAM_CONTAINER_ID, container);
    event_writer_string(&writer, PARAM_CONTAINER_IMAGE, "a/b:c");
    event_writer_number(&writer, PARAM_PARENT_PID, pid / 2);
    event_writer_number(&writer, PARAM_PARENT_START, 10000000);
    event_writer_bytes(&writer, PARAM_PASSWD, 0, "u:x:7:7:::\n", 11);
    if (event_writer_finish(&writer) < 0)
        return -ENOMEM;
    return world_feed(world, writer.data, writer.len);
}

static int ask_metadata(void *data, struct world *world, const char *id,
                        enum container_runtime hint, const char *path, uint32_t pid)
{
    return answer(world, EVENT_CONTAINER, 0, 0, id);
}

static int ask_process(void *data, struct world *world, uint32_t pid, uint64_t start_time)
{
    return answer(world, EVENT_PROCESS_FOUND, pid, pid % 5, NULL);
}

static int ask_users(void *data, struct world *world, const struct container *container,
                     uint32_t pid)
{
    return answer(world, EVENT_USERS, 0, 0, container ? container->id : NULL);
}

static int ask_cgroup(void *data, struct world *world, uint64_t cgroup_id, uint32_t pid)
{
    return answer(world, EVENT_CGROUP_FOUND, 0, cgroup_id, NULL);
}

static int ask_container(void *data, struct world *world, uint64_t cgroup_id, const char *path,
                         struct cgroup_container *ret_container)
{
    *ret_container = (struct cgroup_container){.runtime = RUNTIME_RUNC, .id = "plain0"};
    ret_container->id[5] = (char)('0' + cgroup_id % 8);
    if (++asked % 3 == 0)
        return -EAGAIN;
    return answer(world, EVENT_CGROUP_FOUND, 0, cgroup_id, ret_container->id);
}

static const struct world_requests requests = {
    .container_metadata = ask_metadata,
    .process = ask_process,
    .users = ask_users,
    .cgroup = ask_cgroup,
    .cgroup_container = ask_container,
};

static void feed(struct world *world, const uint8_t *data, size_t size)
{
    size_t whole = size & ~(size_t)7;
    uint64_t *record = malloc(whole);

    if (!record)
        return;
    memcpy(record, data, whole);
    struct event_header *header = (void *)record;
    header->size = (uint32_t)whole;
    header->comm[EVENT_COMM_LEN - 1] = '\0';
    world_feed(world, record, whole);
    free(record);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct world_limits limits = {
        .processes = 8,
        .containers = 3,
        .dns_names = 16,
        .held_events = 6,
        .held_bytes = 4096,
        .hold_time = 1000000,
        .exit_grace_time = 1000000,
        .image_bytes = 8192,
    };
    struct world *world;
    uint64_t now = 1000000000;

    asked = 0;
    if (world_new(&limits, size % 2 ? &requests : NULL, judge, &world, &world) < 0)
        return 0;
    while (size > 2) {
        size_t len = (size_t)data[0] | (size_t)data[1] << 8;
        data += 2;
        size -= 2;
        len = len < size ? len : size;
        if (len < sizeof(struct event_header))
            world_tick(world, now += 1000000);
        else
            feed(world, data, len);
        data += len;
        size -= len;
    }
    world_flush(world);
    world_free(world);
    event_writer_done(&writer);
    return 0;
}
