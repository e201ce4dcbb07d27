/* SPDX-License-Identifier: Apache-2.0 */
/* One record after the other, each parameter by its kind. */
#include <errno.h>
#include <string.h>

#include "cases/case_internal.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define TIME_STEP    1000000u /* ns between two records */

static const struct case_word file_flags[] = {
    {"upper_layer", FILE_FLAG_UPPER_LAYER},
    {"lower_layer", FILE_FLAG_LOWER_LAYER},
    {"memfd", FILE_FLAG_MEMFD},
    {"unlinked", FILE_FLAG_UNLINKED},
    {"writable", FILE_FLAG_WRITABLE},
    {"setuid", FILE_FLAG_SETUID},
    {"setgid", FILE_FLAG_SETGID},
    {"overlay", FILE_FLAG_OVERLAY},
    {"created", FILE_FLAG_CREATED},
    {"kernel_mount", FILE_FLAG_KERNEL_MNT},
    {"detached", FILE_FLAG_DETACHED},
};

/* Parameters that are no argument of a call, and so have no row that tells how they are written. */
static enum render render_of(enum param_id id, enum render render)
{
    switch (id) {
    case PARAM_FILE_MODE: return RENDER_MODE;
    case PARAM_FILE_OPEN_FLAGS: return RENDER_OPEN_FLAGS;
    default: return render;
    }
}

void case_begin(struct case_builder *builder, const struct event_header *header)
{
    struct event_header stamped = *header;

    memset(builder->written, 0, sizeof(builder->written));
    stamped.time = builder->now += TIME_STEP;
    event_writer_begin(&builder->writer, &stamped);
}

bool case_written(const struct case_builder *builder, enum param_id id)
{
    return builder->written[id / 64] >> (id % 64) & 1;
}

void case_write_bytes(struct case_builder *builder, enum param_id id, const void *data, size_t len)
{
    builder->written[id / 64] |= 1ull << (id % 64);
    event_writer_bytes(&builder->writer, id, 0, data, len);
}

void case_write_number(struct case_builder *builder, enum param_id id, int64_t value)
{
    case_write_bytes(builder, id, &value, sizeof(value));
}

static int write_number(struct case_builder *builder, enum param_id id, enum render render,
                        const struct yaml_node *node)
{
    bool is_file_flags = id == PARAM_FILE_FLAGS || id == PARAM_EXE_FLAGS;
    int64_t number;

    int r = is_file_flags ? case_words(builder->error, node, file_flags, COUNT(file_flags), &number)
                          : case_number(builder->error, node, render_of(id, render), &number);
    if (r == 0)
        case_write_number(builder, id, number);
    return r;
}

static int write_text(struct case_builder *builder, enum param_id id, const struct yaml_node *node)
{
    const char *text = NULL;
    int r = case_text(builder->error, node, &text);

    if (r == 0)
        case_write_bytes(builder, id, text, node->len);
    return r;
}

static int write_socket(struct case_builder *builder, enum param_id id,
                        const struct yaml_node *node)
{
    struct event_socket socket;
    int r = case_socket(builder->error, node, &socket);

    if (r == 0)
        case_write_bytes(builder, id, &socket, sizeof(socket));
    return r;
}

/* What takes a buffer on the way. */
static int write_buffered(struct case_builder *builder, enum param_id id,
                          const struct yaml_node *node,
                          int (*parse)(struct error *, const struct yaml_node *, struct buf *))
{
    _cleanup_buf_ struct buf bytes = {.max = EVENT_RECORD_MAX};

    int r = parse(builder->error, node, &bytes);
    if (r == 0 && bytes.failed)
        r = yaml_error(builder->error, node, bytes.failed, "the value is too long");
    if (r == 0)
        case_write_bytes(builder, id, bytes.data, bytes.len);
    return r;
}

int case_write_value(struct case_builder *builder, enum param_id id, enum render render,
                     const struct yaml_node *value)
{
    switch (param_info(id)->kind) {
    case PARAM_KIND_NUMBER: return write_number(builder, id, render, value);
    case PARAM_KIND_STRING: return write_text(builder, id, value);
    case PARAM_KIND_STRINGS: return write_buffered(builder, id, value, case_strings);
    case PARAM_KIND_SOCKET: return write_socket(builder, id, value);
    case PARAM_KIND_BYTES:
        return id == PARAM_SOCKET_ADDRESS ? write_buffered(builder, id, value, case_sockaddr)
                                          : write_text(builder, id, value);
    }
    return -EINVAL;
}

int case_write_keys(struct case_builder *builder, const struct yaml_node *mapping,
                    const struct case_key *rows, size_t count)
{
    int r = 0;

    for (size_t i = 0; r == 0 && i < count; i++) {
        const struct yaml_node *value = yaml_get(mapping, rows[i].name);
        if (value && rows[i].kind == CASE_KEY_PARAM && !case_written(builder, rows[i].param))
            r = case_write_value(builder, rows[i].param, RENDER_PLAIN, value);
    }
    return r;
}

int case_end(struct case_builder *builder, const struct yaml_node *node)
{
    struct event_writer *writer = &builder->writer;
    struct rule_case *test = builder->test;

    int r = event_writer_finish(writer);
    if (r == -E2BIG)
        return yaml_error(builder->error, node, r, "more than the %d bytes of a record",
                          EVENT_RECORD_MAX);
    if (r < 0)
        return case_error_memory(builder->error);
    *builder->total += writer->len;
    if (*builder->total > CASE_RECORDS_MAX)
        return yaml_error(builder->error, node, -E2BIG, "the file's events take more than %zu MiB",
                          CASE_RECORDS_MAX >> 20);

    void *data = arena_alloc(builder->arena, writer->len);
    struct case_record *record =
        arena_grow(builder->arena, &test->records, &test->record_count, sizeof(*record));
    if (!data || !record)
        return case_error_memory(builder->error);
    memcpy(data, writer->data, writer->len);
    *record = (struct case_record){data, writer->len};
    return 0;
}
