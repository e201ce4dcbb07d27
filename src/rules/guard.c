/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/guard.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "event/table.h"
#include "rules/evaluate.h"
#include "rules/filter_internal.h"
#include "rules/guard_ancestors.h"
#include "rules/guard_types.h"
#include "rules/judge.h"

DEFINE_CLEANUP(struct world *, world_free);

struct guard {
    struct rules_guard made;
    struct filter filter;
};

static const struct {
    const char *field;
    enum dimension dimension;
} own_fields[] = {
    {"proc.exepath", DIMENSION_EXECUTABLE},       {"proc.pexepath", DIMENSION_PARENT},
    {"proc.is_exe_upper_layer", DIMENSION_IMAGE}, {"proc.is_exe_lower_layer", DIMENSION_IMAGE},
    {"proc.is_exe_from_memfd", DIMENSION_IMAGE},  {"proc.is_exe_deleted", DIMENSION_IMAGE},
    {"fd.is_upper_layer", DIMENSION_LAYER},       {"fd.is_lower_layer", DIMENSION_LAYER},
};

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

/* Of an atom, as guards see it. */
static enum dimension guard_dimension(const struct atom *atom)
{
    const struct field *field = atom->left->ref.field;

    if (atom->right)
        return DIMENSION_UNKNOWN;
    if (!strcmp(field->name, "evt.arg") && atom->left->ref.key &&
        !strcmp(atom->left->ref.key, "domain"))
        return DIMENSION_DOMAIN;
    if (field->class == FIELD_OF_PROCESS &&
        (starts(field->name, "container.") || starts(field->name, "k8s.")))
        return DIMENSION_CONTAINER;
    for (size_t i = 0; i < sizeof(own_fields) / sizeof(own_fields[0]); i++)
        if (!strcmp(field->name, own_fields[i].field))
            return atom->left->transformer_count ? DIMENSION_UNKNOWN : own_fields[i].dimension;
    enum dimension dimension = dimension_of_atom(atom);
    return dimension == DIMENSION_PROCESS || dimension == DIMENSION_RAW ? DIMENSION_UNKNOWN
                                                                        : dimension;
}

static int refuse(const struct rule *rule, struct error *ret_error, const char *why,
                  const char *instead)
{
    return error_set_at(ret_error, -EINVAL, rule->info.file, rule->info.line, 1,
                        "rule '%.64s' can't deny: %s%s%s", rule->info.name, why,
                        instead ? "; " : "", instead ? instead : "");
}

static const char *instead_of(const struct atom *atom)
{
    const char *name = atom->left->ref.field->name;

    if (starts(name, "proc.a") || starts(name, "proc.p"))
        return "proc.pexepath is known, by =, in, startswith, pmatch";
    if (starts(name, "proc.") || starts(name, "thread."))
        return "proc.exepath is known, by =, in, startswith, pmatch, and proc.is_exe_upper_layer "
               "and its like";
    if (starts(name, "fd.") || starts(name, "fs.") || starts(name, "evt.arg"))
        return "fd.name and the paths that calls name are known, by =, in, startswith, pmatch";
    return "or use 'action: kill'";
}

static bool is_text(enum dimension dimension)
{
    for (enum filter_text text = 0; text < FILTER_TEXT_ANCESTOR; text++)
        if (filter_text_dimension(text) == dimension)
            return true;
    return false;
}

