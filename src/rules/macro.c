/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "rules/collect.h"
#include "rules/nearest.h"
#include "rules/parser.h"

#define MACRO_DEPTH_MAX 200

struct visit {
    struct collector *collector;
    struct macro_def *path[MACRO_DEPTH_MAX];
    size_t depth;
};

static int visit_macro(struct visit *visit, struct macro_def *macro);

static int undefined(struct visit *visit, const struct ast *ast)
{
    struct nearest nearest = nearest_start(ast->macro, strlen(ast->macro));
    char hint[128];

    for (struct macro_def *macro = visit->collector->macros; macro; macro = macro->hh.next)
        nearest_offer(&nearest, macro->name);
    return origin_error(visit->collector->error, ast->origin, ast->offset, -EINVAL,
                        "macro '%.64s' is not defined%s", ast->macro,
                        nearest_hint(&nearest, hint, sizeof(hint)));
}

static int circle(struct visit *visit, const struct ast *ast, const struct macro_def *macro)
{
    char chain[256] = "";
    size_t len = 0, i = 0;

    while (i < visit->depth && visit->path[i] != macro)
        i++;
    for (; i < visit->depth && len < sizeof(chain) - 80; i++)
        len +=
            (size_t)snprintf(chain + len, sizeof(chain) - len, "%.64s -> ", visit->path[i]->name);
    return origin_error(visit->collector->error, ast->origin, ast->offset, -ELOOP,
                        "macro '%.64s' uses itself: %s%.64s", macro->name, chain, macro->name);
}

static int visit_use(struct visit *visit, const struct ast *ast)
{
    struct macro_def *user = visit->path[visit->depth - 1];
    struct macro_def *macro = collect_find_macro(visit->collector, ast->macro);

    if (!macro)
        return undefined(visit, ast);
    if (macro->index >= user->visibility && macro != user)
        return origin_error(visit->collector->error, ast->origin, ast->offset, -EINVAL,
                            "macro '%.64s' is not defined yet: it is defined later, in %.128s:%u",
                            macro->name, macro->node->file->name, macro->node->line);
    if (macro->state == MACRO_VISITING)
        return circle(visit, ast, macro);
    macro->used = true;
    if (macro->state == MACRO_NEW && visit->depth == MACRO_DEPTH_MAX)
        return origin_error(visit->collector->error, ast->origin, ast->offset, -E2BIG,
                            "macros use each other more than %d deep", MACRO_DEPTH_MAX);
    return visit_macro(visit, macro);
}

static int visit_ast(struct visit *visit, const struct ast *ast)
{
    if (ast->kind == AST_MACRO)
        return visit_use(visit, ast);
    for (size_t i = 0; i < ast->count; i++) {
        int r = visit_ast(visit, ast->children[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int visit_macro(struct visit *visit, struct macro_def *macro)
{
    if (macro->state == MACRO_VISITED)
        return 0;
    macro->state = MACRO_VISITING;
    visit->path[visit->depth++] = macro;
    int r = visit_ast(visit, macro->ast);
    visit->depth--;
    macro->state = MACRO_VISITED;
    return r;
}

static int parse_macro(struct collector *collector, struct macro_def *macro)
{
    int r = origin_join(collector->arena, &macro->condition, CONDITION_MAX);
    if (r == -E2BIG)
        return yaml_error(collector->error, macro->node, r,
                          "the condition of macro '%.64s' has %zu bytes, the limit is %zu",
                          macro->name, macro->condition.len, CONDITION_MAX);
    if (r < 0)
        return collect_no_memory(collector);
    return parse_condition(collector->arena, &macro->condition, &macro->ast, collector->error);
}

int macros_resolve(struct collector *collector)
{
    struct visit visit = {.collector = collector};
    int r = 0;

    for (struct macro_def *macro = collector->macros; macro && r == 0; macro = macro->hh.next)
        r = parse_macro(collector, macro);
    for (struct macro_def *macro = collector->macros; macro && r == 0; macro = macro->hh.next)
        r = visit_macro(&visit, macro);
    return r;
}
