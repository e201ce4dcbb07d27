/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/adjust.h"

#include <errno.h>
#include <fnmatch.h>
#include <string.h>

#include "rules/format.h"

#define NAME "--append-output" /* in messages, in the place of a file's */

static int read_match(struct collector *collector, const struct yaml_node *match,
                      struct output_addition *addition)
{
    static const char *const keys[] = {"source", "tags", "rule", NULL};

    if (match->kind != YAML_MAPPING)
        return yaml_error(collector->error, match, -EINVAL,
                          "'match' must be a mapping of source, tags and rule");
    collect_unknown_keys(collector, match, keys);
    int r = collect_scalar(collector, match, "source", false, &addition->source);
    if (r == 0)
        r = collect_scalar(collector, match, "rule", false, &addition->rule);
    addition->tags = yaml_get(match, "tags");
    if (r < 0 || !addition->tags)
        return r;
    if (addition->tags->kind != YAML_SEQUENCE)
        return yaml_error(collector->error, addition->tags, -EINVAL, "'tags' must be a sequence");
    for (size_t i = 0; i < addition->tags->count; i++)
        if (addition->tags->items[i]->kind != YAML_SCALAR)
            return yaml_error(collector->error, addition->tags->items[i], -EINVAL,
                              "a tag must be a single value");
    return 0;
}

static int add_extra_field(struct collector *collector, struct output_addition *addition,
                           const struct yaml_node *name, const struct yaml_node *format)
{
    if (name->kind != YAML_SCALAR || !name->len || (format && format->kind != YAML_SCALAR))
        return yaml_error(collector->error, name, -EINVAL,
                          "an extra field is the name of a field, or NAME: TEXT");
    struct extra_field *field = arena_grow(collector->arena, &addition->extra_fields,
                                           &addition->extra_field_count, sizeof(*field));
    if (!field)
        return collect_no_memory(collector);
    *field = (struct extra_field){name, format};
    return 0;
}

static int read_extra_fields(struct collector *collector, const struct yaml_node *fields,
                             struct output_addition *addition)
{
    int r = 0;

    if (fields->kind != YAML_SEQUENCE)
        return yaml_error(collector->error, fields, -EINVAL,
                          "'extra_fields' must be a sequence of fields, or of NAME: TEXT");
    for (size_t i = 0; i < fields->count && r == 0; i++) {
        const struct yaml_node *item = fields->items[i];
        if (item->kind != YAML_MAPPING)
            r = add_extra_field(collector, addition, item, NULL);
        for (size_t k = 0; item->kind == YAML_MAPPING && k + 1 < item->count && r == 0; k += 2)
            r = add_extra_field(collector, addition, item->items[k], item->items[k + 1]);
    }
    return r;
}

static int read_addition(struct collector *collector, const struct yaml_node *item)
{
    static const char *const keys[] = {"match", "extra_output", "extra_fields", "suggested_output",
                                       NULL};
    const struct yaml_node *match, *fields;
    struct output_addition *addition;

    if (item->kind != YAML_MAPPING)
        return yaml_error(collector->error, item, -EINVAL,
                          "expected a mapping with match, extra_output, extra_fields or "
                          "suggested_output");
    addition = arena_grow(collector->arena, &collector->additions, &collector->addition_count,
                          sizeof(*addition));
    if (!addition)
        return collect_no_memory(collector);
    collect_unknown_keys(collector, item, keys);
    match = yaml_get(item, "match");
    fields = yaml_get(item, "extra_fields");
    int r = match ? read_match(collector, match, addition) : 0;
    if (r == 0)
        r = collect_scalar(collector, item, "extra_output", false, &addition->extra_output);
    if (r == 0 && fields)
        r = read_extra_fields(collector, fields, addition);
    if (r == 0)
        r = collect_scalar(collector, item, "suggested_output", false, &addition->suggested_node);
    if (r == 0 && addition->suggested_node)
        r = collect_bool(collector, addition->suggested_node, &addition->suggested);
    return r;
}

static int read_document(struct collector *collector, const struct yaml_node *document)
{
    const struct yaml_node *list =
        document->kind == YAML_MAPPING ? yaml_get(document, "append_output") : NULL;
    int r = 0;

    if (!list && document->kind == YAML_MAPPING)
        return read_addition(collector, document);
    if (!list)
        list = document;
    if (list->kind != YAML_SEQUENCE)
        return yaml_error(collector->error, list, -EINVAL, "expected a sequence of mappings");
    for (size_t i = 0; i < list->count && r == 0; i++)
        r = read_addition(collector, list->items[i]);
    return r;
}

