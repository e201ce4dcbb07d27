/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/collect.h"

#include <errno.h>
#include <string.h>
#include <strings.h>

#include "rules/versions.h"
#include "rules/warnings.h"

int collect_no_memory(struct collector *collector)
{
    return error_set(collector->error, -ENOMEM,
                     "out of memory, or the rules need more than %zu MiB", ARENA_MAX_DEFAULT >> 20);
}

void collect_warn(struct collector *collector, const char *code, const struct yaml_node *node,
                  const char *format, ...)
{
    char message[ERROR_MESSAGE_MAX];
    struct error at = {0};
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    yaml_error(&at, node, 0, "%s", message);
    warnings_add(collector->warnings, code, &at);
}

int collect_scalar(struct collector *collector, const struct yaml_node *item, const char *key,
                   bool required, const struct yaml_node **ret_node)
{
    const struct yaml_node *node = yaml_get(item, key);

    if (!node && !required) {
        *ret_node = NULL;
        return 0;
    }
    if (!node)
        return yaml_error(collector->error, item, -EINVAL, "key '%s' is missing", key);
    if (node->kind != YAML_SCALAR)
        return yaml_error(collector->error, node, -EINVAL, "'%s' must be a single value", key);
    if (yaml_is_null(node) || !node->len)
        return yaml_error(collector->error, node, -EINVAL, "'%s' is empty", key);
    *ret_node = node;
    return 0;
}

int collect_bool(struct collector *collector, const struct yaml_node *scalar, bool *ret_value)
{
    static const char *const names[] = {"false", "true", "no", "yes", "off", "on", "n", "y"};

    for (size_t i = 0; scalar->kind == YAML_SCALAR && i < sizeof(names) / sizeof(names[0]); i++) {
        if (strcasecmp(scalar->value, names[i]) == 0) {
            *ret_value = i % 2;
            return 0;
        }
    }
    return yaml_error(collector->error, scalar, -EINVAL, "expected true or false, found '%.64s'",
                      scalar->kind == YAML_SCALAR ? scalar->value : "a list or mapping");
}

void collect_unknown_keys(struct collector *collector, const struct yaml_node *item,
                          const char *const *keys)
{
    for (size_t i = 0; i + 1 < item->count; i += 2) {
        const char *const *key = keys;
        while (*key && strcmp(*key, item->items[i]->value) != 0)
            key++;
        if (!*key)
            collect_warn(collector, "LOAD_UNKNOWN_KEY", item->items[i],
                         "key '%.64s' is unknown here and ignored", item->items[i]->value);
    }
}

int collect_append_flag(struct collector *collector, const struct yaml_node *item, bool *ret_append)
{
    const struct yaml_node *flag;

    *ret_append = false;
    int r = collect_scalar(collector, item, "append", false, &flag);
    if (r < 0 || !flag)
        return r;
    r = collect_bool(collector, flag, ret_append);
    if (r == 0 && *ret_append)
        collect_warn(collector, "LOAD_DEPRECATED_ITEM", flag,
                     "'append' is deprecated, 'override' says more");
    if (r == 0 && *ret_append && yaml_get(item, "override"))
        return yaml_error(collector->error, flag, -EINVAL,
                          "'append: true' and 'override' exclude each other");
    return r;
}

int collect_override(struct collector *collector, const struct yaml_node *key,
                     const struct yaml_node *value, bool can_append, bool can_replace,
                     enum override *ret_override)
{
    bool scalar = value->kind == YAML_SCALAR;

    if (scalar && strcmp(value->value, "append") == 0) {
        if (!can_append)
            return yaml_error(collector->error, key, -EINVAL, "'%.64s' cannot be appended to%s",
                              key->value, can_replace ? ", only replaced" : " or replaced");
        *ret_override = OVERRIDE_APPEND;
        return 0;
    }
    if (scalar && strcmp(value->value, "replace") == 0) {
        if (!can_replace)
            return yaml_error(collector->error, key, -EINVAL, "'%.64s' cannot be replaced",
                              key->value);
        *ret_override = OVERRIDE_REPLACE;
        return 0;
    }
    return yaml_error(collector->error, value, -EINVAL,
                      "override of '%.64s' is '%.64s', expected append or replace", key->value,
                      scalar ? value->value : "no single value");
}

