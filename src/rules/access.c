/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/access.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "rules/compare.h"
#include "rules/evaluate.h"
#include "rules/matcher.h"

#define KEYS_MAX   512 /* patterns a rule is filed under */
#define TEXT_MIN   2   /* all paths begin with "/" */
#define EVENT_TYPE "evt.type"

/*
 * Walking over a whole value for its parts costs about as much as evaluating this many rules; so
 * many must be filed so.
 */
#define PART_RULES_MIN 8

/* What keys are preferred, however many: the likelier a rule is spared and the cheaper, the lower.
 */
enum rank { RANK_TEXT, RANK_NUMBER, RANK_PART, RANK_COMMON };

/* Numbers of patterns of which an event must match one for a term to hold. */
struct keys {
    uint32_t *items;
    size_t count;
    enum rank rank;
    size_t shortest; /* of their texts; SIZE_MAX where the whole value must be so */
};

/* Rules filed under one pattern, in order. */
struct bucket {
    uint32_t key; /* the pattern's number plus one, 0 in an empty bucket */
    uint32_t first, count;
};

struct access {
    struct engine **engines; /* that some rule is filed under */
    size_t engine_count;
    struct bucket *buckets; /* a hash by key */
    size_t mask;
    uint32_t *filed;  /* positions in the index of the type, bucket by bucket */
    uint32_t *always; /* positions of rules filed under nothing */
    size_t always_count;
};

struct filing {
    uint32_t key, rule;
};

/* While the rules of one type are filed. */
struct plan {
    struct ruleset *rules;
    struct arena work;
    bool first;      /* all engines may be used, to see how many rules would */
    uint32_t *filed; /* rules filed under each engine, at its first pattern's number */
    struct filing *filings;
    size_t count;
    uint32_t *always;
    size_t always_count;
};

static void plan_done(struct plan *plan)
{
    arena_done(&plan->work);
}

static bool is_part(const struct engine *engine)
{
    return engine->way == WAY_PART || engine->way == WAY_PART_FOLDED;
}

/* Most events have one of a few values: the kernel side keeps a vector for each. */
static bool is_common(const struct atom *atom)
{
    enum dimension dimension = atom->left->ref.field->dimension;

    return dimension == DIMENSION_TYPE || dimension == DIMENSION_RESULT ||
           dimension == DIMENSION_OPEN;
}

static enum rank rank_of(const struct atom *atom)
{
    if (is_common(atom))
        return RANK_COMMON;
    if (is_part(atom->engine))
        return RANK_PART;
    return compare_class(atom->left->type) == COMPARE_NUMBER ? RANK_NUMBER : RANK_TEXT;
}

static int keys_of_atom(const struct plan *plan, const struct atom *atom, struct keys *ret_keys)
{
    const struct engine *engine = atom->engine;

    if (!engine || strcmp(atom->left->name, EVENT_TYPE) == 0 || atom->pattern_count > KEYS_MAX)
        return -ENOENT;
    if (is_part(engine) && !plan->first && plan->filed[engine->first] < PART_RULES_MIN)
        return -ENOENT;
    struct keys keys = {atom->patterns, atom->pattern_count, rank_of(atom), SIZE_MAX};
    for (size_t i = 0; engine->way != WAY_EQUAL && i < keys.count; i++) {
        size_t len = plan->rules->patterns[keys.items[i]].text.len;
        if (len < TEXT_MIN)
            return -ENOENT;
        if (len < keys.shortest)
            keys.shortest = len;
    }
    *ret_keys = keys;
    return 0;
}

static int keys_of(struct plan *plan, const struct term *term, struct keys *ret_keys);

/* One of them holds: the keys of all. */
static int keys_of_any(struct plan *plan, const struct term *term, struct keys *ret_keys)
{
    struct keys all = {.shortest = SIZE_MAX};

    for (size_t i = 0; i < term->count; i++) {
        struct keys one = {0};
        int r = keys_of(plan, term->children[i], &one);
        if (r < 0)
            return r;
        if (all.count + one.count > KEYS_MAX)
            return -ENOENT;
        for (size_t j = 0; j < one.count; j++) {
            uint32_t *key = arena_grow(&plan->work, &all.items, &all.count, sizeof(*key));
            if (!key)
                return -ENOMEM;
            *key = one.items[j];
        }
        if (one.rank > all.rank)
            all.rank = one.rank;
        if (one.shortest < all.shortest)
            all.shortest = one.shortest;
    }
    *ret_keys = all;
    return all.count ? 0 : -ENOENT;
}

