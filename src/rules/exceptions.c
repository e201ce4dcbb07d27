/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "rules/collect.h"
#include "rules/field.h"

#define EXCEPTIONS_MAX 10000 /* of one rule */

/*
 * An exception becomes text after the rule's condition, "(condition) and not (...)", with its
 * values as they are written: they may name lists and carry quotes.
 */

static const struct exception_def *find_exception(const struct exception_def *list, size_t count,
                                                  const char *name)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(list[i].name, name) == 0)
            return &list[i];
    return NULL;
}

/* "in", or "startswith anyof": what a comparison of an exception may be. */
static bool split_operator(const char *text, enum operator* ret_op, enum modifier *ret_modifier)
{
    size_t len = strcspn(text, " ");

    *ret_op = operator_by_name(text, len);
    *ret_modifier = MODIFIER_NONE;
    if (text[len]) {
        text += len + strspn(text + len, " ");
        *ret_modifier = modifier_by_name(text, strlen(text));
        if (!*ret_modifier || operator_info(*ret_op)->class != OPERATOR_STRING)
            return false;
    }
    return *ret_op != OP_NONE && operator_info(*ret_op)->class != OPERATOR_UNARY;
}

static bool takes_list(const char *text)
{
    enum operator op;
    enum modifier modifier;

    return split_operator(text, &op, &modifier) &&
           (modifier || operator_info(op)->class == OPERATOR_LIST);
}

static int check_field(struct collector *collector, const struct yaml_node *node)
{
    struct field_ref ref = {0};
    struct error error = {0};

    if (node->kind != YAML_SCALAR || !node->len)
        return yaml_error(collector->error, node, -EINVAL, "expected the name of a field");
    int r = field_find(node->value, node->len, &ref, &error);
    free((void *)ref.key);
    return r < 0 ? yaml_error(collector->error, node, -EINVAL, "%s", error.message) : 0;
}

static int check_comparison(struct collector *collector, const struct yaml_node *node)
{
    enum operator op;
    enum modifier modifier;

    if (node->kind == YAML_SCALAR && split_operator(node->value, &op, &modifier))
        return 0;
    return yaml_error(collector->error, node, -EINVAL, "'%.64s' is no operator of an exception",
                      node->kind == YAML_SCALAR ? node->value : "a list or mapping");
}

static int check_field_list(struct collector *collector, const struct exception_def *exception)
{
    const struct yaml_node *fields = exception->fields, *comps = exception->comps;
    int r = 0;

    if (!fields->count)
        return yaml_error(collector->error, fields, -EINVAL, "'fields' is empty");
    if (comps && comps->kind != YAML_SEQUENCE)
        return yaml_error(collector->error, comps, -EINVAL,
                          "'comps' must be a sequence, as 'fields' is");
    if (comps && comps->count != fields->count)
        return yaml_error(collector->error, comps, -EINVAL,
                          "%zu comps for %zu fields: there must be as many", comps->count,
                          fields->count);
    for (size_t i = 0; i < fields->count && r == 0; i++) {
        r = check_field(collector, fields->items[i]);
        if (r == 0 && comps)
            r = check_comparison(collector, comps->items[i]);
    }
    return r;
}

static int check_exception(struct collector *collector, const struct rule_def *rule,
                           const struct exception_def *exception)
{
    const struct yaml_node *comps = exception->comps;

    if (!exception->fields)
        return yaml_error(collector->error, exception->node, -EINVAL,
                          "exception '%.64s' lacks key 'fields'", exception->name);
    if (exception->fields->kind == YAML_MAPPING)
        return yaml_error(collector->error, exception->fields, -EINVAL,
                          "'fields' must be a field or a sequence of fields");
    if (rule->unknown_source)
        return 0;
    if (exception->fields->kind == YAML_SEQUENCE)
        return check_field_list(collector, exception);
    if (comps && (comps->kind != YAML_SCALAR || !takes_list(comps->value)))
        return yaml_error(collector->error, comps, -EINVAL,
                          "the comparison of a single field must be in, pmatch, intersects or one "
                          "with oneof, anyof or allof");
    return check_field(collector, exception->fields);
}