/* Lists and macros have one thing to override. */
static int wants_append(struct collector *collector, const struct yaml_node *item, const char *key,
                        bool *ret_append)
{
    const struct yaml_node *override = yaml_get(item, "override");
    enum override what;

    int r = collect_append_flag(collector, item, ret_append);
    if (r < 0 || !override)
        return r;
    if (override->kind != YAML_MAPPING)
        return yaml_error(collector->error, override, -EINVAL,
                          "'override' must be a mapping of keys to append or replace");
    for (size_t i = 0; i + 1 < override->count; i += 2) {
        bool known = strcmp(override->items[i]->value, key) == 0;
        r = collect_override(collector, override->items[i], override->items[i + 1], known, known,
                             &what);
        if (r < 0)
            return r;
        *ret_append = what == OVERRIDE_APPEND;
    }
    return 0;
}

static int add_items(struct collector *collector, struct list_def *list,
                     const struct yaml_node *items)
{
    for (size_t i = 0; i < items->count; i++) {
        struct yaml_node *item = items->items[i];
        if (item->kind != YAML_SCALAR || yaml_is_null(item))
            return yaml_error(collector->error, item, -EINVAL,
                              "an item of list '%.64s' is no single value", list->name);
        struct yaml_node **slot =
            arena_grow(collector->arena, &list->items, &list->count, sizeof(*slot));
        if (!slot)
            return collect_no_memory(collector);
        *slot = item;
    }
    return 0;
}

static bool is_identifier(const char *name)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";
    static const char word[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";

    return strchr(letters, name[0]) && !name[strspn(name, word)];
}

static int collect_list(struct collector *collector, const struct yaml_node *item)
{
    static const char *const keys[] = {"list", "items", "append", "override", NULL};
    const struct yaml_node *name, *items = yaml_get(item, "items");
    bool append;

    int r = collect_scalar(collector, item, "list", true, &name);
    if (r == 0)
        r = wants_append(collector, item, "items", &append);
    if (r < 0)
        return r;
    collect_unknown_keys(collector, item, keys);
    if (name->value[strcspn(name->value, "()\"' \t\r\n\v\f=,")])
        collect_warn(collector, "LOAD_INVALID_LIST_NAME", name,
                     "list '%.64s' has a name that no condition can use", name->value);
    if (!items || items->kind != YAML_SEQUENCE)
        return yaml_error(collector->error, items ? items : item, -EINVAL,
                          "'items' of list '%.64s' must be a sequence", name->value);

    struct list_def *list = collect_find_list(collector, name->value);
    if (!list && append)
        return yaml_error(collector->error, name, -EINVAL,
                          "list '%.64s' does not exist, nothing to append to", name->value);
    if (!list) {
        list = arena_alloc(collector->arena, sizeof(*list));
        if (!list)
            return collect_no_memory(collector);
        list->name = name->value;
        list->index = collector->next_index;
        HASH_ADD_KEYPTR(hh, collector->lists, list->name, name->len, list);
        if (!list->hh.tbl)
            return collect_no_memory(collector);
    }
    if (!append) {
        list->node = name;
        list->items = NULL;
        list->count = 0;
    }
    list->visibility = collector->next_index++;
    return add_items(collector, list, items);
}

