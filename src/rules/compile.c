/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/compile.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "rules/adjust.h"
#include "rules/format.h"
#include "rules/parser.h"
#include "rules/warnings.h"

/* As in Falco: a condition that leaves more types than this is worth a warning. */
#define TYPES_MANY 100

/* What is appended to outputs that do not name it themselves. */
static const struct {
    const char *field, *text;
} suggested[] = {
    {"container.id", " container_id=%container.id"},
    {"container.name", " container_name=%container.name"},
    {"container.image.repository", " container_image_repository=%container.image.repository"},
    {"container.image.tag", " container_image_tag=%container.image.tag"},
    {"k8s.pod.name", " k8s_pod_name=%k8s.pod.name"},
    {"k8s.ns.name", " k8s_ns_name=%k8s.ns.name"},
};

static int no_memory(struct checker *checker)
{
    return error_set(checker->error, -ENOMEM, "out of memory");
}

static const char *keep(struct checker *checker, const char *text)
{
    return arena_copy(&checker->rules->arena, text, strlen(text));
}

/* A text without the blanks around it. */
static const char *keep_trimmed(struct checker *checker, const char *text)
{
    size_t start = strspn(text, " \t\r\n"), end = strlen(text);

    while (end > start && strchr(" \t\r\n", text[end - 1]))
        end--;
    return arena_copy(&checker->rules->arena, text + start, end - start);
}

/* Whether the text at `at` is this field, and not one with a longer name. */
static bool is_field(const char *at, const char *field)
{
    size_t len = strlen(field);

    if (strncmp(at, field, len) != 0 || isalnum((unsigned char)at[len]) || at[len] == '_')
        return false;
    return at[len] != '.' || !isalpha((unsigned char)at[len + 1]);
}

