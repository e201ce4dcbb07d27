/* SPDX-License-Identifier: Apache-2.0 */
#include "yaml/yaml_internal.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/utf8.h"

int yaml_no_memory(struct yaml_stream *loader)
{
    return error_set_at(loader->error, -ENOMEM, loader->file->name, 0, 0,
                        "out of memory, or the file needs more than %zu MiB of it",
                        (loader->arena->max ? loader->arena->max : ARENA_MAX_DEFAULT) >> 20);
}

/*
 * libyaml counts columns in characters; errors are told in bytes. Marks come in the order of the
 * text: from the last one on, so that a long line is walked once.
 */
static uint32_t mark_offset(struct yaml_stream *loader, const yaml_mark_t *mark)
{
    const struct yaml_file *file = loader->file;
    const yaml_mark_t *last = &loader->last_mark;

    if (mark->line >= file->line_count)
        return (uint32_t)file->len;

    bool onward = mark->line == last->line && mark->column >= last->column;
    size_t at = onward ? loader->last_offset : file->lines[mark->line];
    for (size_t i = onward ? last->column : 0; i < mark->column && at < file->len; i++) {
        at++;
        while (at < file->len && utf8_is_continuation(file->text[at]))
            at++;
    }
    loader->last_mark = *mark;
    loader->last_offset = (uint32_t)at;
    return (uint32_t)at;
}

static int parser_failed(struct yaml_stream *loader)
{
    const yaml_parser_t *parser = &loader->parser;
    const yaml_mark_t *mark = &parser->problem_mark;
    unsigned line = (unsigned)mark->line + 1, column = 1;

    if (parser->error == YAML_MEMORY_ERROR)
        return yaml_no_memory(loader);
    if (mark->line < loader->file->line_count)
        column += mark_offset(loader, mark) - loader->file->lines[mark->line];
    return error_set_at(loader->error, -EINVAL, loader->file->name, line, column,
                        "not valid YAML: %s%s%s", parser->context ? parser->context : "",
                        parser->context ? ": " : "",
                        parser->problem ? parser->problem : "unknown problem");
}

static int next_event(struct yaml_stream *loader, yaml_event_t *event)
{
    return yaml_parser_parse(&loader->parser, event) ? 0 : parser_failed(loader);
}

static struct yaml_node *new_node(struct yaml_stream *loader, enum yaml_kind kind,
                                  const yaml_event_t *event)
{
    struct yaml_node *node = arena_alloc(loader->arena, sizeof(*node));
    const struct yaml_file *file = loader->file;

    if (!node)
        return NULL;
    node->file = file;
    node->kind = kind;
    node->weight = 1;
    node->start = mark_offset(loader, &event->start_mark);
    node->end = mark_offset(loader, &event->end_mark);
    node->line = (unsigned)event->start_mark.line + 1;
    node->column = 1;
    if (event->start_mark.line < file->line_count)
        node->column += node->start - file->lines[event->start_mark.line];
    return node;
}

int yaml_count_nodes(struct yaml_stream *loader, const struct yaml_node *node, uint32_t more)
{
    loader->nodes += more;
    if (loader->nodes > loader->limits.nodes)
        return yaml_error(loader->error, node, -E2BIG,
                          "more than %u YAML nodes, with aliases counted as what they stand for",
                          loader->limits.nodes);
    return 0;
}

static int keep_anchor(struct yaml_stream *loader, const yaml_char_t *name, struct yaml_node *node)
{
    if (!name)
        return 0;
    if (loader->anchor_count == YAML_ANCHORS_MAX)
        return yaml_error(loader->error, node, -E2BIG, "more than %d anchors in one document",
                          YAML_ANCHORS_MAX);
    struct anchor *anchor =
        arena_grow(loader->arena, &loader->anchors, &loader->anchor_count, sizeof(*anchor));
    char *copy = arena_copy(loader->arena, name, strlen((const char *)name));
    if (!anchor || !copy)
        return yaml_no_memory(loader);
    *anchor = (struct anchor){copy, node};
    return 0;
}

static int load_alias(struct yaml_stream *loader, const yaml_event_t *event,
                      struct yaml_node **ret_node)
{
    const char *name = (const char *)event->data.alias.anchor;

