/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/evaluate.h"

#include <string.h>

#include "rules/compare.h"
#include "rules/matcher.h"
#include "rules/transform.h"

void evaluate_begin(struct ruleset *rules, struct world *world, const struct judged_event *judged)
{
    rules->stamp++;
    field_context_reset(&rules->context);
    rules->context.world = world;
    rules->context.judged = judged;
    rules->context.event_number = ++rules->counters.events;
}

static bool extract(struct ruleset *rules, struct slot *slot)
{
    struct field_value *value = &slot->value;

    value->is_ancestor_list = false;
    value->is_pair = false;
    value->string = (struct field_string){"", 0};
    value->list = NULL;
    value->list_len = 0;
    value->type = slot->field_type;
    if (!slot->ref.field->extract(&rules->context, &slot->ref, value))
        return false;
    /* the values it is compared with were made for its class when the rules were loaded */
    if (compare_class(value->type) != compare_class(slot->field_type))
        return false;
    for (unsigned i = 0; i < slot->transformer_count; i++)
        if (!transform_value(&rules->context, slot->transformers[i], value))
            return false;
    if (!value->string.data)
        value->string = (struct field_string){"", 0};
    return true;
}

const struct field_value *evaluate_slot(struct ruleset *rules, struct slot *slot)
{
    if (slot->stamp != rules->stamp) {
        slot->stamp = rules->stamp;
        slot->hashed = false;
        slot->present = extract(rules, slot);
    }
    return slot->present ? &slot->value : NULL;
}

static bool name_of_address(struct ruleset *rules, const struct field_value *left,
                            const struct operand *right)
{
    const struct field_context *context = &rules->context;

    return world_address_has_name(context->world, context->judged->container, left->address,
                                  left->address_len, right->string.data);
}

static bool is_equality(enum operator op)
{
    return op == OP_EQ || op == OP_NE || op == OP_IN || op == OP_INTERSECTS;
}

/* One right-hand value; of a list on the left any element will do. */
static bool compare(struct ruleset *rules, enum operator op, const struct field_value *left,
                    const struct operand *right)
{
    switch (compare_class(left->type)) {
    case COMPARE_NUMBER:
    case COMPARE_BOOL: return compare_number(op, left, right->number);
    case COMPARE_ADDRESS: return compare_address(op, left, right);
    case COMPARE_TEXT: break;
    }
    if (left->type == FIELD_NAMES && is_equality(op))
        return name_of_address(rules, left, right) != (op == OP_NE);

    size_t count;
    const struct field_string *strings = compare_strings_of(left, &count);
    for (size_t i = 0; i < count; i++)
        if (compare_string(rules, op, &strings[i], right))
            return true;
    return false;
}

/* One end of the value of a field on the right as an operand. */
static struct operand operand_of(const struct field_value *value, bool second)
{
    struct operand operand = {.number = second ? value->number2 : value->number,
                              .address_len = value->address_len,
                              .prefix_bits = (uint8_t)(value->address_len * 8)};

    if (compare_class(value->type) == COMPARE_ADDRESS) {
        memcpy(operand.address, second ? value->address2 : value->address, sizeof(operand.address));
        compare_normalise(operand.address, &operand.address_len, &operand.prefix_bits);
    }
    return operand;
}

static bool is_within(const struct field_string *string, const struct field_string *strings,
                      size_t count)
{
    for (size_t i = 0; i < count; i++)
        if (strings[i].len == string->len && !memcmp(strings[i].data, string->data, string->len))
            return true;
    return false;
}

/* `in` of a list that is a value of its own wants all its elements in the other. */
static bool wants_all(enum operator op, const struct field_value *left)
{
    return op == OP_IN && left->type == FIELD_STRINGS && !left->is_ancestor_list;
}

/* Each element of a list on the right is one operand; both ends of a connection are as on the left.
 */
