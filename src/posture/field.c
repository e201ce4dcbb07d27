/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/field.h"

#include <errno.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "posture/scalar.h"

#define EVIDENCE_TEXT_MAX 200 /* bytes of a value that are quoted */

/* spec.containers[0].image */
static void add_path(struct buf *path, const struct field *field)
{
    if (field->parent)
        add_path(path, field->parent);
    if (!field->key && field->parent)
        buf_printf(path, "[%zu]", field->index);
    else if (field->key && strpbrk(field->key, "./"))
        buf_printf(path, "['%s']", field->key);
    else if (field->key)
        buf_printf(path, "%s%s", path->len ? "." : "", field->key);
}

void field_error(struct field_reader *reader, const struct field *field, int code,
                 const char *format, ...)
{
    _cleanup_buf_ struct buf path = {0};
    char message[ERROR_MESSAGE_MAX];
    const struct field *at = field;
    va_list args;

    if (reader->status < 0)
        return;
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    while (at->parent && !at->node)
        at = at->parent;
    add_path(&path, field);
    reader->status = yaml_error(reader->error, at->node, code, "%.200s%s%s",
                                path.data ? path.data : "", path.len ? ": " : "", message);
}

void field_no_memory(struct field_reader *reader)
{
    if (reader->status < 0)
        return;
    reader->status = error_set(reader->error, -ENOMEM,
                               "out of memory, or one object needs more than %zu MiB of it",
                               (reader->arena->max ? reader->arena->max : ARENA_MAX_DEFAULT) >> 20);
}

static bool is_merge(const struct yaml_node *key)
{
    return key->style == YAML_PLAIN && strcmp(key->value, "<<") == 0;
}

static const struct yaml_node *find(struct field_reader *reader, const struct field *object,
                                    const struct yaml_node *mapping, const char *key);

/* Of a list of mappings the first one wins. */
static const struct yaml_node *find_merged(struct field_reader *reader, const struct field *object,
                                           const struct yaml_node *merged, const char *key)
{
    if (merged->kind == YAML_MAPPING)
        return find(reader, object, merged, key);
    bool valid = merged->kind == YAML_SEQUENCE;
    for (size_t i = 0; valid && i < merged->count; i++) {
        valid = merged->items[i]->kind == YAML_MAPPING;
        const struct yaml_node *found = valid ? find(reader, object, merged->items[i], key) : NULL;
        if (found)
            return found;
    }
    if (!valid)
        field_error(reader, &(struct field){.parent = object, .key = "<<", .node = merged}, -EINVAL,
                    "'<<' takes a mapping or a list of mappings");
    return NULL;
}

static const struct yaml_node *find(struct field_reader *reader, const struct field *object,
                                    const struct yaml_node *mapping, const char *key)
{
    for (size_t i = mapping->count / 2; i-- > 0 && reader->status == 0;) {
        if (++reader->steps > FIELD_STEPS_MAX)
            field_error(reader, object, -E2BIG, "too many mappings are merged into one another");
        const struct yaml_node *name = mapping->items[2 * i], *value = mapping->items[2 * i + 1];
        if (is_merge(name)) {
            const struct yaml_node *found = find_merged(reader, object, value, key);
            if (found)
                return found;
        } else if (strcmp(name->value, key) == 0) {
            return value;
        }
    }
    return NULL;
}

static bool is_null(const struct yaml_node *node)
{
    return node->kind == YAML_SCALAR && scalar_of(node).type == SCALAR_NULL;
}

static const char *kind_name(const struct yaml_node *node)
{
    if (node->kind == YAML_MAPPING)
        return "an object";
    return node->kind == YAML_SEQUENCE ? "a list" : scalar_type_name(scalar_of(node).type);
}

static void wrong_type(struct field_reader *reader, const struct field *field, const char *expected)
{
    const struct yaml_node *node = field->node;

    if (node->kind == YAML_SCALAR)
        field_error(reader, field, -EINVAL, "%s is expected, '%.100s' is %s", expected, node->value,
                    kind_name(node));
    else
        field_error(reader, field, -EINVAL, "%s is expected, found %s", expected, kind_name(node));
}

static const struct {
    enum yaml_kind kind;
    const char *name;
} types[] = {
    [FIELD_OBJECT] = {YAML_MAPPING, "an object"},
    [FIELD_LIST] = {YAML_SEQUENCE, "a list"},
    [FIELD_SCALAR] = {YAML_SCALAR, "a value"},
};

