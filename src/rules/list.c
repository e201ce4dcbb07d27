/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "rules/collect.h"
#include "rules/parser.h"
#include "rules/warnings.h"

static int add_values(struct collector *collector, struct list_def *list,
                      const struct ast_value *values, size_t count)
{
    if (count > LIST_VALUES_MAX - list->value_count)
        return yaml_error(collector->error, list->node, -E2BIG,
                          "list '%.64s' has more than %d values, with those of the lists it names",
                          list->name, LIST_VALUES_MAX);
    for (size_t i = 0; i < count; i++) {
        struct ast_value *slot =
            arena_grow(collector->arena, &list->values, &list->value_count, sizeof(*slot));
        if (!slot)
            return collect_no_memory(collector);
        *slot = values[i];
    }
    return 0;
}

/*
 * An item is written as in a condition: it may carry quotes of its own. One with a blank in it gets
 * quotes if it has none.
 */
static int add_item(struct collector *collector, struct list_def *list,
                    const struct yaml_node *item)
{
    struct origin *origin = arena_alloc(collector->arena, sizeof(*origin));
    bool quote = strchr(item->value, ' ') && item->value[0] != '"' && item->value[0] != '\'';
    struct ast_value *values;
    size_t count;

    if (!origin || origin_add_node(collector->arena, origin, item) < 0 ||
        origin_join(collector->arena, origin, SIZE_MAX) < 0)
        return collect_no_memory(collector);
    if (quote) {
        struct ast_value value = {
            .text = origin->text, .len = (uint32_t)origin->len, .quoted = true, .origin = origin};
        return add_values(collector, list, &value, 1);
    }
    int r = parse_values(collector->arena, origin, &values, &count, collector->error);
    if (r < 0)
        return r;
    if (!count)
        return yaml_error(collector->error, item, -EINVAL,
                          "an item of list '%.64s' is empty; write '\"\"' for the empty string",
                          list->name);
    return add_values(collector, list, values, count);
}

static int add_list(struct collector *collector, struct list_def *list, struct list_def *inner)
{
    inner->used = true;
    int r = list_resolve(collector, inner);
    if (r < 0)
        return r;
    return add_values(collector, list, inner->values, inner->value_count);
}

static void warn_literal(struct collector *collector, const struct list_def *list,
                         const struct list_def *inner, const struct yaml_node *item)
{
    collect_warn(collector, "LOAD_COMPILE_CONDITION", item,
                 "'%.64s' is an ordinary value here: the list of this name is defined in line %u, "
                 "not before '%.64s' that names it",
                 inner->name, inner->node->line, list->name);
}

int list_resolve(struct collector *collector, struct list_def *list)
{
    if (list->state == LIST_RESOLVED)
        return 0;
    if (++collector->list_depth > LIST_DEPTH_MAX)
        return yaml_error(collector->error, list->node, -E2BIG,
                          "lists name each other more than %d deep", LIST_DEPTH_MAX);
    list->state = LIST_RESOLVING;
    for (size_t i = 0; i < list->count; i++) {
        const struct yaml_node *item = list->items[i];
        struct list_def *inner = collect_find_list(collector, item->value);
        int r;

        if (inner && inner->index < list->visibility && inner->state != LIST_RESOLVING) {
            r = add_list(collector, list, inner);
        } else {
            if (inner)
                warn_literal(collector, list, inner, item);
            r = add_item(collector, list, item);
        }
        if (r < 0)
            return r;
    }
    list->state = LIST_RESOLVED;
    collector->list_depth--;
    return 0;
}

int lists_resolve(struct collector *collector)
{
    int r = 0;

    /* in order, so that those which name others find them done */
    for (struct list_def *list = collector->lists; list && r == 0; list = list->hh.next)
        r = list_resolve(collector, list);
    return r;
}