static bool is_better(const struct keys *one, const struct keys *than)
{
    if (!than->count || one->rank != than->rank)
        return !than->count || one->rank < than->rank;
    return one->count != than->count ? one->count < than->count : one->shortest > than->shortest;
}

/* All hold: the best keys of one. */
static int keys_of_all(struct plan *plan, const struct term *term, struct keys *ret_keys)
{
    struct keys best = {0};

    for (size_t i = 0; i < term->count; i++) {
        struct keys one = {0};
        int r = keys_of(plan, term->children[i], &one);
        if (r == -ENOMEM)
            return r;
        if (r == 0 && is_better(&one, &best))
            best = one;
    }
    *ret_keys = best;
    return best.count ? 0 : -ENOENT;
}

/* -ENOENT when there are none. */
static int keys_of(struct plan *plan, const struct term *term, struct keys *ret_keys)
{
    *ret_keys = (struct keys){0};
    switch (term->kind) {
    case TERM_ATOM: return keys_of_atom(plan, term->atom, ret_keys);
    case TERM_AND: return keys_of_all(plan, term, ret_keys);
    case TERM_OR: return keys_of_any(plan, term, ret_keys);
    case TERM_NOT: break;
    }
    return -ENOENT;
}

static int file_rule(struct plan *plan, const struct keys *keys, uint32_t rule)
{
    const struct pattern *patterns = plan->rules->patterns;

    for (size_t i = 0; i < keys->count; i++) {
        const struct engine *engine = patterns[keys->items[i]].engine;
        struct filing *filing =
            arena_grow(&plan->work, &plan->filings, &plan->count, sizeof(*filing));
        if (!filing)
            return -ENOMEM;
        *filing = (struct filing){keys->items[i] + 1, rule};
        if (plan->first && (!i || patterns[keys->items[i - 1]].engine != engine))
            plan->filed[engine->first]++;
    }
    return 0;
}

static int file_all(struct plan *plan, const struct rule_index *index)
{
    plan->count = plan->always_count = 0;
    for (uint32_t i = 0; i < index->count; i++) {
        struct keys keys;
        int r = keys_of(plan, index->rules[i]->condition, &keys);
        if (r == 0)
            r = file_rule(plan, &keys, i);
        else if (r == -ENOENT) {
            plan->always[plan->always_count++] = i;
            r = 0;
        }
        if (r < 0)
            return r;
    }
    return 0;
}

static int compare_filings(const void *a, const void *b)
{
    const struct filing *left = a, *right = b;

    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return left->rule < right->rule ? -1 : left->rule > right->rule;
}

static struct bucket *find_bucket(const struct access *access, uint32_t key)
{
    size_t i = (key * 0x9e3779b1u) & access->mask;

    while (access->buckets[i].key && access->buckets[i].key != key)
        i = (i + 1) & access->mask;
    return &access->buckets[i];
}

static int add_engine(struct arena *arena, struct access *access, struct engine *engine)
{
    for (size_t i = 0; i < access->engine_count; i++)
        if (access->engines[i] == engine)
            return 0;
    struct engine **slot =
        arena_grow(arena, &access->engines, &access->engine_count, sizeof(struct engine *));
    if (!slot)
        return -ENOMEM;
    *slot = engine;
    return 0;
}

/* Sorted filings become buckets. */
static int fill(struct plan *plan, struct access *access)
{
    struct arena *arena = &plan->rules->arena;
    size_t keys = 0, size = 4;

    for (size_t i = 0; i < plan->count; i++)
        keys += !i || plan->filings[i - 1].key != plan->filings[i].key;
    while (size < keys * 2)
        size *= 2;
    access->mask = size - 1;
    access->buckets = arena_array(arena, size, sizeof(*access->buckets));
    access->filed = arena_array(arena, plan->count, sizeof(*access->filed));
    access->always = arena_array(arena, plan->always_count, sizeof(*access->always));
    if (!access->buckets || !access->filed || !access->always)
        return -ENOMEM;
    access->always_count = plan->always_count;
    if (plan->always_count)
        memcpy(access->always, plan->always, plan->always_count * sizeof(*access->always));
    for (size_t i = 0; i < plan->count; i++) {
        const struct filing *filing = &plan->filings[i];
        struct bucket *bucket = find_bucket(access, filing->key);
        access->filed[i] = filing->rule;
        if (bucket->key) {
            bucket->count++;
            continue;
        }
        *bucket = (struct bucket){filing->key, (uint32_t)i, 1};
        int r = add_engine(arena, access, plan->rules->patterns[filing->key - 1].engine);
        if (r < 0)
            return r;
    }
    return 0;
}

