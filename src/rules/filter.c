/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "event/table.h"
#include "rules/evaluate.h"
#include "rules/filter_internal.h"
#include "rules/truth.h"

/* More are not listed: then the dimension rules out nothing. */
#define PATHS_MAX 16384
#define NAMES_MAX 4096

struct text {
    const char *data;
    size_t len;
    bool whole;
    struct filter_vector columns; /* that ask for it */
};

/* Texts that the columns need listed in one dimension. */
struct texts {
    struct arena *arena;
    struct text *items;
    size_t count, max;
    size_t column;                  /* being looked at */
    struct filter_vector undecided; /* columns that ask for what no list tells, of any text */
};

DEFINE_CLEANUP(struct world *, world_free);

/*
 * Most types are looked up. Critical ones are rare and sent always. From some others something is
 * learned whatever rules say: working directories, sessions, which end of a connection a socket is,
 * the names in DNS answers.
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
    case EVENT_SETPGID:
    case EVENT_CONNECT:
    case EVENT_LISTEN:
    case EVENT_ACCEPT:
    case EVENT_ACCEPT4: return TYPE_TEACHES;
    case EVENT_RECVFROM:
    case EVENT_RECVMSG:
    case EVENT_RECVMMSG: return dns ? TYPE_TEACHES : TYPE_LOOKED_UP;
    default: return TYPE_LOOKED_UP;
    }
}

static void set_bit(struct filter_vector *vector, size_t column)
{
    vector->words[column / 64] |= 1ull << (column % 64);
}

static int list_text(void *data, const char *text, size_t len, bool whole)
{
    struct texts *texts = data;

    if (texts->count >= texts->max)
        return -E2BIG;
    const char *copy = arena_copy(texts->arena, text, len); /* it may be made up on the way */
    struct text *slot =
        arena_grow(texts->arena, &texts->items, &texts->count, sizeof(*texts->items));
    if (!slot || !copy)
        return -ENOMEM;
    *slot = (struct text){.data = copy, .len = len, .whole = whole};
    set_bit(&slot->columns, texts->column);
    return 0;
}

static int list_term(const struct term *term, struct texts *texts)
{
    size_t before = texts->count;
    int r = term->kind == TERM_ATOM ? truth_keys(term->atom, list_text, texts) : 0;

    if (r == 0 && term->kind == TERM_ATOM && (texts->count == before || !truth_listed(term->atom)))
        set_bit(&texts->undecided, texts->column);
    for (size_t i = 0; i < term->count && r == 0; i++)
        r = list_term(term->children[i], texts);
    return r;
}

static int compare_texts(const void *a, const void *b)
{
    const struct text *left = a, *right = b;
    size_t len = left->len < right->len ? left->len : right->len;
    int order = len ? memcmp(left->data, right->data, len) : 0;

    if (order)
        return order;
    if (left->len != right->len)
        return left->len < right->len ? -1 : 1;
    return left->whole - right->whole;
}

static void add_vector(struct filter_vector *to, const struct filter_vector *from)
{
    for (size_t i = 0; i < FILTER_WORDS; i++)
        to->words[i] |= from->words[i];
}

/* All that the columns ask for in a dimension, each once, in order: a prefix before what it is of.
 */
static int list_dimension(const struct columns *columns, enum dimension dimension,
                          struct texts *texts)
{
    int r = 0;

    for (texts->column = 0; texts->column < columns->count; texts->column++) {
        const struct alternatives *alternatives = &columns->items[texts->column].of[dimension];
        for (size_t i = 0; i < alternatives->count; i++)
            for (size_t j = 0; j < alternatives->items[i].count && r == 0; j++)
                r = list_term(alternatives->items[i].literals[j].term, texts);
    }
    if (r < 0)
        return r;
    size_t count = 0;
    if (texts->count)
        qsort(texts->items, texts->count, sizeof(*texts->items), compare_texts);
    for (size_t i = 0; i < texts->count; i++) {
        if (count && compare_texts(&texts->items[count - 1], &texts->items[i]) == 0)
            add_vector(&texts->items[count - 1].columns, &texts->items[i].columns);
        else
            texts->items[count++] = texts->items[i];
    }
    texts->count = count;
    return 0;
}