    for (size_t i = loader->anchor_count; i-- > 0;) {
        if (strcmp(loader->anchors[i].name, name) == 0) {
            *ret_node = loader->anchors[i].node;
            return yaml_count_nodes(loader, *ret_node, (*ret_node)->weight);
        }
    }
    return error_set_at(loader->error, -EINVAL, loader->file->name,
                        (unsigned)event->start_mark.line + 1,
                        (unsigned)event->start_mark.column + 1,
                        "alias '*%s' names no anchor that ended before it", name);
}

static enum yaml_style scalar_style(yaml_scalar_style_t style)
{
    switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return YAML_SINGLE_QUOTED;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return YAML_DOUBLE_QUOTED;
    case YAML_LITERAL_SCALAR_STYLE: return YAML_LITERAL;
    case YAML_FOLDED_SCALAR_STYLE: return YAML_FOLDED;
    default: return YAML_PLAIN;
    }
}

static int load_node(struct yaml_stream *loader, yaml_event_t *event, unsigned depth,
                     struct yaml_node **ret_node);

int yaml_check_key(struct yaml_stream *loader, const struct yaml_node *mapping,
                   const struct yaml_node *key)
{
    if (key->kind != YAML_SCALAR)
        return yaml_error(loader->error, key, -EINVAL, "a key must be a plain word");
    if (mapping->count / 2 == YAML_KEYS_MAX)
        return yaml_error(loader->error, key, -E2BIG, "more than %d keys in one item",
                          YAML_KEYS_MAX);
    for (size_t i = 0; i + 1 < mapping->count; i += 2) {
        const struct yaml_node *other = mapping->items[i];
        if (other->len == key->len && memcmp(other->value, key->value, key->len) == 0)
            return yaml_error(loader->error, key, -EINVAL,
                              "key '%.100s' comes twice in one item, first in line %u", key->value,
                              other->line);
    }
    return 0;
}

/* Elements up to the end event of the collection. */
static int load_items(struct yaml_stream *loader, struct yaml_node *node, unsigned depth)
{
    yaml_event_type_t end =
        node->kind == YAML_SEQUENCE ? YAML_SEQUENCE_END_EVENT : YAML_MAPPING_END_EVENT;

    for (;;) {
        yaml_event_t event;
        int r = next_event(loader, &event);
        if (r < 0)
            return r;
        if (event.type == end) {
            node->end = mark_offset(loader, &event.end_mark);
            yaml_event_delete(&event);
            return 0;
        }
        struct yaml_node *child;
        r = load_node(loader, &event, depth + 1, &child);
        yaml_event_delete(&event);
        if (r < 0)
            return r;
        if (node->kind == YAML_MAPPING && node->count % 2 == 0 &&
            (r = yaml_check_key(loader, node, child)) < 0)
            return r;
        struct yaml_node **slot =
            arena_grow(loader->arena, &node->items, &node->count, sizeof(*slot));
        if (!slot)
            return yaml_no_memory(loader);
        *slot = child;
        node->weight += child->weight;
    }
}

/* A tag is kept as libyaml has resolved it; "!" alone says no more than the quotes do. */
static int keep_tag(struct yaml_stream *loader, const yaml_char_t *tag, struct yaml_node *node)
{
    if (!tag || strcmp((const char *)tag, "!") == 0)
        return 0;
    node->tag = arena_copy(loader->arena, tag, strlen((const char *)tag));
    return node->tag ? 0 : yaml_no_memory(loader);
}

static int load_scalar(struct yaml_stream *loader, const yaml_event_t *event,
                       struct yaml_node **ret_node)
{
    struct yaml_node *node = new_node(loader, YAML_SCALAR, event);

    if (!node)
        return yaml_no_memory(loader);
    node->style = scalar_style(event->data.scalar.style);
    node->len = event->data.scalar.length;
    node->value = arena_copy(loader->arena, event->data.scalar.value, node->len);
    if (!node->value)
        return yaml_no_memory(loader);
    int r = keep_tag(loader, event->data.scalar.tag, node);
    if (r < 0)
        return r;
    if (memchr(node->value, '\0', node->len))
        return yaml_error(loader->error, node, -EINVAL, "the value contains a NUL character");
    *ret_node = node;
    return keep_anchor(loader, event->data.scalar.anchor, node);
}

