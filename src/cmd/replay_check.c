/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/replay_check.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "event/table.h"
#include "rules/filter_model.h"

#define PRINTED_MAX 20 /* disagreements; all are counted */

struct replay_check {
    struct oracle *oracle;
    struct filter_model *model;
    const char **alerts; /* of the event at hand, by the compiled rules */
    size_t alert_count, room;
    bool no_memory;
    struct replay_check_sums sums;
};

DEFINE_CLEANUP(struct replay_check *, replay_check_free);

int replay_check_new(struct rules_options *options, struct replay_check **ret_check)
{
    _cleanup_(replay_check_freep) struct replay_check *check = calloc(1, sizeof(*check));

    int r = check ? filter_model_new(FILTER_MASKS, &check->model) : -ENOMEM;
    if (r < 0)
        return r;
    oracle_ask(options, &check->oracle);
    *ret_check = TAKE_PTR(check);
    return 0;
}

void replay_check_free(struct replay_check *check)
{
    if (!check)
        return;
    oracle_free(check->oracle);
    filter_model_free(check->model);
    free(check->alerts);
    free(check);
}

static size_t judge(struct replay_check *check, struct world *world,
                    const struct judged_event *judged, const char *const **ret_names)
{
    size_t count = oracle_judge(check->oracle, world, judged, ret_names);

    check->sums.events++;
    check->sums.alerts += count;
    return count;
}

void replay_check_plain(struct replay_check *check, struct world *world,
                        const struct judged_event *judged)
{
    const char *const *names;

    judge(check, world, judged, &names);
}

void replay_check_alert(struct replay_check *check, const struct alert *alert)
{
    if (check->alert_count == check->room) {
        size_t room = check->room ? check->room * 2 : 64;
        const char **alerts = realloc(check->alerts, room * sizeof(*alerts));
        if (!alerts) {
            check->no_memory = true; /* then it disagrees, and says why */
            return;
        }
        check->alerts = alerts;
        check->room = room;
    }
    check->alerts[check->alert_count++] = alert->rule.name;
}

static void disagree(struct replay_check *check, const struct judged_event *judged,
                     const char *rule, const char *how)
{
    const struct event_header *header = judged->event->header;

    if (++check->sums.disagreements > PRINTED_MAX)
        return;
    printf("event %" PRIu64 " (%s of %s, pid %" PRIu32 ", result %" PRId64 ", boot time %" PRIu64
           " ns), rule '%s': %s\n",
           check->sums.events, event_type_info(header->type)->name, judged->process->name,
           header->pid, (int64_t)header->result, (uint64_t)header->time, rule, how);
}

/* The rules that one has more than the other; both are in the order of the rule set. */
static bool has(const char *const *names, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (!strcmp(names[i], name))
            return true;
    return false;
}

static void compare(struct replay_check *check, const struct judged_event *judged,
                    const char *const *plain, size_t count)
{
    const uint64_t before = check->sums.disagreements;

    for (size_t i = 0; i < count; i++)
        if (!has(check->alerts, check->alert_count, plain[i]))
            disagree(check, judged, plain[i], "matches, but not as compiled");
    for (size_t i = 0; i < check->alert_count; i++)
        if (!has(plain, count, check->alerts[i]))
            disagree(check, judged, check->alerts[i], "matches as compiled, but should not");
    if (before != check->sums.disagreements)
        return;
    for (size_t i = 0; i < count; i++)
        if (strcmp(plain[i], check->alerts[i]) != 0)
            disagree(check, judged, plain[i], "is not in its place in the order");
}

void replay_check_event(struct replay_check *check, struct ruleset *rules, struct world *world,
                        const struct judged_event *judged)
{
    const char *const *plain;
    size_t count = judge(check, world, judged, &plain);
    bool sends = filter_model_sends(check->model, rules, judged);

    check->sums.sent += sends;
    if (check->no_memory)
        disagree(check, judged, "", "no memory for the alerts");
    else
        compare(check, judged, plain, count);
    for (size_t i = 0; i < count && !sends; i++)
        disagree(check, judged, plain[i], "matches, but the kernel side would drop the event");
    check->alert_count = 0;
    check->no_memory = false;
}

void replay_check_fact(struct replay_check *check)
{
    filter_model_forget(check->model);
}

const struct replay_check_sums *replay_check_sums(const struct replay_check *check)
{
    return &check->sums;
}
