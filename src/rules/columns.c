/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/columns.h"

#include <errno.h>
#include <string.h>

#define CONJUNCTIONS_MAX 64 /* of one rule */
#define LITERALS_MAX     64 /* of one conjunction */
#define WEIGHT_MAX       16384

#define BIT(dimension) (1u << (dimension))
#define UNKNOWN        BIT(DIMENSION_UNKNOWN)

/* Conditions in disjunctive form: a list of conjunctions. */
struct form {
    struct conjunction *items;
    size_t count;
};

/* Bits of the dimensions a term looks at, as noted before: by whom depends on who asks. */
static unsigned dimensions(const struct term *term)
{
    return term->dimensions;
}

static unsigned note_dimensions(struct term *term,
                                enum dimension (*dimension)(const struct atom *atom))
{
    unsigned bits = term->kind == TERM_ATOM ? BIT(dimension(term->atom)) : 0;

    if (term->dimensions && term->noted_by == dimension)
        return term->dimensions;
    for (size_t i = 0; i < term->count; i++)
        bits |= note_dimensions(term->children[i], dimension);
    term->noted_by = dimension;
    return term->dimensions = bits;
}

/* Macros that use others twice double what is looked at for each key: to be known beforehand. */
static uint32_t weight(struct term *term)
{
    uint32_t sum = 1;

    if (term->weight)
        return term->weight;
    for (size_t i = 0; i < term->count && sum <= WEIGHT_MAX; i++)
        sum += weight(term->children[i]);
    term->weight = sum;
    return sum;
}

static bool is_single(unsigned bits)
{
    return !(bits & (bits - 1));
}

static int form_add(struct arena *arena, struct form *form, const struct conjunction *item)
{
    struct conjunction *slot;

    if (form->count >= CONJUNCTIONS_MAX)
        return -E2BIG;
    slot = arena_grow(arena, &form->items, &form->count, sizeof(*slot));
    if (!slot)
        return -ENOMEM;
    *slot = *item;
    return 0;
}

static int make_literal(struct arena *arena, struct term *term, bool negated, struct form *form)
{
    struct conjunction item = {0};

    if (!(dimensions(term) & UNKNOWN)) {
        item.literals = arena_alloc(arena, sizeof(*item.literals));
        if (!item.literals)
            return -ENOMEM;
        item.literals[0] = (struct literal){term, negated};
        item.count = 1;
    }
    return form_add(arena, form, &item);
}

static int join(struct arena *arena, const struct conjunction *a, const struct conjunction *b,
                struct conjunction *ret)
{
    if (a->count + b->count > LITERALS_MAX)
        return -E2BIG;
    ret->literals = arena_array(arena, a->count + b->count + 1, sizeof(*ret->literals));
    if (!ret->literals)
        return -ENOMEM;
    if (a->count)
        memcpy(ret->literals, a->literals, a->count * sizeof(*a->literals));
    if (b->count)
        memcpy(ret->literals + a->count, b->literals, b->count * sizeof(*b->literals));
    ret->count = a->count + b->count;
    return 0;
}

/* *form = *form AND *with */
static int multiply(struct arena *arena, struct form *form, const struct form *with)
{
    struct form product = {0};

    for (size_t i = 0; i < form->count; i++) {
        for (size_t j = 0; j < with->count; j++) {
            struct conjunction item;
            int r = join(arena, &form->items[i], &with->items[j], &item);
            if (r == 0)
                r = form_add(arena, &product, &item);
            if (r < 0)
                return r;
        }
    }
    *form = product;
    return 0;
}

static int take_apart(struct arena *arena, struct term *term, bool negated, struct form *ret_form);

static int combine(struct arena *arena, struct term *term, bool negated, struct form *ret_form)
{
    bool all = (term->kind == TERM_AND) != negated;
    struct form form = {0};
    int r = 0;

    if (all)
        r = form_add(arena, &form, &(struct conjunction){0});
    for (size_t i = 0; i < term->count && r == 0; i++) {
        struct form child;
        r = take_apart(arena, term->children[i], negated, &child);
        if (r == 0 && all)
            r = multiply(arena, &form, &child);
        for (size_t j = 0; r == 0 && !all && j < child.count; j++)
            r = form_add(arena, &form, &child.items[j]);
    }
    *ret_form = form;
    return r;
}