struct field field_get(struct field_reader *reader, const struct field *parent, const char *key,
                       enum field_type type)
{
    struct field field = {.parent = parent, .key = key};

    if (!parent->node || reader->status < 0)
        return field;
    field.node = find(reader, parent, parent->node, key);
    if (field.node && is_null(field.node))
        field.node = NULL;
    if (field.node && field.node->kind != types[type].kind) {
        wrong_type(reader, &field, types[type].name);
        field.node = NULL;
    }
    return field;
}

size_t field_count(const struct field *list)
{
    return list->node ? list->node->count : 0;
}

struct field field_item(struct field_reader *reader, const struct field *list, size_t index)
{
    static const struct yaml_node empty = {.kind = YAML_MAPPING};
    struct field field = {.parent = list, .index = index, .node = list->node->items[index]};

    if (is_null(field.node)) {
        struct yaml_node *node = arena_alloc(reader->arena, sizeof(*node));
        if (!node) {
            field_no_memory(reader);
            field.node = NULL;
            return field;
        }
        *node = empty;
        node->file = field.node->file;
        node->line = field.node->line;
        node->column = field.node->column;
        field.node = node;
    } else if (field.node->kind != YAML_MAPPING) {
        wrong_type(reader, &field, "an object");
        field.node = NULL;
    }
    return field;
}

/* A scalar member that is there; its type is in *ret_scalar. */
static bool get_scalar(struct field_reader *reader, const struct field *parent, const char *key,
                       struct field *ret_field, struct scalar *ret_scalar)
{
    *ret_field = field_get(reader, parent, key, FIELD_SCALAR);
    if (!ret_field->node)
        return false;
    *ret_scalar = scalar_of(ret_field->node);
    return true;
}

bool field_flag(struct field_reader *reader, const struct field *parent, const char *key,
                bool *value)
{
    struct scalar scalar;
    struct field field;

    if (!get_scalar(reader, parent, key, &field, &scalar))
        return false;
    if (scalar.type != SCALAR_FLAG) {
        wrong_type(reader, &field, "a boolean");
        return false;
    }
    *value = scalar.flag;
    return true;
}

bool field_number(struct field_reader *reader, const struct field *parent, const char *key,
                  int64_t min, int64_t max, int64_t *value)
{
    struct scalar scalar;
    struct field field;

    if (!get_scalar(reader, parent, key, &field, &scalar))
        return false;
    /* 0.0 and 1e3 are written as integers in the JSON that is sent to the API server */
    if (scalar.type == SCALAR_FLOAT && fabs(scalar.number) < 1e18 &&
        trunc(scalar.number) == scalar.number) {
        scalar.type = SCALAR_INTEGER;
        scalar.integer = (int64_t)scalar.number;
    }
    if (scalar.type != SCALAR_INTEGER) {
        wrong_type(reader, &field, "a whole number");
        return false;
    }
    if (scalar.integer < min || scalar.integer > max) {
        field_error(reader, &field, -ERANGE, "%.100s is out of range", field.node->value);
        return false;
    }
    *value = scalar.integer;
    return true;
}

bool field_text(struct field_reader *reader, const struct field *parent, const char *key,
                const char **value)
{
    struct scalar scalar;
    struct field field;

    if (!get_scalar(reader, parent, key, &field, &scalar))
        return false;
    if (scalar.type != SCALAR_TEXT) {
        wrong_type(reader, &field, "a string");
        return false;
    }
    *value = field.node->value;
    return true;
}

bool field_quantity(struct field_reader *reader, const struct field *parent, const char *key,
                    const char **value)
{
    struct scalar scalar;
    struct field field;

    if (!get_scalar(reader, parent, key, &field, &scalar))
        return false;
    if (scalar.type != SCALAR_TEXT && scalar.type != SCALAR_INTEGER &&
        scalar.type != SCALAR_FLOAT) {
        wrong_type(reader, &field, "a quantity");
        return false;
    }
    *value = field.node->value;
    return true;
}

struct evidence field_evidence(struct field_reader *reader, const struct field *field)
{
    _cleanup_buf_ struct buf path = {0};
    const struct field *at = field;
    struct evidence evidence = {.source = SOURCE_MANIFEST};

