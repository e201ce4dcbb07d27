/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of paths and names. */
#include <errno.h>
#include <string.h>

#include "rules/compare.h"
#include "rules/filter_internal.h"

/* More are not listed: then the dimension rules out nothing. The maps have room for two sets. */
static const struct {
    enum dimension dimension;
    size_t max;
} dimensions[FILTER_TEXTS] = {
    [FILTER_TEXT_PATH] = {DIMENSION_PATH, 16384},
    [FILTER_TEXT_ARGUMENT] = {DIMENSION_ARGUMENT, 8192},
    [FILTER_TEXT_ARGUMENT2] = {DIMENSION_ARGUMENT2, 8192},
    [FILTER_TEXT_EXECUTABLE] = {DIMENSION_EXECUTABLE, 8192},
    [FILTER_TEXT_PARENT] = {DIMENSION_PARENT, 4096},
};

enum dimension filter_text_dimension(enum filter_text text)
{
    return dimensions[text].dimension;
}

#define NAMES_MAX 4096

/* Columns of more are looked at alternative by alternative. */
#define ALTERNATIVES_FEW 16

/* An alternative of a column's condition. */
struct ref {
    uint32_t column, alternative;
};

struct text {
    struct field_string text;
    bool whole;
    struct filter_vector columns; /* that ask for it */
    struct ref ref;               /* who asked; then the first of texts.refs, and how many */
    size_t first, count;
};

/* Texts that the columns need listed in one dimension. */
struct texts {
    struct arena *arena;
    struct text *items;
    size_t count, max;
    struct ref *refs;
    size_t column, alternative;     /* being looked at */
    struct filter_vector undecided; /* columns that ask for what no list tells, of any text */
};

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
    *slot = (struct text){.text = {copy, len},
                          .whole = whole,
                          .ref = {(uint32_t)texts->column, (uint32_t)texts->alternative}};
    filter_vector_set(&slot->columns, texts->column);
    return 0;
}

static int list_atom(void *data, size_t column, size_t alternative, const struct atom *atom)
{
    struct texts *texts = data;
    size_t before = texts->count;

    texts->column = column;
    texts->alternative = alternative;
    int r = truth_keys(atom, list_text, texts);
    if (r == 0 && (texts->count == before || !truth_listed(atom)))
        filter_vector_set(&texts->undecided, column);
    return r;
}

static int compare_texts(const void *a, const void *b)
{
    const struct text *left = a, *right = b;
    int order = compare_order(&left->text, &right->text);

    return order ? order : left->whole - right->whole;
}

/* All that the columns ask for in a dimension, each once, in order: a prefix before what it is of.
 */
static int list_dimension(const struct columns *columns, enum dimension dimension,
                          struct texts *texts)
{
    size_t count = 0;

    int r = columns_each_atom(columns, dimension, list_atom, texts);
    if (r < 0)
        return r;
    if (texts->count)
        qsort(texts->items, texts->count, sizeof(*texts->items), compare_texts);
    texts->refs = arena_array(texts->arena, texts->count + 1, sizeof(*texts->refs));
    if (!texts->refs)
        return -ENOMEM;
    for (size_t i = 0; i < texts->count; i++) {
        struct text *last = count ? &texts->items[count - 1] : NULL;
        texts->refs[i] = texts->items[i].ref;
        if (last && compare_texts(last, &texts->items[i]) == 0) {
            filter_vector_add(&last->columns, &texts->items[i].columns);
        } else {
            texts->items[count] = texts->items[i];
            last = &texts->items[count++];
            last->first = i;
            last->count = 0;
        }
        last->count++;
    }
    texts->count = count;
    return 0;
}

static bool is_prefix(const struct text *of, const struct text *text)
{
    return !of->whole && of->text.len <= text->text.len &&
           !memcmp(of->text.data, text->text.data, of->text.len);
}

/* What is told of the texts of a dimension. */
struct filling {
    struct truths *truths;
    const struct columns *columns;
    const struct texts *texts;
    const struct filter_vector *others; /* of texts that are not listed */
};

/* The alternatives that ask for a text, of those columns in `many` that are not true yet. */
static void decide_refs(const struct filling *filling, const struct text *text,
                        const struct filter_vector *many, const struct key *key,
                        struct filter_vector *ret)
{
    for (size_t i = 0; i < text->count; i++) {
        const struct ref *ref = &filling->texts->refs[text->first + i];
        const struct alternatives *alternatives =
            &filling->columns->items[ref->column].of[key->dimension];
        if (filter_vector_has(many, ref->column) && !filter_vector_has(ret, ref->column) &&
            truth_conjunction_may_hold(filling->truths, &alternatives->items[ref->alternative],
                                       key))
            filter_vector_set(ret, ref->column);
    }
}

/*
 * A column that asks for none of the prefixes of a text says of it what it says of all other texts,
 * so of ten thousand columns and texts few pairs are looked at. The same goes for the alternatives
 * of a column that has many: where it is false of other texts, only those that ask for a prefix can
 * be true. Where it is true it stays so. `open`: the prefixes, whose columns text->columns has.
 */
