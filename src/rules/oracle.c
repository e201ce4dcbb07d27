/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/oracle.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "rules/check.h"
#include "rules/oracle_compare.h"

struct items {
    struct oracle_item *items;
    size_t count;
};

struct field_use {
    struct field_ref ref; /* the key is owned */
    uint8_t transformers[AST_TRANSFORMERS_MAX];
    uint8_t transformer_count;
    enum oracle_kind kind; /* of the field, not yet transformed */
};

struct node {
    enum ast_kind kind; /* no AST_MACRO: what a macro says stands in its place */
    struct node **children;
    size_t count;
    enum operator op;
    enum modifier modifier;
    struct field_use left, right;
    bool has_right;
    struct items literals;
    const struct ast *written; /* while loading */
    struct node *next;         /* of all in the oracle */
};

struct oracle_rule {
    const char *name;
    bool acts; /* does more than alert */
    struct node *condition;
};

struct oracle {
    struct arena arena;
    enum rule_matching matching;
    struct oracle_rule *rules;
    size_t rule_count;
    const char **names; /* that matched */
    struct node *nodes;
    struct field_context context;
};

/* Loading. */

static int make_use(const struct ast_field *field, struct field_use *use)
{
    struct error error;

    int r = field_find(field->name, field->len, &use->ref, &error);
    if (r < 0)
        return r;
    memcpy(use->transformers, field->transformers, sizeof(use->transformers));
    use->transformer_count = field->transformer_count;
    use->kind = oracle_kind(field_ref_type(&use->ref));
    return 0;
}

static enum oracle_kind transformed_kind(const struct field_use *use)
{
    for (unsigned i = 0; i < use->transformer_count; i++)
        if (use->transformers[i] == TRANSFORM_LEN)
            return ORACLE_NUMBER;
    return use->kind;
}

static int add_literal(struct oracle *oracle, struct node *node, const struct ast_value *value)
{
    struct items *literals = &node->literals;
    struct oracle_item *item =
        arena_grow(&oracle->arena, &literals->items, &literals->count, sizeof(*item));

    return item ? oracle_literal(node->op, transformed_kind(&node->left), value->text, value->len,
                                 item)
                : -ENOMEM;
}

/* An unquoted value that is the name of a list stands for what is in it. */
static int add_literals(struct oracle *oracle, const struct collector *collector, struct node *node,
                        const struct ast_value *value)
{
    const struct list_def *list = value->quoted ? NULL : collect_find_list(collector, value->text);
    int r = list ? 0 : add_literal(oracle, node, value);

    for (size_t i = 0; list && i < list->value_count && r == 0; i++)
        r = add_literal(oracle, node, &list->values[i]);
    return r;
}

static int make_check(struct oracle *oracle, const struct collector *collector, struct node *node)
{
    const struct ast *ast = node->written;

    node->op = ast->op;
    node->modifier = ast->modifier;
    node->has_right = ast->right;
    int r = make_use(&ast->left, &node->left);
    if (r == 0 && ast->right)
        r = make_use(ast->right, &node->right);
    for (size_t i = 0; i < ast->value_count && r == 0; i++)
        r = add_literals(oracle, collector, node, &ast->values[i]);
    return r;
}

/* A macro is made once, however many use it. */
static struct node *find_made(const struct oracle *oracle, const struct ast *ast)
{
    struct node *node = oracle->nodes;

    while (node && node->written != ast)
        node = node->next;
    return node;
}

static int make_node(struct oracle *oracle, const struct collector *collector,
                     const struct ast *ast, struct node **ret_node)
{
    bool is_macro = ast->kind == AST_MACRO;
    int r = 0;

    while (ast->kind == AST_MACRO)
        ast = collect_find_macro(collector, ast->macro)->ast;
    struct node *node = is_macro ? find_made(oracle, ast) : NULL;
    if (!node) {
        node = arena_alloc(&oracle->arena, sizeof(*node));
        if (!node)
            return -ENOMEM;
        *node = (struct node){.kind = ast->kind, .written = ast, .next = oracle->nodes};
        oracle->nodes = node;
        node->children = arena_array(&oracle->arena, ast->count + 1, sizeof(*node->children));
        if (!node->children)
            return -ENOMEM;
        node->count = ast->count;
        if (ast->kind == AST_CHECK)
            r = make_check(oracle, collector, node);
        for (size_t i = 0; i < ast->count && r == 0; i++)
            r = make_node(oracle, collector, ast->children[i], &node->children[i]);
    }
    *ret_node = node;
    return r;
}