static int load_node(struct yaml_stream *loader, yaml_event_t *event, unsigned depth,
                     struct yaml_node **ret_node)
{
    struct yaml_node *node = NULL;
    int r;

    if (event->type == YAML_ALIAS_EVENT)
        return load_alias(loader, event, ret_node);
    if (event->type == YAML_SCALAR_EVENT) {
        r = load_scalar(loader, event, &node);
    } else {
        bool sequence = event->type == YAML_SEQUENCE_START_EVENT;
        node = new_node(loader, sequence ? YAML_SEQUENCE : YAML_MAPPING, event);
        if (!node)
            return yaml_no_memory(loader);
        r = keep_tag(loader,
                     sequence ? event->data.sequence_start.tag : event->data.mapping_start.tag,
                     node);
        if (r < 0)
            return r;
        if (depth >= loader->limits.depth)
            return yaml_error(loader->error, node, -E2BIG, "nested more than %u levels deep",
                              loader->limits.depth);
        r = load_items(loader, node, depth);
        if (r == 0)
            r = keep_anchor(loader,
                            sequence ? event->data.sequence_start.anchor
                                     : event->data.mapping_start.anchor,
                            node);
    }
    if (r < 0 || (r = yaml_count_nodes(loader, node, 1)) < 0)
        return r;
    *ret_node = node;
    return 0;
}

/* Bytes of the mark that some editors put in front. */
static size_t byte_order_mark(const char *text, size_t len)
{
    return len >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
}

/* Line starts, by libyaml's notion of a line break, so that its marks find them. */
static int index_lines(struct yaml_stream *stream)
{
    struct yaml_file *file = stream->file;
    size_t count = 1;

    for (size_t i = 0; i < file->len;) {
        size_t len = utf8_line_break(file->text + i, file->len - i);
        i += len ? len : 1;
        count += len > 0;
        if (count > YAML_LINES_MAX)
            return error_set_at(stream->error, -E2BIG, file->name, YAML_LINES_MAX, 1,
                                "more than %d lines", YAML_LINES_MAX);
    }
    uint32_t *lines = arena_array(stream->arena, count, sizeof(*lines));
    if (!lines)
        return yaml_no_memory(stream);
    file->lines = lines;
    file->line_count = 1;
    lines[0] = (uint32_t)byte_order_mark(file->text, file->len);
    for (size_t i = 0; i < file->len;) {
        size_t len = utf8_line_break(file->text + i, file->len - i);
        i += len ? len : 1;
        if (len)
            lines[file->line_count++] = (uint32_t)i;
    }
    return 0;
}

static int check_text(struct yaml_stream *stream)
{
    const struct yaml_file *file = stream->file;
    size_t valid = utf8_valid_prefix(file->text, file->len);

    if (valid == file->len)
        return 0;
    size_t line = 0;
    while (line + 1 < file->line_count && file->lines[line + 1] <= valid)
        line++;
    return error_set_at(stream->error, -EILSEQ, file->name, (unsigned)line + 1,
                        (unsigned)(valid - file->lines[line]) + 1, "byte 0x%02x is not UTF-8 text",
                        (unsigned char)file->text[valid]);
}

void yaml_stream_free(struct yaml_stream *stream)
{
    if (!stream)
        return;
    if (stream->parsing)
        yaml_parser_delete(&stream->parser);
    free(stream);
}

int yaml_stream_new(const char *name, const char *text, size_t len,
                    const struct yaml_limits *limits, struct arena *arena,
                    struct yaml_stream **ret_stream, struct error *ret_error)
{
    if (len > limits->file_max)
        return error_set_at(ret_error, -EFBIG, name, 1, 1,
                            "%zu bytes are too many for this kind of file, the limit is %zu", len,
                            limits->file_max);