static int take_apart(struct arena *arena, struct term *term, bool negated, struct form *ret_form)
{
    *ret_form = (struct form){0};
    if (term->kind == TERM_NOT)
        return take_apart(arena, term->children[0], !negated, ret_form);
    if (term->kind == TERM_ATOM || is_single(dimensions(term)))
        return make_literal(arena, term, negated, ret_form);
    return combine(arena, term, negated, ret_form);
}

/* Comparisons are shared by all rules, the terms that hold them by those that use a macro. */
static uintptr_t identity(const struct literal *literal)
{
    const struct term *term = literal->term;

    return term->kind == TERM_ATOM ? (uintptr_t)term->atom : (uintptr_t)term;
}

static int compare_literals(const void *a, const void *b)
{
    const struct literal *left = a, *right = b;
    uintptr_t of_left = identity(left), of_right = identity(right);

    if (of_left != of_right)
        return of_left < of_right ? -1 : 1;
    return left->negated - right->negated;
}

static void hash_alternatives(struct alternatives *alternatives)
{
    uint64_t hash = 0;

    for (size_t i = 0; i < alternatives->count; i++) {
        const struct conjunction *item = &alternatives->items[i];
        uint64_t one = item->count;
        for (size_t j = 0; j < item->count; j++)
            one = (one ^ identity(&item->literals[j]) ^ item->literals[j].negated) *
                  0x9e3779b97f4a7c15ull;
        hash += one ^ one >> 29; /* in whatever order */
    }
    alternatives->hash = hash;
}

/* Sort the literals of a conjunction into the dimensions of a column, each once. */
static int column_of(struct arena *arena, struct conjunction *from, struct column *column)
{
    struct conjunction *one = arena_array(arena, DIMENSION_MAX, sizeof(*one));

    if (!one)
        return -ENOMEM;
    if (from->count)
        qsort(from->literals, from->count, sizeof(*from->literals), compare_literals);
    for (unsigned d = 0; d < DIMENSION_MAX; d++) {
        one[d].literals = arena_array(arena, from->count + 1, sizeof(struct literal));
        if (!one[d].literals)
            return -ENOMEM;
        for (size_t i = 0; i < from->count; i++) {
            const struct literal *literal = &from->literals[i];
            bool again = i && compare_literals(literal, literal - 1) == 0;
            if (!again && dimensions(literal->term) == BIT(d))
                one[d].literals[one[d].count++] = *literal;
        }
        column->of[d] = (struct alternatives){.items = &one[d], .count = 1};
        hash_alternatives(&column->of[d]);
    }
    return 0;
}

static uint64_t hash_but(const struct column *column, unsigned but)
{
    uint64_t hash = column->unsteady;

    for (unsigned d = 0; d < DIMENSION_MAX; d++)
        if (d != but)
            hash = (hash ^ column->of[d].hash) * 0xd6e8feb86659fd93ull;
    return hash;
}

static bool same_alternatives(const struct alternatives *a, const struct alternatives *b)
{
    if (a->hash != b->hash || a->count != b->count)
        return false;
    for (size_t i = 0; i < a->count; i++) {
        const struct conjunction *left = &a->items[i], *right = &b->items[i];
        if (left->count != right->count)
            return false;
        for (size_t j = 0; j < left->count; j++)
            if (compare_literals(&left->literals[j], &right->literals[j]) != 0)
                return false;
    }
    return true;
}

static bool same_but(const struct column *a, const struct column *b, unsigned but)
{
    for (unsigned d = 0; d < DIMENSION_MAX; d++)
        if (d != but && !same_alternatives(&a->of[d], &b->of[d]))
            return false;
    return a->unsteady == b->unsteady;
}

bool alternatives_always_hold(const struct alternatives *alternatives)
{
    for (size_t i = 0; i < alternatives->count; i++)
        if (!alternatives->items[i].count)
            return true;
    return false;
}

uint32_t column_asks(const struct column *column)
{
    uint32_t asked = 0;

    for (unsigned d = 0; d < DIMENSION_MAX; d++)
        asked |= alternatives_always_hold(&column->of[d]) ? 0 : 1u << d;
    return asked;
}

