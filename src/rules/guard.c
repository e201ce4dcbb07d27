/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "event/table.h"
#include "rules/evaluate.h"
#include "rules/filter_internal.h"
#include "rules/guard_ancestors.h"
#include "rules/guard_check.h"
#include "rules/guard_sockets.h"
#include "rules/guard_types.h"
#include "rules/judge.h"

DEFINE_CLEANUP(struct world *, world_free);

struct guard {
    struct rules_guard made;
    struct filter filter;
};

/* The vector of a hook: the columns of any call it stands for, should that succeed. */
static void unite_types(struct guard *guard)
{
    struct filter_vector *small = &guard->filter.tables.slot.small[FILTER_TYPE_AT];
    const struct filter_vector *success = &guard->filter.tables.slot.small[FILTER_RESULT_AT];
    struct filter_vector united[EVENT_TYPE_MAX] = {0};
    const struct guard_type *row;

    for (size_t i = 0; (row = guard_type_at(i)); i++) {
        for (size_t j = 0; j < GUARD_TYPES_MAX && row->types[j]; j++)
            filter_vector_add(&united[row->hook], &small[row->types[j]]);
        for (size_t word = 0; word < FILTER_WORDS; word++)
            united[row->hook].words[word] &= success->words[word];
        for (size_t word = 0; word < FILTER_WORDS; word++)
            guard->made.types[row->hook] |= united[row->hook].words[word] != 0;
    }
    memcpy(small, united, sizeof(united));
}

/* A dimension that asked for too much has no table: here that would deny too much. */
static bool has_all_tables(const struct guard *guard)
{
    const struct columns *columns = &guard->filter.columns;
    const struct filter_slot *slot = &guard->filter.tables.slot;
    struct filter_vector unasked;

    for (enum filter_text text = 0; text < FILTER_TEXT_ANCESTOR; text++)
        if (filter_is_asked(columns, filter_text_dimension(text), &unasked) &&
            !slot->asks_texts[text])
            return false;
    return (!filter_is_asked(columns, DIMENSION_NAME, &unasked) || slot->asks_names) &&
           (!filter_is_asked(columns, DIMENSION_ADDRESS, &unasked) || slot->asks_addresses) &&
           (!filter_is_asked(columns, DIMENSION_PORT, &unasked) || slot->asks_ports);
}

/* Every rule that denies, whole. */
static int check(struct truths *truths, struct columns *columns, struct error *ret_error)
{
    struct ruleset *rules = truths->rules;
    struct guard_unknown unknown;

    for (size_t i = 0; i < rules->rule_count; i++)
        if (rule_denies(rules->rules[i]) &&
            guard_find_unknown(truths, rules->rules[i]->condition, &unknown))
            return guard_refuse(rules->rules[i], ret_error, unknown.why, unknown.instead);
    int r = columns_make_of(rules, &rules->arena, rule_denies, guard_dimension, columns);
    if (r < 0)
        return error_set(ret_error, r, "out of memory");
    for (size_t c = 0; c < columns->count && r == 0; c++)
        r = columns->items[c].parts->unsplit
                ? guard_refuse(columns->items[c].parts->rule, ret_error,
                               "its condition is too entangled", "split the rule")
                : guard_check_column(truths, &columns->items[c], ret_error);
    return r;
}

/* Those that programs of sockets keep, others not. */
static int choose(struct truths *truths, struct columns *columns, struct error *ret_error)
{
    struct ruleset *rules = truths->rules;
    int r = rules_foresee_sockets(rules);

    if (r == 0)
        r = columns_make_of(rules, &rules->arena, rule_kept_by_sockets, guard_dimension, columns);
    return r < 0 ? error_set(ret_error, r, "out of memory") : 0;
}

static int make(struct ruleset *rules, bool sockets, struct guard *guard, struct error *ret_error)
{
    _cleanup_(world_freep) struct world *world = NULL;
    const struct world_requests none = {0};
    struct columns *columns = &guard->filter.columns;

    int r = world_new(NULL, &none, NULL, NULL, &world);
    if (r < 0)
        return error_set(ret_error, r, "out of memory");
    struct truths truths = {.rules = rules, .world = world, .exact = true};
    r = sockets ? choose(&truths, columns, ret_error) : check(&truths, columns, ret_error);
    if (r < 0)
        return r;
    if (columns->count > FILTER_COLUMNS)
        return error_set(ret_error, -E2BIG,
                         "rules that deny have %zu ways to match in all: %d are the most the "
                         "kernel keeps",
                         columns->count, FILTER_COLUMNS);
    r = filter_fill(&truths, &guard->filter);
    if (r == 0 && !has_all_tables(guard))
        r = -E2BIG;
    unite_types(guard);
    if (r == 0)
        r = guard_protect(&rules->arena, &guard->filter.tables, &guard->made.slot.protects);
    if (r < 0)
        return error_set(ret_error, r,
                         "rules that deny ask for more paths, names or addresses "
                         "than the kernel keeps");
    const struct key unknown = {.dimension = DIMENSION_CONTAINER};
    filter_decide_all(&truths, columns, &unknown, &guard->made.slot.unknown);
    guard->made.tables = guard->filter.tables;
    return 0;
}