static int make_rule(struct oracle *oracle, const struct collector *collector,
                     const struct rule_info *info)
{
    struct oracle_rule *rule = &oracle->rules[oracle->rule_count++];

    rule->name = arena_copy(&oracle->arena, info->name, strlen(info->name));
    rule->acts = info->action != ACTION_ALERT;
    if (!rule->name)
        return -ENOMEM;
    return make_node(oracle, collector, collect_find_rule(collector, info->name)->ast,
                     &rule->condition);
}

DEFINE_CLEANUP(struct oracle *, oracle_free);

int oracle_inspect(void *data, struct checker *checker, const struct rules_source *sources,
                   size_t count)
{
    struct oracle **ret_oracle = data;
    const struct ruleset *rules = checker->rules;
    _cleanup_(oracle_freep) struct oracle *oracle = calloc(1, sizeof(*oracle));

    if (!oracle)
        return error_set(checker->error, -ENOMEM, "out of memory");
    oracle->matching = rules->matching;
    oracle->rules = arena_array(&oracle->arena, rules->rule_count + 1, sizeof(*oracle->rules));
    oracle->names = arena_array(&oracle->arena, rules->rule_count + 1, sizeof(*oracle->names));
    int r = oracle->rules && oracle->names ? 0 : -ENOMEM;
    for (size_t i = 0; i < rules->rule_count && r == 0; i++)
        if (rules->rules[i]->info.enabled)
            r = make_rule(oracle, checker->collector, &rules->rules[i]->info);
    if (r < 0)
        return error_set(checker->error, r, "the plain evaluator: %s", strerror(-r));
    oracle_free(*ret_oracle);
    *ret_oracle = TAKE_PTR(oracle);
    return 0;
}

void oracle_ask(struct rules_options *options, struct oracle **ret_oracle)
{
    options->inspect = oracle_inspect;
    options->inspect_data = ret_oracle;
}

void oracle_free(struct oracle *oracle)
{
    if (!oracle)
        return;
    for (struct node *node = oracle->nodes; node; node = node->next) {
        free((char *)node->left.ref.key);
        free((char *)node->right.ref.key);
        for (size_t i = 0; i < node->literals.count; i++)
            oracle_item_done(&node->literals.items[i]);
    }
    field_context_done(&oracle->context);
    arena_done(&oracle->arena);
    free(oracle);
}

/* Evaluation. */

/* The field's value; false when the event has none, or none of the field's kind. */
static bool get_value(struct oracle *oracle, const struct field_use *use,
                      struct field_value *ret_value)
{
    *ret_value = (struct field_value){.string = {"", 0}};
    if (!use->ref.field->extract(&oracle->context, &use->ref, ret_value) ||
        oracle_kind(ret_value->type) != use->kind)
        return false;
    for (unsigned i = 0; i < use->transformer_count; i++)
        if (use->transformers[i] != TRANSFORM_VAL &&
            !oracle_transform(&oracle->context, use->transformers[i], ret_value))
            return false;
    return true;
}

/* The elements of a list, both ends of a connection, or the value alone. False: out of memory. */
static bool get_items(struct oracle *oracle, const struct field_value *value, struct items *items)
{
    bool is_list = value->type == FIELD_STRINGS;

    items->count = is_list ? value->list_len : value->is_pair ? 2 : 1;
    items->items =
        field_context_alloc(&oracle->context, (items->count + 1) * sizeof(*items->items));
    for (size_t i = 0; items->items && i < items->count; i++) {
        struct oracle_item *item = &items->items[i];
        *item = (struct oracle_item){.text = is_list ? value->list[i] : value->string,
                                     .number = i ? value->number2 : value->number};
        if (!item->text.data)
            item->text.data = "";
        oracle_set_address(item, i ? value->address2 : value->address, value->address_len);
    }
    return items->items;
}