/* *to = *to OR *from */
static int unite(struct arena *arena, struct alternatives *to, const struct alternatives *from)
{
    if (same_alternatives(to, from) || alternatives_always_hold(to))
        return 0;
    if (alternatives_always_hold(from)) {
        *to = *from;
        to->room = 0;
        return 0;
    }
    size_t count = to->count + from->count;
    if (count > to->room) {
        struct conjunction *items = arena_array(arena, count * 2, sizeof(*items));
        if (!items)
            return -ENOMEM;
        memcpy(items, to->items, to->count * sizeof(*items));
        to->items = items;
        to->room = count * 2;
    }
    memcpy(to->items + to->count, from->items, from->count * sizeof(*from->items));
    to->count = count;
    to->hash += from->hash; /* as hash_alternatives adds them up */
    return 0;
}

/* Two rings become one. */
static void share(struct column *column, struct column *with)
{
    struct column_part *first = column->parts->next;

    column->parts->next = with->parts->next;
    with->parts->next = first;
    column->widened |= with->widened;
    column->unsteady |= with->unsteady;
    for (size_t i = 0; i < EVENT_TYPE_MAX / 64; i++)
        column->types.bits[i] |= with->types.bits[i];
}

struct keyed {
    uint64_t key;
    size_t index;
};

static int compare_keyed(const void *a, const void *b)
{
    const struct keyed *left = a, *right = b;

    if (left->key != right->key)
        return left->key < right->key ? -1 : 1;
    return left->index < right->index ? -1 : left->index > right->index;
}

/* Columns that differ in one dimension alone become one: nothing is lost by that. */
static int merge_equal(struct arena *arena, struct columns *columns, unsigned dimension)
{
    struct keyed *order = arena_array(arena, columns->count + 1, sizeof(*order));
    struct column *kept = arena_array(arena, columns->count + 1, sizeof(*kept));
    size_t count = 0;

    if (!order || !kept)
        return -ENOMEM;
    for (size_t i = 0; i < columns->count; i++)
        order[i] = (struct keyed){hash_but(&columns->items[i], dimension), i};
    qsort(order, columns->count, sizeof(*order), compare_keyed);
    for (size_t i = 0; i < columns->count; i++) {
        struct column *column = &columns->items[order[i].index];
        bool same = count && order[i - 1].key == order[i].key &&
                    same_but(&kept[count - 1], column, dimension);
        int r = 0;
        if (same) {
            share(&kept[count - 1], column);
            r = unite(arena, &kept[count - 1].of[dimension], &column->of[dimension]);
        } else {
            kept[count++] = *column;
        }
        if (r < 0)
            return r;
    }
    columns->items = kept;
    columns->count = count;
    return 0;
}

/* Those that differ only in what few events have come to stand together. */
static int compare_columns(const void *a, const void *b)
{
    static const enum dimension order[] = {DIMENSION_TYPE,    DIMENSION_OPEN,   DIMENSION_RAW,
                                           DIMENSION_RESULT,  DIMENSION_NAME,   DIMENSION_PORT,
                                           DIMENSION_ADDRESS, DIMENSION_PROCESS};
    const struct column *left = a, *right = b;

    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]); i++) {
        uint64_t of_left = left->of[order[i]].hash, of_right = right->of[order[i]].hash;
        if (of_left != of_right)
            return of_left < of_right ? -1 : 1;
    }
    return 0;
}

/* Too many: neighbours share a column that is true for either. */
static int merge_neighbours(struct arena *arena, struct columns *columns)
{
    size_t count = 0, before = columns->count;

    qsort(columns->items, before, sizeof(*columns->items), compare_columns);
    for (size_t i = 0; i < before; i++) {
        size_t place = i * FILTER_COLUMNS / before;
        if (place == count) {
            columns->items[count++] = columns->items[i];
            continue;
        }
        columns->merged++;
        share(&columns->items[place], &columns->items[i]);
        columns->items[place].widened = true;
        for (unsigned d = 0; d < DIMENSION_MAX; d++) {
            int r = unite(arena, &columns->items[place].of[d], &columns->items[i].of[d]);
            if (r < 0)
                return r;
        }
    }
    columns->count = count;
    return 0;
}