bool rules_deny(const struct ruleset *rules)
{
    for (size_t i = 0; i < rules->rule_count; i++)
        if (rule_denies(rules->rules[i]))
            return true;
    return false;
}

static int make_any(struct ruleset *rules, bool sockets, const struct rules_guard **ret_guard,
                    struct error *ret_error)
{
    const struct rules_counters before = rules->counters;

    if (!rules_deny(rules)) {
        *ret_guard = NULL;
        return 0;
    }
    struct guard *guard = arena_alloc(&rules->arena, sizeof(*guard));
    if (!guard)
        return error_set(ret_error, -ENOMEM, "out of memory");
    int r = make(rules, sockets, guard, ret_error);
    rules->counters = before; /* nothing was judged */
    rules->context.values_cut = before.values_cut;
    if (r < 0)
        return r;
    if (!guard->filter.columns.count) {
        *ret_guard = NULL;
        return 0;
    }
    rules->guard = guard;
    *ret_guard = &guard->made;
    return 0;
}

int rules_make_guard(struct ruleset *rules, const struct rules_guard **ret_guard,
                     struct error *ret_error)
{
    return make_any(rules, false, ret_guard, ret_error);
}

int rules_make_socket_guard(struct ruleset *rules, const struct rules_guard **ret_guard,
                            struct error *ret_error)
{
    return make_any(rules, true, ret_guard, ret_error);
}

void rules_guard_container(struct ruleset *rules, struct world *world, struct container *container,
                           struct filter_vector *ret_columns)
{
    const struct columns *columns = &rules->guard->filter.columns;
    struct event_header header = {.type = EVENT_EXECVE};
    struct event event = {.header = &header};
    struct process_image image = {.exe_path = "", .filename = "", .argv = "", .env = "", .cwd = ""};
    struct process process = {.image = &image, .container = container};
    const struct judged_event judged = {
        .event = &event, .process = &process, .container = container};

    *ret_columns = (struct filter_vector){0};
    evaluate_begin(rules, world, &judged);
    for (size_t c = 0; c < columns->count; c++)
        if (evaluate_alternatives(rules, &columns->items[c].of[DIMENSION_CONTAINER]))
            filter_vector_set(ret_columns, c);
}

static const char *text_of(struct ruleset *rules, const struct event_param *param)
{
    char *copy = param ? field_context_alloc(&rules->context, param->len + 1) : NULL;

    if (copy) {
        memcpy(copy, param->data, param->len);
        copy[param->len] = '\0';
    }
    return copy ? copy : "";
}

struct would_be {
    struct judged_event judged;
    struct process_image image;
    struct process process;
};

/* The process as the refused exec would have made it: rules speak of that. Its arguments are not
 * known. It lives as long as the event is at hand. */
static const struct judged_event *as_executed(struct ruleset *rules,
                                              const struct judged_event *judged)
{
    const struct event *event = judged->event;
    const char *path = text_of(rules, event_param(event, PARAM_EXE_PATH));
    const char *slash = strrchr(path, '/');
    struct would_be *made = field_context_alloc(&rules->context, sizeof(*made));

    if (!made)
        return judged;
    *made = (struct would_be){
        .judged = *judged, .image = *judged->process->image, .process = *judged->process};
    struct process_image *image = &made->image;
    image->exe_path = path;
    image->filename = text_of(rules, event_param(event, PARAM_FILENAME));
    image->exe_flags = (uint32_t)event_number(event, PARAM_EXE_FLAGS, 0);
    image->exe_inode = (uint64_t)event_number(event, PARAM_EXE_INODE, 0);
    image->argc = image->argv_len = 0;
    image->argv = "";
    snprintf(made->process.name, sizeof(made->process.name), "%s", slash ? slash + 1 : path);
    memcpy(image->name, made->process.name, sizeof(image->name));
    made->process.image = image;
    made->judged.process = &made->process;
    return &made->judged;
}

unsigned rules_judge_denied(struct ruleset *rules, struct world *world,
                            const struct judged_event *judged, const struct filter_vector *columns,
                            rules_alert alert, void *data)
{
    const struct columns *all = &rules->guard->filter.columns;
    const struct rule *last = NULL;
    unsigned matches = 0;

    evaluate_begin(rules, world, judged);
    if (judged->event->header->type == EVENT_EXECVE)
        judged = rules->context.judged = as_executed(rules, judged);
    for (size_t c = 0; c < all->count; c++) {
        struct rule *rule = all->items[c].parts->rule;
        if (!filter_vector_has(columns, c) || rule == last)
            continue;
        last = rule; /* the columns of a rule follow each other */
        judge_raise(rules, world, judged, rule, alert, data);
        matches++;
    }
    return matches;
}
