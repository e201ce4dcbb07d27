/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/rules.h"

static const char *const action_names[] = {
    [ACTION_ALERT] = "alert",
    [ACTION_DENY] = "deny",
    [ACTION_KILL] = "kill",
    [ACTION_PAUSE] = "pause",
};

static const char *const mode_names[] = {
    [MODE_ENFORCE] = "enforce",
    [MODE_AUDIT] = "audit",
};

static int find_name(const char *const *names, size_t count, const char *text)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(text, names[i]) == 0)
            return (int)i;
    return -1;
}

const char *rule_action_name(enum rule_action action)
{
    return action_names[action];
}

bool rule_action_parse(const char *text, enum rule_action *ret_action)
{
    int found = find_name(action_names, sizeof(action_names) / sizeof(action_names[0]), text);

    if (found >= 0)
        *ret_action = (enum rule_action)found;
    return found >= 0;
}

const char *rule_mode_name(enum rule_mode mode)
{
    return mode_names[mode];
}

bool rule_mode_parse(const char *text, enum rule_mode *ret_mode)
{
    int found = find_name(mode_names, sizeof(mode_names) / sizeof(mode_names[0]), text);

    if (found >= 0)
        *ret_mode = (enum rule_mode)found;
    return found >= 0;
}
