/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "event/table.h"
#include "rules/evaluate.h"
#include "rules/filter_internal.h"
#include "rules/truth.h"

DEFINE_CLEANUP(struct world *, world_free);

/*
 * Most types are looked up. Critical ones are rare and sent always. From some others something is
 * learned whatever rules say: working directories, sessions, the names in DNS answers.
 */
enum type_use filter_type_use(unsigned type, bool dns)
{
    const struct event_type_info *info = event_type_info(type);

    if (!info || info->family == FAMILY_FACT || info->family == FAMILY_META)
        return TYPE_TEACHES;
    if (info->critical)
        return TYPE_CRITICAL;
    if (info->family == FAMILY_PROCESS)
        return TYPE_TEACHES;
    switch (info->type) {
    case EVENT_CHDIR:
    case EVENT_FCHDIR:
    case EVENT_SETSID:
    case EVENT_SETPGID: return TYPE_TEACHES;
    case EVENT_RECVFROM:
    case EVENT_RECVMSG:
    case EVENT_RECVMMSG: return dns ? TYPE_TEACHES : TYPE_LOOKED_UP;
    default: return TYPE_LOOKED_UP;
    }
}

bool filter_column_may_hold(struct truths *truths, const struct column *column,
                            const struct key *key)
{
    return (key->dimension != DIMENSION_TYPE || type_set_has(&column->types, key->index)) &&
           truth_may_hold(truths, &column->of[key->dimension], key);
}

void filter_decide(struct truths *truths, const struct columns *columns,
                   const struct filter_vector *which, const struct key *key,
                   struct filter_vector *ret)
{
    for (size_t c = 0; c < columns->count; c++) {
        if (!filter_vector_has(which, c))
            continue;
        if (filter_column_may_hold(truths, &columns->items[c], key))
            filter_vector_set(ret, c);
        else
            filter_vector_clear(ret, c);
    }
}

void filter_decide_all(struct truths *truths, const struct columns *columns, const struct key *key,
                       struct filter_vector *ret)
{
    struct filter_vector all;

    memset(&all, 0xff, sizeof(all));
    *ret = (struct filter_vector){0};
    filter_decide(truths, columns, &all, key, ret);
}

static void fill_small(struct truths *truths, const struct columns *columns,
                       struct filter_vector *small)
{
    static const struct {
        enum dimension dimension;
        unsigned at, count;
    } dimensions[] = {
        {DIMENSION_TYPE, FILTER_TYPE_AT, FILTER_TYPE_COUNT},
        {DIMENSION_RESULT, FILTER_RESULT_AT, FILTER_RESULT_LAST + 1},
        {DIMENSION_OPEN, FILTER_OPEN_AT, FILTER_OPEN_COUNT},
        {DIMENSION_RAW, FILTER_RAW_AT, FILTER_RAW_COUNT},
        {DIMENSION_IMAGE, FILTER_IMAGE_AT, FILTER_LAYER_COUNT},
        {DIMENSION_LAYER, FILTER_FILE_AT, FILTER_LAYER_COUNT},
        {DIMENSION_DOMAIN, FILTER_DOMAIN_AT, FILTER_DOMAIN_COUNT},
        {DIMENSION_KIND, FILTER_KIND_AT, FILTER_KIND_COUNT},
        {DIMENSION_TARGET, FILTER_TARGET_AT, FILTER_TARGET_COUNT},
    };

    for (size_t d = 0; d < sizeof(dimensions) / sizeof(dimensions[0]); d++) {
        for (unsigned i = 0; i < dimensions[d].count; i++) {
            const struct key key = {.dimension = dimensions[d].dimension, .index = i};
            filter_decide_all(truths, columns, &key, &small[dimensions[d].at + i]);
        }
    }
}

bool filter_is_asked(const struct columns *columns, enum dimension dimension,
                     struct filter_vector *ret_unasked)
{
    bool asked = false;

    *ret_unasked = (struct filter_vector){0};
    for (size_t c = 0; c < columns->count; c++) {
        if (alternatives_always_hold(&columns->items[c].of[dimension]))
            filter_vector_set(ret_unasked, c);
        else
            asked = true;
    }
    return asked;
}