/* Whether an atom is known for certain wherever it is looked at. */
static bool is_exact(struct truths *truths, struct atom *atom, enum dimension dimension)
{
    static const struct {
        enum dimension dimension;
        unsigned first, last;
    } small[] = {
        {DIMENSION_RESULT, 0, 0},
        {DIMENSION_OPEN, FILTER_OPEN(0, 0, FILTER_OPENED_REGULAR),
         FILTER_OPEN(3, 1, FILTER_OPENED_DIRECTORY)},
        {DIMENSION_IMAGE, 0, FILTER_LAYER_COUNT - 1},
        {DIMENSION_LAYER, 0, FILTER_LAYER_COUNT - 1},
        {DIMENSION_DOMAIN, 0, FILTER_DOMAIN_COUNT - 1},
    };

    if (is_text(dimension))
        return truth_listed(atom);
    if (dimension == DIMENSION_NAME)
        return (atom->op == OP_EQ || atom->op == OP_IN) && !atom->modifier;
    if (dimension == DIMENSION_ADDRESS || dimension == DIMENSION_PORT)
        return atom->op == OP_EQ || atom->op == OP_IN;
    for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++) {
        for (unsigned k = small[i].first; dimension == small[i].dimension && k <= small[i].last;
             k++) {
            const struct key key = {.dimension = dimension, .index = k};
            bool of_socket =
                dimension == DIMENSION_OPEN && !strcmp(atom->left->ref.field->name, "fd.l4proto");
            if (!of_socket && truth_of_atom(truths, atom, &key) == TRUTH_EITHER)
                return false;
        }
    }
    return true;
}

/* Each comparison of a rule; the first that is not known is named. */
static int check_term(struct truths *truths, const struct rule *rule, const struct term *term,
                      struct error *ret_error)
{
    int r = 0;

    if (term->kind == TERM_ATOM) {
        enum dimension dimension = guard_dimension(term->atom);
        if (dimension == DIMENSION_UNKNOWN || !is_exact(truths, term->atom, dimension)) {
            char why[256];
            snprintf(why, sizeof(why), "the kernel does not know '%.160s' before the act",
                     term->atom->key);
            return refuse(rule, ret_error, why, instead_of(term->atom));
        }
    }
    for (size_t i = 0; i < term->count && r == 0; i++)
        r = check_term(truths, rule, term->children[i], ret_error);
    return r;
}

static bool column_has_type(struct truths *truths, const struct column *column, unsigned type)
{
    const struct key key = {.dimension = DIMENSION_TYPE, .index = type};

    return filter_column_may_hold(truths, column, &key);
}

static bool column_has_any(struct truths *truths, const struct column *column,
                           const enum event_type types[GUARD_TYPES_MAX])
{
    for (size_t i = 0; i < GUARD_TYPES_MAX && types[i]; i++)
        if (column_has_type(truths, column, types[i]))
            return true;
    return false;
}

static const char *type_name(unsigned type)
{
    return event_type_info(type)->name;
}

/* Each call of a column has to have a hook. */
static int check_types(struct truths *truths, const struct column *column, struct error *ret_error)
{
    const struct rule *rule = column->parts->rule;
    const struct guard_type *row;
    char why[160];

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        if (!event_type_info(type) || !column_has_type(truths, column, type) ||
            guard_type_has_hook(type))
            continue;
        snprintf(why, sizeof(why), "the kernel asks nobody before '%s'", type_name(type));
        return refuse(rule, ret_error, why, "name the calls with evt.type, or use 'action: kill'");
    }
    for (size_t i = 0; (row = guard_type_at(i)); i++) {
        if (!column_has_any(truths, column, row->also) ||
            column_has_any(truths, column, row->types))
            continue;
        snprintf(why, sizeof(why), "the kernel can't tell '%s' from '%s'", type_name(row->also[0]),
                 type_name(row->types[0]));
        return refuse(rule, ret_error, why, "name both, or use 'action: kill'");
    }
    return 0;
}

/* What a column asks for has to be known at each hook of its calls. */
static int check_column(struct truths *truths, const struct column *column, struct error *ret_error)
{
    const uint32_t of_actor = DIMENSION_BIT(CONTAINER) | DIMENSION_BIT(EXECUTABLE) |
                              DIMENSION_BIT(IMAGE) | DIMENSION_BIT(TYPE) | DIMENSION_BIT(RESULT);
    const struct guard_type *row;
    uint32_t asked = 0;
    char why[160];

    for (unsigned d = 0; d < DIMENSION_MAX; d++)
        asked |= alternatives_always_hold(&column->of[d]) ? 0 : 1u << d;
    int r = check_types(truths, column, ret_error);
    for (size_t i = 0; r == 0 && (row = guard_type_at(i)); i++) {
        uint32_t unknown = asked & ~(row->knows | of_actor);
        if (!unknown || !column_has_any(truths, column, row->types))
            continue;
        snprintf(why, sizeof(why), "before '%s' the kernel does not know %s",
                 type_name(row->types[0]),
                 unknown & DIMENSION_BIT(PARENT) ? "the parent's executable"
                                                 : "the file, path or peer it asks for");
        r = refuse(column->parts->rule, ret_error, why, "make it rules of their own");
    }
    return r;
}

