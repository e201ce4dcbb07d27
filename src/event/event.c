/* SPDX-License-Identifier: Apache-2.0 */
#include "event/event.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "event/table.h"

_Static_assert(sizeof(struct event_header) % 8 == 0, "records are multiples of 8");
_Static_assert(sizeof(struct event_header) == 128, "the header's layout is part of the ABI");
_Static_assert(sizeof(struct param_header) == 8, "parameters are aligned to 8");
_Static_assert(sizeof(struct event_socket) == 56, "no padding");

static size_t padded(size_t len)
{
    return (len + 7) & ~(size_t)7;
}

static bool value_fits_kind(enum param_kind kind, uint32_t len)
{
    switch (kind) {
    case PARAM_KIND_NUMBER: return len == sizeof(int64_t);
    case PARAM_KIND_SOCKET: return len == sizeof(struct event_socket);
    case PARAM_KIND_STRING:
    case PARAM_KIND_STRINGS:
    case PARAM_KIND_BYTES: return true;
    }
    return false;
}

int event_decode(const void *record, size_t size, struct event *event)
{
    const struct event_header *header = record;
    const char *data = record;

    if (size < sizeof(*header) || size > EVENT_RECORD_MAX || size % 8 || header->size != size)
        return -EBADMSG;
    if (!event_type_info(header->type) || header->comm[EVENT_COMM_LEN - 1])
        return -EBADMSG;

    event->header = header;
    memset(event->present, 0, sizeof(event->present));

    for (size_t at = sizeof(*header); at < size;) {
        if (size - at < sizeof(struct param_header))
            return -EBADMSG;
        const struct param_header *param = (const void *)(data + at);
        at += sizeof(*param);
        if (param->len > size - at || padded(param->len) > size - at)
            return -EBADMSG;
        const struct param_info *info = param_info(param->id);
        if (!info || !value_fits_kind(info->kind, param->len))
            return -EBADMSG;
        if (event_has(event, param->id))
            return -EBADMSG;
        event->present[param->id / 64] |= 1ull << (param->id % 64);
        event->params[param->id] = (struct event_param){
            .data = data + at,
            .len = param->len,
            .flags = param->flags,
        };
        at += padded(param->len);
    }
    return 0;
}

int64_t event_number(const struct event *event, enum param_id id, int64_t missing)
{
    const struct event_param *param = event_param(event, id);
    int64_t value;

    if (!param || param->len != sizeof(value))
        return missing;
    memcpy(&value, param->data, sizeof(value));
    return value;
}

const struct event_socket *event_socket(const struct event *event)
{
    const struct event_param *param = event_param(event, PARAM_SOCKET);

    return param ? (const struct event_socket *)(const void *)param->data : NULL;
}

bool event_next_string(const struct event_param *param, uint32_t *cursor, const char **ret_string,
                       uint32_t *ret_len)
{
    if (*cursor >= param->len)
        return false;

    const char *start = param->data + *cursor;
    uint32_t left = param->len - *cursor;
    const char *end = memchr(start, '\0', left);
    uint32_t len = end ? (uint32_t)(end - start) : left;

    *ret_string = start;
    *ret_len = len;
    *cursor += len + 1;
    return true;
}

static void *writer_reserve(struct event_writer *writer, size_t len)
{
    if (writer->failed)
        return NULL;
    if (len > EVENT_RECORD_MAX || writer->len > EVENT_RECORD_MAX - len) {
        writer->failed = -E2BIG;
        return NULL;
    }
    if (writer->len + len > writer->capacity) {
        size_t capacity = writer->capacity ? writer->capacity : 1024;
        while (capacity < writer->len + len)
            capacity *= 2;
        char *data = realloc(writer->data, capacity);
        if (!data) {
            writer->failed = -ENOMEM;
            return NULL;
        }
        writer->data = data;
        writer->capacity = capacity;
    }
    void *at = writer->data + writer->len;
    writer->len += len;
    return at;
}

void event_writer_begin(struct event_writer *writer, const struct event_header *header)
{
    writer->len = 0;
    writer->failed = 0;
    void *at = writer_reserve(writer, sizeof(*header));
    if (at)
        memcpy(at, header, sizeof(*header));
}

void event_writer_bytes(struct event_writer *writer, enum param_id id, uint8_t flags,
                        const void *data, size_t len)
{
    if (len > EVENT_RECORD_MAX) {
        if (!writer->failed)
            writer->failed = -E2BIG;
        return;
    }
    char *at = writer_reserve(writer, sizeof(struct param_header) + padded(len));
    if (!at)
        return;

    struct param_header header = {.id = (uint16_t)id, .flags = flags, .len = (uint32_t)len};
    memcpy(at, &header, sizeof(header));
    memset(at + sizeof(header), 0, padded(len));
    if (len)
        memcpy(at + sizeof(header), data, len);
}

void event_writer_number(struct event_writer *writer, enum param_id id, int64_t value)
{
    event_writer_bytes(writer, id, 0, &value, sizeof(value));
}

void event_writer_string(struct event_writer *writer, enum param_id id, const char *string)
{
    event_writer_bytes(writer, id, 0, string, strlen(string));
}

int event_writer_finish(struct event_writer *writer)
{
    if (writer->failed)
        return writer->failed;
    uint32_t size = (uint32_t)writer->len;
    memcpy(writer->data + offsetof(struct event_header, size), &size, sizeof(size));
    return 0;
}

void event_writer_done(struct event_writer *writer)
{
    free(writer->data);
    *writer = (struct event_writer){0};
}