/* Decide those columns of *columns that are in `which` at a key; the others stay as they are. */
static void decide(struct truths *truths, const struct columns *columns,
                   const struct filter_vector *which, const struct key *key,
                   struct filter_vector *ret)
{
    for (size_t c = 0; c < columns->count; c++) {
        uint64_t bit = 1ull << (c % 64);
        if (!(which->words[c / 64] & bit))
            continue;
        const struct column *column = &columns->items[c];
        bool fits = key->dimension != DIMENSION_TYPE || type_set_has(&column->types, key->index);
        if (fits && truth_may_hold(truths, &column->of[key->dimension], key))
            ret->words[c / 64] |= bit;
        else
            ret->words[c / 64] &= ~bit;
    }
}

static void set_columns(struct truths *truths, const struct columns *columns, const struct key *key,
                        struct filter_vector *ret)
{
    struct filter_vector all;

    memset(&all, 0xff, sizeof(all));
    *ret = (struct filter_vector){0};
    decide(truths, columns, &all, key, ret);
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
    };

    for (size_t d = 0; d < sizeof(dimensions) / sizeof(dimensions[0]); d++) {
        for (unsigned i = 0; i < dimensions[d].count; i++) {
            const struct key key = {.dimension = dimensions[d].dimension, .index = i};
            set_columns(truths, columns, &key, &small[dimensions[d].at + i]);
        }
    }
}

static bool asks(const struct columns *columns, enum dimension dimension)
{
    for (size_t c = 0; c < columns->count; c++) {
        const struct alternatives *alternatives = &columns->items[c].of[dimension];
        for (size_t i = 0; i < alternatives->count; i++)
            if (alternatives->items[i].count)
                return true;
    }
    return false;
}

static bool is_prefix(const struct text *of, const struct text *text)
{
    return !of->whole && of->len <= text->len && !memcmp(of->data, text->data, of->len);
}

/*
 * A column that asks for none of the prefixes of a path says of it what it says of all other
 * paths, so of ten thousand columns and paths few pairs are looked at. In the order of the list,
 * the prefixes of a text are those before it that are not yet left behind: `open` of them, each
 * with the columns that ask for it or one of its own prefixes.
 */
static void fill_each_path(struct truths *truths, const struct columns *columns,
                           const struct texts *texts, size_t *open, struct filter_path *paths)
{
    size_t depth = 0;

    for (size_t i = 0; i < texts->count; i++) {
        struct text *text = &texts->items[i];
        const struct key key = {.dimension = DIMENSION_PATH,
                                .text = text->data,
                                .len = text->len,
                                .whole = text->whole};
        while (depth && !is_prefix(&texts->items[open[depth - 1]], text))
            depth--;
        if (depth)
            add_vector(&text->columns, &texts->items[open[depth - 1]].columns);
        if (!text->whole)
            open[depth++] = i;

        paths[i] = (struct filter_path){.path = text->data, .len = text->len, .whole = text->whole};
        if (!i) {
            set_columns(truths, columns, &key, &paths[i].columns);
            continue;
        }
        struct filter_vector asking = text->columns;
        if (text->whole) /* of a path that is known, all can be told */
            add_vector(&asking, &texts->undecided);
        paths[i].columns = paths[0].columns;
        decide(truths, columns, &asking, &key, &paths[i].columns);
    }
}

static int fill_paths(struct truths *truths, const struct columns *columns,
                      struct filter_tables *tables)
{
    struct texts texts = {.arena = &truths->rules->arena, .max = PATHS_MAX};