    _cleanup_(yaml_stream_freep) struct yaml_stream *stream = calloc(1, sizeof(*stream));
    if (!stream)
        return error_set(ret_error, -ENOMEM, "out of memory");
    stream->limits = *limits;
    stream->error = ret_error;
    stream->arena = arena;
    stream->file = arena_alloc(arena, sizeof(*stream->file));
    if (!stream->file)
        return error_set(ret_error, -ENOMEM, "out of memory");
    *stream->file = (struct yaml_file){.text = text, .len = len};
    stream->file->name = arena_copy(arena, name, strlen(name));
    if (!stream->file->name)
        return error_set(ret_error, -ENOMEM, "out of memory");
    int r = index_lines(stream);
    if (r == 0)
        r = check_text(stream);
    if (r < 0)
        return r;
    size_t mark = byte_order_mark(text, len);
    if (limits->json && json_is_text(text, len, mark, limits->depth)) {
        stream->json = true;
        stream->json_at = mark;
        *ret_stream = TAKE_PTR(stream);
        return 0;
    }
    if (!yaml_parser_initialize(&stream->parser))
        return error_set(ret_error, -ENOMEM, "out of memory");
    stream->parsing = true;
    stream->last_offset = (uint32_t)mark;
    yaml_parser_set_encoding(&stream->parser, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&stream->parser, (const unsigned char *)text + mark, len - mark);
    *ret_stream = TAKE_PTR(stream);
    return 0;
}

static bool is_mark_of_stream(yaml_event_type_t type)
{
    return type == YAML_STREAM_START_EVENT || type == YAML_DOCUMENT_START_EVENT ||
           type == YAML_DOCUMENT_END_EVENT || type == YAML_STREAM_END_EVENT ||
           type == YAML_NO_EVENT;
}

int yaml_stream_next(struct yaml_stream *stream, struct arena *arena,
                     struct yaml_node **ret_document, struct error *ret_error)
{
    struct yaml_node *node = NULL;

    stream->arena = arena;
    stream->error = ret_error;
    if (stream->json)
        return json_next(stream, ret_document);
    while (!stream->ended && !node) {
        yaml_event_t event;
        int r = next_event(stream, &event);
        if (r < 0)
            return r;
        yaml_event_type_t type = event.type;
        if (type == YAML_DOCUMENT_START_EVENT)
            stream->anchor_count = 0, stream->anchors = NULL, stream->nodes = 0;
        stream->ended = type == YAML_STREAM_END_EVENT || type == YAML_NO_EVENT;
        if (!is_mark_of_stream(type))
            r = load_node(stream, &event, 0, &node);
        yaml_event_delete(&event);
        if (r < 0)
            return r;
        if (node && yaml_is_null(node))
            node = NULL;
    }
    *ret_document = node;
    return 0;
}

int yaml_load(const char *name, const char *text, size_t len, struct arena *arena,
              struct yaml_documents *ret_documents, struct error *ret_error)
{
    static const struct yaml_limits limits = {YAML_FILE_MAX, YAML_NODES_MAX, YAML_DEPTH_MAX, false};
    _cleanup_(yaml_stream_freep) struct yaml_stream *stream = NULL;
    struct yaml_documents documents = {0};
    uint32_t nodes = 0;

    int r = yaml_stream_new(name, text, len, &limits, arena, &stream, ret_error);
    if (r < 0)
        return r;
    for (;;) {
        struct yaml_node *node;
        r = yaml_stream_next(stream, arena, &node, ret_error);
        if (r < 0)
            return r;
        if (!node)
            break;
        if (nodes + stream->nodes > YAML_NODES_MAX)
            return yaml_error(ret_error, node, -E2BIG, "more than %d YAML nodes in all documents",
                              YAML_NODES_MAX);
        nodes += stream->nodes;
        struct yaml_node **slot =
            arena_grow(arena, &documents.items, &documents.count, sizeof(*slot));
        if (!slot)
            return yaml_no_memory(stream);
        *slot = node;
    }
    *ret_documents = documents;
    return 0;
}

struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key)
{
    for (size_t i = 0; i + 1 < mapping->count; i += 2)
        if (strcmp(mapping->items[i]->value, key) == 0)
            return mapping->items[i + 1];
    return NULL;
}

bool yaml_is_null(const struct yaml_node *node)
{
    static const char *const names[] = {"", "~", "null", "Null", "NULL"};

    if (node->kind != YAML_SCALAR || node->style != YAML_PLAIN)
        return false;
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (strcmp(node->value, names[i]) == 0)
            return true;
    return false;
}

int yaml_error(struct error *error, const struct yaml_node *node, int code, const char *format, ...)
{
    char message[ERROR_MESSAGE_MAX];
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    return error_set_at(error, code, node->file->name, node->line, node->column, "%s", message);
}
