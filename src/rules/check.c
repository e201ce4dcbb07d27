/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/check.h"

#include <errno.h>
#include <string.h>

#include "rules/atom.h"
#include "rules/nearest.h"

static int no_memory(struct checker *checker)
{
    return error_set(checker->error, -ENOMEM, "out of memory");
}

struct type_set check_all_types(void)
{
    struct type_set all = {0};

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        const struct event_type_info *info = event_type_info(type);
        if (info && info->family != FAMILY_FACT)
            type_set_add(&all, type);
    }
    return all;
}

static void add_types(struct type_set *set, const struct type_set *more, bool intersect)
{
    for (size_t i = 0; i < sizeof(set->bits) / sizeof(set->bits[0]); i++)
        set->bits[i] = intersect ? set->bits[i] & more->bits[i] : set->bits[i] | more->bits[i];
}

/*
 * Which events a term can be true or false for: and intersects the ones and unites the others, or
 * does the reverse, not swaps them.
 */
static void infer_types(struct term *term)
{
    term->match = term->children[0]->match;
    term->reject = term->children[0]->reject;
    if (term->kind == TERM_NOT) {
        term->match = term->children[0]->reject;
        term->reject = term->children[0]->match;
    }
    for (size_t i = 1; i < term->count; i++) {
        add_types(&term->match, &term->children[i]->match, term->kind == TERM_AND);
        add_types(&term->reject, &term->children[i]->reject, term->kind == TERM_OR);
    }
}

static int check_atom(struct checker *checker, const struct ast *ast, struct term **ret_term)
{
    struct term *term = arena_alloc(&checker->rules->arena, sizeof(*term));

    if (!term)
        return no_memory(checker);
    term->kind = TERM_ATOM;
    term->depth = 1;
    int r = atom_make(checker, ast, term);
    if (r == 0)
        *ret_term = term;
    return r;
}

static int check_children(struct checker *checker, const struct ast *ast, struct term **ret_term)
{
    struct arena *arena = &checker->rules->arena;
    struct term *term = arena_alloc(arena, sizeof(*term));

    if (!term || !(term->children = arena_array(arena, ast->count, sizeof(*term->children))))
        return no_memory(checker);
    term->kind = ast->kind == AST_AND ? TERM_AND : ast->kind == AST_OR ? TERM_OR : TERM_NOT;
    term->count = ast->count;
    for (size_t i = 0; i < ast->count; i++) {
        int r = check_condition(checker, ast->children[i], &term->children[i]);
        if (r < 0)
            return r;
        if (term->depth <= term->children[i]->depth)
            term->depth = term->children[i]->depth + 1;
    }
    if (term->depth > TERM_DEPTH_MAX)
        return origin_error(checker->error, ast->origin, ast->offset, -E2BIG,
                            "the condition with its macros is nested more than %d deep",
                            TERM_DEPTH_MAX);
    infer_types(term);
    *ret_term = term;
    return 0;
}

static int check_macro(struct checker *checker, const struct ast *ast, struct term **ret_term)
{
    struct macro_def *macro = collect_find_macro(checker->collector, ast->macro);

    if (!macro) {
        struct nearest nearest = nearest_start(ast->macro, strlen(ast->macro));
        char hint[128];
        for (struct macro_def *other = checker->collector->macros; other; other = other->hh.next)
            nearest_offer(&nearest, other->name);
        return origin_error(checker->error, ast->origin, ast->offset, -EINVAL,
                            "macro '%.64s' is not defined%s", ast->macro,
                            nearest_hint(&nearest, hint, sizeof(hint)));
    }
    macro->used = true;
    if (!macro->term) {
        int r = check_condition(checker, macro->ast, &macro->term);
        if (r < 0) {
            macro->term = NULL;
            return r;
        }
        macro->term->shared = true;
        if (!macro->term->macro) {
            const char *name = arena_copy(&checker->rules->arena, macro->name, strlen(macro->name));
            if (!name)
                return no_memory(checker);
            macro->term->macro = name;
        }
    }
    *ret_term = macro->term;
    return 0;
}

int check_condition(struct checker *checker, const struct ast *ast, struct term **ret_term)
{
    switch (ast->kind) {
    case AST_CHECK: return check_atom(checker, ast, ret_term);
    case AST_MACRO: return check_macro(checker, ast, ret_term);
    default: return check_children(checker, ast, ret_term);
    }
}
