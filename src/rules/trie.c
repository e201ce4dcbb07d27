/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/trie.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

#define NONE      UINT32_MAX
#define NO_PARENT (UINT32_MAX - 1) /* the root's */
#define ROOT      0
#define FIT_TRIES 32 /* free rows looked at before successors go behind all others */

/* The successor by a byte of class c is row base + c, if that row's parent is this one. */
struct state {
    uint32_t base; /* while free: the next free row */
    uint32_t parent;
    uint32_t fail; /* the longest proper end of this that is a state; while free: the one before */
    uint32_t told; /* place in `ends`, 0 for none */
};

/* Words that end at one state. */
struct end {
    uint32_t first, count; /* in `ids` */
    uint32_t shorter;      /* the end of the longest word that those end with, 0 for none */
};

struct trie {
    enum trie_way way;
    uint16_t class_of[256]; /* of a byte; 0: in no word */
    struct state *states;
    struct end *ends;
    uint32_t *ids;
};

/* A state whose successors are still to be made: it stands for the start of words low to high. */
struct pending {
    uint32_t state, low, high, depth;
};

struct builder {
    struct trie *trie;
    const struct trie_word *words;
    size_t word_count;
    unsigned classes;
    struct state *states; /* owned */
    size_t state_count, room, max;
    uint32_t first_free, last_free;
    uint32_t end_count;
    struct pending *pending; /* owned */
    size_t pending_count, done;
};

static void builder_done(struct builder *builder)
{
    free(builder->states);
    free(builder->pending);
}

static unsigned char fold(enum trie_way way, unsigned char c)
{
    return way == TRIE_CONTAINS_FOLDED && c >= 'A' && c <= 'Z' ? (unsigned char)(c | 0x20) : c;
}

static unsigned char byte_at(enum trie_way way, const struct field_string *text, size_t at)
{
    return (unsigned char)text->data[way == TRIE_ENDS ? text->len - 1 - at : at];
}

static unsigned class_at(const struct trie *trie, const struct field_string *text, size_t at)
{
    return trie->class_of[byte_at(trie->way, text, at)];
}

static unsigned make_classes(struct trie *trie, const struct trie_word *words, size_t count)
{
    unsigned classes = 1;

    for (size_t i = 0; i < count; i++)
        for (size_t at = 0; at < words[i].text.len; at++) {
            unsigned char c = fold(trie->way, (unsigned char)words[i].text.data[at]);
            if (!trie->class_of[c])
                trie->class_of[c] = (uint16_t)classes++;
        }
    for (unsigned c = 0; c < 256; c++)
        trie->class_of[c] = trie->class_of[fold(trie->way, (unsigned char)c)];
    return classes;
}

static int compare_words(const void *a, const void *b, void *data)
{
    const struct trie_word *left = a, *right = b;
    const struct trie *trie = data;

    for (size_t at = 0; at < left->text.len && at < right->text.len; at++) {
        int order = (int)class_at(trie, &left->text, at) - (int)class_at(trie, &right->text, at);
        if (order)
            return order;
    }
    if (left->text.len != right->text.len)
        return left->text.len < right->text.len ? -1 : 1;
    return left->id < right->id ? -1 : left->id > right->id;
}

/* Of words in order: the starts they have in all, the empty one included. */
static size_t count_starts(const struct trie *trie, const struct trie_word *words, size_t count)
{
    size_t starts = 1;

    for (size_t i = 0; i < count; i++) {
        size_t shared = 0;
        while (i && shared < words[i].text.len && shared < words[i - 1].text.len &&
               class_at(trie, &words[i].text, shared) == class_at(trie, &words[i - 1].text, shared))
            shared++;
        starts += words[i].text.len - shared;
    }
    return starts;
}

static bool is_free(const struct builder *builder, size_t row)
{
    return row >= builder->state_count || builder->states[row].parent == NONE;
}

