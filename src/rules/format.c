/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/format.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "base/utf8.h"
#include "rules/compare.h"
#include "rules/evaluate.h"
#include "rules/parser.h"
#include "rules/warnings.h"

#define FORMAT_FIELDS_MAX 1000 /* of one output, each counted once */

struct compiler {
    struct checker *checker;
    const struct origin *text;
    struct format *format;
};

static int no_memory(struct compiler *compiler)
{
    return error_set(compiler->checker->error, -ENOMEM, "out of memory");
}

static int add_part(struct compiler *compiler, const char *text, size_t len, struct slot *slot)
{
    struct format *format = compiler->format;
    struct format_part *part = arena_grow(&compiler->checker->rules->arena, &format->parts,
                                          &format->part_count, sizeof(*part));

    if (!part)
        return no_memory(compiler);
    *part = (struct format_part){text, len, slot};
    return 0;
}

/* Text of the rule's author: kept, with controls as blanks. */
static int add_text(struct compiler *compiler, size_t start, size_t end)
{
    if (start >= end)
        return 0;
    char *copy =
        arena_copy(&compiler->checker->rules->arena, compiler->text->text + start, end - start);
    if (!copy)
        return no_memory(compiler);
    for (char *c = copy; *c; c++)
        if (iscntrl((unsigned char)*c))
            *c = ' ';
    return add_part(compiler, copy, end - start, NULL);
}

/* Fields sorted by name, each once. */
static int add_field(struct compiler *compiler, size_t percent, const struct format_field *field)
{
    struct format *format = compiler->format;
    size_t at = 0;

    while (at < format->field_count && strcmp(format->fields[at].name, field->name) < 0)
        at++;
    if (at < format->field_count && strcmp(format->fields[at].name, field->name) == 0)
        return 0;
    if (format->field_count == FORMAT_FIELDS_MAX)
        return origin_error(compiler->checker->error, compiler->text, percent, -E2BIG,
                            "more than %d fields in one output", FORMAT_FIELDS_MAX);
    if (!arena_grow(&compiler->checker->rules->arena, &format->fields, &format->field_count,
                    sizeof(*format->fields)))
        return no_memory(compiler);
    memmove(&format->fields[at + 1], &format->fields[at],
            (format->field_count - 1 - at) * sizeof(*format->fields));
    format->fields[at] = *field;
    return 0;
}

/*
 * "%fd.name.old" names fd.name if there is no field fd.name.old: parts are given up from the end.
 * The first error is the one to report.
 */
static int find_slot(struct compiler *compiler, struct ast_field *field, size_t *end,
                     struct slot **ret_slot)
{
    struct error *error = compiler->checker->error, first;
    struct error ignored = {0};

    int r = check_slot(compiler->checker, compiler->text, field, ret_slot);
    if (r != -ENOENT || field->transformer_count)
        return r;
    first = error ? *error : ignored;
    while (r == -ENOENT) {
        const char *dot = memrchr(field->name, '.', field->len);
        if (!dot || memchr(field->name, '[', field->len) ||
            !memchr(field->name, '.', (size_t)(dot - field->name)))
            break;
        *end -= field->len - (size_t)(dot - field->name);
        field->len = (uint32_t)(dot - field->name);
        r = check_slot(compiler->checker, compiler->text, field, ret_slot);
    }
    if (r < 0 && error)
        *error = first;
    return r;
}

static int compile_field(struct compiler *compiler, size_t percent, size_t *ret_end)
{
    struct ast_field field;
    struct slot *slot;

    int r = parse_field_at(compiler->checker->collector->arena, compiler->text, percent + 1, &field,
                           ret_end, compiler->checker->error);
    if (r == -ENOENT)
        return origin_error(compiler->checker->error, compiler->text, percent, -EINVAL,
                            "'%%' is not followed by a field; write '%%%%' for a percent sign");
    if (r == 0)
        r = find_slot(compiler, &field, ret_end, &slot);
    if (r == 0)
        r = add_part(compiler, NULL, 0, slot);
    if (r < 0)
        return r;
    return add_field(compiler, percent, &(struct format_field){.name = slot->name, .slot = slot});
}

/* %container.info stands for nothing any more; 0 when it is not there, else its length. */
static size_t skip_container_info(struct compiler *compiler, size_t at)
{
    static const char name[] = "%container.info";

    if (strncmp(compiler->text->text + at, name, sizeof(name) - 1) != 0)
        return 0;
    warnings_add_origin(compiler->checker->collector->warnings, "LOAD_DEPRECATED_ITEM",
                        compiler->text, at,
                        "%%container.info is deprecated and prints nothing: the container's fields "
                        "are appended to every output");
    return sizeof(name) - 1;
}

int format_compile(struct checker *checker, const struct origin *text, struct format *ret_format)
{
    struct format format = {0};
    struct compiler compiler = {checker, text, &format};
    const char *data = text->text;
    size_t at = 0, end = text->len, literal;
    int r = 0;

    while (at < end && isspace((unsigned char)data[at]))
        at++;
    while (end > at && isspace((unsigned char)data[end - 1]))
        end--;
    if (at < end && data[at] == '*')
        at++;
    for (literal = at; at < end && r == 0;) {
        if (data[at] != '%') {
            at++;
            continue;
        }
        r = add_text(&compiler, literal, at);
        if (r < 0)
            break;
        size_t skip = skip_container_info(&compiler, at);
        if (skip) {
            at += skip;
            literal = at;
        } else if (at + 1 < end && data[at + 1] == '%') {
            literal = at + 1;
            at += 2;
        } else {
            r = compile_field(&compiler, at, &at);
            literal = at;
        }
    }
    if (r == 0)
        r = add_text(&compiler, literal, end);
    if (r == 0)
        *ret_format = format;
    return r;
}

