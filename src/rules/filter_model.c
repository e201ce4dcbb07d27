/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/filter_model.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event/table.h"
#include "rules/filter_lookup.h"

/* What the kernel side compares of a thread: as long as it stays, so does the actor's number. */
struct state {
    uint64_t start_time, cgroup_id, exec_time;
    uint64_t cap_effective, cap_permitted, cap_inheritable;
    struct exec_id parent;
    uint64_t parent_exec_time;
    uint32_t tid, uid, euid, egid, login_uid, mount_namespace;
};

struct actor {
    struct state state;
    unsigned events;
    uint32_t generation; /* of masks, when its mask was made; 0: it has none */
    struct filter_vector mask;
};

struct filter_model {
    uint32_t generation;
    size_t count;
    struct actor actors[]; /* at [tid % count]: a younger one takes the place of an older */
};

int filter_model_new(size_t actors, struct filter_model **ret_model)
{
    struct filter_model *model = calloc(1, sizeof(*model) + actors * sizeof(model->actors[0]));

    if (!model)
        return -ENOMEM;
    model->generation = 1;
    model->count = actors;
    *ret_model = model;
    return 0;
}

void filter_model_free(struct filter_model *model)
{
    free(model);
}

void filter_model_forget(struct filter_model *model)
{
    model->generation++;
}

static void state_of(const struct judged_event *judged, struct state *state)
{
    const struct event_header *header = judged->event->header;
    const struct process *process = judged->process, *parent = process->parent;

    memset(state, 0, sizeof(*state)); /* it is compared whole */
    state->start_time = header->start_time;
    state->cgroup_id = header->cgroup_id;
    state->exec_time = process->image->exec_time;
    state->cap_effective = header->cap_effective;
    state->cap_permitted = header->cap_permitted;
    state->cap_inheritable = header->cap_inheritable;
    if (parent) {
        state->parent = parent->id;
        state->parent_exec_time = parent->image->exec_time;
    }
    state->tid = header->tid;
    state->uid = header->uid;
    state->euid = header->euid;
    state->egid = header->egid;
    state->login_uid = header->login_uid;
    state->mount_namespace = header->mount_namespace;
}

static struct actor *actor_of(struct filter_model *model, const struct judged_event *judged)
{
    struct actor *actor = &model->actors[judged->event->header->tid % model->count];
    struct state state;

    state_of(judged, &state);
    if (memcmp(&state, &actor->state, sizeof(state)) != 0)
        *actor = (struct actor){.state = state};
    return actor;
}

/* The exec of a process that has children, as they are called otherwise now by proc.pname; a move
 * to another cgroup. */
static bool voids_masks(const struct judged_event *judged)
{
    if (judged->event->header->type == EVENT_CGROUP_ATTACH)
        return true;
    return event_type_info(judged->event->header->type)->family == FAMILY_PROCESS &&
           event_param(judged->event, PARAM_EXE_PATH) && judged->process->children;
}

bool filter_model_sends(struct filter_model *model, struct ruleset *rules,
                        const struct judged_event *judged)
{
    struct actor *actor = actor_of(model, judged);
    bool has_mask = actor->generation == model->generation;

    if (!filter_lookup(rules_filter(rules), judged->event, has_mask ? &actor->mask : NULL))
        return false;
    if (voids_masks(judged)) {
        filter_model_forget(model);
        return true;
    }
    if (++actor->events >= FILTER_MASK_AT_EVENT && !has_mask && rules_mask_lasts(judged)) {
        actor->generation = model->generation;
        rules_mask(rules, judged, &actor->mask);
    }
    return true;
}