int additions_read(struct collector *collector, const char *const *texts, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct yaml_documents documents;
        int r = yaml_load(NAME, texts[i], strlen(texts[i]), collector->arena, &documents,
                          collector->error);
        for (size_t d = 0; r == 0 && d < documents.count; d++)
            r = read_document(collector, documents.items[d]);
        if (r < 0)
            return r;
    }
    return 0;
}

static bool has_tag(const struct rule_def *def, const char *tag)
{
    for (size_t i = 0; i < def->tag_count; i++)
        if (strcmp(def->tags[i], tag) == 0)
            return true;
    return false;
}

/* All that is given has to hold, and all tags. */
static bool matches(const struct output_addition *addition, const struct rule_def *def)
{
    if (addition->source && strcmp(addition->source->value, def->source) != 0)
        return false;
    if (addition->rule && fnmatch(addition->rule->value, def->name, 0) != 0)
        return false;
    for (size_t i = 0; addition->tags && i < addition->tags->count; i++)
        if (!has_tag(def, addition->tags->items[i]->value))
            return false;
    return true;
}

bool additions_suggested(const struct collector *collector, const struct rule_def *def,
                         bool otherwise)
{
    for (size_t i = 0; i < collector->addition_count; i++) {
        const struct output_addition *addition = &collector->additions[i];
        if (addition->suggested_node && matches(addition, def))
            otherwise = addition->suggested;
    }
    return otherwise;
}

int additions_output(const struct collector *collector, const struct rule_def *def,
                     struct origin *output)
{
    int r = 0;

    for (size_t i = 0; i < collector->addition_count && r == 0; i++) {
        const struct yaml_node *extra = collector->additions[i].extra_output;
        if (!extra || !matches(&collector->additions[i], def))
            continue;
        r = origin_add_string(collector->arena, output, " ", extra);
        if (r == 0)
            r = origin_add_node(collector->arena, output, extra);
    }
    return r;
}

static int text_of(struct collector *collector, const struct yaml_node *node,
                   struct origin **ret_text)
{
    struct origin *text = arena_alloc(collector->arena, sizeof(*text));

    if (!text || origin_add_node(collector->arena, text, node) < 0 ||
        origin_join(collector->arena, text, YAML_FILE_MAX) < 0)
        return collect_no_memory(collector);
    *ret_text = text;
    return 0;
}

static int add_fields(struct checker *checker, const struct output_addition *addition,
                      struct format *format)
{
    struct origin *name, *text = NULL;
    int r = 0;

    for (size_t i = 0; i < addition->extra_field_count && r == 0; i++) {
        const struct extra_field *field = &addition->extra_fields[i];
        r = text_of(checker->collector, field->name, &name);
        if (r == 0 && field->format)
            r = text_of(checker->collector, field->format, &text);
        if (r == 0)
            r = field->format ? format_add_text(checker, name, text, format)
                              : format_add_field(checker, name, format);
    }
    return r;
}

int additions_fields(struct checker *checker, const struct rule_def *def, struct format *format)
{
    const struct collector *collector = checker->collector;
    int r = 0;

    for (size_t i = 0; i < collector->addition_count && r == 0; i++)
        if (matches(&collector->additions[i], def))
            r = add_fields(checker, &collector->additions[i], format);
    return r;
}

int additions_check(struct checker *checker)
{
    const struct collector *collector = checker->collector;
    int r = 0;

    for (size_t i = 0; i < collector->addition_count && r == 0; i++) {
        const struct output_addition *addition = &collector->additions[i];
        struct format format = {0};
        struct origin *text;
        if (addition->source && strcmp(addition->source->value, RULES_SOURCE) != 0)
            continue; /* for rules that are skipped */
        if (addition->extra_output) {
            r = text_of(checker->collector, addition->extra_output, &text);
            if (r == 0)
                r = format_compile(checker, text, &format);
        }
        if (r == 0)
            r = add_fields(checker, addition, &format);
    }
    if (r == -ENOENT) { /* an unknown field: of a rule it may be left out, of an option not */
        r = -EINVAL;
        if (checker->error)
            checker->error->code = r;
    }
    return r;
}
