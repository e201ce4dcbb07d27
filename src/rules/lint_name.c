/* SPDX-License-Identifier: Apache-2.0 */
/* Trust in names that whoever is looked for chooses. */
#include <string.h>

#include "rules/lint_internal.h"

#define NAME_LEN_MAX 15 /* the kernel keeps no more of a process's name */

static const struct lint_kind exempt = {
    "LINT_EXEMPT_BY_NAME",
    "exempt by proc.exepath, the container's image or proc.is_exe_upper_layer, "
    "or by those too"};

static const struct lint_kind match = {
    "LINT_MATCH_BY_NAME", "look at what is done rather than by whom, or at proc.exepath and "
                          "proc.is_exe_upper_layer besides"};

static const struct lint_kind long_name = {"LINT_LONG_NAME",
                                           "cut the value to 15 bytes, or compare proc.exepath"};

static const char by_file[] =
    "a copy of any program under that name has it, and prctl(PR_SET_NAME) "
    "with a fork";
static const char by_arguments[] = "whoever calls execve writes the arguments, argv[0] too";

/* Fields whose value a process chooses, and how. */
static const struct {
    const char *field;
    const char *how;
    bool is_name; /* the kernel's, cut to NAME_LEN_MAX */
} chosen[] = {
    {"proc.name", by_file, true},       {"proc.pname", by_file, true},
    {"proc.aname", by_file, true},      {"proc.sname", by_file, true},
    {"proc.vpgid.name", by_file, true}, {"proc.pgid.name", by_file, true},
    {"proc.sid.name", by_file, true},   {"proc.cmdline", by_arguments},
    {"proc.pcmdline", by_arguments},    {"proc.acmdline", by_arguments},
    {"proc.args", by_arguments},        {"proc.exe", by_arguments},
    {"proc.pexe", by_arguments},        {"proc.aexe", by_arguments},
    {"proc.exeline", by_arguments},
};

/* Facts of the kernel, the runtime or the cluster; beginnings of names of fields. */
static const char *const firm[] = {
    "proc.exepath", "proc.pexepath",   "proc.aexepath", "proc.is_exe_",   "proc.exe_ino",
    "thread.cap_",  "container.image", "container.id",  "container.name", "container.privileged",
    "k8s.",
};

static int chosen_index(const struct atom *atom)
{
    for (size_t i = 0; i < sizeof(chosen) / sizeof(chosen[0]); i++)
        if (!strcmp(chosen[i].field, atom->left->ref.field->name))
            return (int)i;
    return -1;
}

static bool is_firm(const struct atom *atom)
{
    const char *name = atom->left->ref.field->name;

    for (size_t i = 0; i < sizeof(firm) / sizeof(firm[0]); i++)
        if (!strncmp(firm[i], name, strlen(firm[i])))
            return true;
    return false;
}

/* Whether the comparison asks for a value, rather than for another one or for any. */
static bool asks_for_value(const struct atom *atom, bool negated)
{
    return atom->op != OP_EXISTS && (atom->op == OP_NE) == negated;
}

/* A value that is missing or empty says nothing of who acts. */
static bool has_real_value(const struct atom *atom)
{
    static const char *const none[] = {"", "<NA>", "N/A"};

    for (size_t i = 0; i < atom->operand_count; i++) {
        const char *text = atom->operands[i].string.data;
        bool real = true;
        for (size_t k = 0; text && k < sizeof(none) / sizeof(none[0]); k++) /* else a number */
            real = real && strcmp(text, none[k]) != 0;
        if (real)
            return true;
    }
    return atom->right;
}

static bool is_any_of(const struct term *term, bool negated)
{
    return (term->kind == TERM_OR) != negated;
}

/* Whether a firm fact is needed for the term to hold. */
static bool needs_firm(const struct term *term, bool negated)
{
    if (term->kind == TERM_ATOM)
        return is_firm(term->atom);
    if (term->kind == TERM_NOT)
        return needs_firm(term->children[0], !negated);
    bool any = is_any_of(term, negated);
    for (size_t i = 0; i < term->count; i++)
        if (needs_firm(term->children[i], negated) != any)
            return !any;
    return any;
}

