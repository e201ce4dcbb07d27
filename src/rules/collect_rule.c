/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "rules/collect.h"
#include "rules/nearest.h"

/* One key of a rule: how its value gets into the definition. */
struct rule_key {
    const char *name;
    bool can_append, can_replace;
    int (*set)(struct collector *, struct rule_def *, const struct yaml_node *, bool append);
};

static int check_text(struct collector *collector, const struct yaml_node *node, const char *key)
{
    if (node->kind != YAML_SCALAR)
        return yaml_error(collector->error, node, -EINVAL, "'%s' must be a single value", key);
    if (yaml_is_null(node) || !node->len)
        return yaml_error(collector->error, node, -EINVAL, "'%s' is empty", key);
    return 0;
}

static int set_text(struct collector *collector, struct origin *text, const struct yaml_node *node,
                    const char *key, bool append)
{
    int r = check_text(collector, node, key);
    if (r < 0)
        return r;
    if (append)
        r = origin_add_string(collector->arena, text, " ", node);
    else
        *text = (struct origin){0};
    if (r == 0)
        r = origin_add_node(collector->arena, text, node);
    return r < 0 ? collect_no_memory(collector) : 0;
}

static int set_condition(struct collector *collector, struct rule_def *rule,
                         const struct yaml_node *node, bool append)
{
    return set_text(collector, &rule->condition, node, "condition", append);
}

static int set_output(struct collector *collector, struct rule_def *rule,
                      const struct yaml_node *node, bool append)
{
    return set_text(collector, &rule->output, node, "output", append);
}

static int set_description(struct collector *collector, struct rule_def *rule,
                           const struct yaml_node *node, bool append)
{
    return set_text(collector, &rule->description, node, "desc", append);
}

/* A value that is none of those that the key may have. */
static int unknown_word(struct collector *collector, const struct yaml_node *node, const char *what,
                        const char *expected)
{
    return yaml_error(collector->error, node, -EINVAL, "'%.64s' is no %s, expected %s",
                      node->kind == YAML_SCALAR ? node->value : "a list or mapping", what,
                      expected);
}

static int set_priority(struct collector *collector, struct rule_def *rule,
                        const struct yaml_node *node, bool append)
{
    if (node->kind == YAML_SCALAR && rule_priority_parse(node->value, &rule->priority))
        return 0;
    return unknown_word(collector, node, "priority",
                        "Emergency, Alert, Critical, Error, Warning, Notice, Informational (INFO) "
                        "or Debug");
}

static int set_action(struct collector *collector, struct rule_def *rule,
                      const struct yaml_node *node, bool append)
{
    if (node->kind == YAML_SCALAR && rule_action_parse(node->value, &rule->action))
        return 0;
    return unknown_word(collector, node, "action", "alert, deny, kill or pause");
}

static int set_mode(struct collector *collector, struct rule_def *rule,
                    const struct yaml_node *node, bool append)
{
    if (node->kind == YAML_SCALAR && rule_mode_parse(node->value, &rule->mode))
        return 0;
    return unknown_word(collector, node, "mode", "audit or enforce");
}

static int set_tags(struct collector *collector, struct rule_def *rule,
                    const struct yaml_node *node, bool append)
{
    if (node->kind != YAML_SEQUENCE)
        return yaml_error(collector->error, node, -EINVAL, "'tags' must be a sequence");
    if (!append) {
        rule->tags = NULL;
        rule->tag_count = 0;
    }
    for (size_t i = 0; i < node->count; i++) {
        if (node->items[i]->kind != YAML_SCALAR || !node->items[i]->len)
            return yaml_error(collector->error, node->items[i], -EINVAL, "a tag is no text");
        const char **tag =
            arena_grow(collector->arena, &rule->tags, &rule->tag_count, sizeof(*tag));
        if (!tag)
            return collect_no_memory(collector);
        *tag = node->items[i]->value;
    }
    return 0;
}

static int set_exceptions(struct collector *collector, struct rule_def *rule,
                          const struct yaml_node *node, bool append)
{
    if (!append) {
        rule->exceptions = NULL;
        rule->exception_count = 0;
    }
    return exceptions_read(collector, rule, node, append);
}

static int set_enabled(struct collector *collector, struct rule_def *rule,
                       const struct yaml_node *node, bool append)
{
    return collect_bool(collector, node, &rule->enabled);
}

static int set_warn_evttypes(struct collector *collector, struct rule_def *rule,
                             const struct yaml_node *node, bool append)
{
    return collect_bool(collector, node, &rule->warn_evttypes);
}

static int set_skip_if_unknown(struct collector *collector, struct rule_def *rule,
                               const struct yaml_node *node, bool append)
{
    return collect_bool(collector, node, &rule->skip_if_unknown);
}