static bool compare_with_field(struct ruleset *rules, const struct atom *atom,
                               const struct field_value *left, const struct field_value *right)
{
    struct operand operand = operand_of(right, false);
    size_t count;
    const struct field_string *strings = compare_strings_of(right, &count);
    bool holds = false;

    if (wants_all(atom->op, left)) {
        size_t i = 0;
        while (i < left->list_len && is_within(&left->list[i], strings, count))
            i++;
        return left->list_len && i == left->list_len;
    }
    for (size_t i = 0; i < count && !holds; i++) {
        operand.string = strings[i];
        holds = compare(rules, atom->op, left, &operand);
    }
    if (!right->is_pair || holds == (atom->op != OP_NE))
        return holds;
    operand = operand_of(right, true);
    return compare(rules, atom->op, left, &operand);
}

static bool in_set(struct ruleset *rules, const struct atom *atom,
                   const struct field_string *string, struct slot *cached)
{
    if (atom->op == OP_PMATCH)
        return compare_path_below(rules, atom, string);
    if (!string_set_has_length(atom->set, string->len))
        return false;
    if (!cached)
        return string_set_has(atom->set, string_hash(string->data, string->len), string->data,
                              string->len);
    if (!cached->hashed) {
        cached->hash = string_hash(string->data, string->len);
        cached->hashed = true;
    }
    return string_set_has(atom->set, cached->hash, string->data, string->len);
}

/* A walk over ancestors asks for one always, and so does any operator but `in`. */
static bool compare_with_set(struct ruleset *rules, const struct atom *atom,
                             const struct field_value *left)
{
    if (left->type != FIELD_STRINGS)
        return in_set(rules, atom, &left->string, atom->left);

    bool all = wants_all(atom->op, left);
    for (size_t i = 0; i < left->list_len; i++)
        if (in_set(rules, atom, &left->list[i], NULL) != all)
            return !all;
    return all && left->list_len;
}

static bool compare_with_operands(struct ruleset *rules, const struct atom *atom,
                                  const struct field_value *left)
{
    size_t matches = 0, wanted = 1;

    if (atom->modifier == MODIFIER_ALLOF)
        wanted = atom->operand_count;
    for (size_t i = 0; i < atom->operand_count; i++) {
        matches += compare(rules, atom->op, left, &atom->operands[i]);
        if (matches > wanted || (matches == wanted && atom->modifier != MODIFIER_ONEOF))
            break;
    }
    return matches == wanted && atom->operand_count;
}

static bool evaluate_atom(struct ruleset *rules, struct atom *atom)
{
    const struct field_value *left = evaluate_slot(rules, atom->left);

    if (!left)
        return false;
    if (atom->op == OP_EXISTS)
        return true;
    if (atom->right) {
        const struct field_value *right = evaluate_slot(rules, atom->right);
        return right && compare_with_field(rules, atom, left, right);
    }
    if (atom->decided && matcher_decides(rules, atom))
        return matcher_holds(rules, atom, left);
    return atom->set ? compare_with_set(rules, atom, left)
                     : compare_with_operands(rules, atom, left);
}

static bool evaluate_children(struct ruleset *rules, struct term *term, bool stop)
{
    uint32_t first = term->first;

    if (evaluate_term(rules, term->children[first]) == stop)
        return stop;
    for (uint32_t i = 0; i < term->count; i++) {
        if (i != first && evaluate_term(rules, term->children[i]) == stop) {
            term->first = i;
            return stop;
        }
    }
    return !stop;
}

bool evaluate_term(struct ruleset *rules, struct term *term)
{
    if (term->kind == TERM_ATOM) {
        struct atom *atom = term->atom;
        if (atom->stamp != rules->stamp) {
            atom->result = evaluate_atom(rules, atom);
            atom->stamp = rules->stamp;
        }
        return atom->result;
    }
    if (term->shared && term->stamp == rules->stamp)
        return term->result;

    bool result = term->kind == TERM_NOT ? !evaluate_term(rules, term->children[0])
                                         : evaluate_children(rules, term, term->kind == TERM_OR);
    term->result = result;
    term->stamp = rules->stamp;
    return result;
}
