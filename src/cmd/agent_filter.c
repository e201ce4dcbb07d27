/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rules/filter.h"
#include "sensor/filter.h"

/* Events of actors, at the places the masks have. */
struct agent_filter {
    uint64_t not_before; /* CLOCK_BOOTTIME ns: no mask is made from older events */
    uint64_t lost;       /* critical events, when last looked at */
    struct {
        uint32_t actor, events;
        uint32_t generation; /* of masks, when its mask was made; 0: it has none */
    } seen[FILTER_MASKS];
    uint32_t generation; /* raised whenever masks become void */
};

static enum filter_mode mode_of(const struct agent *agent)
{
    /* A recording is to serve other rules too. */
    if (!agent->rules || agent->options->record || agent->options->no_filter)
        return FILTER_OFF;
    return agent->options->check_filter ? FILTER_CHECK : FILTER_ON;
}

static int set_filter(struct agent *agent, const struct filter_tables *tables,
                      enum filter_mode mode)
{
    if (mode != FILTER_OFF && !agent->filter) {
        agent->filter = calloc(1, sizeof(*agent->filter));
        if (!agent->filter)
            return -ENOMEM;
    }
    return sensor_set_filter(agent->sensor, tables, mode);
}

void agent_set_filter(struct agent *agent)
{
    const struct filter_tables *tables = agent->rules ? rules_filter(agent->rules) : NULL;
    enum filter_mode mode = mode_of(agent);

    int r = set_filter(agent, tables, mode);
    if (agent->filter)
        agent->filter->generation++;
    if (r < 0) {
        log_warning("the kernel side sends more than the rules need: %s", strerror(-r));
        set_filter(agent, NULL, FILTER_OFF); /* the tables before are those of other rules */
    } else if (mode != FILTER_OFF && (tables->merged || tables->unsplit))
        log_info("more than these rules need leaves the kernel: %zu ways to match share a column, "
                 "%zu rules are too entangled to take apart",
                 tables->merged, tables->unsplit);
}

void agent_note_sent(struct agent *agent, const struct event *event)
{
    const struct event_param *param = event_param(event, PARAM_COLUMNS);
    struct filter_left left;

    if (!param || !agent->rules || param->len != sizeof(left))
        return;
    memcpy(&left, param->data, sizeof(left));
    if (left.tables == sensor_filter_number(agent->sensor))
        rules_note_sent(agent->rules, &left.columns);
}

void agent_learn_mask(struct agent *agent, const struct judged_event *judged)
{
    const struct event_header *header = judged->event->header;
    struct agent_filter *filter = agent->filter;
    struct filter_vector columns;

    if (!header->actor || !filter || header->flags & EVENT_FLAG_MASKS_VOID ||
        header->time < filter->not_before || !rules_mask_lasts(judged))
        return;
    uint32_t place = header->actor % FILTER_MASKS;
    if (filter->seen[place].actor != header->actor) {
        filter->seen[place].actor = header->actor;
        filter->seen[place].events = 0;
        filter->seen[place].generation = 0;
    }
    if (++filter->seen[place].events < FILTER_MASK_AT_EVENT ||
        filter->seen[place].generation == filter->generation)
        return;
    filter->seen[place].generation = filter->generation;
    rules_mask(agent->rules, judged, &columns);
    sensor_set_mask(agent->sensor, header->actor, &columns);
}

void agent_forget_masks(struct agent *agent)
{
    if (!agent->filter || !agent->sensor)
        return;
    agent->filter->generation++;
    sensor_forget_masks(agent->sensor);
}

void agent_masks_voided(struct agent *agent, const struct event_header *header)
{
    if (!agent->filter || !(header->flags & EVENT_FLAG_MASKS_VOID))
        return;
    agent->filter->generation++;
    sensor_masks_voided(agent->sensor, header->actor);
}

void agent_resume_masks(struct agent *agent, uint64_t lost)
{
    if (!agent->filter || lost == agent->filter->lost)
        return;
    agent->filter->lost = lost;
    agent->filter->generation++;
    agent->filter->not_before = loop_now();
    sensor_resume_masks(agent->sensor);
}

void agent_check_filter(struct agent *agent, const struct alert *alert)
{
    if (!(alert->judged->event->header->flags & EVENT_FLAG_FILTERED))
        return;
    agent->filter_missed++;
    log_error("the kernel's tables say that no rule matches this event, but '%s' does",
              alert->rule.name);
}