int format_add_field(struct checker *checker, const struct origin *name, struct format *format)
{
    struct compiler compiler = {checker, name, format};
    struct ast_field field;
    struct slot *slot;
    size_t end = 0;

    int r = parse_field_at(checker->collector->arena, name, 0, &field, &end, checker->error);
    if (r == -ENOENT || (r == 0 && end != name->len))
        return origin_error(checker->error, name, 0, -EINVAL, "'%.128s' is no field", name->text);
    if (r == 0)
        r = check_slot(checker, name, &field, &slot);
    if (r < 0)
        return r;
    return add_field(&compiler, 0, &(struct format_field){.name = slot->name, .slot = slot});
}

int format_add_text(struct checker *checker, const struct origin *name, const struct origin *text,
                    struct format *format)
{
    struct compiler compiler = {checker, name, format};
    struct format *made = arena_alloc(&checker->rules->arena, sizeof(*made));
    const char *key = arena_copy(&checker->rules->arena, name->text, name->len);

    if (!made || !key)
        return no_memory(&compiler);
    int r = format_compile(checker, text, made);
    if (r < 0)
        return r;
    return add_field(&compiler, 0, &(struct format_field){.name = key, .text = made});
}

void format_escape(struct buf *buf, const char *text, size_t len)
{
    static const char named[] = "\n\t\r", letters[] = "ntr";

    for (size_t i = 0; i < len;) {
        size_t n = utf8_length(text + i, len - i);
        if (n && utf8_printable(text + i, n)) {
            buf_add(buf, text + i, n);
            i += n;
            continue;
        }
        for (n = n ? n : 1; n; n--, i++) {
            const char *known = text[i] ? strchr(named, text[i]) : NULL;
            if (known)
                buf_printf(buf, "\\%c", letters[known - named]);
            else
                buf_printf(buf, "\\x%02x", (unsigned char)text[i]);
        }
    }
}

void format_render(struct ruleset *rules, const struct format *format, struct buf *buf)
{
    for (size_t i = 0; i < format->part_count; i++) {
        const struct format_part *part = &format->parts[i];
        if (part->text) {
            buf_add(buf, part->text, part->len);
            continue;
        }
        const struct field_value *value = evaluate_slot(rules, part->slot);
        buf_reset(&rules->text);
        if (!value || field_value_text(value, &rules->text) < 0)
            buf_add_string(buf, "<NA>");
        else
            format_escape(buf, rules->text.data ? rules->text.data : "", rules->text.len);
    }
}

/* As a C string of valid UTF-8 in the event's memory. */
static const char *keep_text(struct ruleset *rules, const char *text, size_t len)
{
    size_t need = 0;

    for (size_t i = 0, n; i < len; i += n ? n : 1) {
        n = text[i] ? utf8_length(text + i, len - i) : 0;
        need += n ? n : 4;
    }
    char *copy = field_context_alloc(&rules->context, need + 1), *end = copy;
    if (!copy) {
        rules->counters.text_lost++;
        return NULL;
    }
    for (size_t i = 0, n; i < len; i += n ? n : 1) {
        n = text[i] ? utf8_length(text + i, len - i) : 0;
        if (n)
            memcpy(end, text + i, n);
        else
            snprintf(end, 5, "\\x%02x", (unsigned char)text[i]);
        end += n ? n : 4;
    }
    *end = '\0';
    return copy;
}

static const char *const *keep_list(struct ruleset *rules, const struct field_value *value)
{
    const char **list = field_context_alloc(&rules->context, (value->list_len + 1) * sizeof(*list));

    if (!list) {
        rules->counters.text_lost++;
        return NULL;
    }
    for (size_t i = 0; i < value->list_len; i++) {
        list[i] = keep_text(rules, value->list[i].data, value->list[i].len);
        if (!list[i])
            list[i] = "";
    }
    list[value->list_len] = NULL;
    return list;
}

static void set_value(struct ruleset *rules, struct alert_field *field,
                      const struct field_value *value)
{
    buf_reset(&rules->text);
    if (field_value_text(value, &rules->text) < 0)
        return;
    field->text = keep_text(rules, rules->text.data ? rules->text.data : "", rules->text.len);
    field->is_number = compare_class(value->type) == COMPARE_NUMBER;
    field->is_bool = value->type == FIELD_BOOL;
    if (value->type == FIELD_STRINGS && !value->is_ancestor_list)
        field->list = keep_list(rules, value);
    field->number = value->number;
}

static void set_text(struct ruleset *rules, const struct format *text, struct alert_field *field)
{
    buf_reset(&rules->extra);
    format_render(rules, text, &rules->extra);
    if (rules->extra.failed)
        rules->counters.text_lost++;
    else
        field->text =
            keep_text(rules, rules->extra.data ? rules->extra.data : "", rules->extra.len);
}

void format_values(struct ruleset *rules, const struct format *format,
                   struct alert_field *ret_fields)
{
    for (size_t i = 0; i < format->field_count; i++) {
        const struct format_field *field = &format->fields[i];
        ret_fields[i] = (struct alert_field){.name = field->name};
        if (field->text) {
            set_text(rules, field->text, &ret_fields[i]);
            continue;
        }
        const struct field_value *value = evaluate_slot(rules, field->slot);
        if (value)
            set_value(rules, &ret_fields[i], value);
    }
}
