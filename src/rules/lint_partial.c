/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that wait for calls on a connection, of which most are no events. */
#include "rules/lint_internal.h"
#include "rules/partial_types.h"

static const struct lint_kind few_events = {
    "LINT_FEW_EVENTS", "look at the call that begins the connection: connect of a client, accept "
                       "and accept4 of a server"};

/* What a connection begins with, or may be known by. */
static bool begins_connection(enum event_type type)
{
    return type == EVENT_CONNECT || type == EVENT_ACCEPT || type == EVENT_ACCEPT4 ||
           type == EVENT_LISTEN;
}

int lint_partial(struct lint *lint)
{
    bool dns = lint->checker->rules->needs.dns;

    for (size_t i = 0; i < lint->count; i++) {
        const struct lint_rule *rule = &lint->rules[i];
        const char *which = NULL, *name = NULL;
        bool begins = false;

        for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
            if (!type_set_has(&rule->rule->condition->match, type))
                continue;
            begins |= begins_connection(type);
            const char *events = which ? NULL : partial_type(type, dns);
            if (!events)
                continue;
            which = events;
            name = event_type_info(type)->name;
        }
        if (which && !begins && !rule->never)
            lint_add_rule(lint, &few_events, rule,
                          "rule '%.64s' waits for %s, of which few are events: %s", rule->def->name,
                          name, which);
    }
    return 0;
}
