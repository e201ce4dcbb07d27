/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that are tried on too many kinds of events. */
#include "rules/lint_internal.h"

static const struct lint_kind no_type = {
    "LINT_NO_TYPE", "begin the condition with evt.type = ... or evt.type in (...); "
                    "'warn_evttypes: false' says that all are meant"};

static const struct lint_kind many_types = {"LINT_MANY_TYPES",
                                            "say which types are meant rather than which are not"};

static unsigned count_types(const struct type_set *set)
{
    unsigned count = 0;

    for (size_t i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
        count += (unsigned)__builtin_popcountll(set->bits[i]);
    return count;
}

int lint_types(struct lint *lint)
{
    struct type_set known = check_all_types();
    unsigned all = count_types(&known);

    for (size_t i = 0; i < lint->count; i++) {
        const struct lint_rule *rule = &lint->rules[i];
        unsigned count = count_types(&rule->rule->condition->match);
        if (rule->never || !rule->def->warn_evttypes)
            continue;
        if (count == all)
            lint_add_rule(
                lint, &no_type, rule,
                "rule '%.64s' names no type of event: it is tried on each of all %u types",
                rule->def->name, all);
        else if (count > all / 2)
            lint_add_rule(lint, &many_types, rule,
                          "rule '%.64s' is tried on events of %u of %u types", rule->def->name,
                          count, all);
    }
    return 0;
}