/*
 * Whether the left side as a whole is to one value as the operator wants: of several values one has
 * to be, but neither end of a connection may be what it must not be.
 */
static bool compare_one(struct oracle *oracle, const struct node *node,
                        const struct field_value *value, const struct items *left,
                        const struct oracle_item *right)
{
    enum oracle_kind kind = oracle_kind(value->type);
    bool all = value->is_pair && node->op == OP_NE;

    if (value->type == FIELD_NAMES &&
        (node->op == OP_EQ || node->op == OP_NE || node->op == OP_IN || node->op == OP_INTERSECTS))
        return world_address_has_name(oracle->context.world, oracle->context.judged->container,
                                      value->address, value->address_len,
                                      right->text.data) != (node->op == OP_NE);
    for (size_t i = 0; i < left->count; i++)
        if (oracle_compare(node->op, kind, &left->items[i], right) != all)
            return !all;
    return all;
}

/* `in` of a list that is a value of its own: all of it has to be in the other. */
static bool all_within(const struct items *left, const struct items *right)
{
    for (size_t i = 0; i < left->count; i++) {
        size_t j = 0;
        while (j < right->count &&
               !oracle_compare(OP_EQ, ORACLE_TEXT, &left->items[i], &right->items[j]))
            j++;
        if (j == right->count)
            return false;
    }
    return left->count > 0;
}

static bool evaluate_check(struct oracle *oracle, const struct node *node)
{
    struct field_value left_value, right_value = {0};
    struct items left, right = node->literals;
    size_t matches = 0;

    field_context_reset(&oracle->context);
    if (!get_value(oracle, &node->left, &left_value))
        return false;
    if (node->op == OP_EXISTS)
        return true;
    if (node->has_right && (!get_value(oracle, &node->right, &right_value) ||
                            !get_items(oracle, &right_value, &right)))
        return false;
    if (!get_items(oracle, &left_value, &left))
        return false;
    if (node->op == OP_IN && left_value.type == FIELD_STRINGS && !left_value.is_ancestor_list)
        return all_within(&left, &right);
    for (size_t i = 0; i < right.count; i++)
        matches += compare_one(oracle, node, &left_value, &left, &right.items[i]);
    switch (node->modifier) {
    case MODIFIER_ONEOF: return matches == 1;
    case MODIFIER_ALLOF: return matches && matches == right.count;
    default: break;
    }
    return right_value.is_pair && node->op == OP_NE ? matches == right.count : matches;
}

static bool evaluate(struct oracle *oracle, const struct node *node)
{
    switch (node->kind) {
    case AST_NOT: return !evaluate(oracle, node->children[0]);
    case AST_AND:
        for (size_t i = 0; i < node->count; i++)
            if (!evaluate(oracle, node->children[i]))
                return false;
        return true;
    case AST_OR:
        for (size_t i = 0; i < node->count; i++)
            if (evaluate(oracle, node->children[i]))
                return true;
        return false;
    default: return evaluate_check(oracle, node);
    }
}

size_t oracle_judge(struct oracle *oracle, struct world *world, const struct judged_event *judged,
                    const char *const **ret_names)
{
    size_t count = 0;

    oracle->context.world = world;
    oracle->context.judged = judged;
    oracle->context.event_number++;
    for (size_t i = 0; i < oracle->rule_count; i++) {
        const struct oracle_rule *rule = &oracle->rules[i];
        bool hidden = count && oracle->matching == MATCHING_FIRST && !rule->acts;
        if (!hidden && evaluate(oracle, rule->condition))
            oracle->names[count++] = rule->name;
    }
    *ret_names = oracle->names;
    return count;
}