/* The vector of a hook: the columns of any call it stands for. */
static void unite_types(struct guard *guard)
{
    struct filter_vector *small = &guard->filter.tables.slot.small[FILTER_TYPE_AT];
    struct filter_vector united[EVENT_TYPE_MAX] = {0};
    const struct guard_type *row;

    for (size_t i = 0; (row = guard_type_at(i)); i++) {
        for (size_t j = 0; j < GUARD_TYPES_MAX && row->types[j]; j++)
            filter_vector_add(&united[row->hook], &small[row->types[j]]);
        for (size_t word = 0; word < FILTER_WORDS; word++)
            guard->made.types[row->hook] |= united[row->hook].words[word] != 0;
    }
    memcpy(small, united, sizeof(united));
}

/* A dimension that asked for too much has no table: here that would deny too much. */
static bool has_all_tables(const struct guard *guard)
{
    const struct columns *columns = &guard->filter.columns;
    const struct filter_slot *slot = &guard->filter.tables.slot;
    struct filter_vector unasked;

    for (enum filter_text text = 0; text < FILTER_TEXT_ANCESTOR; text++)
        if (filter_is_asked(columns, filter_text_dimension(text), &unasked) &&
            !slot->asks_texts[text])
            return false;
    return (!filter_is_asked(columns, DIMENSION_NAME, &unasked) || slot->asks_names) &&
           (!filter_is_asked(columns, DIMENSION_ADDRESS, &unasked) || slot->asks_addresses) &&
           (!filter_is_asked(columns, DIMENSION_PORT, &unasked) || slot->asks_ports);
}

static int make(struct ruleset *rules, struct guard *guard, struct error *ret_error)
{
    _cleanup_(world_freep) struct world *world = NULL;
    const struct world_requests none = {0};
    struct columns *columns = &guard->filter.columns;

    int r = world_new(NULL, &none, NULL, NULL, &world);
    if (r < 0)
        return error_set(ret_error, r, "out of memory");
    struct truths truths = {.rules = rules, .world = world, .exact = true};
    for (size_t i = 0; i < rules->rule_count && r == 0; i++)
        if (rule_denies(rules->rules[i]))
            r = check_term(&truths, rules->rules[i], rules->rules[i]->condition, ret_error);
    if (r < 0)
        return r;
    r = columns_make_of(rules, &rules->arena, rule_denies, guard_dimension, columns);
    if (r < 0)
        return error_set(ret_error, r, "out of memory");
    for (size_t c = 0; c < columns->count && r == 0; c++)
        r = columns->items[c].parts->unsplit
                ? refuse(columns->items[c].parts->rule, ret_error, "its condition is too entangled",
                         "split the rule")
                : check_column(&truths, &columns->items[c], ret_error);
    if (r < 0)
        return r;
    if (columns->count > FILTER_COLUMNS)
        return error_set(ret_error, -E2BIG,
                         "rules that deny have %zu ways to match in all: %d are the most the "
                         "kernel keeps",
                         columns->count, FILTER_COLUMNS);
    r = filter_fill(&truths, &guard->filter);
    if (r == 0 && !has_all_tables(guard))
        r = -E2BIG;
    unite_types(guard);
    if (r == 0)
        r = guard_protect(&rules->arena, &guard->filter.tables, &guard->made.slot.protects);
    if (r < 0)
        return error_set(ret_error, r,
                         "rules that deny ask for more paths, names or addresses "
                         "than the kernel keeps");
    const struct key unknown = {.dimension = DIMENSION_CONTAINER};
    filter_decide_all(&truths, columns, &unknown, &guard->made.slot.unknown);
    guard->made.tables = guard->filter.tables;
    return 0;
}