    while (at->parent && !at->node)
        at = at->parent;
    if (!at->node)
        return evidence;
    add_path(&path, field);
    evidence.file = at->node->file->name;
    evidence.line = at->node->line;
    evidence.column = at->node->column;
    evidence.field = path.failed ? NULL : arena_copy(reader->arena, path.data, path.len);
    if (field->node && field->node->kind == YAML_SCALAR)
        evidence.text = field->node->len <= EVIDENCE_TEXT_MAX
                            ? field->node->value
                            : arena_copy(reader->arena, field->node->value, EVIDENCE_TEXT_MAX);
    return evidence;
}

struct evidence field_evidence_of(struct field_reader *reader, const struct field *parent,
                                  const char *key)
{
    struct field field = {.parent = parent, .key = key};

    if (parent->node && reader->status == 0)
        field.node = find(reader, parent, parent->node, key);
    return field_evidence(reader, &field);
}

void field_set_flag(struct field_reader *reader, const struct field *parent, const char *key,
                    struct setting *settings, enum config_setting id)
{
    bool value;

    if (field_flag(reader, parent, key, &value))
        config_set_flag(settings, id, value, field_evidence_of(reader, parent, key));
}

void field_set_number(struct field_reader *reader, const struct field *parent, const char *key,
                      struct setting *settings, enum config_setting id)
{
    int64_t value;

    if (field_number(reader, parent, key, INT64_MIN, INT64_MAX, &value))
        config_set_number(settings, id, value, field_evidence_of(reader, parent, key));
}

void field_set_text(struct field_reader *reader, const struct field *parent, const char *key,
                    struct setting *settings, enum config_setting id)
{
    const char *value;

    if (field_text(reader, parent, key, &value))
        config_set_text(settings, id, value, field_evidence_of(reader, parent, key));
}

void field_set_texts(struct field_reader *reader, const struct field *parent, const char *key,
                     struct setting *settings, enum config_setting id)
{
    struct field list = field_get(reader, parent, key, FIELD_LIST);

    if (!list.node)
        return;
    settings[id] =
        (struct setting){.presence = PRESENCE_SET, .evidence = field_evidence(reader, &list)};
    for (size_t i = 0; i < field_count(&list) && reader->status == 0; i++) {
        struct field item = {.parent = &list, .index = i, .node = list.node->items[i]};
        bool null = is_null(item.node); /* an empty text, as in JSON */
        if (!null && (item.node->kind != YAML_SCALAR || scalar_of(item.node).type != SCALAR_TEXT))
            return wrong_type(reader, &item, "a string");
        if (config_add_text(reader->arena, settings, id, null ? "" : item.node->value,
                            field_evidence(reader, &item)) < 0)
            return field_no_memory(reader);
    }
}

/* What a mapping and those merged into it have; a name that comes again later counts there. */
static void walk_pairs(struct field_reader *reader, const struct field *object,
                       const struct yaml_node *mapping, field_pair_function function, void *data)
{
    for (size_t i = 0; i + 1 < mapping->count && reader->status == 0; i += 2) {
        const struct yaml_node *name = mapping->items[i], *value = mapping->items[i + 1];
        if (is_merge(name)) {
            find_merged(reader, object, value, "");
            if (value->kind == YAML_MAPPING)
                walk_pairs(reader, object, value, function, data);
            for (size_t k = value->kind == YAML_SEQUENCE ? value->count : 0; k-- > 0;) {
                if (value->items[k]->kind == YAML_MAPPING)
                    walk_pairs(reader, object, value->items[k], function, data);
            }
            continue;
        }
        if (find(reader, object, object->node, name->value) != value)
            continue;
        struct field member = {.parent = object, .key = name->value, .node = value};
        const char *text = "";
        if (!is_null(value)) {
            if (value->kind != YAML_SCALAR || scalar_of(value).type != SCALAR_TEXT)
                return wrong_type(reader, &member, "a string");
            text = value->value;
        }
        if (reader->status == 0 && function(data, &member, name->value, text) < 0)
            return field_no_memory(reader);
    }
}

void field_pairs(struct field_reader *reader, const struct field *object,
                 field_pair_function function, void *data)
{
    if (object->node)
        walk_pairs(reader, object, object->node, function, data);
}
