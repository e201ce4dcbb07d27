/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/atom.h"

#include <errno.h>
#include <string.h>

#include "rules/compare.h"
#include "rules/nearest.h"
#include "rules/operand.h"
#include "rules/syscall_names.h"
#include "rules/transform.h"
#include "rules/warnings.h"

static int no_memory(struct checker *checker)
{
    return error_set(checker->error, -ENOMEM, "out of memory");
}

static const char *const type_names[] = {
    [FIELD_STRING] = "a string",
    [FIELD_NUMBER] = "a number",
    [FIELD_BOOL] = "true or false",
    [FIELD_DURATION] = "a duration in ns",
    [FIELD_TIME] = "a time",
    [FIELD_ADDRESS] = "an address",
    [FIELD_NETWORK] = "a network",
    [FIELD_PORT] = "a port",
    [FIELD_STRINGS] = "a list of strings",
    [FIELD_NAMES] = "a host name",
};

/* Write the field with its transformers, the key of its slot. */
static int slot_name(struct buf *name, const struct ast_field *field)
{
    for (unsigned i = field->transformer_count; i-- > 0;)
        buf_printf(name, "%s(", transformer_name(field->transformers[i]));
    buf_add(name, field->name, field->len);
    for (unsigned i = 0; i < field->transformer_count; i++)
        buf_add_char(name, ')');
    return name->failed;
}

static int transformed_type(struct checker *checker, const struct origin *origin,
                            const struct ast_field *field, struct slot *slot)
{
    slot->type = slot->field_type = field_ref_type(&slot->ref);
    slot->transformer_count = field->transformer_count;
    for (unsigned i = 0; i < field->transformer_count; i++) {
        enum transformer transformer = field->transformers[i];
        slot->transformers[i] = field->transformers[i];
        if (transformer >= TRANSFORM_JOIN)
            return origin_error(checker->error, origin, field->offset, -EINVAL,
                                "transformer '%s' is not supported yet",
                                transformer_name(transformer));
        if (!transform_type(transformer, slot->type, &slot->type))
            return origin_error(checker->error, origin, field->offset, -EINVAL,
                                "transformer '%s' takes strings; %.64s is %s",
                                transformer_name(transformer), field->name, type_names[slot->type]);
    }
    return 0;
}

static int new_slot(struct checker *checker, const struct origin *origin,
                    const struct ast_field *field, const char *name, size_t len,
                    struct slot **ret_slot)
{
    struct arena *arena = &checker->rules->arena;
    struct slot *slot = arena_alloc(arena, sizeof(*slot));
    struct error error = {0};

    if (!slot || !(slot->name = arena_copy(arena, name, len)))
        return no_memory(checker);
    int r = field_find(field->name, field->len, &slot->ref, &error);
    if (r < 0)
        return origin_error(checker->error, origin, field->offset, r, "%s", error.message);
    r = transformed_type(checker, origin, field, slot);
    if (r == 0) {
        HASH_ADD_KEYPTR(hh, checker->rules->slots, slot->name, len, slot);
        r = slot->hh.tbl ? 0 : no_memory(checker);
    }
    if (r < 0)
        free((void *)slot->ref.key);
    else
        *ret_slot = slot;
    return r;
}

int check_slot(struct checker *checker, const struct origin *origin, const struct ast_field *field,
               struct slot **ret_slot)
{
    _cleanup_buf_ struct buf name = {0};
    struct slot *slot;
    int r = slot_name(&name, field);

    if (r < 0)
        return no_memory(checker);
    HASH_FIND(hh, checker->rules->slots, name.data, name.len, slot);
    if (!slot)
        r = new_slot(checker, origin, field, name.data, name.len, &slot);
    if (r < 0)
        return r;
    if (slot->ref.field->deprecated)
        warnings_add_origin(checker->collector->warnings, "LOAD_DEPRECATED_ITEM", origin,
                            field->offset, "field '%.64s' is deprecated", field->name);
    *ret_slot = slot;
    return 0;
}

static int add_value(struct checker *checker, struct ast_value **values, size_t *count,
                     const struct ast_value *value)
{
    struct ast_value *slot = arena_grow(checker->collector->arena, values, count, sizeof(*slot));

    if (!slot)
        return no_memory(checker);
    *slot = *value;
    return 0;
}