bool rules_deny(const struct ruleset *rules)
{
    for (size_t i = 0; i < rules->rule_count; i++)
        if (rule_denies(rules->rules[i]))
            return true;
    return false;
}

int rules_make_guard(struct ruleset *rules, const struct rules_guard **ret_guard,
                     struct error *ret_error)
{
    const struct rules_counters before = rules->counters;

    if (!rules_deny(rules)) {
        *ret_guard = NULL;
        return 0;
    }
    struct guard *guard = arena_alloc(&rules->arena, sizeof(*guard));
    if (!guard)
        return error_set(ret_error, -ENOMEM, "out of memory");
    int r = make(rules, guard, ret_error);
    rules->counters = before; /* nothing was judged */
    rules->context.values_cut = before.values_cut;
    if (r < 0)
        return r;
    rules->guard = guard;
    *ret_guard = &guard->made;
    return 0;
}

void rules_guard_container(struct ruleset *rules, struct world *world, struct container *container,
                           struct filter_vector *ret_columns)
{
    const struct columns *columns = &rules->guard->filter.columns;
    struct event_header header = {.type = EVENT_EXECVE};
    struct event event = {.header = &header};
    struct process_image image = {.exe_path = "", .filename = "", .argv = "", .env = "", .cwd = ""};
    struct process process = {.image = &image, .container = container};
    const struct judged_event judged = {
        .event = &event, .process = &process, .container = container};

    *ret_columns = (struct filter_vector){0};
    evaluate_begin(rules, world, &judged);
    for (size_t c = 0; c < columns->count; c++)
        if (evaluate_alternatives(rules, &columns->items[c].of[DIMENSION_CONTAINER]))
            filter_vector_set(ret_columns, c);
}

static const char *text_of(struct ruleset *rules, const struct event_param *param)
{
    char *copy = param ? field_context_alloc(&rules->context, param->len + 1) : NULL;

    if (copy) {
        memcpy(copy, param->data, param->len);
        copy[param->len] = '\0';
    }
    return copy ? copy : "";
}

struct would_be {
    struct judged_event judged;
    struct process_image image;
    struct process process;
};

/* The process as the refused exec would have made it: rules speak of that. Its arguments are not
 * known. It lives as long as the event is at hand. */
static const struct judged_event *as_executed(struct ruleset *rules,
                                              const struct judged_event *judged)
{
    const struct event *event = judged->event;
    const char *path = text_of(rules, event_param(event, PARAM_EXE_PATH));
    const char *slash = strrchr(path, '/');
    struct would_be *made = field_context_alloc(&rules->context, sizeof(*made));

    if (!made)
        return judged;
    *made = (struct would_be){
        .judged = *judged, .image = *judged->process->image, .process = *judged->process};
    struct process_image *image = &made->image;
    image->exe_path = path;
    image->filename = text_of(rules, event_param(event, PARAM_FILENAME));
    image->exe_flags = (uint32_t)event_number(event, PARAM_EXE_FLAGS, 0);
    image->exe_inode = (uint64_t)event_number(event, PARAM_EXE_INODE, 0);
    image->argc = image->argv_len = 0;
    image->argv = "";
    snprintf(made->process.name, sizeof(made->process.name), "%s", slash ? slash + 1 : path);
    memcpy(image->name, made->process.name, sizeof(image->name));
    made->process.image = image;
    made->judged.process = &made->process;
    return &made->judged;
}

unsigned rules_judge_denied(struct ruleset *rules, struct world *world,
                            const struct judged_event *judged, const struct filter_vector *columns,
                            rules_alert alert, void *data)
{
    const struct columns *all = &rules->guard->filter.columns;
    const struct rule *last = NULL;
    unsigned matches = 0;

    evaluate_begin(rules, world, judged);
    if (judged->event->header->type == EVENT_EXECVE)
        judged = rules->context.judged = as_executed(rules, judged);
    for (size_t c = 0; c < all->count; c++) {
        struct rule *rule = all->items[c].parts->rule;
        if (!filter_vector_has(columns, c) || rule == last)
            continue;
        last = rule; /* the columns of a rule follow each other */
        judge_raise(rules, world, judged, rule, alert, data);
        matches++;
    }
    return matches;
}
