/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "rules/filter.h"
#include "sensor/filter.h"

/* Events of one state of a thread before its mask is made: most threads never come so far. */
#define EVENTS_BEFORE_MASK 2

/* Counts events of actors, with the places the masks have. */
struct agent_filter {
    struct {
        uint32_t actor, events;
    } seen[FILTER_MASKS];
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
    if (r < 0) {
        log_warning("the kernel side sends more than the rules need: %s", strerror(-r));
        set_filter(agent, NULL, FILTER_OFF); /* the tables before are those of other rules */
    } else if (mode != FILTER_OFF && (tables->merged || tables->unsplit))
        log_info("more than these rules need leaves the kernel: %zu ways to match share a column, "
                 "%zu rules are too entangled to take apart",
                 tables->merged, tables->unsplit);
}

void agent_learn_mask(struct agent *agent, const struct judged_event *judged)
{
    const struct event_header *header = judged->event->header;
    struct filter_vector columns;

    if (!header->actor || !agent->filter || agent->options->record_only)
        return;
    uint32_t place = header->actor % FILTER_MASKS;
    if (agent->filter->seen[place].actor != header->actor) {
        agent->filter->seen[place].actor = header->actor;
        agent->filter->seen[place].events = 0;
    }
    if (agent->filter->seen[place].events++ % EVENTS_BEFORE_MASK != EVENTS_BEFORE_MASK - 1)
        return;
    /* What rules will know of it when the runtime's files are found is not known yet. */
    if (judged->container && !judged->container->metadata_known)
        return;
    rules_mask(agent->rules, judged, &columns);
    sensor_set_mask(agent->sensor, header->actor, &columns);
}

void agent_forget_masks(struct agent *agent)
{
    if (agent->filter && agent->sensor)
        sensor_forget_masks(agent->sensor);
}

bool agent_check_filter(struct agent *agent, const struct alert *alert)
{
    if (!(alert->judged->event->header->flags & EVENT_FLAG_FILTERED))
        return true;
    agent->filter_missed++;
    log_error("the kernel's tables say that no rule matches this event, but '%s' does",
              alert->rule.name);
    return false;
}
