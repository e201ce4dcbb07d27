/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/guard_check.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "event/table.h"
#include "rules/filter_internal.h"
#include "rules/guard_types.h"

static const struct {
    const char *field;
    enum dimension dimension;
} own_fields[] = {
    {"proc.exepath", DIMENSION_EXECUTABLE},       {"proc.pexepath", DIMENSION_PARENT},
    {"proc.is_exe_upper_layer", DIMENSION_IMAGE}, {"proc.is_exe_lower_layer", DIMENSION_IMAGE},
    {"proc.is_exe_from_memfd", DIMENSION_IMAGE},  {"proc.is_exe_deleted", DIMENSION_IMAGE},
    {"fd.is_upper_layer", DIMENSION_LAYER},       {"fd.is_lower_layer", DIMENSION_LAYER},
    {"evt.to_agent", DIMENSION_TARGET},
};

static const struct {
    const char *key;
    enum dimension dimension;
} own_arguments[] = {{"domain", DIMENSION_DOMAIN}, {"mode", DIMENSION_KIND}};

static bool starts(const char *text, const char *with)
{
    return !strncmp(text, with, strlen(with));
}

enum dimension guard_dimension(const struct atom *atom)
{
    const struct field *field = atom->left->ref.field;

    if (atom->right)
        return DIMENSION_UNKNOWN;
    for (size_t i = 0; i < sizeof(own_arguments) / sizeof(own_arguments[0]); i++)
        if (!strcmp(field->name, "evt.arg") && atom->left->ref.key &&
            !strcmp(atom->left->ref.key, own_arguments[i].key))
            return own_arguments[i].dimension;
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

int guard_refuse(const struct rule *rule, struct error *ret_error, const char *why,
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

/* Of a mode only what it makes: files and sockets are made by other calls too. */
static bool is_of_kind(const struct atom *atom)
{
    static const char *const kinds[] = {"S_IFCHR", "S_IFBLK", "S_IFIFO"};
    bool known = atom->op == OP_CONTAINS && atom->operand_count == 1;

    for (size_t k = 0; known && k < sizeof(kinds) / sizeof(kinds[0]); k++)
        if (!strcmp(atom->operands[0].string.data, kinds[k]))
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
        {DIMENSION_TARGET, 0, FILTER_TARGET_COUNT - 1},
    };

    if (is_text(dimension))
        return truth_listed(atom);
    if (dimension == DIMENSION_NAME)
        return (atom->op == OP_EQ || atom->op == OP_IN) && !atom->modifier;
    if (dimension == DIMENSION_KIND)
        return is_of_kind(atom);
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

bool guard_find_unknown(struct truths *truths, const struct term *term,
                        struct guard_unknown *ret_unknown)
{
    if (term->kind == TERM_ATOM) {
        enum dimension dimension = guard_dimension(term->atom);
        if (dimension == DIMENSION_UNKNOWN || !is_exact(truths, term->atom, dimension)) {
            snprintf(ret_unknown->why, sizeof(ret_unknown->why),
                     "the kernel does not know '%.160s' before the act", term->atom->key);
            ret_unknown->instead = instead_of(term->atom);
            return true;
        }
    }
    for (size_t i = 0; i < term->count; i++)
        if (guard_find_unknown(truths, term->children[i], ret_unknown))
            return true;
    return false;
}

bool guard_column_has_type(struct truths *truths, const struct column *column, unsigned type)
{
    const struct key key = {.dimension = DIMENSION_TYPE, .index = type};

    return filter_column_may_hold(truths, column, &key);
}

static bool column_has_any(struct truths *truths, const struct column *column,
                           const enum event_type types[GUARD_TYPES_MAX])
{
    for (size_t i = 0; i < GUARD_TYPES_MAX && types[i]; i++)
        if (guard_column_has_type(truths, column, types[i]))
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
        if (!event_type_info(type) || !guard_column_has_type(truths, column, type) ||
            guard_type_has_hook(type))
            continue;
        snprintf(why, sizeof(why), "the kernel asks nobody before '%s'", type_name(type));
        return guard_refuse(rule, ret_error, why,
                            "name the calls with evt.type, or use 'action: kill'");
    }
    for (size_t i = 0; (row = guard_type_at(i)); i++) {
        if (!column_has_any(truths, column, row->also) ||
            column_has_any(truths, column, row->types))
            continue;
        snprintf(why, sizeof(why), "the kernel can't tell '%s' from '%s'", type_name(row->also[0]),
                 type_name(row->types[0]));
        return guard_refuse(rule, ret_error, why, "name both, or use 'action: kill'");
    }
    return 0;
}

int guard_check_column(struct truths *truths, const struct column *column, struct error *ret_error)
{
    const uint32_t of_actor = DIMENSION_BIT(CONTAINER) | DIMENSION_BIT(EXECUTABLE) |
                              DIMENSION_BIT(IMAGE) | DIMENSION_BIT(TYPE) | DIMENSION_BIT(RESULT);
    const struct guard_type *row;
    uint32_t asked = column_asks(column);
    char why[160];

    int r = check_types(truths, column, ret_error);
    for (size_t i = 0; r == 0 && (row = guard_type_at(i)); i++) {
        uint32_t unknown = asked & ~(row->knows | of_actor);
        if (!unknown || !column_has_any(truths, column, row->types))
            continue;
        snprintf(why, sizeof(why), "before '%s' the kernel does not know %s",
                 type_name(row->types[0]),
                 unknown & DIMENSION_BIT(PARENT) ? "the parent's executable"
                                                 : "the file, path or peer it asks for");
        r = guard_refuse(column->parts->rule, ret_error, why, "make it rules of their own");
    }
    return r;
}
