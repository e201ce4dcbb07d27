/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/matcher.h"

#include <errno.h>
#include <string.h>

#include "rules/compare.h"
#include "rules/glob.h"
#include "rules/trie.h"

#define FEW 8 /* pattern numbers looked at one by one */

/*
 * Comparing one by one costs as much as a run when that many were compared: a value for which no
 * more are asked is not run over, one for which all are asked costs twice a run at most. Measured
 * on values of 40 to 4,000 bytes with 10 to 1,000 patterns, with what a run needs besides.
 */
static const struct way_row {
    enum trie_way trie;
    unsigned asks;
} ways[] = {
    [WAY_EQUAL] = {0, 0},
    [WAY_PREFIX] = {TRIE_BEGINS, 3},
    [WAY_PATH] = {TRIE_BEGINS, 1},
    [WAY_SUFFIX] = {TRIE_ENDS, 3},
    [WAY_PART] = {TRIE_CONTAINS, 6},
    [WAY_PART_FOLDED] = {TRIE_CONTAINS_FOLDED, 0},
};

/* Which way an operator goes, and whether what is found decides it or only makes it possible. */
static const struct operator_row {
    enum way way;
    bool goes, decides;
} operators[OP_MAX] = {
    [OP_EQ] = {WAY_EQUAL, true, false},
    [OP_IN] = {WAY_EQUAL, true, false},
    [OP_INTERSECTS] = {WAY_EQUAL, true, false},
    [OP_STARTSWITH] = {WAY_PREFIX, true, true},
    [OP_BSTARTSWITH] = {WAY_PREFIX, true, true},
    [OP_GLOB] = {WAY_PREFIX, true, false},
    [OP_PMATCH] = {WAY_PATH, true, true},
    [OP_ENDSWITH] = {WAY_SUFFIX, true, true},
    [OP_CONTAINS] = {WAY_PART, true, true},
    [OP_BCONTAINS] = {WAY_PART, true, true},
    [OP_ICONTAINS] = {WAY_PART_FOLDED, true, true},
};

/* An operand of an atom, before equal ones have become one pattern. */
struct use {
    struct atom *atom;
    enum way way;
    struct pattern pattern;
};

struct uses {
    struct use *items;
    size_t count;
};

static enum way way_of(const struct atom *atom)
{
    return compare_class(atom->left->type) == COMPARE_TEXT ? operators[atom->op].way : WAY_EQUAL;
}

/* The bytes of an operand that are looked up; false when it can't be. */
static bool pattern_of(const struct atom *atom, const struct operand *operand,
                       struct pattern *pattern)
{
    *pattern = (struct pattern){.text = operand->string, .whole = true};
    switch (compare_class(atom->left->type)) {
    case COMPARE_NUMBER:
        pattern->text =
            (struct field_string){(const char *)&operand->number, sizeof(operand->number)};
        return true;
    case COMPARE_ADDRESS:
        pattern->text = (struct field_string){(const char *)operand->address, operand->address_len};
        return operand->prefix_bits == operand->address_len * 8;
    case COMPARE_BOOL: return false;
    case COMPARE_TEXT: break;
    }
    if (atom->op != OP_GLOB && !operand->is_pattern)
        return true;
    pattern->text.len = glob_literal_len(pattern->text.data, pattern->text.len);
    pattern->whole = false;
    return pattern->text.len;
}

static bool is_usable(const struct atom *atom)
{
    return operators[atom->op].goes && !atom->right && atom->operand_count &&
           atom->left->type != FIELD_NAMES;
}

static int add_uses(struct arena *arena, struct atom *atom, struct uses *uses)
{
    for (size_t i = 0; i < atom->operand_count; i++) {
        struct pattern pattern;
        if (!pattern_of(atom, &atom->operands[i], &pattern))
            return 0;
    }
    for (size_t i = 0; i < atom->operand_count; i++) {
        struct use *use = arena_grow(arena, &uses->items, &uses->count, sizeof(*use));
        if (!use)
            return -ENOMEM;
        *use = (struct use){.atom = atom, .way = way_of(atom)};
        pattern_of(atom, &atom->operands[i], &use->pattern);
    }
    return 0;
}

static int compare_uses(const void *a, const void *b)
{
    const struct use *left = a, *right = b;

    if (left->atom->left != right->atom->left)
        return left->atom->left < right->atom->left ? -1 : 1;
    if (left->way != right->way)
        return left->way < right->way ? -1 : 1;
    if (left->pattern.whole != right->pattern.whole)
        return left->pattern.whole - right->pattern.whole;
    return compare_order(&left->pattern.text, &right->pattern.text);
}