static int add_values(struct collector *collector, struct exception_def *exception,
                      const struct yaml_node *values)
{
    if (values->kind != YAML_SEQUENCE)
        return yaml_error(collector->error, values, -EINVAL, "'values' must be a sequence");
    for (size_t i = 0; i < values->count; i++) {
        const struct yaml_node **slot = arena_grow(collector->arena, &exception->values,
                                                   &exception->value_count, sizeof(*slot));
        if (!slot)
            return collect_no_memory(collector);
        *slot = values->items[i];
    }
    return 0;
}

/* Values for an exception that is there already. */
static int append_exception(struct collector *collector, struct exception_def *known,
                            const struct yaml_node *item, const struct yaml_node *values)
{
    static const char *const fixed[] = {"fields", "comps"};

    for (size_t i = 0; i < 2; i++) {
        const struct yaml_node *node = yaml_get(item, fixed[i]);
        if (node)
            return yaml_error(collector->error, node, -EINVAL,
                              "exception '%.64s' exists: only values can be appended to it, not %s",
                              known->name, fixed[i]);
    }
    return values ? add_values(collector, known, values) : 0;
}

static int read_exception(struct collector *collector, struct rule_def *rule,
                          const struct yaml_node *item, bool append, size_t before)
{
    static const char *const keys[] = {"name", "fields", "comps", "values", NULL};
    const struct yaml_node *name, *values;

    if (item->kind != YAML_MAPPING)
        return yaml_error(collector->error, item, -EINVAL,
                          "an exception must be a mapping with name, fields and values");
    int r = collect_scalar(collector, item, "name", true, &name);
    if (r < 0)
        return r;
    collect_unknown_keys(collector, item, keys);
    values = yaml_get(item, "values");
    if (!values && append)
        collect_warn(collector, "LOAD_APPEND_NO_VALUES", name,
                     "nothing is appended to exception '%.64s': it has no values", name->value);

    const struct exception_def *known = find_exception(rule->exceptions, before, name->value);
    if (known)
        return append_exception(collector, &rule->exceptions[known - rule->exceptions], item,
                                values);
    if (append && !values)
        return yaml_error(collector->error, name, -EINVAL,
                          "exception '%.64s' is new and lacks key 'values'", name->value);
    if (find_exception(rule->exceptions, rule->exception_count, name->value))
        collect_warn(collector, "LOAD_EXCEPTION_NAME_NOT_UNIQUE", name,
                     "exception '%.64s' is defined twice", name->value);

    if (rule->exception_count == EXCEPTIONS_MAX)
        return yaml_error(collector->error, name, -E2BIG,
                          "rule '%.128s' has more than %d exceptions", rule->name, EXCEPTIONS_MAX);
    struct exception_def *exception =
        arena_grow(collector->arena, &rule->exceptions, &rule->exception_count, sizeof(*exception));
    if (!exception)
        return collect_no_memory(collector);
    *exception = (struct exception_def){.name = name->value,
                                        .node = name,
                                        .fields = yaml_get(item, "fields"),
                                        .comps = yaml_get(item, "comps")};
    r = check_exception(collector, rule, exception);
    if (r == 0 && values)
        r = add_values(collector, exception, values);
    return r;
}

int exceptions_read(struct collector *collector, struct rule_def *rule,
                    const struct yaml_node *node, bool append)
{
    size_t before = append ? rule->exception_count : 0;

    if (yaml_is_null(node))
        return 0;
    if (node->kind != YAML_SEQUENCE)
        return yaml_error(collector->error, node, -EINVAL, "'exceptions' must be a sequence");
    for (size_t i = 0; i < node->count; i++) {
        int r = read_exception(collector, rule, node->items[i], append, before);
        if (r < 0)
            return r;
    }
    return 0;
}

struct writer {
    struct collector *collector;
    struct origin *text;
    int failed;
};

static void write_string(struct writer *writer, const char *string, const struct yaml_node *node)
{
    if (!writer->failed)
        writer->failed = origin_add_string(writer->collector->arena, writer->text, string, node);
}

static void write_node(struct writer *writer, const struct yaml_node *node)
{
    if (!writer->failed)
        writer->failed = origin_add_node(writer->collector->arena, writer->text, node);
}