/* As in Falco it is a value then, which can hardly be meant. */
static void warn_no_list(struct checker *checker, const struct ast_value *value)
{
    struct nearest nearest = nearest_start(value->text, value->len);
    char hint[128];

    for (struct list_def *list = checker->collector->lists; list; list = list->hh.next)
        nearest_offer(&nearest, list->name);
    warnings_add_origin(checker->collector->warnings, "LOAD_COMPILE_CONDITION", value->origin,
                        value->offset, "'%.64s' is an ordinary value here: no list has this name%s",
                        value->text, nearest_hint(&nearest, hint, sizeof(hint)));
}

int atom_values(struct checker *checker, const struct ast *ast, struct ast_value **ret_values,
                size_t *ret_count)
{
    bool single = operator_info(ast->op)->class != OPERATOR_LIST && !ast->modifier;
    struct ast_value *values = NULL;
    size_t count = 0;

    for (size_t i = 0; i < ast->value_count; i++) {
        const struct ast_value *value = &ast->values[i];
        struct list_def *list =
            value->quoted ? NULL : collect_find_list(checker->collector, value->text);
        int r = 0;

        if (!list) {
            if (ast->list_name)
                warn_no_list(checker, value);
            r = add_value(checker, &values, &count, value);
        } else {
            list->used = true;
            if (single && list->value_count != 1)
                r = origin_error(checker->error, value->origin, value->offset, -EINVAL,
                                 "list '%.64s' of %zu values stands where '%s' takes one value; "
                                 "use 'in (%.64s)', or quote what is meant as a string",
                                 list->name, list->value_count, operator_info(ast->op)->name,
                                 list->name);
            for (size_t j = 0; r == 0 && j < list->value_count; j++)
                r = add_value(checker, &values, &count, &list->values[j]);
        }
        if (r < 0)
            return r;
    }
    *ret_values = values;
    *ret_count = count;
    return 0;
}

static int unknown_type(struct checker *checker, const struct ast_value *value)
{
    struct nearest nearest = nearest_start(value->text, value->len);
    char hint[128];

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        const struct event_type_info *info = event_type_info(type);
        if (info && info->family != FAMILY_FACT)
            nearest_offer(&nearest, info->name);
    }
    return origin_error(checker->error, value->origin, value->offset, -ENOENT,
                        "'%.64s' is no event type%s", value->text,
                        nearest_hint(&nearest, hint, sizeof(hint)));
}

/* Comparisons of evt.type narrow the events a term can be true or false for. */
static int narrow_types(struct checker *checker, const struct atom *atom,
                        const struct ast_value *values, size_t count, struct term *term)
{
    struct type_set named = {0}, others = check_all_types();

    term->match = others;
    term->reject = others;
    if (strcmp(atom->left->name, "evt.type") != 0 || atom->right || atom->modifier ||
        (atom->op != OP_EQ && atom->op != OP_NE && atom->op != OP_IN))
        return 0;
    for (size_t i = 0; i < count; i++) {
        enum event_type type = event_type_by_name(values[i].text);
        if (type != EVENT_NONE && event_type_info(type)->family != FAMILY_FACT) {
            type_set_add(&named, type);
            others.bits[type / 64] &= ~(1ull << (type % 64));
        } else if (!syscall_name_known(values[i].text)) {
            return unknown_type(checker, &values[i]);
        } else {
            warnings_add_origin(checker->collector->warnings, "LOAD_COMPILE_CONDITION",
                                values[i].origin, values[i].offset,
                                "events of type '%.64s' are not observed: this never matches",
                                values[i].text);
        }
    }
    term->match = atom->op == OP_NE ? others : named;
    term->reject = atom->op == OP_NE ? named : others;
    return 0;
}

static int check_right_field(struct checker *checker, const struct ast *ast, struct atom *atom)
{
    int r = check_slot(checker, ast->origin, ast->right, &atom->right);
    if (r < 0)
        return r;

    enum field_type left = atom->left->type, right = atom->right->type;
    if (compare_class(left) != compare_class(right))
        return origin_error(checker->error, ast->origin, ast->right->offset, -EINVAL,
                            "%.64s is %s, %.64s is %s: they can't be compared", ast->left.name,
                            type_names[left], ast->right->name, type_names[right]);
    if (atom->op == OP_REGEX || atom->op == OP_BCONTAINS || atom->op == OP_BSTARTSWITH ||
        atom->op == OP_PMATCH || left == FIELD_NAMES)
        return origin_error(checker->error, ast->origin, ast->right->offset, -EINVAL,
                            "'%s' on %.64s takes no field on its right-hand side",
                            operator_info(atom->op)->name, ast->left.name);
    return 0;
}

