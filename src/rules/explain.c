/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/explain.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "rules/evaluate.h"
#include "rules/explain_atom.h"
#include "rules/explain_text.h"
#include "rules/filter_internal.h"
#include "rules/filter_lookup.h"
#include "rules/partial_types.h"

#define TYPES_MANY     20 /* more are hardly meant one by one */
#define TYPES_NAMED    4  /* in a sentence */
#define BIT(dimension) (1u << (dimension))
/* What tells one file or peer from most others; a result or flags do not. */
#define OF_OBJECT                                                                                  \
    (DIMENSION_BIT(RAW) | DIMENSION_BIT(PATH) | DIMENSION_BIT(NAME) | DIMENSION_BIT(ARGUMENT) |    \
     DIMENSION_BIT(ARGUMENT2) | DIMENSION_BIT(ADDRESS) | DIMENSION_BIT(PORT))
/* What is looked up of any event. */
#define OF_ANY (DIMENSION_BIT(PROCESS) | DIMENSION_BIT(TYPE) | DIMENSION_BIT(RESULT))

static const struct {
    const char *name, *text;
} places[EXPLAIN_PLACE_MAX] = {
    [EXPLAIN_KERNEL] = {"kernel", "kernel, exactly"},
    [EXPLAIN_KERNEL_PART] = {"kernel_part", "kernel, but more is sent than matches"},
    [EXPLAIN_MASK] = {"mask", "user space, once per state of a process"},
    [EXPLAIN_FAR] = {"far", "user space: walks past the parent"},
    [EXPLAIN_USER] = {"user", "user space, counts as true in the kernel"},
};

static const char *const sent_because[] = {
    [TYPE_LOOKED_UP] = NULL,
    [TYPE_CRITICAL] = "critical",
    [TYPE_TEACHES] = "the agent itself learns from it",
};

/* How much is sent of some events. */
enum sent { SENT_FITTING, SENT_OF_PROCESSES, SENT_ALL };

DEFINE_CLEANUP(struct world *, world_free);

/* A term or an atom that was met: macros share them. */
struct met {
    const void *what;
    UT_hash_handle hh;
};

struct explainer {
    struct truths truths;
    const struct filter *filter;
    const struct rule *rule;
    unsigned values_max;
    struct arena *arena;
    struct explanation *out;
    struct met *met;
    struct type_set types; /* of the rule, that are looked up */
    size_t type_count;
    unsigned looked_up;         /* dimensions, of some of those types */
    unsigned decided;           /* dimensions that narrow some column */
    enum sent sent;             /* the most of all columns */
    struct type_set sent_types; /* of those columns */
    struct explain_texts atom_advice;
    int failed; /* 0 or the first -errno: asked once, at the end */
};

const char *explain_place_name(enum explain_place place)
{
    return places[place].name;
}

const char *explain_place_text(enum explain_place place)
{
    return places[place].text;
}

static const char *keep(struct explainer *x, const struct buf *buf)
{
    const char *text =
        buf->failed ? NULL : arena_copy(x->arena, buf->data ? buf->data : "", buf->len);

    if (!text)
        x->failed = -ENOMEM;
    return text ? text : "";
}

static void *grow(struct explainer *x, void *items, size_t *count, size_t size)
{
    void *slot = arena_grow(x->arena, items, count, size);

    if (!slot)
        x->failed = -ENOMEM;
    return slot;
}

/* Adds a text that is not among them yet. */
static void add_text(struct explainer *x, struct explain_texts *texts, const char *text)
{
    for (size_t i = 0; i < texts->count; i++)
        if (!strcmp(texts->items[i], text))
            return;
    const char **slot = grow(x, &texts->items, &texts->count, sizeof(*slot));
    if (slot)
        *slot = text;
}

static bool meet(struct explainer *x, const void *what)
{
    struct met *met;

    HASH_FIND_PTR(x->met, &what, met);
    if (met)
        return false;
    met = arena_alloc(x->arena, sizeof(*met));
    if (met) {
        met->what = what;
        HASH_ADD_PTR(x->met, what, met);
    }
    if (!met || !met->hh.tbl)
        x->failed = -ENOMEM;
    return true;
}

static void explain_types(struct explainer *x)
{
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        if (!type_set_has(&x->rule->condition->match, type))
            continue;
        struct explained_type *slot = grow(x, &x->out->types, &x->out->type_count, sizeof(*slot));
        if (!slot)
            return;
        bool dns = x->truths.rules->needs.dns;
        enum type_use use = filter_type_use(type, dns);
        *slot = (struct explained_type){event_type_info(type)->name, sent_because[use],
                                        partial_type(type, dns)};
        if (use != TYPE_LOOKED_UP)
            continue;
        type_set_add(&x->types, type);
        x->type_count++;
        x->looked_up |= filter_lookup_dimensions(type);
    }
}