/* A value with a blank in it gets quotes if it has none; quotes inside are then escaped. */
static void write_value(struct writer *writer, const struct yaml_node *node)
{
    if (!strchr(node->value, ' ') || node->value[0] == '"' || node->value[0] == '\'') {
        write_node(writer, node);
        return;
    }
    if (!strchr(node->value, '"')) {
        write_string(writer, "\"", node);
        write_node(writer, node);
        write_string(writer, "\"", node);
        return;
    }
    char *quoted = arena_alloc(writer->collector->arena, node->len * 2 + 3), *end = quoted;
    if (!quoted) {
        writer->failed = -ENOMEM;
        return;
    }
    *end++ = '"';
    for (size_t i = 0; i < node->len; i++) {
        if (node->value[i] == '"' && (i == 0 || node->value[i - 1] != '\\'))
            *end++ = '\\';
        *end++ = node->value[i];
    }
    *end = '"';
    write_string(writer, quoted, node);
}

static int write_list(struct writer *writer, const struct yaml_node *const *values, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (values[i]->kind != YAML_SCALAR || !values[i]->len)
            return yaml_error(writer->collector->error, values[i], -EINVAL,
                              "expected a single value, not empty");
        if (i)
            write_string(writer, ", ", values[i]);
        write_value(writer, values[i]);
    }
    return 0;
}

/* field comparison value */
static int write_comparison(struct writer *writer, const struct yaml_node *field,
                            const struct yaml_node *comps, const struct yaml_node *value)
{
    const char *op = comps ? comps->value : "=";
    int r = 0;

    write_node(writer, field);
    write_string(writer, " ", field);
    write_string(writer, op, comps ? comps : field);
    write_string(writer, " ", field);
    if (value->kind == YAML_SEQUENCE) {
        write_string(writer, "(", value);
        r = write_list(writer, (const struct yaml_node *const *)value->items, value->count);
        write_string(writer, ")", value);
    } else if (value->kind == YAML_SCALAR && value->len && takes_list(op)) {
        bool bare = value->value[0] != '(';
        write_string(writer, bare ? "(" : "", value);
        if (bare && !strchr(value->value, ','))
            write_value(writer, value);
        else
            write_node(writer, value);
        write_string(writer, bare ? ")" : "", value);
    } else {
        r = write_list(writer, &value, 1);
    }
    return r;
}

/* Rows of values: each row's comparisons are joined by and, the rows by or. */
static int write_rows(struct writer *writer, const struct exception_def *exception)
{
    const struct yaml_node *fields = exception->fields;

    for (size_t i = 0; i < exception->value_count; i++) {
        const struct yaml_node *row = exception->values[i];
        if (row->kind != YAML_SEQUENCE || row->count != fields->count)
            return yaml_error(writer->collector->error, row, -EINVAL,
                              "values of exception '%.64s' must be sequences of %zu, one value per "
                              "field",
                              exception->name, fields->count);
        write_string(writer, i ? " or (" : "(", row);
        for (size_t k = 0; k < fields->count; k++) {
            if (k)
                write_string(writer, " and ", row);
            int r = write_comparison(writer, fields->items[k],
                                     exception->comps ? exception->comps->items[k] : NULL,
                                     row->items[k]);
            if (r < 0)
                return r;
        }
        write_string(writer, ")", row);
    }
    return 0;
}

static int write_exception(struct writer *writer, const struct exception_def *exception)
{
    int r;

    if (!exception->value_count)
        return 0;
    write_string(writer, " and not (", exception->node);
    if (exception->fields->kind == YAML_SEQUENCE) {
        r = write_rows(writer, exception);
    } else {
        write_node(writer, exception->fields);
        write_string(writer, " ", exception->node);
        write_string(writer, exception->comps ? exception->comps->value : "in", exception->node);
        write_string(writer, " (", exception->node);
        r = write_list(writer, exception->values, exception->value_count);
        write_string(writer, ")", exception->node);
    }
    write_string(writer, ")", exception->node);
    return r;
}

int exceptions_apply(struct collector *collector, const struct rule_def *rule,
                     struct origin *ret_condition)
{
    struct writer writer = {.collector = collector, .text = ret_condition};
    int r = 0;

    *ret_condition = (struct origin){0};
    if (!rule->exception_count) {
        writer.failed = origin_add_origin(collector->arena, ret_condition, &rule->condition);
    } else {
        write_string(&writer, "(", rule->node);
        if (!writer.failed)
            writer.failed = origin_add_origin(collector->arena, ret_condition, &rule->condition);
        write_string(&writer, ")", rule->node);
    }
    for (size_t i = 0; i < rule->exception_count && r == 0; i++)
        r = write_exception(&writer, &rule->exceptions[i]);
    if (r == 0 && writer.failed)
        r = collect_no_memory(collector);
    return r;
}
