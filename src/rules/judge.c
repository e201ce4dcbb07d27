/* SPDX-License-Identifier: Apache-2.0 */

#include <inttypes.h>
#include <string.h>

#include "rules/access.h"
#include "rules/evaluate.h"
#include "rules/format.h"
#include "rules/judge.h"

void rules_needs(const struct ruleset *rules, struct rules_needs *ret_needs)
{
    *ret_needs = rules->needs;
}

void rules_rule_needs(const struct ruleset *rules, size_t index, struct rules_needs *ret_needs)
{
    const struct type_set *types = &rules->rules[index]->condition->match;

    *ret_needs = (struct rules_needs){0};
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        ret_needs->types[type] = type_set_has(types, type);
}

size_t rules_count(const struct ruleset *rules)
{
    return rules->rule_count;
}

void rules_info(const struct ruleset *rules, size_t index, struct rule_info *ret_info)
{
    *ret_info = rules->rules[index]->info;
}

const struct rules_counters *rules_counters(const struct ruleset *rules)
{
    return &rules->counters;
}

#define REPEATED_FIELD "evt.repeated"

/* An alert that stands for many says so, whether or not the rule's output asks for it. */
static void add_repeated(struct ruleset *rules, struct alert *alert)
{
    int64_t repeated = event_number(alert->judged->event, PARAM_REPEATED, 0);
    struct alert_field *fields = rules->alert_fields;
    size_t at = 0;

    if (repeated <= 0)
        return;
    while (at < alert->field_count && strcmp(fields[at].name, REPEATED_FIELD) < 0)
        at++;
    if (at < alert->field_count && !strcmp(fields[at].name, REPEATED_FIELD))
        return;
    memmove(&fields[at + 1], &fields[at], (alert->field_count++ - at) * sizeof(*fields));
    fields[at] = (struct alert_field){
        .name = REPEATED_FIELD, .text = "", .is_number = true, .number = repeated};
    if (buf_printf(&rules->output, " repeated=%" PRId64, repeated) == 0)
        alert->output = rules->output.data;
}

void judge_raise(struct ruleset *rules, struct world *world, const struct judged_event *judged,
                 struct rule *rule, rules_alert alert, void *data)
{
    rule->info.hits++;
    rules->counters.alerts++;
    buf_reset(&rules->output);
    format_render(rules, &rule->output, &rules->output);
    if (rules->output.failed)
        rules->counters.text_lost++;
    format_values(rules, &rule->output, rules->alert_fields);

    struct alert raised = {
        .rule = rule->info,
        .time = judged->wall_time,
        .hostname = world_hostname(world),
        .output = rules->output.data ? rules->output.data : "",
        .fields = rules->alert_fields,
        .field_count = rule->output.field_count,
        .judged = judged,
    };
    add_repeated(rules, &raised);
    alert(data, &raised);
}

unsigned rules_judge(struct ruleset *rules, struct world *world, const struct judged_event *judged,
                     rules_alert alert, void *data)
{
    unsigned type = judged->event->header->type, matches = 0;

    evaluate_begin(rules, world, judged);
    rules->counters.values_cut = rules->context.values_cut; /* up to the event before */
    if (type >= EVENT_TYPE_MAX)
        return 0;
    const struct rule_index *index = &rules->by_type[type];
    if (!index->count)
        return 0;
    access_find(rules, type);
    for (size_t i = access_next(rules, type, 0); i < index->count;
         i = access_next(rules, type, i + 1)) {
        struct rule *rule = index->rules[i];
        if (matches && rules->matching == MATCHING_FIRST && rule->info.action == ACTION_ALERT)
            continue;
        rules->counters.evaluations++;
        if (!evaluate_term(rules, rule->condition))
            continue;
        judge_raise(rules, world, judged, rule, alert, data);
        matches++;
        if (rules->matching == MATCHING_FIRST && !index->has_actions)
            break;
    }
    return matches;
}
