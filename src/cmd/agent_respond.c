/* SPDX-License-Identifier: Apache-2.0 */
/* What rules do beside the alert: carried out before it is written, and what is left of it told. */
#include "cmd/agent.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/log.h"
#include "cmd/other_agent.h"
#include "enforce/paused.h"

int agent_open_responder(struct agent *agent)
{
    agent->responder_config = (struct responder_config){.paused = PAUSED_DIRECTORY,
                                                        .rate = agent->options->response_rate};
    int r = responder_new(&agent->responder_config, &agent->responder);
    if (r < 0)
        log_error("can't prepare responses: %s", strerror(-r));
    return r;
}

void agent_check_actions(const struct agent *agent)
{
    size_t counts[ACTION_MAX] = {0};
    struct error error = {0};
    struct rule_info info;

    for (size_t i = 0; i < rules_count(agent->rules); i++) {
        rules_info(agent->rules, i, &info);
        counts[info.action] += info.enabled && info.mode == MODE_ENFORCE;
    }
    for (unsigned action = 0; action < ACTION_MAX; action++)
        if (counts[action] && respond_check(agent->responder, action, &error) < 0)
            log_warning("%zu rules are to %s: %s", counts[action], rule_action_name(action),
                        error.message);
}

void agent_respond(struct agent *agent, const struct alert *alert)
{
    struct alert told = *alert;
    struct response response;

    if (agent->responder && respond(agent->responder, agent->world, alert, &response))
        told.response = &response;
    output_alert(agent->output, &told);
}

static int tell_paused(void *data, const char *id, const char *directory)
{
    log_warning("container %s is paused (%s); bulwark thaw %s lets it go on", id, directory, id);
    return 0;
}

void agent_tell_paused(void)
{
    int r = paused_visit(PAUSED_DIRECTORY, tell_paused, NULL);
    if (r < 0)
        log_warning("%s, where paused containers are kept, can't be read: %s", PAUSED_DIRECTORY,
                    strerror(-r));
}

void agent_print_responses(const struct agent *agent)
{
    const struct respond_counters *counters;

    if (!agent->responder)
        return;
    counters = respond_counters(agent->responder);
    fputs(COUNTER_LINE "responses:", stderr);
#define PRINT_RESPONSES(field, text) fprintf(stderr, " " text "=%" PRIu64, counters->field);
    RESPOND_COUNTER_LIST(PRINT_RESPONSES)
#undef PRINT_RESPONSES
    fputc('\n', stderr);
}

void agent_print_responses_summary(const struct agent *agent)
{
    const struct respond_counters *counters;
    uint64_t asked = 0;

    if (!agent->responder)
        return;
    counters = respond_counters(agent->responder);
#define SUM_RESPONSES(field, text) asked += counters->field;
    RESPOND_COUNTER_LIST(SUM_RESPONSES)
#undef SUM_RESPONSES
    if (!asked)
        return;
    log_info("responses: %" PRIu64 " done, %" PRIu64 " failed, %" PRIu64 " refused, %" PRIu64
             " past the rate, %" PRIu64 " not prevented, %" PRIu64 " only told (audit)",
             counters->done, counters->failed, counters->refused, counters->limited,
             counters->not_prevented, counters->audit);
}
