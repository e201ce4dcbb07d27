/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/adjust.h"

#include <fnmatch.h>
#include <string.h>

/* Without one of these before it, a pattern is of both. */
static const char of_rule[] = "rule=", of_tag[] = "tag=";

static bool matches(const char *pattern, const struct rule_def *def)
{
    bool names = true, tags = true;

    if (strncmp(pattern, of_rule, strlen(of_rule)) == 0) {
        pattern += strlen(of_rule);
        tags = false;
    } else if (strncmp(pattern, of_tag, strlen(of_tag)) == 0) {
        pattern += strlen(of_tag);
        names = false;
    }
    if (names && fnmatch(pattern, def->name, FNM_CASEFOLD) == 0)
        return true;
    for (size_t i = 0; tags && i < def->tag_count; i++)
        if (fnmatch(pattern, def->tags[i], FNM_CASEFOLD) == 0)
            return true;
    return false;
}

void switches_apply(struct collector *collector, struct rule_switch *switches, size_t count)
{
    for (size_t i = 0; i < count; i++)
        switches[i].matched = 0;
    for (struct rule_def *def = collector->rules; def; def = def->hh.next) {
        for (size_t i = 0; i < count; i++) {
            if (!matches(switches[i].pattern, def))
                continue;
            switches[i].matched++;
            def->enabled = switches[i].enable;
        }
    }
}