/* Captures are Falco's: the keys are checked, and have no effect here. */
static int set_capture(struct collector *collector, struct rule_def *rule,
                       const struct yaml_node *node, bool append)
{
    bool capture;

    return collect_bool(collector, node, &capture);
}

static int set_capture_duration(struct collector *collector, struct rule_def *rule,
                                const struct yaml_node *node, bool append)
{
    if (node->kind == YAML_SCALAR && node->len && strspn(node->value, "0123456789") == node->len)
        return 0;
    return yaml_error(collector->error, node, -EINVAL,
                      "'capture_duration' must be a number of milliseconds");
}

static const struct rule_key rule_keys[] = {
    {"condition", true, true, set_condition},
    {"output", true, true, set_output},
    {"desc", true, true, set_description},
    {"priority", false, true, set_priority},
    {"action", false, true, set_action},
    {"mode", false, true, set_mode},
    {"tags", true, true, set_tags},
    {"exceptions", true, true, set_exceptions},
    {"enabled", false, true, set_enabled},
    {"warn_evttypes", false, true, set_warn_evttypes},
    {"skip-if-unknown-filter", false, true, set_skip_if_unknown},
    {"capture", false, true, set_capture},
    {"capture_duration", false, true, set_capture_duration},
};

#define RULE_KEYS (sizeof(rule_keys) / sizeof(rule_keys[0]))

static int unknown_rule(struct collector *collector, const struct yaml_node *name, const char *act)
{
    struct nearest nearest = nearest_start(name->value, name->len);
    char hint[128];

    for (struct rule_def *rule = collector->rules; rule; rule = rule->hh.next)
        nearest_offer(&nearest, rule->name);
    return yaml_error(collector->error, name, -EINVAL,
                      "rule '%.128s' does not exist, nothing to %s%s", name->value, act,
                      nearest_hint(&nearest, hint, sizeof(hint)));
}

static int read_overrides(struct collector *collector, const struct yaml_node *override,
                          enum override what[RULE_KEYS])
{
    if (override->kind != YAML_MAPPING)
        return yaml_error(collector->error, override, -EINVAL,
                          "'override' must be a mapping of keys to append or replace");
    for (size_t i = 0; i + 1 < override->count; i += 2) {
        const struct yaml_node *key = override->items[i];
        size_t k = 0;
        while (k < RULE_KEYS && strcmp(rule_keys[k].name, key->value) != 0)
            k++;
        enum override unknown, *slot = k < RULE_KEYS ? &what[k] : &unknown;
        int r = collect_override(collector, key, override->items[i + 1],
                                 k < RULE_KEYS && rule_keys[k].can_append,
                                 k < RULE_KEYS && rule_keys[k].can_replace, slot);
        if (r < 0)
            return r;
    }
    return 0;
}

static int override_rule(struct collector *collector, const struct yaml_node *item,
                         const struct yaml_node *name, struct rule_def *rule)
{
    const struct yaml_node *override = yaml_get(item, "override");
    enum override what[RULE_KEYS] = {OVERRIDE_NONE};

    int r = read_overrides(collector, override, what);
    if (r < 0)
        return r;
    if (!rule)
        return unknown_rule(collector, name, "override");
    for (size_t k = 0; k < RULE_KEYS; k++) {
        const struct yaml_node *value = yaml_get(item, rule_keys[k].name);
        if (value && what[k] == OVERRIDE_NONE)
            return yaml_error(collector->error, value, -EINVAL,
                              "key '%s' is given, but 'override' does not say append or replace",
                              rule_keys[k].name);
        if (!value && what[k] != OVERRIDE_NONE)
            return yaml_error(collector->error, override, -EINVAL,
                              "'override' names '%s', which is not given", rule_keys[k].name);
        if (value)
            r = rule_keys[k].set(collector, rule, value, what[k] == OVERRIDE_APPEND);
        if (r < 0)
            return r;
    }
    return 0;
}

static int append_to_rule(struct collector *collector, const struct yaml_node *item,
                          const struct yaml_node *name, struct rule_def *rule)
{
    const struct yaml_node *condition = yaml_get(item, "condition");
    const struct yaml_node *exceptions = yaml_get(item, "exceptions");
    int r = 0;

    if (!rule)
        return unknown_rule(collector, name, "append to");
    if (!condition && !exceptions)
        collect_warn(collector, "LOAD_APPEND_NO_VALUES", name,
                     "nothing is appended to rule '%.128s': neither a condition nor exceptions",
                     name->value);
    if (condition)
        r = set_condition(collector, rule, condition, true);
    if (r == 0 && exceptions)
        r = set_exceptions(collector, rule, exceptions, true);
    for (size_t k = 0; r == 0 && k < RULE_KEYS; k++) {
        const struct yaml_node *value = yaml_get(item, rule_keys[k].name);
        if (value && value != condition && value != exceptions)
            collect_warn(collector, "LOAD_UNKNOWN_KEY", value,
                         "key '%s' is ignored beside 'append: true'", rule_keys[k].name);
    }
    return r;
}

