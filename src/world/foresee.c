/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "event/table.h"
#include "world/image.h"
#include "world/world_internal.h"

/* The kernel names a program by its file's name. */
static void name_by_file(struct event_header *header, const struct event_param *path)
{
    const char *name = path ? path->data : NULL;
    size_t len = path ? path->len : 0;

    for (size_t i = len; i > 0; i--)
        if (path->data[i - 1] == '/') {
            name = path->data + i;
            len -= i;
            break;
        }
    if (!len)
        return;
    if (len > sizeof(header->comm) - 1)
        len = sizeof(header->comm) - 1;
    memset(header->comm, 0, sizeof(header->comm));
    memcpy(header->comm, name, len);
}

/* The actor; its container is looked for as for an event. */
static int find_actor(struct world *world, const struct event *event,
                      struct process_entry **ret_entry)
{
    struct process_entry *entry = world_find_process(world, world_actor_id(event->header));
    struct container_entry *container;

    if (!entry) {
        int r = world_add_made_up(world, event->header, &entry);
        if (r < 0)
            return r;
        world->counters.processes_made_up++;
    }
    process_ref(&entry->process);
    container = world_event_container(world, event);
    if (!container && !entry->process.container && event_executes(event->header->type))
        container = world_container_by_namespaces(world, event);
    world_enter_container(entry, container);
    *ret_entry = entry;
    return 0;
}

static int judge_exec(struct world *world, const struct judged_event *before, world_judge judge,
                      void *data)
{
    struct event_header header = *before->event->header;
    struct event event = *before->event;
    struct process_image *image;

    event.header = &header;
    name_by_file(&header, event_param(&event, PARAM_EXE_PATH));
    int r = image_new(&world->processes.memory, &event, header.time, &image);
    if (r < 0)
        return r;
    struct process_entry entry = {.process = *before->process, .memory = &world->processes.memory};
    entry.process.image = image;
    entry.process.cwd = NULL;
    memcpy(entry.process.name, image->name, sizeof(entry.process.name));
    world_set_ids(&entry, &event);
    struct judged_event after = *before;
    after.event = &event;
    after.process = &entry.process;
    judge(data, &after);
    image_unref(image);
    return 0;
}

int world_foresee(struct world *world, const void *record, size_t size, world_judge judge,
                  void *data)
{
    struct process_entry *outer = world->actor, *entry;
    struct event event;

    int r = event_decode(record, size, &event);
    if (r < 0) {
        world->counters.malformed_records++;
        return r;
    }
    world->depth++;
    r = find_actor(world, &event, &entry);
    if (r == 0) {
        struct judged_event judged = {
            .event = &event,
            .process = &entry->process,
            .container = entry->process.container,
            .wall_time = event.header->time + (uint64_t)world->clock_offset,
        };
        world->actor = entry;
        if (event_executes(event.header->type))
            r = judge_exec(world, &judged, judge, data);
        else
            judge(data, &judged);
        world->actor = outer;
        process_unref(&entry->process);
    }
    world->depth--;
    return r;
}