static bool exempts_by_choice(const struct atom *atom, bool negated)
{
    return chosen_index(atom) >= 0 && atom->op != OP_EXISTS && !asks_for_value(atom, negated) &&
           has_real_value(atom);
}

/* True when something was found. */
static bool find_exemptions(struct lint *lint, const struct lint_rule *rule,
                            const struct lint_node *node, bool negated)
{
    const struct term *term = node->term;
    char text[LINT_TEXT_MAX];
    bool found = false;

    if (term->kind == TERM_ATOM) {
        if (!exempts_by_choice(term->atom, negated))
            return false;
        lint_add_at(lint, &exempt, rule, node->ast, "rule '%.64s' is evaded where '%s' exempts: %s",
                    rule->def->name, lint_text(node->ast, text, sizeof(text)),
                    chosen[chosen_index(term->atom)].how);
        return true;
    }
    /* Every part of an exemption has to hold for it: one that can't be chosen is enough, and of
     * several that can one is told. */
    bool one = term->kind != TERM_NOT && is_any_of(term, negated);
    for (size_t i = 0; i < term->count && one; i++)
        if (needs_firm(term->children[i], !negated))
            return false;
    for (size_t i = 0; i < term->count && !(one && found); i++) {
        struct lint_node child = lint_child(lint, node, i);
        found |= find_exemptions(lint, rule, &child, negated != (term->kind == TERM_NOT));
    }
    return found;
}

/* Without a value that the actor chooses the term can't hold: *ret_at is where it is asked for. */
static bool needs_chosen(struct lint *lint, const struct lint_node *node, bool negated,
                         struct lint_node *ret_at)
{
    const struct term *term = node->term;
    struct lint_node child;

    if (term->kind == TERM_ATOM) {
        *ret_at = *node;
        return chosen_index(term->atom) >= 0 && asks_for_value(term->atom, negated);
    }
    if (term->kind == TERM_NOT) {
        child = lint_child(lint, node, 0);
        return needs_chosen(lint, &child, !negated, ret_at);
    }
    bool any = is_any_of(term, negated);
    for (size_t i = 0; i < term->count; i++) {
        child = lint_child(lint, node, i);
        if (needs_chosen(lint, &child, negated, ret_at) != any)
            return !any;
    }
    return any;
}

static void find_long_names(struct lint *lint, const struct lint_rule *rule,
                            const struct lint_node *node)
{
    const struct atom *atom = node->term->atom;
    char text[64];

    for (size_t i = 0; i < node->term->count; i++) {
        struct lint_node child = lint_child(lint, node, i);
        find_long_names(lint, rule, &child);
    }
    if (node->term->kind != TERM_ATOM || atom->left->transformer_count || atom->right ||
        (atom->op != OP_EQ && atom->op != OP_NE && atom->op != OP_IN && atom->op != OP_INTERSECTS))
        return;
    int row = chosen_index(atom);
    if (row < 0 || !chosen[row].is_name)
        return;
    for (size_t i = 0; i < atom->operand_count; i++)
        if (atom->operands[i].string.len > NAME_LEN_MAX) {
            snprintf(text, sizeof(text), "%.*s", (int)atom->operands[i].string.len,
                     atom->operands[i].string.data);
            lint_add_at(lint, &long_name, rule, node->ast,
                        "%s is never '%s': the kernel keeps %d bytes of a name", atom->left->name,
                        text, NAME_LEN_MAX);
            return;
        }
}

int lint_name(struct lint *lint)
{
    char text[LINT_TEXT_MAX];

    for (size_t i = 0; i < lint->count; i++) {
        const struct lint_rule *rule = &lint->rules[i];
        struct lint_node at;
        find_exemptions(lint, rule, &rule->condition, false);
        find_long_names(lint, rule, &rule->condition);
        if (needs_chosen(lint, &rule->condition, false, &at))
            lint_add_at(lint, &match, rule, at.ast,
                        "rule '%.64s' matches only by '%s', which is avoided: %s", rule->def->name,
                        lint_text(at.ast, text, sizeof(text)),
                        chosen[chosen_index(at.term->atom)].how);
    }
    return 0;
}