    if (!asks(columns, DIMENSION_PATH))
        return 0;
    int r = list_text(&texts, "", 0, false);
    if (r == 0)
        r = list_dimension(columns, DIMENSION_PATH, &texts);
    if (r < 0)
        return r == -E2BIG ? 0 : r;
    tables->paths = arena_array(texts.arena, texts.count, sizeof(*tables->paths));
    if (!tables->paths)
        return -ENOMEM;
    tables->path_count = texts.count;
    tables->slot.asks_paths = true;
    size_t *open = arena_array(texts.arena, texts.count, sizeof(*open));
    if (!open)
        return -ENOMEM;
    fill_each_path(truths, columns, &texts, open, tables->paths);
    return 0;
}

static int fill_names(struct truths *truths, const struct columns *columns,
                      struct filter_tables *tables)
{
    struct texts texts = {.arena = &truths->rules->arena, .max = NAMES_MAX};
    struct key key = {.dimension = DIMENSION_NAME};

    if (!asks(columns, DIMENSION_NAME))
        return 0;
    int r = list_dimension(columns, DIMENSION_NAME, &texts);
    if (r < 0)
        return r == -E2BIG ? 0 : r;
    tables->names = arena_array(texts.arena, texts.count + 1, sizeof(*tables->names));
    if (!tables->names)
        return -ENOMEM;
    tables->name_count = texts.count;
    tables->slot.asks_names = true;
    set_columns(truths, columns, &key, &tables->slot.other_names);
    key.whole = true;
    for (size_t i = 0; i < texts.count; i++) {
        struct filter_vector asking = texts.undecided;
        key.text = texts.items[i].data;
        key.len = texts.items[i].len;
        tables->names[i] = (struct filter_name){
            .name = key.text, .len = key.len, .columns = tables->slot.other_names};
        add_vector(&asking, &texts.items[i].columns);
        decide(truths, columns, &asking, &key, &tables->names[i].columns);
    }
    return 0;
}

static int fill(struct ruleset *rules, struct filter *filter)
{
    _cleanup_(world_freep) struct world *world = NULL;
    const struct world_requests none = {0};

    int r = world_new(NULL, &none, NULL, NULL, &world);
    if (r < 0)
        return r;
    struct truths truths = {.rules = rules, .world = world};
    fill_small(&truths, &filter->columns, filter->tables.slot.small);
    r = fill_paths(&truths, &filter->columns, &filter->tables);
    if (r == 0)
        r = fill_names(&truths, &filter->columns, &filter->tables);
    return r;
}

int filter_make(struct ruleset *rules)
{
    const struct rules_counters before = rules->counters;
    struct filter *filter = arena_alloc(&rules->arena, sizeof(*filter));
    struct type_set types = {0};

    if (!filter)
        return -ENOMEM;
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        filter->tables.slot.types[type] = filter_type_use(type, rules->needs.dns) == TYPE_LOOKED_UP;
        if (filter->tables.slot.types[type])
            type_set_add(&types, type);
    }
    int r = columns_make(rules, &rules->arena, &types, &filter->columns);
    if (r == 0)
        r = fill(rules, filter);
    rules->counters = before; /* nothing was judged */
    rules->context.values_cut = before.values_cut;
    if (r < 0)
        return r;
    filter->tables.slot.asks_raw = asks(&filter->columns, DIMENSION_RAW);
    filter->tables.column_count = filter->columns.count;
    filter->tables.merged = filter->columns.merged;
    filter->tables.unsplit = filter->columns.unsplit;
    rules->filter = filter;
    return 0;
}

const struct filter_tables *rules_filter(const struct ruleset *rules)
{
    return &rules->filter->tables;
}

static bool process_may_match(struct ruleset *rules, const struct alternatives *alternatives)
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
        if (process_may_match(rules, &columns->items[c].of[DIMENSION_PROCESS]))
            ret_columns->words[c / 64] |= 1ull << (c % 64);
}

bool rules_mask_lasts(const struct judged_event *judged)
{
    /* What rules will know of it when the runtime's files are found is not known yet. */
    if (judged->container && !judged->container->metadata_known)
        return false;
    return judged->process->image->exe_path[0] != '\0'; /* else made up, or a kernel thread */
}