/* Whether there is a list, where the dimension needs one. */
static bool is_listed(const struct filter_slot *slot, enum dimension dimension)
{
    switch (dimension) {
    case DIMENSION_PATH: return slot->asks_texts[FILTER_TEXT_PATH];
    case DIMENSION_ARGUMENT: return slot->asks_texts[FILTER_TEXT_ARGUMENT];
    case DIMENSION_ARGUMENT2: return slot->asks_texts[FILTER_TEXT_ARGUMENT2];
    case DIMENSION_NAME: return slot->asks_names;
    case DIMENSION_ADDRESS: return slot->asks_addresses;
    case DIMENSION_PORT: return slot->asks_ports;
    default: return true;
    }
}

/* Why the tables are of no use for a comparison that they could decide; NULL when they are. */
static const char *not_looked_up(struct explainer *x, enum dimension dimension)
{
    const struct filter_slot *slot = &x->filter->tables.slot;

    if (dimension == DIMENSION_TYPE || !x->rule->info.enabled)
        return NULL;
    if (!x->type_count)
        return "the events of the rule are sent always";
    if (x->out->unsplit)
        return "the condition is too entangled to take apart";
    if (dimension == DIMENSION_PROCESS || dimension == DIMENSION_RESULT)
        return NULL;
    if (!(x->looked_up & BIT(dimension))) {
        _cleanup_buf_ struct buf only = {0};
        buf_printf(&only, "it is looked up for %s alone", explain_looked_up_for(dimension));
        return keep(x, &only);
    }
    if (!is_listed(slot, dimension))
        return "no list was made: too many are asked for, or it would drop nothing";
    return NULL;
}

static void explain_atom(struct explainer *x, struct atom *atom, const char *macro)
{
    _cleanup_buf_ struct buf text = {0}, reason = {0}, advice = {0};
    struct explained_atom *slot =
        meet(x, atom) ? grow(x, &x->out->atoms, &x->out->atom_count, sizeof(*slot)) : NULL;

    if (!slot)
        return;
    explain_atom_text(&text, atom, x->values_max);
    enum explain_place place = explain_atom_place(&x->truths, atom, &reason);
    explain_atom_advice(&advice, atom, place, x->values_max);
    if (advice.len)
        add_text(x, &x->atom_advice, keep(x, &advice));
    const char *why_not = place <= EXPLAIN_MASK ? not_looked_up(x, dimension_of_atom(atom)) : NULL;
    *slot = (struct explained_atom){
        .text = keep(x, &text),
        .macro = macro,
        .place = why_not ? EXPLAIN_USER : place,
        .reason = why_not ? why_not : keep(x, &reason),
    };
}

static void explain_atoms(struct explainer *x, const struct term *term, const char *macro)
{
    if (x->failed || (term->shared && !meet(x, term)))
        return;
    if (term->macro)
        macro = term->macro;
    if (term->kind == TERM_ATOM)
        explain_atom(x, term->atom, macro);
    for (size_t i = 0; i < term->count; i++)
        explain_atoms(x, term->children[i], macro);
}

static struct type_set types_of_column(struct explainer *x, const struct column *column)
{
    struct type_set types = {0};

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        const struct key key = {.dimension = DIMENSION_TYPE, .index = type};
        if (type_set_has(&x->types, type) &&
            truth_may_hold(&x->truths, &column->of[DIMENSION_TYPE], &key))
            type_set_add(&types, type);
    }
    return types;
}

static size_t add_types(struct buf *buf, const struct type_set *types)
{
    size_t count = 0;

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        if (type_set_has(types, type) && count++ < TYPES_NAMED)
            buf_printf(buf, "%s%s", count > 1 ? ", " : "", event_type_info(type)->name);
    if (count > TYPES_NAMED)
        buf_printf(buf, " and %zu more types", count - TYPES_NAMED);
    return count;
}

