/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/lint.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "rules/lint_internal.h"
#include "rules/parser.h"
#include "rules/string_set.h"

#define FINDINGS_MAX 1000

static int (*const checks[])(struct lint *lint) = {
    lint_redefined, lint_never, lint_types, lint_partial, lint_shadow, lint_name, lint_cost};

static bool same_place(const struct lint_finding *finding, const char *code, const struct error *at)
{
    return finding->at.line == at->line && finding->at.column == at->column &&
           !strcmp(finding->code, code) && !strcmp(finding->at.file, at->file);
}

void lint_add(struct lint *lint, const struct lint_kind *kind, const char *name,
              const struct error *at)
{
    struct lint_findings *findings = lint->findings;

    for (size_t i = 0; i < findings->count; i++) {
        struct lint_finding *finding = &findings->items[i];
        if (!same_place(finding, kind->code, at))
            continue;
        finding->others += strcmp(finding->rule, name) != 0;
        return;
    }
    if (!findings->items)
        findings->items = calloc(FINDINGS_MAX, sizeof(*findings->items));
    char *rule = strdup(name);
    if (!findings->items || !rule || findings->count == FINDINGS_MAX) {
        free(rule);
        findings->dropped++;
        return;
    }
    findings->items[findings->count++] =
        (struct lint_finding){.code = kind->code, .advice = kind->advice, .rule = rule, .at = *at};
}

void lint_add_at(struct lint *lint, const struct lint_kind *kind, const struct lint_rule *rule,
                 const struct ast *ast, const char *format, ...)
{
    char text[ERROR_MESSAGE_MAX];
    struct error at = {0};
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    origin_error(&at, ast->origin, ast->offset, -EINVAL, "%s", text);
    lint_add(lint, kind, rule->def->name, &at);
}

void lint_add_rule(struct lint *lint, const struct lint_kind *kind, const struct lint_rule *rule,
                   const char *format, ...)
{
    char text[ERROR_MESSAGE_MAX];
    struct error at = {0};
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof(text), format, args);
    va_end(args);
    yaml_error(&at, rule->def->node, -EINVAL, "%s", text);
    lint_add(lint, kind, rule->def->name, &at);
}

/* What a macro's name stands for. */
static const struct ast *written(const struct lint *lint, const struct ast *ast)
{
    while (ast && ast->kind == AST_MACRO)
        ast = collect_find_macro(lint->checker->collector, ast->macro)->ast;
    return ast;
}

struct lint_node lint_child(const struct lint *lint, const struct lint_node *node, size_t index)
{
    return (struct lint_node){
        .term = node->term->children[index],
        .ast = node->ast ? written(lint, node->ast->children[index]) : NULL,
    };
}

const char *lint_text(const struct ast *ast, char *buffer, size_t size)
{
    _cleanup_buf_ struct buf text = {0};

    buf_printf(&text, "%.*s %s", (int)ast->left.len, ast->left.name, operator_info(ast->op)->name);
    if (ast->modifier)
        buf_printf(&text, " %s", modifier_name(ast->modifier));
    if (ast->right)
        buf_printf(&text, " %.*s", (int)ast->right->len, ast->right->name);
    bool list = operator_info(ast->op)->class == OPERATOR_LIST || ast->modifier;
    for (size_t i = 0; i < ast->value_count; i++)
        buf_printf(&text, "%s%s", i ? ", " : list ? " (" : " ", ast->values[i].text);
    if (list)
        buf_add_char(&text, ')');
    if (text.failed)
        snprintf(buffer, size, "%s", operator_info(ast->op)->name);
    else if (text.len < size)
        snprintf(buffer, size, "%.*s", (int)text.len, text.data);
    else
        snprintf(buffer, size, "%.*s...", (int)size - 4, text.data);
    return buffer;
}

/* What the type of an event says already, which is known of every rule's events. */
static bool is_known(const struct slot *slot)
{
    return !strncmp(slot->ref.field->name, "evt.", 4) || !slot->ref.field->tiers;
}