static int make_access(struct ruleset *rules, const struct rule_index *index,
                       struct access **ret_access)
{
    _cleanup_(plan_done) struct plan plan = {.rules = rules, .first = true};
    struct access *access = arena_alloc(&rules->arena, sizeof(*access));

    plan.filed = arena_array(&plan.work, rules->pattern_count + 1, sizeof(*plan.filed));
    plan.always = arena_array(&plan.work, index->count, sizeof(*plan.always));
    if (!access || !plan.filed || !plan.always)
        return -ENOMEM;
    int r = file_all(&plan, index);
    plan.first = false;
    if (r == 0)
        r = file_all(&plan, index);
    if (r < 0)
        return r;
    if (plan.count)
        qsort(plan.filings, plan.count, sizeof(*plan.filings), compare_filings);
    r = fill(&plan, access);
    if (r == 0)
        *ret_access = access;
    return r;
}

/* Most types have the rules of another one: those that name no type. */
static struct access *access_of_same(const struct ruleset *rules, unsigned type)
{
    const struct rule_index *index = &rules->by_type[type];

    for (unsigned i = 0; i < type; i++) {
        const struct rule_index *other = &rules->by_type[i];
        if (other->count == index->count &&
            memcmp(other->rules, index->rules, index->count * sizeof(struct rule *)) == 0)
            return other->access;
    }
    return NULL;
}

int access_make(struct ruleset *rules)
{
    size_t most = 0;

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        struct rule_index *index = &rules->by_type[type];
        if (index->count < ACCESS_RULES_MIN)
            continue;
        if (index->count > most)
            most = index->count;
        index->access = access_of_same(rules, type);
        int r = index->access ? 0 : make_access(rules, index, &index->access);
        if (r < 0)
            return r;
    }
    size_t words = most / 64 + 1;
    rules->found_count = words / 64 + 1;
    rules->found = arena_array(&rules->arena, words, sizeof(*rules->found));
    rules->found_words = arena_array(&rules->arena, rules->found_count, sizeof(*rules->found));
    return rules->found && rules->found_words ? 0 : -ENOMEM;
}

static void note(struct ruleset *rules, const uint32_t *positions, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        uint32_t word = positions[i] / 64;
        rules->found[word] |= 1ull << (positions[i] % 64);
        rules->found_words[word / 64] |= 1ull << (word % 64);
    }
}

/* Only words that have a bit are touched. */
static void forget(struct ruleset *rules)
{
    for (size_t i = 0; i < rules->found_count; i++)
        for (; rules->found_words[i]; rules->found_words[i] &= rules->found_words[i] - 1)
            rules->found[i * 64 + (size_t)__builtin_ctzll(rules->found_words[i])] = 0;
}

void access_find(struct ruleset *rules, unsigned type)
{
    const struct access *access = rules->by_type[type].access;

    if (!access)
        return;
    forget(rules);
    note(rules, access->always, access->always_count);
    for (size_t i = 0; i < access->engine_count; i++) {
        struct engine *engine = access->engines[i];
        const struct field_value *value = evaluate_slot(rules, engine->slot);
        if (!value)
            continue;
        matcher_run(rules, engine, value);
        for (uint32_t j = 0; j < engine->hit_count; j++) {
            const struct bucket *bucket = find_bucket(access, engine->hits[j] + 1);
            note(rules, access->filed + bucket->first, bucket->count);
        }
    }
}

size_t access_next(const struct ruleset *rules, unsigned type, size_t at)
{
    const struct rule_index *index = &rules->by_type[type];

    if (!index->access || at >= index->count)
        return at;
    uint64_t rest = rules->found[at / 64] >> (at % 64);
    if (rest)
        return at + (size_t)__builtin_ctzll(rest);
    size_t word = at / 64 + 1;
    for (size_t i = word / 64; i < rules->found_count; i++, word = i * 64) {
        rest = rules->found_words[i] >> (word % 64);
        if (!rest)
            continue;
        word += (size_t)__builtin_ctzll(rest);
        return word * 64 + (size_t)__builtin_ctzll(rules->found[word]);
    }
    return index->count;
}