int filter_fill(struct truths *truths, struct filter *filter)
{
    fill_small(truths, &filter->columns, filter->tables.slot.small);
    int r = filter_fill_texts(truths, &filter->columns, &filter->tables);
    if (r == 0)
        r = filter_fill_network(truths, &filter->columns, &filter->tables);
    filter->tables.column_count = filter->columns.count;
    return r;
}

static int fill(struct ruleset *rules, struct filter *filter)
{
    _cleanup_(world_freep) struct world *world = NULL;
    const struct world_requests none = {0};

    int r = world_new(NULL, &none, NULL, NULL, &world);
    if (r < 0)
        return r;
    struct truths truths = {.rules = rules, .world = world};
    return filter_fill(&truths, filter);
}

int filter_make(struct ruleset *rules)
{
    const struct rules_counters before = rules->counters;
    struct filter *filter = arena_alloc(&rules->arena, sizeof(*filter));
    struct type_set types = {0};

    if (!filter)
        return -ENOMEM;
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        if (filter_type_use(type, rules->needs.dns) != TYPE_LOOKED_UP)
            continue;
        filter->tables.slot.types[type] =
            dimension_looks_up_arguments(type) ? FILTER_LOOKED_UP_ARGUMENTS : FILTER_LOOKED_UP;
        type_set_add(&types, type);
    }
    int r = columns_make(rules, &rules->arena, &types, &filter->columns);
    if (r == 0)
        r = fill(rules, filter);
    rules->counters = before; /* nothing was judged */
    rules->context.values_cut = before.values_cut;
    if (r < 0)
        return r;
    struct filter_vector unasked;
    filter->tables.slot.asks_raw = filter_is_asked(&filter->columns, DIMENSION_RAW, &unasked);
    for (size_t c = 0; c < filter->columns.count; c++)
        if (filter->columns.items[c].unsteady)
            filter_vector_set(&filter->tables.unsteady, c);
    filter->tables.merged = filter->columns.merged;
    filter->tables.unsplit = filter->columns.unsplit;
    rules->filter = filter;
    return 0;
}

const struct filter_tables *rules_filter(const struct ruleset *rules)
{
    return &rules->filter->tables;
}

bool evaluate_alternatives(struct ruleset *rules, const struct alternatives *alternatives)
{
    for (size_t i = 0; i < alternatives->count; i++) {
        const struct conjunction *conjunction = &alternatives->items[i];
        size_t j = 0;
        while (j < conjunction->count && evaluate_term(rules, conjunction->literals[j].term) !=
                                             conjunction->literals[j].negated)
            j++;
        if (j == conjunction->count)
            return true;
    }
    return false;
}

void rules_mask(struct ruleset *rules, const struct judged_event *judged,
                struct filter_vector *ret_columns)
{
    const struct columns *columns = &rules->filter->columns;

    *ret_columns = (struct filter_vector){0};
    for (size_t c = 0; c < columns->count; c++)
        if (evaluate_alternatives(rules, &columns->items[c].of[DIMENSION_PROCESS]))
            filter_vector_set(ret_columns, c);
}

bool rules_mask_lasts(const struct judged_event *judged)
{
    /* What rules will know of it when the runtime's files are found is not known yet. */
    if (judged->container && !judged->container->metadata_known)
        return false;
    return judged->process->image->exe_path[0] != '\0'; /* else made up, or a kernel thread */
}

void rules_note_sent(struct ruleset *rules, const struct filter_vector *columns)
{
    const struct columns *all = &rules->filter->columns;
    uint64_t stamp = ++rules->counters.looked_up;

    for (size_t word = 0; word < FILTER_WORDS; word++) {
        for (uint64_t rest = columns->words[word]; rest; rest &= rest - 1) {
            size_t c = word * 64 + (size_t)__builtin_ctzll(rest);
            const struct column_part *part = c < all->count ? all->items[c].parts : NULL;
            if (!part)
                return;
            do {
                part = part->next;
                if (part->rule->sent_stamp == stamp)
                    continue;
                part->rule->sent_stamp = stamp;
                part->rule->info.sent++;
            } while (part != all->items[c].parts);
        }
    }
}