/* "every unlink, rmdir", or "open, openat that fit path, of processes that fit". */
static void add_sent(struct explainer *x, struct buf *buf, const struct type_set *types,
                     unsigned narrowed)
{
    unsigned by_event = narrowed & ~(BIT(DIMENSION_TYPE) | BIT(DIMENSION_PROCESS));
    enum sent sent = narrowed & OF_OBJECT                ? SENT_FITTING
                     : narrowed & BIT(DIMENSION_PROCESS) ? SENT_OF_PROCESSES
                                                         : SENT_ALL;
    const char *separator = " that fit ";

    buf_add_string(buf, buf->len ? "; " : "");
    buf_add_string(buf, sent == SENT_FITTING ? "" : "every ");
    add_types(buf, types);
    for (unsigned d = 0; d < DIMENSION_MAX; d++) {
        if (!(by_event & BIT(d)))
            continue;
        buf_printf(buf, "%s%s", separator, explain_dimension(d));
        separator = ", ";
    }
    if (narrowed & BIT(DIMENSION_PROCESS))
        buf_add_string(buf, by_event ? ", of processes that fit" : " of processes that fit");
    x->decided |= narrowed;
    if (sent > x->sent) {
        x->sent = sent;
        x->sent_types = (struct type_set){0};
    }
    for (unsigned type = 0; sent == x->sent && type < EVENT_TYPE_MAX; type++)
        if (type_set_has(types, type))
            type_set_add(&x->sent_types, type);
}

static const char *sends_of(struct explainer *x, const struct column *column, unsigned narrowed)
{
    struct type_set types = types_of_column(x, column);
    _cleanup_buf_ struct buf buf = {0};

    /* Those of which the same is looked up together. */
    for (unsigned first = 0; first < EVENT_TYPE_MAX; first++) {
        unsigned looked_up = filter_lookup_dimensions(first) & narrowed;
        struct type_set alike = {0};
        if (!type_set_has(&types, first))
            continue;
        for (unsigned type = first; type < EVENT_TYPE_MAX; type++) {
            if (!type_set_has(&types, type) ||
                (filter_lookup_dimensions(type) & narrowed) != looked_up)
                continue;
            type_set_add(&alike, type);
            types.bits[type / 64] &= ~(1ull << (type % 64));
        }
        add_sent(x, &buf, &alike, (narrowed & OF_ANY) | looked_up);
    }
    if (!buf.len)
        buf_add_string(&buf, "nothing that is looked up");
    return keep(x, &buf);
}

static bool narrows(struct explainer *x, const struct column *column, enum dimension dimension)
{
    if (!is_listed(&x->filter->tables.slot, dimension))
        return false; /* nobody asks, or too many are asked for */
    return explain_narrows(&x->truths, &column->of[dimension], dimension);
}

