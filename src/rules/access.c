/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/access.h"

#include <errno.h>
#include <string.h>

#include "rules/evaluate.h"

#define KEYS_MAX   512 /* values a rule is filed under */
#define EVENT_TYPE "evt.type"
#define NONE       UINT32_MAX

/* A value of a field under which rules are filed. */
struct key {
    struct slot *slot;
    struct field_string text;
    bool prefix; /* the value begins so; else it is this */
};

struct keys {
    struct key *items;
    size_t count;
};

/* Rules filed under one text, in order. */
struct bucket {
    struct field_string text;
    uint32_t *rules; /* positions in the index of the type */
    size_t count;
    uint32_t shorter; /* prefixes: the longest other one this begins with, NONE if there is none */
};

/* All that is filed under one field and one way to compare: buckets sorted by text. */
struct file {
    struct slot *slot;
    bool prefix;
    struct bucket *buckets;
    size_t count;
};

struct access {
    struct file *files;
    size_t file_count;
    uint64_t *always; /* a bit for each rule that is filed under nothing */
    size_t words;
};

struct filing {
    struct key key;
    uint32_t rule;
};

static bool is_fileable(const struct atom *atom)
{
    return !atom->right && !atom->modifier && !atom->left->transformer_count &&
           atom->left->type == FIELD_STRING && strcmp(atom->left->name, EVENT_TYPE) != 0;
}

static int add_keys(struct arena *arena, const struct atom *atom, struct keys *keys)
{
    bool prefix = atom->op == OP_STARTSWITH;

    if (!is_fileable(atom) || (!prefix && atom->op != OP_EQ && atom->op != OP_IN) ||
        !atom->operand_count)
        return -ENOENT;
    for (size_t i = 0; i < atom->operand_count; i++) {
        if (keys->count >= KEYS_MAX)
            return -ENOENT;
        struct key *key = arena_grow(arena, &keys->items, &keys->count, sizeof(*key));
        if (!key)
            return -ENOMEM;
        *key = (struct key){atom->left, atom->operands[i].string, prefix};
    }
    return 0;
}

static int keys_of(struct arena *arena, const struct term *term, struct keys *ret_keys);

/* One of them holds: the keys of all. */
static int keys_of_any(struct arena *arena, const struct term *term, struct keys *ret_keys)
{
    struct keys all = {0};

    for (size_t i = 0; i < term->count; i++) {
        struct keys one = {0};
        int r = keys_of(arena, term->children[i], &one);
        if (r < 0)
            return r;
        if (all.count + one.count > KEYS_MAX)
            return -ENOENT;
        for (size_t j = 0; j < one.count; j++) {
            struct key *key = arena_grow(arena, &all.items, &all.count, sizeof(*key));
            if (!key)
                return -ENOMEM;
            *key = one.items[j];
        }
    }
    *ret_keys = all;
    return all.count ? 0 : -ENOENT;
}

/* All hold: the keys of the one that has the fewest. */
static int keys_of_all(struct arena *arena, const struct term *term, struct keys *ret_keys)
{
    struct keys best = {0};

    for (size_t i = 0; i < term->count; i++) {
        struct keys one = {0};
        int r = keys_of(arena, term->children[i], &one);
        if (r == -ENOMEM)
            return r;
        if (r == 0 && (!best.count || one.count < best.count))
            best = one;
    }
    *ret_keys = best;
    return best.count ? 0 : -ENOENT;
}

/* Values of which an event must have one for the term to hold; -ENOENT when there are no such. */
static int keys_of(struct arena *arena, const struct term *term, struct keys *ret_keys)
{
    *ret_keys = (struct keys){0};
    switch (term->kind) {
    case TERM_ATOM: return add_keys(arena, term->atom, ret_keys);
    case TERM_AND: return keys_of_all(arena, term, ret_keys);
    case TERM_OR: return keys_of_any(arena, term, ret_keys);
    case TERM_NOT: break;
    }
    return -ENOENT;
}

static int compare_text(const struct field_string *a, const struct field_string *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int order = len ? memcmp(a->data, b->data, len) : 0;

    if (order)
        return order;
    return a->len < b->len ? -1 : a->len > b->len;
}

static int compare_filings(const void *a, const void *b)
{
    const struct filing *left = a, *right = b;

    if (left->key.slot != right->key.slot)
        return left->key.slot < right->key.slot ? -1 : 1;
    if (left->key.prefix != right->key.prefix)
        return left->key.prefix - right->key.prefix;
    int order = compare_text(&left->key.text, &right->key.text);
    if (order)
        return order;
    return left->rule < right->rule ? -1 : left->rule > right->rule;
}

static bool begins(const struct field_string *text, const struct field_string *with)
{
    return with->len <= text->len && !memcmp(text->data, with->data, with->len);
}

/* Sorted filings become files of buckets. */
static int fill(struct arena *arena, const struct filing *filings, size_t count,
                struct access *access)
{
    struct file *file = NULL;
    struct bucket *bucket = NULL;

