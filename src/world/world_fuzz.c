/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream of records, each behind its length (two bytes), into a world with tight bounds. Their
 * headers are made valid, so that what is tried is the world and not the decoder alone; a length of
 * 0 lets time pass.
 */
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

    if (world_new(&limits, NULL, judge, &world, &world) < 0)
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
    return 0;
}
