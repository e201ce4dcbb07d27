/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FIELD_ROW_H
#define RULES_FIELD_ROW_H

/* What the files of field rows share; nobody else includes this. */

#include <string.h>

#include "rules/field.h"

struct field_rows {
    const struct field *rows;
    size_t count;
};

/* In the order of the documentation. */
extern const struct field_rows field_rows_event, field_rows_event_time, field_rows_event_arg,
    field_rows_process, field_rows_ancestor, field_rows_file, field_rows_path, field_rows_network,
    field_rows_user, field_rows_container, field_rows_kubernetes, field_rows_other;

#define FIELD_ROWS(array) {.rows = (array), .count = sizeof(array) / sizeof((array)[0])}

/* ROW(name, STRING, PROCESS, extract, detail, description, .argument = ..., ...) */
#define ROW(text, kind, of, function, part, ...)                                                   \
    {.name = (text),                                                                               \
     .type = FIELD_##kind,                                                                         \
     .class = FIELD_OF_##of,                                                                       \
     .extract = (function),                                                                        \
     .detail = (part),                                                                             \
     .description = __VA_ARGS__}

/* Known to Falco's language, so that rules load, but never filled. `why` stands in the table. */
#define UNFILLED(text, kind, of, why, ...)                                                         \
    ROW(text, kind, of, field_unfilled, 0, __VA_ARGS__, .tiers = "none: " why)

bool field_unfilled(struct field_context *context, const struct field_ref *ref,
                    struct field_value *value);

static inline bool field_set_bytes(struct field_value *value, const char *data, size_t len)
{
    *value = (struct field_value){.type = FIELD_STRING, .string = {data ? data : "", len}};
    return true;
}

/* False for NULL. */
static inline bool field_set_string(struct field_value *value, const char *text)
{
    return text && field_set_bytes(value, text, strlen(text));
}

/* False also for an empty string, which says: nobody told. */
static inline bool field_set_known(struct field_value *value, const char *text)
{
    return text && text[0] && field_set_string(value, text);
}

/* The bytes of a parameter; false when the event has none. */
static inline bool field_set_param(struct field_value *value, const struct event_param *param)
{
    return param && field_set_bytes(value, param->data, param->len);
}

static inline bool field_set_number(struct field_value *value, enum field_type type, int64_t number)
{
    *value = (struct field_value){.type = type, .number = number};
    return true;
}

static inline bool field_set_bool(struct field_value *value, bool is)
{
    return field_set_number(value, FIELD_BOOL, is);
}

/*
 * Text is made in the scratch buffer, then kept: field_scratch, any appends, field_set_scratch.
 * False (and counted) when there is no memory for it.
 */
struct buf *field_scratch(struct field_context *context);
bool field_set_scratch(struct field_context *context, struct field_value *value);

static inline const struct event *field_event(const struct field_context *context)
{
    return context->judged->event;
}

/* evt.rawarg.NAME: a number when every event's argument of this name is one. */
enum field_type field_rawarg_type(const char *key);

#endif