static int compare_texts(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static void sort_texts(struct explain_texts *texts)
{
    if (texts->count)
        qsort(texts->items, texts->count, sizeof(*texts->items), compare_texts);
}

/* What the rule's own parts of a column say of a dimension, each once. */
static struct explain_texts texts_of(struct explainer *x, const struct column *column, unsigned d)
{
    struct explain_texts texts = {0};
    const struct column_part *part = column->parts;
    bool always = false;

    do {
        part = part->next;
        const struct conjunction *own = part->of[d].items;
        _cleanup_buf_ struct buf buf = {0};
        if (part->rule != x->rule)
            continue;
        always |= !own->count;
        explain_conjunction_text(&buf, own, x->values_max);
        if (own->count)
            add_text(x, &texts, keep(x, &buf));
    } while (part != column->parts);
    if (always)
        texts.count = 0;
    sort_texts(&texts);
    return texts;
}

static bool is_of_rule(struct explainer *x, const struct column *column,
                       struct explain_texts *others)
{
    const struct column_part *part = column->parts;
    bool of_rule = false;

    do {
        part = part->next;
        if (part->rule == x->rule) {
            of_rule = true;
            x->out->unsplit |= part->unsplit;
        } else {
            add_text(x, others, part->rule->info.name);
        }
    } while (part != column->parts);
    sort_texts(others);
    return of_rule;
}

static void explain_column(struct explainer *x, size_t number)
{
    const struct column *column = &x->filter->columns.items[number];
    struct explain_texts others = {0};
    unsigned narrowed = 0;

    if (!is_of_rule(x, column, &others))
        return;
    struct explained_column *slot = grow(x, &x->out->columns, &x->out->column_count, sizeof(*slot));
    if (!slot)
        return;
    *slot = (struct explained_column){.shared_with = others, .widened = column->widened};
    filter_vector_set(&x->out->mask, number);
    for (unsigned d = 0; d < DIMENSION_MAX; d++) {
        struct explain_texts texts = texts_of(x, column, d);
        bool drops = narrows(x, column, d);
        narrowed |= drops ? BIT(d) : 0;
        if (!texts.count)
            continue;
        struct explained_part *part = grow(x, &slot->parts, &slot->part_count, sizeof(*part));
        if (part)
            *part = (struct explained_part){explain_dimension(d), texts, drops};
    }
    slot->sends = sends_of(x, column, narrowed);
}

/* The tables have an order of their own, another with each start. */
static int compare_columns(const void *a, const void *b)
{
    const struct explained_column *left = a, *right = b;
    int order = strcmp(left->sends, right->sends);

    for (size_t p = 0; !order && p < left->part_count && p < right->part_count; p++) {
        const struct explained_part *of_left = &left->parts[p], *of_right = &right->parts[p];
        order = strcmp(of_left->dimension, of_right->dimension);
        if (!order)
            order = strcmp(of_left->texts.items[0], of_right->texts.items[0]);
    }
    return order ? order
                 : (left->part_count > right->part_count) - (left->part_count < right->part_count);
}

static void add_decided(struct explainer *x, struct buf *buf)
{
    const char *separator = "";

    for (unsigned d = 0; d < DIMENSION_MAX; d++) {
        if (!(x->decided & BIT(d)))
            continue;
        buf_printf(buf, "%s%s", separator, explain_dimension(d));
        separator = ", ";
    }
}

static void judge_kernel(struct explainer *x, struct buf *buf)
{
    static const char nothing[] = "nothing but the type is decided in the kernel: ";

    if (!x->rule->info.enabled) {
        buf_add_string(buf, "the rule is disabled: nothing is sent for it");
    } else if (!x->out->column_count) {
        buf_printf(buf, "%s%s", nothing,
                   x->out->type_count ? "its events are sent always" : "no event can match it");
    } else if (x->out->unsplit) {
        buf_printf(buf, "%sits condition is too entangled to take apart", nothing);
    } else {
        bool types_alone = !(x->decided & ~BIT(DIMENSION_TYPE));
        buf_add_string(buf, "decided in the kernel: ");
        add_decided(x, buf);
        buf_add_string(buf, !x->decided ? "nothing" : types_alone ? " alone" : "");
        if (x->sent != SENT_FITTING) {
            buf_add_string(buf, "; hardly narrowed: every ");
            add_types(buf, &x->sent_types);
        }
        if (x->sent == SENT_OF_PROCESSES)
            buf_add_string(buf, " of processes that fit");
    }
}

static void advise(struct explainer *x)
{
    _cleanup_buf_ struct buf buf = {0};
    struct explain_texts *advice = &x->out->advice;
    size_t others = 0;

    if (x->out->unsplit) {
        add_text(x, advice, "write it as several rules: one for each of the alternatives");
        return;
    }
    if (x->sent == SENT_FITTING || !x->out->column_count)
        return;
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        others += type_set_has(&x->sent_types, type) &&
                  !(filter_lookup_dimensions(type) & x->decided & OF_OBJECT);
    if (x->out->type_count > TYPES_MANY) {
        buf_printf(&buf, "add evt.type: the rule is tried on %zu types of events",
                   x->out->type_count);
        add_text(x, advice, keep(x, &buf));
    } else if (others && x->decided & OF_OBJECT) {
        add_text(x, advice,
                 "paths and names are looked up for opens, calls that name a path, and sockets");
    }
    for (size_t i = 0; i < x->atom_advice.count; i++)
        add_text(x, advice, x->atom_advice.items[i]);
    if (x->sent == SENT_ALL)
        add_text(x, advice,
                 "a condition on who acts, such as container.id != host, is asked once "
                 "per state of a process");
}

static int explain(struct explainer *x)
{
    _cleanup_buf_ struct buf verdict = {0};

    explain_types(x);
    for (size_t c = 0; c < x->filter->columns.count && !x->failed; c++)
        explain_column(x, c);
    if (x->out->column_count)
        qsort(x->out->columns, x->out->column_count, sizeof(*x->out->columns), compare_columns);
    explain_atoms(x, x->rule->condition, NULL);
    judge_kernel(x, &verdict);
    x->out->verdict = keep(x, &verdict);
    advise(x);
    HASH_CLEAR(hh, x->met);
    return x->failed;
}

int rules_explain(struct ruleset *rules, size_t index, unsigned values_max, struct arena *arena,
                  struct explanation *ret_explanation)
{
    _cleanup_(world_freep) struct world *world = NULL;
    const struct rules_counters before = rules->counters;
    const struct world_requests none = {0};
    struct explanation out = {.info = rules->rules[index]->info};

    int r = world_new(NULL, &none, NULL, NULL, &world);
    if (r < 0)
        return r;
    struct explainer explainer = {
        .truths = {.rules = rules, .world = world},
        .filter = rules->filter,
        .rule = rules->rules[index],
        .values_max = values_max,
        .arena = arena,
        .out = &out,
    };
    r = explain(&explainer);
    rules->counters = before; /* nothing was judged */
    rules->context.values_cut = before.values_cut;
    if (r == 0)
        *ret_explanation = out;
    return r;
}