static int make_table(struct ruleset *rules, struct engine *engine)
{
    size_t size = 4;

    while (size < (size_t)engine->count * 2)
        size *= 2;
    engine->table = arena_array(&rules->arena, size, sizeof(*engine->table));
    if (!engine->table)
        return -ENOMEM;
    engine->mask = size - 1;
    for (uint32_t id = engine->first; id < engine->first + engine->count; id++) {
        struct pattern *pattern = &rules->patterns[id];
        size_t i = pattern->hash & engine->mask;
        while (engine->table[i])
            i = (i + 1) & engine->mask;
        engine->table[i] = id + 1;
        engine->lengths |= string_length_bit(pattern->text.len);
    }
    return 0;
}

static int make_trie(struct ruleset *rules, struct engine *engine, size_t *states_left)
{
    _cleanup_arena_ struct arena work = {0};
    struct trie_word *words = arena_array(&work, engine->count, sizeof(*words));
    size_t used;

    if (!words)
        return -ENOMEM;
    for (uint32_t i = 0; i < engine->count; i++)
        words[i] = (struct trie_word){rules->patterns[engine->first + i].text, engine->first + i};
    int r = trie_new(&rules->arena, ways[engine->way].trie, words, engine->count, *states_left,
                     &engine->trie, &used);
    if (r == 0)
        *states_left -= used;
    return r;
}

/* Give an atom the number of a pattern of its; numbers come in ascending order. */
static int give(struct ruleset *rules, struct engine *engine, struct atom *atom, uint32_t id)
{
    if (!atom->patterns) {
        atom->patterns = arena_array(&rules->arena, atom->operand_count, sizeof(*atom->patterns));
        if (!atom->patterns)
            return -ENOMEM;
        atom->decided = operators[atom->op].decides && engine->trie;
        atom->engine = engine;
    }
    atom->patterns[atom->pattern_count++] = id;
    atom->decided &= rules->patterns[id].whole;
    return 0;
}

/* Uses of one slot by one way become an engine. */
static int make_engine(struct ruleset *rules, const struct use *uses, size_t count,
                       size_t *states_left)
{
    struct arena *arena = &rules->arena;
    struct engine *engine = arena_alloc(arena, sizeof(*engine));

    if (!engine)
        return -ENOMEM;
    *engine = (struct engine){uses->atom->left, uses->way, .first = rules->pattern_count};
    for (size_t i = 0; i < count; i++) {
        if (i && compare_uses(&uses[i - 1], &uses[i]) == 0)
            continue;
        struct pattern *pattern = &rules->patterns[rules->pattern_count++];
        *pattern = uses[i].pattern;
        pattern->engine = engine;
        pattern->hash = string_hash(pattern->text.data, pattern->text.len);
        engine->count++;
    }
    engine->hits = arena_array(arena, engine->count, sizeof(*engine->hits));
    if (!engine->hits)
        return -ENOMEM;
    int r = engine->way == WAY_EQUAL ? make_table(rules, engine)
                                     : make_trie(rules, engine, states_left);
    if (r == -E2BIG) {
        rules->counters.unshared += count;
        return 0;
    }
    uint32_t id = engine->first;
    for (size_t i = 0; i < count && r == 0; i++) {
        if (i && compare_uses(&uses[i - 1], &uses[i]) != 0)
            id++;
        r = give(rules, engine, uses[i].atom, id);
    }
    return r;
}

int matcher_make(struct ruleset *rules, size_t max_states)
{
    _cleanup_arena_ struct arena work = {0};
    struct uses uses = {0};
    int r = 0;

    for (struct atom *atom = rules->atoms; atom && r == 0; atom = atom->hh.next)
        if (is_usable(atom))
            r = add_uses(&work, atom, &uses);
    if (r < 0 || !uses.count)
        return r;
    if (uses.count >= UINT32_MAX)
        return -E2BIG;
    qsort(uses.items, uses.count, sizeof(*uses.items), compare_uses);
    rules->patterns = arena_array(&rules->arena, uses.count, sizeof(*rules->patterns));
    if (!rules->patterns)
        return -ENOMEM;
    for (size_t from = 0, to; from < uses.count && r == 0; from = to) {
        const struct use *first = &uses.items[from];
        for (to = from + 1; to < uses.count && uses.items[to].atom->left == first->atom->left &&
                            uses.items[to].way == first->way;)
            to++;
        r = make_engine(rules, first, to - from, &max_states);
    }
    return r;
}

