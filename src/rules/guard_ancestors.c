/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/guard_ancestors.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/filter_internal.h"

#define ANCESTORS_MAX 32768

struct ancestors {
    struct arena *arena;
    struct filter_path *items;
    size_t count;
};

static int add(struct ancestors *ancestors, const char *path, size_t len,
               const struct filter_vector *columns)
{
    if (ancestors->count >= ANCESTORS_MAX)
        return -E2BIG;
    struct filter_path *slot =
        arena_grow(ancestors->arena, &ancestors->items, &ancestors->count, sizeof(*slot));
    if (!slot)
        return -ENOMEM;
    *slot = (struct filter_path){
        .text = FILTER_TEXT_ANCESTOR, .path = path, .len = len, .whole = true, .columns = *columns};
    return 0;
}

/* The path and all above it. Of a prefix only what it names whole: "/etc/" is "/etc". */
static int add_above(struct ancestors *ancestors, const struct filter_path *path,
                     const struct filter_vector *columns)
{
    size_t len = path->len;
    int r = path->whole && len > 1 ? add(ancestors, path->path, len, columns) : 0;

    while (r == 0 && len > 1) {
        while (len && path->path[len - 1] != '/')
            len--;
        while (len > 1 && path->path[len - 1] == '/')
            len--;
        if (len > 1)
            r = add(ancestors, path->path, len, columns);
    }
    return r;
}

static int compare(const void *a, const void *b)
{
    const struct filter_path *left = a, *right = b;
    size_t len = left->len < right->len ? left->len : right->len;
    int order = memcmp(left->path, right->path, len);

    return order ? order : (left->len > right->len) - (left->len < right->len);
}

/* Each path once; behind the empty one, of which no column asks. */
static int append(struct ancestors *ancestors, struct filter_tables *tables)
{
    struct filter_path *all =
        arena_array(ancestors->arena, tables->path_count + ancestors->count + 1, sizeof(*all));
    size_t count = tables->path_count;

    if (!all)
        return -ENOMEM;
    if (count)
        memcpy(all, tables->paths, count * sizeof(*all));
    all[count++] = (struct filter_path){.text = FILTER_TEXT_ANCESTOR, .path = ""};
    if (ancestors->count)
        qsort(ancestors->items, ancestors->count, sizeof(*ancestors->items), compare);
    for (size_t i = 0; i < ancestors->count; i++) {
        if (i && compare(&ancestors->items[i - 1], &ancestors->items[i]) == 0)
            filter_vector_add(&all[count - 1].columns, &ancestors->items[i].columns);
        else
            all[count++] = ancestors->items[i];
    }
    tables->paths = all;
    tables->path_count = count;
    tables->slot.asks_texts[FILTER_TEXT_ANCESTOR] = true;
    return 0;
}

int guard_protect(struct arena *arena, struct filter_tables *tables,
                  struct filter_vector *ret_protects)
{
    struct ancestors ancestors = {.arena = arena};
    struct filter_vector protects = tables->slot.small[FILTER_TYPE_AT + EVENT_OPENAT];
    const struct filter_path *others = NULL;

    for (size_t i = 0; i < tables->path_count && !others; i++)
        if (tables->paths[i].text == FILTER_TEXT_PATH && !tables->paths[i].len)
            others = &tables->paths[i];
    for (size_t word = 0; word < FILTER_WORDS; word++)
        protects.words[word] &= others ? ~others->columns.words[word] : 0;
    *ret_protects = protects;
    for (size_t i = 0; i < tables->path_count; i++) {
        const struct filter_path *path = &tables->paths[i];
        struct filter_vector columns = protects;
        uint64_t any = 0;
        for (size_t word = 0; word < FILTER_WORDS; word++)
            any |= columns.words[word] &= path->columns.words[word];
        int r = any && path->text == FILTER_TEXT_PATH ? add_above(&ancestors, path, &columns) : 0;
        if (r < 0)
            return r;
    }
    return append(&ancestors, tables);
}