static int add_rows(struct builder *builder, size_t count)
{
    if (count > builder->max)
        return -E2BIG;
    if (count > builder->room) {
        size_t room = count * 2;
        struct state *states = realloc(builder->states, room * sizeof(*states));
        if (!states)
            return -ENOMEM;
        builder->states = states;
        builder->room = room;
    }
    for (size_t row = builder->state_count; row < count; row++) {
        builder->states[row] =
            (struct state){.base = NONE, .parent = NONE, .fail = builder->last_free};
        if (builder->last_free == NONE)
            builder->first_free = (uint32_t)row;
        else
            builder->states[builder->last_free].base = (uint32_t)row;
        builder->last_free = (uint32_t)row;
        builder->state_count = row + 1;
    }
    return 0;
}

static void take_row(struct builder *builder, uint32_t row, uint32_t parent)
{
    struct state *state = &builder->states[row];

    if (state->fail == NONE)
        builder->first_free = state->base;
    else
        builder->states[state->fail].base = state->base;
    if (state->base == NONE)
        builder->last_free = state->fail;
    else
        builder->states[state->base].fail = state->fail;
    *state = (struct state){.parent = parent};
}

static bool fits(const struct builder *builder, size_t base, const uint16_t *classes, size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (!is_free(builder, base + classes[i]))
            return false;
    return true;
}

/* A base for successors by these classes, in ascending order. */
static int find_base(struct builder *builder, const uint16_t *classes, size_t count,
                     uint32_t *ret_base)
{
    size_t base = builder->state_count;
    uint32_t row = builder->first_free;

    for (unsigned tries = 0; row != NONE && tries < FIT_TRIES; tries++) {
        if (row >= classes[0] && fits(builder, row - classes[0], classes, count)) {
            base = row - classes[0];
            break;
        }
        row = builder->states[row].base;
    }
    size_t needed = base + builder->classes; /* a step by any class stays within */
    int r = needed > builder->state_count ? add_rows(builder, needed) : 0;
    if (r == 0)
        *ret_base = (uint32_t)base;
    return r;
}

static uint32_t successor(const struct state *states, uint32_t from, unsigned class)
{
    uint32_t row = states[from].base + class;

    return states[row].parent == from ? row : NONE;
}

/* What is left of a text that ends in `from` and goes on by this class. */
static uint32_t step(const struct state *states, uint32_t from, unsigned class)
{
    for (;;) {
        uint32_t row = states[from].base + class;
        if (states[row].parent == from)
            return row;
        if (from == ROOT)
            return ROOT;
        from = states[from].fail;
    }
}

/* Words that end here come first among those that begin so. */
static void make_end(struct builder *builder, struct pending *at)
{
    struct trie *trie = builder->trie;
    struct state *state = &builder->states[at->state];
    uint32_t first = at->low;

    state->told = trie->way >= TRIE_CONTAINS ? builder->states[state->fail].told : 0;
    while (at->low < at->high && builder->words[at->low].text.len == at->depth)
        at->low++;
    if (at->low == first)
        return;
    trie->ends[++builder->end_count] = (struct end){first, at->low - first, state->told};
    state->told = builder->end_count;
}

static void add_pending(struct builder *builder, struct pending pending)
{
    builder->pending[builder->pending_count++] = pending;
}

/* Make the successors of a state. All states that are nearer to the root have theirs. */
static int expand(struct builder *builder, struct pending at)
{
    const struct trie *trie = builder->trie;
    uint16_t classes[257];
    uint32_t starts[257];
    size_t count = 0;

    make_end(builder, &at);
    for (uint32_t i = at.low; i < at.high; i++) {
        unsigned class = class_at(trie, &builder->words[i].text, at.depth);
        if (count && classes[count - 1] == class)
            continue;
        classes[count] = (uint16_t)class;
        starts[count++] = i;
    }
    if (!count)
        return 0;
    uint32_t base = 0;
    int r = find_base(builder, classes, count, &base);
    if (r < 0)
        return r;
    builder->states[at.state].base = base;
    for (size_t i = 0; i < count; i++)
        take_row(builder, base + classes[i], at.state);
    for (size_t i = 0; i < count; i++) {
        uint32_t row = base + classes[i], high = i + 1 < count ? starts[i + 1] : at.high;
        if (trie->way >= TRIE_CONTAINS && at.state != ROOT)
            builder->states[row].fail =
                step(builder->states, builder->states[at.state].fail, classes[i]);
        add_pending(builder, (struct pending){row, starts[i], high, at.depth + 1});
    }
    return 0;
}