static uint64_t slots_of(const struct term *term)
{
    uint64_t bits = 0;

    if (term->kind == TERM_ATOM) {
        const struct slot *slot = term->atom->left;
        /* By its name: an address would have other fields look alike each time. */
        uint64_t hash = string_hash(slot->name, strlen(slot->name));
        return is_known(slot) ? 0 : 1ull << (hash >> 58);
    }
    for (size_t i = 0; i < term->count; i++)
        bits |= slots_of(term->children[i]);
    return bits;
}

static int note_slots(struct lint *lint, struct lint_rule *rule)
{
    const struct term *term = rule->rule->condition;
    bool all = term->kind == TERM_AND;

    rule->slots = slots_of(term);
    rule->ask_count = all ? term->count : 1;
    rule->asks = arena_array(lint->arena, rule->ask_count, sizeof(*rule->asks));
    if (!rule->asks)
        return -ENOMEM;
    for (size_t i = 0; i < rule->ask_count; i++)
        rule->asks[i] = slots_of(all ? term->children[i] : term);
    return 0;
}

/* The condition once more as it was written: it could be parsed before. */
static int parse_again(struct lint *lint, struct lint_rule *rule)
{
    struct collector *collector = lint->checker->collector;
    struct origin *condition = arena_alloc(lint->arena, sizeof(*condition));
    struct ast *ast;

    if (!condition)
        return -ENOMEM;
    int r = exceptions_apply(collector, rule->def, condition);
    if (r == 0)
        r = origin_join(lint->arena, condition, CONDITION_MAX);
    if (r == 0)
        r = parse_condition(lint->arena, condition, &ast, lint->checker->error);
    if (r == 0)
        rule->condition =
            (struct lint_node){.term = rule->rule->condition, .ast = written(lint, ast)};
    return r;
}

/* Rules that are disabled are nobody's trouble. */
static int list_rules(struct lint *lint)
{
    struct ruleset *rules = lint->checker->rules;
    size_t next = 0;
    int r = 0;

    lint->rules = arena_array(lint->arena, rules->rule_count + 1, sizeof(*lint->rules));
    if (!lint->rules)
        return -ENOMEM;
    for (const struct rule_def *def = lint->checker->collector->rules;
         def && next < rules->rule_count && r == 0; def = def->hh.next) {
        struct rule *rule = rules->rules[next];
        if (strcmp(rule->info.name, def->name) != 0)
            continue;
        next++;
        if (!rule->info.enabled)
            continue;
        struct lint_rule *slot = &lint->rules[lint->count++];
        *slot = (struct lint_rule){.def = def, .rule = rule};
        r = note_slots(lint, slot);
        if (r == 0)
            r = parse_again(lint, slot);
    }
    return r;
}

static int compare_findings(const void *a, const void *b)
{
    const struct lint_finding *left = a, *right = b;
    int r = strcmp(left->at.file, right->at.file);

    if (r)
        return r;
    if (left->at.line != right->at.line)
        return left->at.line < right->at.line ? -1 : 1;
    if (left->at.column != right->at.column)
        return left->at.column < right->at.column ? -1 : 1;
    return strcmp(left->code, right->code);
}

static int inspect(void *data, struct checker *checker, const struct rules_source *sources,
                   size_t source_count)
{
    struct lint lint = {.checker = checker,
                        .arena = checker->collector->arena,
                        .sources = sources,
                        .source_count = source_count,
                        .findings = data};
    struct rules_warnings *warnings = checker->collector->warnings;

    checker->collector->warnings = NULL; /* all was warned of */
    int r = list_rules(&lint);
    for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]) && r == 0; i++)
        r = checks[i](&lint);
    checker->collector->warnings = warnings;
    if (r == -ENOMEM)
        error_set(checker->error, r, "out of memory");
    if (lint.findings->count)
        qsort(lint.findings->items, lint.findings->count, sizeof(*lint.findings->items),
              compare_findings);
    return r;
}

void lint_ask(struct rules_options *options, struct lint_findings *findings)
{
    options->inspect = inspect;
    options->inspect_data = findings;
}

void lint_findings_done(struct lint_findings *findings)
{
    for (size_t i = 0; i < findings->count; i++)
        free(findings->items[i].rule);
    free(findings->items);
    *findings = (struct lint_findings){0};
}