/* Only `enabled`: switches a rule that exists. */
static int toggle_rule(struct collector *collector, const struct yaml_node *item,
                       const struct yaml_node *name, struct rule_def *rule)
{
    const struct yaml_node *enabled;
    bool value;

    int r = collect_scalar(collector, item, "enabled", true, &enabled);
    if (r < 0)
        return yaml_error(collector->error, name, -EINVAL,
                          "rule '%.128s' lacks condition, output, desc and priority, or 'enabled' "
                          "to switch one that exists",
                          name->value);
    r = collect_bool(collector, enabled, &value);
    if (r < 0)
        return r;
    if (!rule)
        return unknown_rule(collector, name, "switch");
    collect_warn(collector, "LOAD_DEPRECATED_ITEM", enabled,
                 "'enabled' alone is deprecated, 'override: {enabled: replace}' is clearer");
    rule->enabled = value;
    return 0;
}

static int set_source(struct collector *collector, const struct yaml_node *item,
                      struct rule_def *rule, const struct rule_def *previous)
{
    const struct yaml_node *source;

    int r = collect_scalar(collector, item, "source", false, &source);
    if (r < 0)
        return r;
    rule->source = source ? source->value : previous ? previous->source : RULES_SOURCE;
    if (previous && strcmp(previous->source, rule->source) != 0)
        return yaml_error(collector->error, source, -EINVAL,
                          "rule '%.128s' is redefined with source '%.64s', it had '%.64s'",
                          rule->name, rule->source, previous->source);
    rule->unknown_source = strcmp(rule->source, RULES_SOURCE) != 0;
    if (rule->unknown_source)
        collect_warn(collector, "LOAD_UNKNOWN_SOURCE", source ? source : rule->node,
                     "source '%.64s' is unknown, rule '%.128s' is skipped; known is syscall",
                     rule->source, rule->name);
    return 0;
}

static int define_rule(struct collector *collector, const struct yaml_node *item,
                       const struct yaml_node *name, struct rule_def *previous)
{
    static const char *const required[] = {"condition", "output", "desc", "priority"};
    struct rule_def rule = {
        .name = name->value, .node = name, .enabled = true, .warn_evttypes = true};

    for (size_t i = 0; i < sizeof(required) / sizeof(required[0]); i++)
        if (!yaml_get(item, required[i]))
            return yaml_error(collector->error, name, -EINVAL, "rule '%.128s' lacks key '%s'",
                              name->value, required[i]);
    int r = set_source(collector, item, &rule, previous);
    for (size_t k = 0; k < RULE_KEYS && r == 0; k++) {
        const struct yaml_node *value = yaml_get(item, rule_keys[k].name);
        if (value)
            r = rule_keys[k].set(collector, &rule, value, false);
    }
    if (r < 0)
        return r;

    if (previous) {
        rule.hh = previous->hh;
        rule.name = previous->name;
        *previous = rule;
        return 0;
    }
    struct rule_def *added = arena_alloc(collector->arena, sizeof(*added));
    if (!added)
        return collect_no_memory(collector);
    *added = rule;
    HASH_ADD_KEYPTR(hh, collector->rules, added->name, name->len, added);
    return added->hh.tbl ? 0 : collect_no_memory(collector);
}

int collect_rule(struct collector *collector, const struct yaml_node *item)
{
    static const char *const keys[] = {"rule",     "condition",     "output",
                                       "desc",     "priority",      "tags",
                                       "source",   "exceptions",    "enabled",
                                       "append",   "warn_evttypes", "skip-if-unknown-filter",
                                       "override", "capture",       "capture_duration",
                                       "action",   "mode",          NULL};
    const struct yaml_node *name;
    bool append;

    int r = collect_scalar(collector, item, "rule", true, &name);
    if (r == 0)
        r = collect_append_flag(collector, item, &append);
    if (r < 0)
        return r;
    collect_unknown_keys(collector, item, keys);

    struct rule_def *rule = collect_find_rule(collector, name->value);
    if (yaml_get(item, "override"))
        return override_rule(collector, item, name, rule);
    if (append)
        return append_to_rule(collector, item, name, rule);
    if (!yaml_get(item, "condition") && !yaml_get(item, "output") && !yaml_get(item, "desc") &&
        !yaml_get(item, "priority"))
        return toggle_rule(collector, item, name, rule);
    return define_rule(collector, item, name, rule);
}
