/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that cost much. */
#include <errno.h>
#include <string.h>

#include "rules/columns.h"
#include "rules/lint_internal.h"

static const struct lint_kind slow_first = {
    "LINT_SLOW_FIRST", "put a comparison by =, in or startswith that most events fail before it"};

static const struct lint_kind all_leave = {
    "LINT_ALL_LEAVE", "ask for a path (fd.name, fd.directory), a name (fd.filename), or something "
                      "of the process (container.id, proc.exepath)"};

/* What is dear about a comparison, NULL when nothing is. */
static const char *why_slow(const struct atom *atom)
{
    static const char *const by_operator[OP_MAX] = {
        [OP_CONTAINS] = "looks through a whole text",
        [OP_ICONTAINS] = "looks through a whole text, in any case of letters",
        [OP_BCONTAINS] = "looks through a whole text",
        [OP_GLOB] = "tries a pattern",
        [OP_IGLOB] = "tries a pattern, in any case of letters",
        [OP_REGEX] = "runs a regular expression",
    };
    const struct field_ref *left = &atom->left->ref;

    if (left->field->reach == FIELD_NEAR_BY_INDEX && left->index < 0 && !left->key)
        return "walks up all ancestors";
    return by_operator[atom->op];
}

/* What comes before in the order of evaluation. */
struct guard {
    bool stands; /* something cheap that events can fail */
    struct lint_node slow;
};

/* Events are sorted by type before any rule is tried: a type guards nothing. */
static bool is_free(const struct atom *atom)
{
    return dimension_of_atom(atom) == DIMENSION_TYPE;
}

static bool has_test(const struct term *term)
{
    if (term->kind == TERM_ATOM)
        return !is_free(term->atom);
    for (size_t i = 0; i < term->count; i++)
        if (has_test(term->children[i]))
            return true;
    return false;
}

/* Look for the first dear comparison that nothing stands before. An `or` guards nothing: its parts
 * are tried until one holds, and seldom one does. */
static void look(struct lint *lint, const struct lint_node *node, struct guard *guard)
{
    const struct term *term = node->term;

    if (term->kind == TERM_ATOM && why_slow(term->atom))
        guard->slow = *node;
    for (size_t i = 0; i < term->count && !guard->slow.term && !guard->stands; i++) {
        struct lint_node child = lint_child(lint, node, i);
        look(lint, &child, guard);
        guard->stands = term->kind == TERM_AND && has_test(term->children[i]);
    }
    if (term->kind != TERM_AND)
        guard->stands = false;
}

/* Those that are not frequent have a ring of their own to user space. */
static bool is_frequent(const struct type_set *types)
{
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        if (type_set_has(types, type) && !event_type_info(type)->critical)
            return true;
    return false;
}

static void look_at_order(struct lint *lint, const struct lint_rule *rule)
{
    struct guard guard = {0};
    char text[LINT_TEXT_MAX];

    if (!is_frequent(&rule->rule->condition->match))
        return;
    look(lint, &rule->condition, &guard);
    if (guard.slow.term)
        lint_add_at(lint, &slow_first, rule, guard.slow.ast,
                    "rule '%.64s' tries '%s' on every event of its types: it %s", rule->def->name,
                    lint_text(guard.slow.ast, text, sizeof(text)), why_slow(guard.slow.term->atom));
}

static bool always(const struct alternatives *alternatives)
{
    for (size_t i = 0; i < alternatives->count; i++)
        if (!alternatives->items[i].count)
            return true;
    return false;
}

static bool has_type(const struct alternatives *types, unsigned type)
{
    for (size_t i = 0; i < types->count; i++) {
        const struct conjunction *item = &types->items[i];
        bool holds = true;
        for (size_t j = 0; j < item->count && holds; j++) {
            const struct literal *literal = &item->literals[j];
            holds = type_set_has(literal->negated ? &literal->term->reject : &literal->term->match,
                                 type);
        }
        if (holds)
            return true;
    }
    return false;
}

/* Nothing that the kernel side knows before an event of this type is sent decides the column. */
static bool lets_all_leave(const struct column *column, unsigned type)
{
    static const enum dimension narrows[] = {DIMENSION_PROCESS, DIMENSION_RAW, DIMENSION_PATH,
                                             DIMENSION_NAME};

    for (size_t i = 0; i < sizeof(narrows) / sizeof(narrows[0]); i++)
        if (!always(&column->of[narrows[i]]))
            return false;
    return has_type(&column->of[DIMENSION_TYPE], type);
}

static int look_at_columns(struct lint *lint, const struct lint_rule *rule)
{
    static const enum event_type frequent[] = {EVENT_OPEN, EVENT_OPENAT, EVENT_OPENAT2};
    struct rule *one = rule->rule;
    struct ruleset alone = {.rules = &one, .rule_count = 1};

    for (size_t i = 0; i < sizeof(frequent) / sizeof(frequent[0]); i++) {
        _cleanup_arena_ struct arena arena = {0};
        struct type_set types = {0};
        struct columns columns;
        type_set_add(&types, frequent[i]);
        int r = columns_make(&alone, &arena, &types, &columns);
        if (r < 0)
            return r;
        for (size_t c = 0; c < columns.count; c++) {
            if (!lets_all_leave(&columns.items[c], frequent[i]))
                continue;
            lint_add_rule(lint, &all_leave, rule,
                          "for rule '%.64s' the kernel side has to send every %s, whoever opens "
                          "whatever file",
                          rule->def->name, event_type_info(frequent[i])->name);
            return 0;
        }
    }
    return 0;
}

int lint_cost(struct lint *lint)
{
    int r = 0;

    for (size_t i = 0; i < lint->count && r == 0; i++) {
        if (lint->rules[i].never)
            continue;
        look_at_order(lint, &lint->rules[i]);
        r = look_at_columns(lint, &lint->rules[i]);
    }
    return r;
}
