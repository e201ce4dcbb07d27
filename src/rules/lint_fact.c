/* SPDX-License-Identifier: Apache-2.0 */
/* What is known of one field at a time. */
#include <string.h>

#include "rules/evaluate.h"
#include "rules/lint_solve.h"

/* Texts and numbers have one value; both ends of a connection, and lists, have several. */
static bool has_one_value(const struct slot *slot)
{
    switch (slot->type) {
    case FIELD_STRING:
    case FIELD_NUMBER:
    case FIELD_BOOL:
    case FIELD_DURATION:
    case FIELD_TIME: return true;
    default: return false;
    }
}

static bool is_plain(const struct atom *atom)
{
    return !atom->right && !atom->modifier;
}

/* A fact that leaves only its operands as values. */
static bool is_enumeration(const struct fact *fact)
{
    const struct atom *atom = fact->term->atom;

    return !fact->negated && is_plain(atom) && (atom->op == OP_EQ || atom->op == OP_IN) &&
           has_one_value(atom->left);
}

/* Whether the field may have this value, as the evaluator sees it. */
static bool allows(struct solver *solver, const struct fact *fact, const struct operand *operand)
{
    struct ruleset *rules = solver->lint->checker->rules;
    struct slot *slot = fact->term->atom->left;
    struct term term = {.kind = TERM_ATOM, .atom = fact->term->atom};

    if (fact->term->atom->right || !solver->steps)
        return true;
    solver->steps--;
    rules->stamp++;
    slot->stamp = rules->stamp;
    slot->present = true;
    slot->hashed = false;
    slot->value = (struct field_value){
        .type = slot->type, .string = operand->string, .number = operand->number};
    if (!slot->value.string.data)
        slot->value.string = (struct field_string){"", 0};
    return evaluate_term(rules, &term) != fact->negated;
}

/* Each of the values that one fact leaves is refused by another. */
static bool no_value_left(struct solver *solver, const struct fact *added, struct fact *ret_against)
{
    const struct fact *values = is_enumeration(added) ? added : NULL;

    for (size_t i = 0; i < solver->fact_count; i++) {
        const struct fact *fact = &solver->facts[i];
        if (fact->term->atom->left == added->term->atom->left && is_enumeration(fact) &&
            (!values || fact->term->atom->operand_count < values->term->atom->operand_count))
            values = fact;
    }
    if (!values)
        return false;
    const struct atom *atom = values->term->atom;
    *ret_against = *values;
    for (size_t v = 0; v < atom->operand_count; v++) {
        bool left = allows(solver, added, &atom->operands[v]);
        for (size_t i = 0; i < solver->fact_count && left; i++) {
            const struct fact *fact = &solver->facts[i];
            if (fact->term->atom->left != atom->left || allows(solver, fact, &atom->operands[v]))
                continue;
            left = false;
            if (values == added)
                *ret_against = *fact;
        }
        if (left)
            return false;
    }
    return true;
}

struct range {
    int64_t low, high;
    bool present; /* some fact wants a value */
};

static void bound(struct range *range, const struct fact *fact)
{
    const struct atom *atom = fact->term->atom;
    static const struct {
        enum operator op, opposite;
        int low, high; /* which end it sets, and by how much off the number */
        int off;
    } rows[] = {
        {OP_LT, OP_GE, 0, 1, -1},
        {OP_LE, OP_GT, 0, 1, 0},
        {OP_GT, OP_LE, 1, 0, 1},
        {OP_GE, OP_LT, 1, 0, 0},
    };

    range->present |= !fact->negated;
    if (!is_plain(atom) || atom->operand_count != 1)
        return;
    int64_t n = atom->operands[0].number;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        int64_t end;
        if ((fact->negated ? rows[i].opposite : rows[i].op) != atom->op)
            continue;
        if (__builtin_add_overflow(n, rows[i].off, &end))
            return;
        if (rows[i].low && end > range->low)
            range->low = end;
        if (rows[i].high && end < range->high)
            range->high = end;
    }
}