static void decide_text(const struct filling *filling, const struct text *text, const size_t *open,
                        size_t depth, const struct key *key, struct filter_vector *ret)
{
    struct filter_vector asking = text->columns, few = {0}, many = {0};

    if (text->whole) /* of a text that is known, all can be told */
        filter_vector_add(&asking, &filling->texts->undecided);
    for (size_t c = 0; c < filling->columns->count; c++) {
        const struct alternatives *alternatives = &filling->columns->items[c].of[key->dimension];
        if (filter_vector_has(&asking, c))
            filter_vector_set(alternatives->count <= ALTERNATIVES_FEW ? &few : &many, c);
    }
    *ret = *filling->others;
    filter_decide(filling->truths, filling->columns, &few, key, ret);
    decide_refs(filling, text, &many, key, ret);
    for (size_t i = 0; i < depth; i++)
        decide_refs(filling, &filling->texts->items[open[i]], &many, key, ret);
}

/*
 * In the order of the list, the prefixes of a text are those before it that are not yet left
 * behind: `open` of them, each with the columns that ask for it or one of its own prefixes.
 */
static void fill_each_path(struct truths *truths, const struct columns *columns,
                           enum dimension dimension, const struct texts *texts, size_t *open,
                           struct filter_path *paths)
{
    const struct filling filling = {truths, columns, texts, &paths[0].columns};
    size_t depth = 0;

    for (size_t i = 0; i < texts->count; i++) {
        struct text *text = &texts->items[i];
        const struct key key = {.dimension = dimension,
                                .text = text->text.data,
                                .len = text->text.len,
                                .whole = text->whole};
        while (depth && !is_prefix(&texts->items[open[depth - 1]], text))
            depth--;
        if (depth)
            filter_vector_add(&text->columns, &texts->items[open[depth - 1]].columns);
        if (!text->whole)
            open[depth++] = i;

        paths[i] = (struct filter_path){
            .path = text->text.data, .len = text->text.len, .whole = text->whole};
        if (!i) {
            filter_decide_all(truths, columns, &key, &paths[i].columns);
            continue;
        }
        decide_text(&filling, text, open, depth, &key, &paths[i].columns);
    }
}

static int append_paths(struct arena *arena, enum filter_text text, struct filter_path *paths,
                        size_t count, struct filter_tables *tables)
{
    size_t before = tables->path_count;
    struct filter_path *all = arena_array(arena, before + count, sizeof(*all));

    if (!all)
        return -ENOMEM;
    if (before)
        memcpy(all, tables->paths, before * sizeof(*all));
    for (size_t i = 0; i < count; i++) {
        all[before + i] = paths[i];
        all[before + i].text = text;
    }
    tables->paths = all;
    tables->path_count += count;
    return 0;
}

static int fill_paths(struct truths *truths, const struct columns *columns, enum filter_text text,
                      struct filter_tables *tables)
{
    const enum dimension dimension = filter_text_dimension(text);
    struct texts texts = {.arena = &truths->rules->arena, .max = dimensions[text].max};

    if (!filter_is_asked(columns, dimension, &tables->slot.texts_unasked[text]))
        return 0;
    int r = list_text(&texts, "", 0, false);
    if (r == 0)
        r = list_dimension(columns, dimension, &texts);
    if (r < 0)
        return r == -E2BIG ? 0 : r;
    struct filter_path *paths = arena_array(texts.arena, texts.count, sizeof(*paths));
    size_t *open = arena_array(texts.arena, texts.count, sizeof(*open));
    if (!paths || !open)
        return -ENOMEM;
    tables->slot.asks_texts[text] = true;
    fill_each_path(truths, columns, dimension, &texts, open, paths);
    return append_paths(texts.arena, text, paths, texts.count, tables);
}

static int fill_names(struct truths *truths, const struct columns *columns,
                      struct filter_tables *tables)
{
    struct texts texts = {.arena = &truths->rules->arena, .max = NAMES_MAX};
    const struct filling filling = {truths, columns, &texts, &tables->slot.other_names};
    struct key key = {.dimension = DIMENSION_NAME};
    struct filter_vector unasked;

    if (!filter_is_asked(columns, DIMENSION_NAME, &unasked))
        return 0;
    int r = list_dimension(columns, DIMENSION_NAME, &texts);
    if (r < 0)
        return r == -E2BIG ? 0 : r;
    tables->names = arena_array(texts.arena, texts.count + 1, sizeof(*tables->names));
    if (!tables->names)
        return -ENOMEM;
    tables->name_count = texts.count;
    tables->slot.asks_names = true;
    filter_decide_all(truths, columns, &key, &tables->slot.other_names);
    key.whole = true;
    for (size_t i = 0; i < texts.count; i++) {
        key.text = texts.items[i].text.data;
        key.len = texts.items[i].text.len;
        tables->names[i] = (struct filter_name){.name = key.text, .len = key.len};
        decide_text(&filling, &texts.items[i], NULL, 0, &key, &tables->names[i].columns);
    }
    return 0;
}

int filter_fill_texts(struct truths *truths, const struct columns *columns,
                      struct filter_tables *tables)
{
    int r = 0;

    for (enum filter_text text = 0; text < FILTER_TEXT_ANCESTOR && r == 0; text++)
        r = fill_paths(truths, columns, text, tables);
    return r < 0 ? r : fill_names(truths, columns, tables);
}