/* What a value is looked up by. */
struct texts {
    const struct field_string *items;
    size_t count;
    struct field_string own[2];
    uint8_t addresses[2][16];
};

static void get_texts(const struct field_value *value, struct texts *texts)
{
    enum compare_class class = compare_class(value->type);

    if (class == COMPARE_TEXT) {
        texts->items = compare_strings_of(value, &texts->count);
        return;
    }
    texts->items = texts->own;
    texts->count = value->is_pair ? 2 : 1;
    for (size_t i = 0; i < texts->count; i++) {
        const int64_t *number = i ? &value->number2 : &value->number;
        uint8_t *address = texts->addresses[i], len = value->address_len;
        memcpy(address, i ? value->address2 : value->address, sizeof(texts->addresses[i]));
        compare_normalise(address, &len, NULL);
        texts->own[i] = class == COMPARE_ADDRESS
                            ? (struct field_string){(const char *)address, len}
                            : (struct field_string){(const char *)number, sizeof(*number)};
    }
}

struct run {
    struct ruleset *rules;
    struct engine *engine;
    const struct field_string *text;
};

/* Whether a pattern that a path begins with is that path or one above it. */
static bool is_above(const struct pattern *pattern, const struct field_string *path, size_t at)
{
    bool rooted = path->len && path->data[0] == '/';

    if (!pattern->whole || at == path->len)
        return !pattern->whole || at || !rooted;
    if (at == 0)
        return !rooted;
    return path->data[at] == '/' || (at == 1 && rooted);
}

static bool found(void *data, uint32_t id, size_t at)
{
    const struct run *run = data;
    struct pattern *pattern = &run->rules->patterns[id];
    struct engine *engine = run->engine;

    if (pattern->stamp == run->rules->stamp)
        return false;
    if (engine->way == WAY_PATH && !is_above(pattern, run->text, at))
        return true;
    pattern->stamp = run->rules->stamp;
    engine->hits[engine->hit_count++] = id;
    return true;
}

static void look_up(struct run *run, uint64_t hash)
{
    const struct engine *engine = run->engine;
    const struct field_string *text = run->text;

    for (size_t i = hash & engine->mask; engine->table[i]; i = (i + 1) & engine->mask) {
        uint32_t id = engine->table[i] - 1;
        const struct pattern *pattern = &run->rules->patterns[id];
        if (pattern->hash == hash && compare_order(&pattern->text, text) == 0) {
            found(run, id, text->len);
            return;
        }
    }
}

void matcher_run(struct ruleset *rules, struct engine *engine, const struct field_value *value)
{
    struct texts texts;

    if (engine->stamp == rules->stamp)
        return;
    engine->stamp = rules->stamp;
    engine->hit_count = 0;
    get_texts(value, &texts);
    for (size_t i = 0; i < texts.count; i++) {
        struct field_string text = texts.items[i];
        struct run run = {rules, engine, &text};
        if (engine->way == WAY_PATH && !compare_tidied(rules, &text))
            continue;
        if (engine->trie)
            trie_walk(engine->trie, &text, found, &run);
        else if (engine->lengths & string_length_bit(text.len))
            look_up(&run, string_hash(text.data, text.len));
    }
}

bool matcher_decides(struct ruleset *rules, const struct atom *atom)
{
    struct engine *engine = atom->engine;

    if (engine->stamp == rules->stamp)
        return true;
    if (engine->asked_stamp != rules->stamp) {
        engine->asked_stamp = rules->stamp;
        engine->asked = 0;
    }
    engine->asked += atom->pattern_count;
    return engine->asked > ways[engine->way].asks;
}

static bool has_pattern(const struct atom *atom, uint32_t id)
{
    size_t low = 0, high = atom->pattern_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (atom->patterns[middle] == id)
            return true;
        if (atom->patterns[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return false;
}

bool matcher_holds(struct ruleset *rules, const struct atom *atom, const struct field_value *value)
{
    const struct engine *engine = atom->engine;
    bool any = atom->modifier != MODIFIER_ALLOF && atom->modifier != MODIFIER_ONEOF;
    size_t matches = 0;

    matcher_run(rules, atom->engine, value);
    if (any && atom->pattern_count > FEW) {
        for (size_t i = 0; i < engine->hit_count; i++)
            if (has_pattern(atom, engine->hits[i]))
                return true;
        return false;
    }
    for (size_t i = 0; i < atom->pattern_count; i++)
        matches += rules->patterns[atom->patterns[i]].stamp == rules->stamp;
    return any ? matches : matches == (atom->modifier == MODIFIER_ALLOF ? atom->pattern_count : 1);
}