static int build(struct builder *builder)
{
    int r = add_rows(builder, builder->classes + 1);

    if (r < 0)
        return r;
    take_row(builder, ROOT, NO_PARENT);
    add_pending(builder, (struct pending){ROOT, 0, (uint32_t)builder->word_count, 0});
    while (r == 0 && builder->done < builder->pending_count)
        r = expand(builder, builder->pending[builder->done++]);
    return r;
}

int trie_new(struct arena *arena, enum trie_way way, struct trie_word *words, size_t count,
             size_t max_states, struct trie **ret_trie, size_t *ret_states)
{
    struct trie *trie = arena_alloc(arena, sizeof(*trie));
    _cleanup_(builder_done) struct builder builder = {.trie = trie,
                                                      .words = words,
                                                      .word_count = count,
                                                      .max = max_states < NO_PARENT ? max_states
                                                                                    : NO_PARENT,
                                                      .first_free = NONE,
                                                      .last_free = NONE};

    if (!trie)
        return -ENOMEM;
    trie->way = way;
    builder.classes = make_classes(trie, words, count);
    if (count)
        qsort_r(words, count, sizeof(*words), compare_words, trie);
    size_t starts = count_starts(trie, words, count);
    if (starts > builder.max || count >= NONE)
        return -E2BIG;
    trie->ids = arena_array(arena, count, sizeof(*trie->ids));
    trie->ends = arena_array(arena, count + 1, sizeof(*trie->ends));
    builder.pending = calloc(starts, sizeof(*builder.pending));
    if (!trie->ids || !trie->ends || !builder.pending)
        return -ENOMEM;
    for (size_t i = 0; i < count; i++)
        trie->ids[i] = words[i].id;
    int r = build(&builder);
    if (r < 0)
        return r;
    trie->states = arena_array(arena, builder.state_count, sizeof(*trie->states));
    if (!trie->states)
        return -ENOMEM;
    memcpy(trie->states, builder.states, builder.state_count * sizeof(*trie->states));
    *ret_trie = trie;
    *ret_states = builder.state_count;
    return 0;
}

/* Tell what ends here, longest first, until something was told before. */
static void tell(const struct trie *trie, uint32_t told, size_t at, trie_found found, void *data)
{
    for (; told; told = trie->ends[told].shorter) {
        const struct end *end = &trie->ends[told];
        bool is_new = true;
        for (uint32_t i = 0; i < end->count; i++)
            is_new = found(data, trie->ids[end->first + i], at);
        if (!is_new)
            return;
    }
}

static void walk_once(const struct trie *trie, const struct field_string *text, trie_found found,
                      void *data)
{
    uint32_t at = ROOT;

    for (size_t i = 0; i < text->len; i++) {
        at = successor(trie->states, at, class_at(trie, text, i));
        if (at == NONE)
            return;
        if (trie->states[at].told)
            tell(trie, trie->states[at].told, i + 1, found, data);
    }
}

static void walk_on(const struct trie *trie, const struct field_string *text, trie_found found,
                    void *data)
{
    uint32_t at = ROOT;

    for (size_t i = 0; i < text->len; i++) {
        unsigned class = trie->class_of[(unsigned char)text->data[i]];
        at = class ? step(trie->states, at, class) : ROOT;
        if (trie->states[at].told)
            tell(trie, trie->states[at].told, i + 1, found, data);
    }
}

void trie_walk(const struct trie *trie, const struct field_string *text, trie_found found,
               void *data)
{
    if (trie->states[ROOT].told)
        tell(trie, trie->states[ROOT].told, 0, found, data);
    if (trie->way >= TRIE_CONTAINS)
        walk_on(trie, text, found, data);
    else
        walk_once(trie, text, found, data);
}