static int add_part(struct arena *arena, struct rule *rule, bool unsplit, struct column *column)
{
    struct alternatives *own = arena_array(arena, DIMENSION_MAX, sizeof(*own));
    struct column_part *part = arena_alloc(arena, sizeof(*part));

    if (!own || !part)
        return -ENOMEM;
    memcpy(own, column->of, sizeof(column->of));
    *part = (struct column_part){.rule = rule, .of = own, .unsplit = unsplit, .next = part};
    column->parts = part;
    column->types = rule->condition->match;
    column->unsteady = rule->condition->unsteady;
    return 0;
}

static int add_rule(struct arena *arena, struct rule *rule,
                    enum dimension (*dimension)(const struct atom *atom), struct columns *columns)
{
    struct form form;
    int r = -E2BIG;

    note_dimensions(rule->condition, dimension);
    if (weight(rule->condition) <= WEIGHT_MAX)
        r = take_apart(arena, rule->condition, false, &form);
    bool unsplit = r == -E2BIG;
    if (unsplit) {
        const struct conjunction whole = {0};
        columns->unsplit++;
        form = (struct form){0};
        r = form_add(arena, &form, &whole);
    }
    for (size_t i = 0; i < form.count && r == 0; i++) {
        struct column *column =
            arena_grow(arena, &columns->items, &columns->count, sizeof(*column));
        r = column ? column_of(arena, &form.items[i], column) : -ENOMEM;
        if (r == 0)
            r = add_part(arena, rule, unsplit, column);
    }
    return r;
}

int columns_make(struct ruleset *rules, struct arena *arena, const struct type_set *types,
                 struct columns *ret_columns)
{
    static const enum dimension order[] = {DIMENSION_TYPE,     DIMENSION_PATH,      DIMENSION_NAME,
                                           DIMENSION_ARGUMENT, DIMENSION_ARGUMENT2, DIMENSION_PORT,
                                           DIMENSION_ADDRESS,  DIMENSION_PROCESS,   DIMENSION_OPEN,
                                           DIMENSION_RESULT};
    struct columns columns = {0};
    int r = 0;

    for (size_t i = 0; i < rules->rule_count && r == 0; i++) {
        struct rule *rule = rules->rules[i];
        bool fits = false;
        for (size_t word = 0; word < EVENT_TYPE_MAX / 64; word++)
            fits |= (rule->condition->match.bits[word] & types->bits[word]) != 0;
        if (rule->info.enabled && fits)
            r = add_rule(arena, rule, dimension_of_atom, &columns);
    }
    for (size_t i = 0; i < sizeof(order) / sizeof(order[0]) && r == 0; i++)
        r = merge_equal(arena, &columns, order[i]);
    if (r == 0 && columns.count > FILTER_COLUMNS)
        r = merge_neighbours(arena, &columns);
    *ret_columns = columns;
    return r;
}

int columns_make_of(struct ruleset *rules, struct arena *arena,
                    bool (*takes)(const struct rule *rule),
                    enum dimension (*dimension)(const struct atom *atom),
                    struct columns *ret_columns)
{
    struct columns columns = {0};
    int r = 0;

    for (size_t i = 0; i < rules->rule_count && r == 0; i++)
        if (takes(rules->rules[i]))
            r = add_rule(arena, rules->rules[i], dimension, &columns);
    *ret_columns = columns;
    return r;
}

struct visiting {
    columns_visit visit;
    void *data;
    size_t column, alternative;
};

static int visit_term(const struct visiting *visiting, const struct term *term)
{
    int r = term->kind == TERM_ATOM ? visiting->visit(visiting->data, visiting->column,
                                                      visiting->alternative, term->atom)
                                    : 0;

    for (size_t i = 0; i < term->count && r == 0; i++)
        r = visit_term(visiting, term->children[i]);
    return r;
}

int columns_each_atom(const struct columns *columns, enum dimension dimension, columns_visit visit,
                      void *data)
{
    int r = 0;

    for (size_t c = 0; c < columns->count; c++) {
        const struct alternatives *alternatives = &columns->items[c].of[dimension];
        for (size_t i = 0; i < alternatives->count; i++) {
            const struct visiting visiting = {visit, data, c, i};
            for (size_t j = 0; j < alternatives->items[i].count && r == 0; j++)
                r = visit_term(&visiting, alternatives->items[i].literals[j].term);
        }
    }
    return r;
}
