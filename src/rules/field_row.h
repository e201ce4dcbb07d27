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

#define FIELD_CHANGES_WITH(NAME) (1u << FIELD_CHANGE_AT_##NAME)

/* What the fields of a class of facts change with. */
#define CHANGES_NEVER           FIELD_CHANGES_WITH(NOTHING)
#define CHANGES_BY_EXEC         FIELD_CHANGES_WITH(EXEC)
#define CHANGES_BY_PARENT       (FIELD_CHANGES_WITH(PARENT) | FIELD_CHANGES_WITH(PARENT_START))
#define CHANGES_BY_PARENTS_EXEC (CHANGES_BY_PARENT | FIELD_CHANGES_WITH(PARENT_EXEC))
/* A container is found by the cgroup, or at an exec by the namespaces. */
#define CHANGES_BY_CONTAINER                                                                       \
    (FIELD_CHANGES_WITH(CGROUP) | FIELD_CHANGES_WITH(MOUNT_NAMESPACE) | CHANGES_BY_EXEC |          \
     FIELD_CHANGES_WITH(CONTAINER_FACTS))

#define FIELD_ROW(text, kind, of, function, part, ...)                                             \
    {.name = (text),                                                                               \
     .type = FIELD_##kind,                                                                         \
     .class = FIELD_OF_##of,                                                                       \
     .extract = (function),                                                                        \
     .detail = (part),                                                                             \
     .description = __VA_ARGS__}

/* EVENT_ROW(name, STRING, extract, detail, description, .argument = ..., ...) */
#define EVENT_ROW(text, kind, function, part, ...)                                                 \
    LOOKED_UP_ROW(text, kind, UNKNOWN, function, part, __VA_ARGS__)

/* An EVENT field of which the kernel side knows something. */
#define LOOKED_UP_ROW(text, kind, what, function, part, ...)                                       \
    FIELD_ROW(text, kind, EVENT, function, part, __VA_ARGS__, .tiers = FIELD_EVERY_TIER,           \
              .dimension = DIMENSION_##what)

/* `with`: what it changes with. */
#define PROCESS_ROW(text, kind, with, function, part, ...)                                         \
    FIELD_ROW(text, kind, PROCESS, function, part, __VA_ARGS__, .tiers = FIELD_EVERY_TIER,         \
              .dimension = DIMENSION_PROCESS, .changes = (with))

/* Known to Falco's language, so that rules load, but never filled. `why` stands in the table. */
#define UNFILLED(text, kind, of, why, ...)                                                         \
    FIELD_ROW(text, kind, of, field_unfilled, 0, __VA_ARGS__, .limits = "" why,                    \
              .dimension = UNFILLED_DIMENSION_##of, .changes = UNFILLED_CHANGES_##of)

#define UNFILLED_DIMENSION_EVENT   DIMENSION_UNKNOWN
#define UNFILLED_DIMENSION_PROCESS DIMENSION_PROCESS
#define UNFILLED_CHANGES_EVENT     0
#define UNFILLED_CHANGES_PROCESS   CHANGES_NEVER

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