static bool range_is_empty(const struct solver *solver, const struct fact *added)
{
    const struct slot *slot = added->term->atom->left;
    struct range range = {INT64_MIN, INT64_MAX, false};

    if (!has_one_value(slot) || slot->type == FIELD_STRING || slot->type == FIELD_BOOL)
        return false;
    bound(&range, added);
    for (size_t i = 0; i < solver->fact_count; i++)
        if (solver->facts[i].term->atom->left == slot)
            bound(&range, &solver->facts[i]);
    return range.present && range.low > range.high;
}

static bool begins(const struct field_string *text, const struct field_string *with)
{
    return with->len <= text->len && memcmp(text->data, with->data, with->len) == 0;
}

static bool ends(const struct field_string *text, const struct field_string *with)
{
    return with->len <= text->len &&
           memcmp(text->data + text->len - with->len, with->data, with->len) == 0;
}

/* The part of a text that `op` wants holds the part that `other` wants. */
static bool part_has(enum operator op, const struct field_string *part, enum operator other,
                     const struct field_string *of_other)
{
    if (other == OP_CONTAINS)
        return memmem(part->data, part->len, of_other->data, of_other->len);
    if (other != op)
        return false;
    return op == OP_STARTSWITH ? begins(part, of_other) : ends(part, of_other);
}

static bool wants_part(const struct atom *atom)
{
    return is_plain(atom) && atom->operand_count == 1 &&
           (atom->op == OP_CONTAINS || atom->op == OP_STARTSWITH || atom->op == OP_ENDSWITH);
}

/* Beginnings, ends and parts of one text that don't go together. */
static bool parts_contradict(const struct fact *a, const struct fact *b)
{
    const struct atom *left = a->term->atom, *right = b->term->atom;

    if (left->left->type != FIELD_STRING || !wants_part(left) || !wants_part(right))
        return false;
    const struct field_string *x = &left->operands[0].string, *y = &right->operands[0].string;
    if (!a->negated && b->negated)
        return part_has(left->op, x, right->op, y);
    if (a->negated && !b->negated)
        return part_has(right->op, y, left->op, x);
    if (a->negated || left->op != right->op)
        return false;
    return (left->op == OP_STARTSWITH && !begins(x, y) && !begins(y, x)) ||
           (left->op == OP_ENDSWITH && !ends(x, y) && !ends(y, x));
}

/* A fact that can hold only when the event has the field, and one that wants it missing. */
static bool presence_contradicts(const struct fact *a, const struct fact *b)
{
    return !a->negated && b->negated && b->term->atom->op == OP_EXISTS;
}

static bool pair_contradicts(const struct fact *a, const struct fact *b)
{
    if (a->term->atom == b->term->atom)
        return a->negated != b->negated;
    return presence_contradicts(a, b) || presence_contradicts(b, a) || parts_contradict(a, b);
}

/* evt.num = 0: how Falco's files write that something never holds. */
static bool is_never(const struct fact *fact)
{
    const struct atom *atom = fact->term->atom;

    return is_enumeration(fact) && !strcmp(atom->left->name, "evt.num") &&
           atom->operand_count == 1 && atom->operands[0].number == 0;
}

bool facts_contradict(struct solver *solver, const struct fact *added, struct fact *ret_against)
{
    for (size_t i = 0; i < solver->fact_count && solver->steps; i++) {
        struct fact *fact = &solver->facts[i];
        solver->steps--;
        if (fact->term->atom->left != added->term->atom->left || !pair_contradicts(added, fact))
            continue;
        *ret_against = *fact;
        return true;
    }
    if (solver->counts_from_one && is_never(added)) {
        *ret_against = *added;
        return true;
    }
    if (no_value_left(solver, added, ret_against))
        return true;
    if (!range_is_empty(solver, added))
        return false;
    for (size_t i = 0; i < solver->fact_count; i++)
        if (solver->facts[i].term->atom->left == added->term->atom->left)
            *ret_against = solver->facts[i];
    return true;
}