/* Whether the output names the field itself, with transformers or without. */
static bool names_field(const char *output, const char *field)
{
    for (const char *at = output; (at = strchr(at, '%'));) {
        if (*++at == '%') {
            at++;
            continue;
        }
        for (size_t len; at[len = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789")] == '(';) {
            at += len + 1;
            at += strspn(at, " ");
        }
        if (is_field(at, field))
            return true;
    }
    return false;
}

static int make_output(struct checker *checker, const struct rules_options *options,
                       const struct rule_def *def, struct origin *output)
{
    struct arena *arena = checker->collector->arena;
    struct origin own = def->output;

    if (origin_join(arena, &own, YAML_FILE_MAX) < 0)
        return no_memory(checker);
    *output = (struct origin){0};
    size_t end = own.len;
    while (end && strchr(" \t\r\n", own.text[end - 1]))
        end--;
    int r = origin_add_origin(arena, output, &own);
    if (r == 0 && output->count) {
        /* blanks at the end go, so that what is appended follows closely */
        struct origin_piece *last = &output->pieces[output->count - 1];
        size_t cut = own.len - end < last->len ? own.len - end : last->len;
        last->len -= cut;
        output->len -= cut;
    }
    bool suggests = additions_suggested(checker->collector, def, !options->no_suggested_output);
    for (size_t i = 0; i < sizeof(suggested) / sizeof(suggested[0]) && r == 0; i++)
        if (suggests && !names_field(own.text, suggested[i].field))
            r = origin_add_string(arena, output, suggested[i].text, def->node);
    if (r == 0)
        r = additions_output(checker->collector, def, output);
    if (r == 0)
        r = origin_join(arena, output, YAML_FILE_MAX);
    return r < 0 ? no_memory(checker) : 0;
}

static int compile_condition(struct checker *checker, struct rule_def *def, struct term **ret_term)
{
    struct arena *arena = checker->collector->arena;
    struct origin *condition = arena_alloc(arena, sizeof(*condition));
    struct ast *ast;

    if (!condition)
        return no_memory(checker);
    int r = exceptions_apply(checker->collector, def, condition);
    if (r < 0)
        return r;
    r = origin_join(arena, condition, CONDITION_MAX);
    if (r == -E2BIG)
        return yaml_error(checker->error, def->node, r,
                          "the condition of rule '%.128s' has %zu bytes, the limit is %zu",
                          def->name, condition->len, CONDITION_MAX);
    if (r < 0)
        return no_memory(checker);
    r = parse_condition(arena, condition, &ast, checker->error);
    if (r < 0)
        return r;
    def->ast = ast;
    return check_condition(checker, ast, ret_term);
}

static int compare_tags(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int make_tags(struct checker *checker, const struct rule_def *def,
                     const char *const **ret_tags)
{
    const char **tags = arena_array(&checker->rules->arena, def->tag_count + 1, sizeof(*tags));
    size_t count = 0;

    if (!tags)
        return no_memory(checker);
    for (size_t i = 0; i < def->tag_count; i++)
        if (!(tags[i] = keep(checker, def->tags[i])))
            return no_memory(checker);
    if (def->tag_count)
        qsort(tags, def->tag_count, sizeof(*tags), compare_tags);
    for (size_t i = 0; i < def->tag_count; i++)
        if (!count || strcmp(tags[count - 1], tags[i]) != 0)
            tags[count++] = tags[i];
    tags[count] = NULL;
    *ret_tags = tags;
    return 0;
}

static int describe(struct checker *checker, const struct rules_options *options,
                    const struct rule_def *def, const char *output, struct rule *rule)
{
    struct origin condition = def->condition, description = def->description;
    struct arena *arena = checker->collector->arena;

    if (origin_join(arena, &condition, YAML_FILE_MAX) < 0 ||
        origin_join(arena, &description, YAML_FILE_MAX) < 0)
        return no_memory(checker);
    rule->info = (struct rule_info){
        .name = keep(checker, def->name),
        .description = keep_trimmed(checker, description.text),
        .condition = keep_trimmed(checker, condition.text),
        .output = keep_trimmed(checker, output),
        .source = keep(checker, def->source),
        .file = keep(checker, def->node->file->name),
        .line = def->node->line,
        .priority = def->priority,
        .action = def->action,
        .mode = options->mode == MODE_AUDIT ? MODE_AUDIT : def->mode,
        .enabled = def->enabled,
    };
    if (!rule->info.name || !rule->info.description || !rule->info.condition ||
        !rule->info.output || !rule->info.source || !rule->info.file)
        return no_memory(checker);
    return make_tags(checker, def, &rule->info.tags);
}

static void warn_many_types(struct checker *checker, const struct rule_def *def,
                            const struct term *condition)
{
    unsigned count = 0;

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        count += type_set_has(&condition->match, type);
    if (def->warn_evttypes && (count == 0 || count > TYPES_MANY))
        collect_warn(checker->collector, "LOAD_NO_EVTTYPE", def->node, "rule '%.128s' is %s: %s",
                     def->name, count ? "evaluated for nearly every event" : "never evaluated",
                     count ? "narrow its condition by evt.type"
                           : "no event type satisfies its condition");
}

/* 0 with *ret_rule NULL when the rule is skipped. */
static int compile_rule(struct checker *checker, const struct rules_options *options,
                        struct rule_def *def, struct rule **ret_rule)
{
    struct rule *rule = arena_alloc(&checker->rules->arena, sizeof(*rule));
    struct error at = {0}, *outer = checker->error;
    struct origin *output = arena_alloc(checker->collector->arena, sizeof(*output));

    if (!rule || !output)
        return no_memory(checker);
    int r = make_output(checker, options, def, output);
    if (r < 0)
        return r;

    checker->error = &at;
    r = format_compile(checker, output, &rule->output);
    if (r == 0)
        r = additions_fields(checker, def, &rule->output);
    if (r == 0)
        r = compile_condition(checker, def, &rule->condition);
    checker->error = outer;
    if (r == -ENOENT && def->skip_if_unknown) {
        warnings_add(checker->collector->warnings, "LOAD_UNKNOWN_FILTER", &at);
        *ret_rule = NULL;
        return 0;
    }
    if (r < 0) {
        r = r == -ENOENT ? -EINVAL : r;
        if (outer && at.code)
            *outer = at; /* else the collector filled it */
        if (outer)
            outer->code = r;
        return r;
    }
    warn_many_types(checker, def, rule->condition);
    r = describe(checker, options, def, output->text, rule);
    if (r == 0)
        *ret_rule = rule;
    return r;
}

/* Whether some of these events may be about a socket. */
static bool any_of_socket(const struct type_set *types)
{
    static const bool sockets[FAMILY_MAX] = {
        [FAMILY_DESCRIPTOR] = true, [FAMILY_NETWORK] = true, [FAMILY_NAMESPACE] = true,
        [FAMILY_KERNEL] = true,     [FAMILY_MEMORY] = true,  [FAMILY_SOCKET_DATA] = true,
    };

    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        if (type_set_has(types, type) && event_type_info(type) &&
            sockets[event_type_info(type)->family])
            return true;
    return false;
}

/* Of some fields the world learns from calls that no rule need ask for. */
static void note_needs(struct rules_needs *needs, uint8_t needed, const struct type_set *types)
{
    if (needed & FIELD_NEEDS_NAMES)
        needs->dns = true;
    if (needed & FIELD_NEEDS_ENVIRONMENT)
        needs->env = true;
    if (needed & FIELD_NEEDS_DIRECTORY) {
        needs->cwd = true;
        needs->types[EVENT_CHDIR] = needs->types[EVENT_FCHDIR] = true;
    }
    if (needed & FIELD_NEEDS_ROLES && any_of_socket(types))
        needs->types[EVENT_CONNECT] = needs->types[EVENT_LISTEN] = needs->types[EVENT_ACCEPT] =
            needs->types[EVENT_ACCEPT4] = true;
    if (needed & FIELD_NEEDS_SESSIONS)
        needs->types[EVENT_SETSID] = needs->types[EVENT_SETPGID] = true;
}

static uint8_t needs_of_slot(const struct slot *slot)
{
    return slot ? slot->ref.field->needs : 0;
}

static uint8_t needs_of_term(struct term *term)
{
    /* Neither the record nor the number of its actor nor the masks' epoch tells such a value. */
    static const uint8_t unsteady =
        FIELD_NEEDS_NAMES | FIELD_NEEDS_DIRECTORY | FIELD_NEEDS_SESSIONS | FIELD_NEEDS_CLOCK;

    if (term->visited)
        return term->needs;
    term->visited = true;
    if (term->kind == TERM_ATOM)
        term->needs = needs_of_slot(term->atom->left) | needs_of_slot(term->atom->right);
    for (size_t i = 0; i < term->count; i++)
        term->needs |= needs_of_term(term->children[i]);
    term->unsteady = term->needs & unsteady;
    return term->needs;
}

static uint8_t needs_of_format(const struct format *format)
{
    uint8_t needs = 0;

    for (size_t i = 0; i < format->field_count; i++)
        needs |= format->fields[i].text ? needs_of_format(format->fields[i].text)
                                        : needs_of_slot(format->fields[i].slot);
    return needs;
}

static int index_rule(struct checker *checker, struct rule *rule)
{
    struct ruleset *rules = checker->rules;

    note_needs(&rules->needs, needs_of_term(rule->condition) | needs_of_format(&rule->output),
               &rule->condition->match);
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        struct rule_index *index = &rules->by_type[type];
        if (!type_set_has(&rule->condition->match, type))
            continue;
        struct rule **slot = arena_grow(&rules->arena, &index->rules, &index->count, sizeof(*slot));
        if (!slot)
            return no_memory(checker);
        *slot = rule;
        index->has_actions |= rule->info.action != ACTION_ALERT;
        rules->needs.types[type] = true;
    }
    return 0;
}

static void warn_unused(struct checker *checker)
{
    for (const struct macro_def *macro = checker->collector->macros; macro; macro = macro->hh.next)
        if (!macro->used)
            collect_warn(checker->collector, "LOAD_UNUSED_MACRO", macro->node,
                         "macro '%.64s' is not used", macro->name);
    for (const struct list_def *list = checker->collector->lists; list; list = list->hh.next)
        if (!list->used)
            collect_warn(checker->collector, "LOAD_UNUSED_LIST", list->node,
                         "list '%.64s' is not used", list->name);
}

/* Lists are used by macros too, whether rules use those or not. */
static void note_uses(struct checker *checker, const struct ast *ast)
{
    struct macro_def *macro =
        ast->kind == AST_MACRO ? collect_find_macro(checker->collector, ast->macro) : NULL;

    if (macro)
        macro->used = true;
    for (size_t i = 0; i < ast->value_count; i++) {
        struct list_def *list = ast->values[i].quoted
                                    ? NULL
                                    : collect_find_list(checker->collector, ast->values[i].text);
        if (list)
            list->used = true;
    }
    for (size_t i = 0; i < ast->count; i++)
        note_uses(checker, ast->children[i]);
}

/* A rule of another source is not compiled; what it uses is not unused for that. */
static void note_uses_of_skipped(struct checker *checker, const struct rule_def *def)
{
    struct arena *arena = checker->collector->arena;
    struct origin *condition = arena_alloc(arena, sizeof(*condition));
    struct error ignored = {0};
    struct ast *ast;

    if (!condition)
        return;
    *condition = def->condition;
    if (origin_join(arena, condition, CONDITION_MAX) == 0 &&
        parse_condition(arena, condition, &ast, &ignored) == 0)
        note_uses(checker, ast);
}

int compile_rules(struct checker *checker, const struct rules_options *options)
{
    struct collector *collector = checker->collector;
    struct ruleset *rules = checker->rules;
    size_t most_fields = 0;

    int r = lists_resolve(collector);
    if (r == 0)
        r = macros_resolve(collector);
    if (r == 0)
        r = additions_check(checker);
    if (r < 0)
        return r;
    for (const struct macro_def *macro = collector->macros; macro; macro = macro->hh.next)
        note_uses(checker, macro->ast);

    for (struct rule_def *def = collector->rules; def; def = def->hh.next) {
        struct rule *rule;
        if (def->unknown_source) {
            note_uses_of_skipped(checker, def);
            continue;
        }
        r = compile_rule(checker, options, def, &rule);
        if (r < 0)
            return r;
        if (!rule || def->priority > options->minimum_priority)
            continue;
        struct rule **slot =
            arena_grow(&rules->arena, &rules->rules, &rules->rule_count, sizeof(*slot));
        if (!slot)
            return no_memory(checker);
        *slot = rule;
        if (rule->info.enabled && (r = index_rule(checker, rule)) < 0)
            return r;
        if (rule->output.field_count > most_fields)
            most_fields = rule->output.field_count;
    }
    warn_unused(checker);
    rules->alert_fields = arena_array(&rules->arena, most_fields + 1, sizeof(*rules->alert_fields));
    return rules->alert_fields ? 0 : no_memory(checker);
}