static int check_operator(struct checker *checker, const struct ast *ast, const struct atom *atom)
{
    enum field_type type = atom->left->type;

    if (compare_supports(type, atom->op))
        return 0;
    return origin_error(checker->error, ast->origin, ast->op_offset, -EINVAL,
                        "operator '%s' does not apply to %.64s, which is %s",
                        operator_info(ast->op)->name, ast->left.name, type_names[type]);
}

static int make_operands(struct checker *checker, struct atom *atom, const struct ast_value *values,
                         size_t count)
{
    struct arena *arena = &checker->rules->arena;

    atom->operands = arena_array(arena, count, sizeof(*atom->operands));
    if (!atom->operands)
        return no_memory(checker);
    for (size_t i = 0; i < count; i++) {
        int r = operand_make(arena, atom->left->name, atom->left->type, atom->op, &values[i],
                             &atom->operands[i], checker->error);
        if (r < 0)
            return r;
        atom->operand_count++;
    }

    enum field_type type = atom->left->type;
    if (operator_info(atom->op)->class != OPERATOR_LIST ||
        (type != FIELD_STRING && type != FIELD_STRINGS))
        return 0;
    atom->set = string_set_new(arena, count);
    if (!atom->set)
        return no_memory(checker);
    for (size_t i = 0; i < count; i++)
        if (!atom->operands[i].is_pattern)
            string_set_add(atom->set, atom->operands[i].string.data, atom->operands[i].string.len);
    return 0;
}

static int atom_key(struct buf *key, const struct atom *atom, const struct ast_value *values,
                    size_t count)
{
    buf_printf(key, "%s %s", atom->left->name, operator_info(atom->op)->name);
    if (atom->modifier)
        buf_printf(key, " %s", modifier_name(atom->modifier));
    if (atom->right)
        buf_printf(key, " %s", atom->right->name);
    for (size_t i = 0; i < count; i++) {
        buf_printf(key, " %u:", values[i].len);
        buf_add(key, values[i].text, values[i].len);
    }
    return key->failed;
}

static int intern(struct checker *checker, const struct atom *wanted,
                  const struct ast_value *values, size_t count, struct atom **ret_atom)
{
    struct ruleset *rules = checker->rules;
    _cleanup_buf_ struct buf key = {0};
    struct atom *atom;

    if (atom_key(&key, wanted, values, count) < 0)
        return no_memory(checker);
    HASH_FIND(hh, rules->atoms, key.data, key.len, atom);
    if (!atom) {
        atom = arena_alloc(&rules->arena, sizeof(*atom));
        if (!atom)
            return no_memory(checker);
        *atom = *wanted;
        int r = make_operands(checker, atom, values, count);
        if (r == 0) {
            atom->key = arena_copy(&rules->arena, key.data, key.len);
            if (atom->key)
                HASH_ADD_KEYPTR(hh, rules->atoms, atom->key, key.len, atom);
            r = atom->key && atom->hh.tbl ? 0 : no_memory(checker);
        }
        if (r < 0) {
            atom_done(atom);
            return r;
        }
    }
    *ret_atom = atom;
    return 0;
}

int atom_make(struct checker *checker, const struct ast *ast, struct term *term)
{
    struct atom wanted = {.op = ast->op, .modifier = ast->modifier};
    struct ast_value *values = NULL;
    size_t count = 0;

    int r = check_slot(checker, ast->origin, &ast->left, &wanted.left);
    if (r == 0)
        r = check_operator(checker, ast, &wanted);
    if (r == 0 && ast->right)
        r = check_right_field(checker, ast, &wanted);
    if (r == 0 && !ast->right)
        r = atom_values(checker, ast, &values, &count);
    if (r == 0)
        r = narrow_types(checker, &wanted, values, count, term);
    if (r == 0)
        r = intern(checker, &wanted, values, count, &term->atom);
    return r;
}

void atom_done(struct atom *atom)
{
    for (size_t i = 0; i < atom->operand_count; i++)
        operand_done(&atom->operands[i]);
    atom->operand_count = 0;
}