static int collect_macro(struct collector *collector, const struct yaml_node *item)
{
    static const char *const keys[] = {"macro", "condition", "append", "override", NULL};
    const struct yaml_node *name, *condition;
    bool append;

    int r = collect_scalar(collector, item, "macro", true, &name);
    if (r == 0)
        r = collect_scalar(collector, item, "condition", true, &condition);
    if (r == 0)
        r = wants_append(collector, item, "condition", &append);
    if (r < 0)
        return r;
    collect_unknown_keys(collector, item, keys);
    if (!is_identifier(name->value))
        collect_warn(collector, "LOAD_INVALID_MACRO_NAME", name,
                     "macro '%.64s' has a name that no condition can use", name->value);

    struct macro_def *macro = collect_find_macro(collector, name->value);
    if (!macro && append)
        return yaml_error(collector->error, name, -EINVAL,
                          "macro '%.64s' does not exist, nothing to append to", name->value);
    if (!macro) {
        macro = arena_alloc(collector->arena, sizeof(*macro));
        if (!macro)
            return collect_no_memory(collector);
        macro->name = name->value;
        macro->index = collector->next_index;
        HASH_ADD_KEYPTR(hh, collector->macros, macro->name, name->len, macro);
        if (!macro->hh.tbl)
            return collect_no_memory(collector);
    }
    macro->visibility = collector->next_index++;
    if (append) {
        r = origin_add_string(collector->arena, &macro->condition, " ", condition);
    } else {
        macro->node = name;
        macro->condition = (struct origin){0};
    }
    if (r == 0)
        r = origin_add_node(collector->arena, &macro->condition, condition);
    return r < 0 ? collect_no_memory(collector) : 0;
}

static int collect_engine_version(struct collector *collector, const struct yaml_node *item)
{
    const struct yaml_node *version;

    int r = collect_scalar(collector, item, "required_engine_version", true, &version);
    return r < 0 ? r : versions_check_engine(version, collector->error);
}

static int collect_plugin_versions(struct collector *collector, const struct yaml_node *item)
{
    return versions_check_plugins(yaml_get(item, "required_plugin_versions"), collector->warnings,
                                  collector->error);
}

static int collect_item(struct collector *collector, const struct yaml_node *item)
{
    static const struct {
        const char *key;
        int (*collect)(struct collector *, const struct yaml_node *);
    } kinds[] = {
        {"required_engine_version", collect_engine_version},
        {"required_plugin_versions", collect_plugin_versions},
        {"list", collect_list},
        {"macro", collect_macro},
        {"rule", collect_rule},
    };

    if (item->kind != YAML_MAPPING)
        return yaml_error(collector->error, item, -EINVAL,
                          "expected an item such as '- rule: NAME', a mapping of keys to values");
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (yaml_get(item, kinds[i].key))
            return kinds[i].collect(collector, item);
    collect_warn(collector, "LOAD_UNKNOWN_ITEM", item, "item '%.64s' is unknown and ignored",
                 item->count ? item->items[0]->value : "{}");
    return 0;
}

int collect_document(struct collector *collector, const struct yaml_node *document)
{
    if (document->kind != YAML_SEQUENCE)
        return yaml_error(collector->error, document, -EINVAL,
                          "a rule file must be a sequence of items, each starting with '- '");
    for (size_t i = 0; i < document->count; i++) {
        if (yaml_is_null(document->items[i]))
            continue;
        int r = collect_item(collector, document->items[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

void collector_done(struct collector *collector)
{
    HASH_CLEAR(hh, collector->lists);
    HASH_CLEAR(hh, collector->macros);
    HASH_CLEAR(hh, collector->rules);
}

struct list_def *collect_find_list(const struct collector *collector, const char *name)
{
    struct list_def *list;

    HASH_FIND_STR(collector->lists, name, list);
    return list;
}

struct macro_def *collect_find_macro(const struct collector *collector, const char *name)
{
    struct macro_def *macro;

    HASH_FIND_STR(collector->macros, name, macro);
    return macro;
}

struct rule_def *collect_find_rule(const struct collector *collector, const char *name)
{
    struct rule_def *rule;

    HASH_FIND_STR(collector->rules, name, rule);
    return rule;
}