    for (size_t i = 0; i < count; i++) {
        const struct key *key = &filings[i].key;
        if (!file || file->slot != key->slot || file->prefix != key->prefix) {
            file = arena_grow(arena, &access->files, &access->file_count, sizeof(*file));
            bucket = NULL;
            if (!file)
                return -ENOMEM;
            *file = (struct file){.slot = key->slot, .prefix = key->prefix};
        }
        if (!bucket || compare_text(&bucket->text, &key->text) != 0) {
            bucket = arena_grow(arena, &file->buckets, &file->count, sizeof(*bucket));
            if (!bucket)
                return -ENOMEM;
            *bucket = (struct bucket){.text = key->text, .shorter = NONE};
        }
        if (bucket->count && bucket->rules[bucket->count - 1] == filings[i].rule)
            continue;
        uint32_t *rule = arena_grow(arena, &bucket->rules, &bucket->count, sizeof(*rule));
        if (!rule)
            return -ENOMEM;
        *rule = filings[i].rule;
    }
    return 0;
}

/* In sorted order, what a text begins with stands before it: follow the links of the one before. */
static void link_prefixes(struct file *file)
{
    for (size_t i = 1; i < file->count; i++) {
        uint32_t at = (uint32_t)(i - 1);
        while (at != NONE && !begins(&file->buckets[i].text, &file->buckets[at].text))
            at = file->buckets[at].shorter;
        file->buckets[i].shorter = at;
    }
}

static int make_access(struct ruleset *rules, const struct rule_index *index,
                       struct access **ret_access)
{
    struct arena *arena = &rules->arena;
    _cleanup_arena_ struct arena work = {0};
    struct access *access = arena_alloc(arena, sizeof(*access));
    struct filing *filings = NULL;
    size_t count = 0;

    if (!access)
        return -ENOMEM;
    access->words = (index->count + 63) / 64;
    access->always = arena_array(arena, access->words, sizeof(*access->always));
    if (!access->always)
        return -ENOMEM;
    for (uint32_t i = 0; i < index->count; i++) {
        struct keys keys;
        int r = keys_of(&work, index->rules[i]->condition, &keys);
        if (r == -ENOMEM)
            return r;
        if (r < 0)
            access->always[i / 64] |= 1ull << (i % 64);
        for (size_t j = 0; r == 0 && j < keys.count; j++) {
            struct filing *filing = arena_grow(&work, &filings, &count, sizeof(*filing));
            if (!filing)
                return -ENOMEM;
            *filing = (struct filing){keys.items[j], i};
        }
    }
    if (count)
        qsort(filings, count, sizeof(*filings), compare_filings);
    int r = fill(arena, filings, count, access);
    for (size_t i = 0; r == 0 && i < access->file_count; i++)
        if (access->files[i].prefix)
            link_prefixes(&access->files[i]);
    *ret_access = access;
    return r;
}

int access_make(struct ruleset *rules)
{
    size_t most = 0;

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        struct rule_index *index = &rules->by_type[type];
        if (index->count < ACCESS_RULES_MIN)
            continue;
        int r = make_access(rules, index, &index->access);
        if (r < 0)
            return r;
        if (index->count > most)
            most = index->count;
    }
    rules->found = arena_array(&rules->arena, most / 64 + 1, sizeof(*rules->found));
    return rules->found ? 0 : -ENOMEM;
}

/* The last bucket whose text is not behind `text`, NONE when all are. */
static uint32_t last_not_behind(const struct file *file, const struct field_string *text)
{
    size_t low = 0, high = file->count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (compare_text(&file->buckets[middle].text, text) <= 0)
            low = middle + 1;
        else
            high = middle;
    }
    return low ? (uint32_t)(low - 1) : NONE;
}

static void note(struct ruleset *rules, const struct bucket *bucket)
{
    for (size_t i = 0; i < bucket->count; i++)
        rules->found[bucket->rules[i] / 64] |= 1ull << (bucket->rules[i] % 64);
}

static void find_in_file(struct ruleset *rules, const struct file *file)
{
    const struct field_value *value = evaluate_slot(rules, file->slot);

    if (!value)
        return;
    uint32_t at = last_not_behind(file, &value->string);
    if (at == NONE)
        return;
    if (!file->prefix) {
        if (compare_text(&file->buckets[at].text, &value->string) == 0)
            note(rules, &file->buckets[at]);
        return;
    }
    for (; at != NONE; at = file->buckets[at].shorter)
        if (begins(&value->string, &file->buckets[at].text))
            note(rules, &file->buckets[at]);
}

const uint64_t *access_find(struct ruleset *rules, unsigned type)
{
    const struct access *access = rules->by_type[type].access;

    if (!access)
        return NULL;
    memcpy(rules->found, access->always, access->words * sizeof(*rules->found));
    for (size_t i = 0; i < access->file_count; i++)
        find_in_file(rules, &access->files[i]);
    return rules->found;
}
