/* SPDX-License-Identifier: Apache-2.0 */
#include <strings.h>

#include "rules/rules.h"

static const char *const names[] = {"Emergency", "Alert",  "Critical",      "Error",
                                    "Warning",   "Notice", "Informational", "Debug"};

const char *rule_priority_name(enum rule_priority priority)
{
    return names[priority];
}

bool rule_priority_parse(const char *text, enum rule_priority *ret_priority)
{
    for (int i = PRIORITY_EMERGENCY; i <= PRIORITY_DEBUG; i++) {
        if (strcasecmp(text, names[i]) == 0) {
            *ret_priority = i;
            return true;
        }
    }
    if (strcasecmp(text, "info") != 0)
        return false;
    *ret_priority = PRIORITY_INFORMATIONAL;
    return true;
}
