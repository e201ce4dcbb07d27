/* SPDX-License-Identifier: Apache-2.0 */
/* Items of which only the last definition counts. */
#include <errno.h>
#include <string.h>

#include "rules/lint_internal.h"

static const struct lint_kind redefined = {
    "LINT_REDEFINED", "give it a name of its own, or say 'override' for what is to be changed"};

struct seen {
    const char *key; /* "macro NAME" */
    const struct yaml_node *name, *item;
    UT_hash_handle hh;
};

struct items {
    struct lint *lint;
    struct seen *seen; /* hash by key */
};

static bool only_toggles(const struct yaml_node *item, const char *kind)
{
    return !strcmp(kind, "rule") && !yaml_get(item, "condition") && !yaml_get(item, "output");
}

/* A definition as a whole; no change of one that exists. */
static bool defines(const struct yaml_node *item, const char *kind)
{
    const struct yaml_node *append = yaml_get(item, "append");

    return !yaml_get(item, "override") && !only_toggles(item, kind) &&
           (!append || append->kind != YAML_SCALAR || strcmp(append->value, "true") != 0);
}

/* The same written twice does no harm: files that can be loaded alone share their words so. */
static bool is_same(const struct yaml_node *a, const struct yaml_node *b)
{
    if (a->kind != b->kind || a->count != b->count)
        return false;
    if (a->kind == YAML_SCALAR)
        return a->len == b->len && memcmp(a->value, b->value, a->len) == 0;
    for (size_t i = 0; i < a->count; i++)
        if (!is_same(a->items[i], b->items[i]))
            return false;
    return true;
}

static int see(struct items *items, const char *kind, const struct yaml_node *name,
               const struct yaml_node *item)
{
    _cleanup_buf_ struct buf key = {0};
    struct lint *lint = items->lint;
    struct seen *seen;

    if (buf_printf(&key, "%s %s", kind, name->value) < 0)
        return -ENOMEM;
    HASH_FIND(hh, items->seen, key.data, key.len, seen);
    if (seen) {
        struct error at = {0};
        yaml_error(&at, name, -EINVAL,
                   "%s '%.64s' replaces the one of %.128s:%u, in all that uses it", kind,
                   name->value, seen->name->file->name, seen->name->line);
        if (!is_same(seen->item, item))
            lint_add(lint, &redefined, name->value, &at);
        seen->name = name;
        seen->item = item;
        return 0;
    }
    seen = arena_alloc(lint->arena, sizeof(*seen));
    if (!seen || !(seen->key = arena_copy(lint->arena, key.data, key.len)))
        return -ENOMEM;
    seen->name = name;
    seen->item = item;
    HASH_ADD_KEYPTR(hh, items->seen, seen->key, key.len, seen);
    return seen->hh.tbl ? 0 : -ENOMEM;
}

static int look_at(struct items *items, const struct yaml_node *document)
{
    static const char *const kinds[] = {"list", "macro", "rule"};
    int r = 0;

    if (document->kind != YAML_SEQUENCE)
        return 0;
    for (size_t i = 0; i < document->count; i++) {
        const struct yaml_node *item = document->items[i];
        for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]) && r == 0; k++) {
            const struct yaml_node *name =
                item->kind == YAML_MAPPING ? yaml_get(item, kinds[k]) : NULL;
            if (name && name->kind == YAML_SCALAR && defines(item, kinds[k]))
                r = see(items, kinds[k], name, item);
        }
    }
    return r;
}

int lint_redefined(struct lint *lint)
{
    struct items items = {.lint = lint};
    int r = 0;

    for (size_t s = 0; s < lint->source_count && r == 0; s++) {
        const struct rules_source *source = &lint->sources[s];
        struct yaml_documents documents;
        r = yaml_load(source->name, source->text, source->len, lint->arena, &documents,
                      lint->checker->error);
        for (size_t i = 0; r == 0 && i < documents.count; i++)
            r = look_at(&items, documents.items[i]);
    }
    HASH_CLEAR(hh, items.seen);
    return r;
}
