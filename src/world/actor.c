/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "world/world_internal.h"

#define ASK_DEPTH_MAX 16 /* parents of parents asked for at once */

struct exec_id world_actor_id(const struct event_header *header)
{
    return (struct exec_id){.start_time = header->start_time, .pid = header->pid};
}

struct process_entry *world_find_process(struct world *world, struct exec_id id)
{
    const struct world_requests *requests = &world->requests;
    struct process_entry *entry = processes_find(&world->processes, id);

    if (entry || !id.pid || !requests->process || world->asking >= ASK_DEPTH_MAX)
        return entry;
    world->asking++;
    requests->process(requests->data, world, id.pid, id.start_time);
    world->asking--;
    return processes_find(&world->processes, id);
}

int world_add_made_up(struct world *world, const struct event_header *header,
                      struct process_entry **ret_entry)
{
    struct process_image *image;
    struct event bare;

    bare.header = header;
    memset(bare.present, 0, sizeof(bare.present));
    int r = image_new(&world->processes.memory, &bare, header->start_time, &image);
    if (r < 0)
        return r;
    r = processes_add(&world->processes, world_actor_id(header), image, NULL, ret_entry);
    image_unref(image);
    if (r < 0)
        return r;
    (*ret_entry)->made_up = true;
    return 0;
}

void world_enter_container(struct process_entry *entry, struct container_entry *container)
{
    struct process *process = &entry->process;

    if (!container || process->container == &container->container)
        return;
    containers_leave(process->container);
    process->container = containers_enter(&container->container, process->id.pid);
    process->outside = !entry->made_up && !process->from_proc;
}

void world_set_ids(struct process_entry *entry, const struct event *event)
{
    struct process *process = &entry->process;
    const struct {
        enum param_id id;
        uint32_t *value;
    } rows[] = {
        {PARAM_VPID, &process->vpid},   {PARAM_SID, &process->sid},
        {PARAM_PGID, &process->pgid},   {PARAM_VSID, &process->vsid},
        {PARAM_VPGID, &process->vpgid}, {PARAM_TTY, &process->tty},
        {PARAM_STDIO, &process->stdio},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        *rows[i].value = (uint32_t)event_number(event, rows[i].id, *rows[i].value);
}

void world_find_parent(struct world *world, struct process_entry *entry, struct exec_id id)
{
    if (entry->process.parent || !id.pid)
        return;
    process_ref(&entry->process);
    struct process_entry *parent = world_find_process(world, id);
    if (parent && entry->table && !entry->process.parent)
        processes_set_parent(entry, parent);
    process_unref(&entry->process);
}
