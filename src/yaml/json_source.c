/* SPDX-License-Identifier: Apache-2.0 */
/*
 * JSON (RFC 8259) as the tree that YAML gives. Most JSON is YAML, but surrogates in escapes and
 * values that follow each other are not.
 */
#include <errno.h>
#include <string.h>

#include "yaml/yaml_internal.h"

struct json {
    const char *text;
    size_t at, len;
    unsigned depth;
    struct yaml_stream *stream; /* NULL: only looked through */
};

static int read_value(struct json *json, struct yaml_node **ret_node);

static void skip_space(struct json *json)
{
    while (json->at < json->len && strchr(" \t\r\n", json->text[json->at]) && json->text[json->at])
        json->at++;
}

static bool take(struct json *json, char c)
{
    skip_space(json);
    if (json->at >= json->len || json->text[json->at] != c)
        return false;
    json->at++;
    return true;
}

static void find_place(struct yaml_node *node)
{
    const struct yaml_file *file = node->file;
    size_t low = 0, high = file->line_count;

    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (file->lines[middle] <= node->start)
            low = middle;
        else
            high = middle;
    }
    node->line = (unsigned)low + 1;
    node->column = node->start - file->lines[low] + 1;
}

/* A node that starts where the text is at; NULL in *ret_node when nothing is built. */
static int new_node(struct json *json, enum yaml_kind kind, enum yaml_style style,
                    struct yaml_node **ret_node)
{
    *ret_node = NULL;
    if (!json->stream)
        return 0;
    struct yaml_node *node = arena_alloc(json->stream->arena, sizeof(*node));
    if (!node)
        return yaml_no_memory(json->stream);
    node->file = json->stream->file;
    node->kind = kind;
    node->style = style;
    node->weight = 1;
    node->start = (uint32_t)json->at;
    find_place(node);
    *ret_node = node;
    return yaml_count_nodes(json->stream, node, 1);
}

static int hex_value(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c |= 0x20;
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* XXXX of \uXXXX, -1 when it is none. */
static int32_t read_unit(const struct json *json, size_t at)
{
    int32_t unit = 0;

    if (json->len - at < 4)
        return -1;
    for (size_t i = 0; i < 4; i++) {
        int digit = hex_value(json->text[at + i]);
        if (digit < 0)
            return -1;
        unit = unit << 4 | digit;
    }
    return unit;
}

static size_t put_utf8(char *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

/* Behind \u; half a pair of surrogates becomes U+FFFD. Bytes written, 0 when it is no escape. */
static size_t read_code(struct json *json, char *out)
{
    int32_t unit = read_unit(json, json->at);

    if (unit < 0)
        return 0;
    json->at += 4;
    uint32_t code = (uint32_t)unit;
    if (code >= 0xd800 && code < 0xe000) {
        int32_t low = -1;
        if (code < 0xdc00 && json->len - json->at >= 6 && json->text[json->at] == '\\' &&
            json->text[json->at + 1] == 'u')
            low = read_unit(json, json->at + 2);
        if (low >= 0xdc00 && low < 0xe000) {
            code = 0x10000 + ((code - 0xd800) << 10) + ((uint32_t)low - 0xdc00);
            json->at += 6;
        } else {
            code = 0xfffd;
        }
    }
    return put_utf8(out, code);
}

static size_t read_escape(struct json *json, char *out)
{
    static const char names[] = "\"\\/bfnrt", values[] = "\"\\/\b\f\n\r\t";

    if (json->at >= json->len)
        return 0;
    char c = json->text[json->at++];
    if (c == 'u')
        return read_code(json, out);
    const char *found = c ? strchr(names, c) : NULL;
    if (!found)
        return 0;
    *out = values[found - names];
    return 1;
}

/* `out` has room for what stands between the quotes: no escape is shorter than what it means. */
static int read_characters(struct json *json, char *out, size_t *ret_len)
{
    char scratch[4];
    size_t len = 0;

    while (json->at < json->len) {
        char c = json->text[json->at++];
        if (c == '"') {
            *ret_len = len;
            return 0;
        }
        if ((unsigned char)c < 0x20)
            return -EINVAL;
        size_t n = 1;
        *scratch = c;
        if (c == '\\' && !(n = read_escape(json, scratch)))
            return -EINVAL;
        if (out)
            memcpy(out + len, scratch, n);
        len += n;
    }
    return -EINVAL;
}

static int read_string(struct json *json, struct yaml_node **ret_node)
{
    struct json ahead = *json;
    size_t len;

    int r = new_node(json, YAML_SCALAR, YAML_DOUBLE_QUOTED, ret_node);
    if (r < 0 || !take(json, '"'))
        return r < 0 ? r : -EINVAL;
    if (!*ret_node)
        return read_characters(json, NULL, &len);

    ahead.at = json->at;
    r = read_characters(&ahead, NULL, &len);
    char *value = r < 0 ? NULL : arena_alloc(json->stream->arena, len + 1);
    if (!value)
        return r < 0 ? r : yaml_no_memory(json->stream);
    r = read_characters(json, value, &(*ret_node)->len);
    (*ret_node)->value = value;
    (*ret_node)->end = (uint32_t)json->at;
    if (r == 0 && memchr(value, '\0', len))
        return yaml_error(json->stream->error, *ret_node, -EINVAL,
                          "the value contains a NUL character");
    return r;
}

static size_t skip_digits(const struct json *json, size_t at)
{
    while (at < json->len && json->text[at] >= '0' && json->text[at] <= '9')
        at++;
    return at;
}

/* Behind the number that starts at `at`; `at` when there is none. */
static size_t number_end(const struct json *json, size_t start)
{
    size_t at = start + (start < json->len && json->text[start] == '-');
    size_t digits = skip_digits(json, at);

    if (digits == at || (json->text[at] == '0' && digits > at + 1))
        return start;
    at = digits;
    if (at < json->len && json->text[at] == '.') {
        digits = skip_digits(json, at + 1);
        if (digits == at + 1)
            return start;
        at = digits;
    }
    if (at < json->len && (json->text[at] | 0x20) == 'e') {
        at++;
        at += at < json->len && (json->text[at] == '+' || json->text[at] == '-');
        digits = skip_digits(json, at);
        if (digits == at)
            return start;
        at = digits;
    }
    return at;
}

static int read_plain(struct json *json, struct yaml_node **ret_node)
{
    static const char *const words[] = {"true", "false", "null"};
    size_t end = number_end(json, json->at);

    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        size_t len = strlen(words[i]);
        if (json->len - json->at >= len && memcmp(json->text + json->at, words[i], len) == 0)
            end = json->at + len;
    }
    if (end == json->at)
        return -EINVAL;
    int r = new_node(json, YAML_SCALAR, YAML_PLAIN, ret_node);
    if (r == 0 && *ret_node) {
        (*ret_node)->len = end - json->at;
        (*ret_node)->value = arena_copy(json->stream->arena, json->text + json->at, end - json->at);
        (*ret_node)->end = (uint32_t)end;
        r = (*ret_node)->value ? 0 : yaml_no_memory(json->stream);
    }
    json->at = end;
    return r;
}

static int add_item(struct json *json, struct yaml_node *node, struct yaml_node *child)
{
    if (!node)
        return 0;
    if (node->kind == YAML_MAPPING && node->count % 2 == 0) {
        int r = yaml_check_key(json->stream, node, child);
        if (r < 0)
            return r;
    }
    struct yaml_node **slot =
        arena_grow(json->stream->arena, &node->items, &node->count, sizeof(*slot));
    if (!slot)
        return yaml_no_memory(json->stream);
    *slot = child;
    node->weight += child->weight;
    return 0;
}

static int read_member(struct json *json, struct yaml_node *node)
{
    struct yaml_node *key, *value;

    skip_space(json);
    if (json->at >= json->len || json->text[json->at] != '"')
        return -EINVAL;
    int r = read_string(json, &key);
    if (r == 0)
        r = add_item(json, node, key);
    if (r == 0 && !take(json, ':'))
        r = -EINVAL;
    if (r == 0)
        r = read_value(json, &value);
    return r < 0 ? r : add_item(json, node, value);
}

static int read_element(struct json *json, struct yaml_node *node)
{
    struct yaml_node *value;
    int r = read_value(json, &value);

    return r < 0 ? r : add_item(json, node, value);
}

static int read_collection(struct json *json, bool mapping, struct yaml_node **ret_node)
{
    char end = mapping ? '}' : ']';

    int r = new_node(json, mapping ? YAML_MAPPING : YAML_SEQUENCE, YAML_PLAIN, ret_node);
    if (r < 0 || !json->depth--)
        return r < 0 ? r : -EINVAL;
    json->at++;
    if (!take(json, end)) {
        do
            r = mapping ? read_member(json, *ret_node) : read_element(json, *ret_node);
        while (r == 0 && take(json, ','));
        if (r == 0 && !take(json, end))
            r = -EINVAL;
    }
    if (r == 0 && *ret_node)
        (*ret_node)->end = (uint32_t)json->at;
    json->depth++;
    return r;
}

static int read_value(struct json *json, struct yaml_node **ret_node)
{
    skip_space(json);
    if (json->at >= json->len)
        return -EINVAL;
    switch (json->text[json->at]) {
    case '{': return read_collection(json, true, ret_node);
    case '[': return read_collection(json, false, ret_node);
    case '"': return read_string(json, ret_node);
    default: return read_plain(json, ret_node);
    }
}

bool json_is_text(const char *text, size_t len, size_t at, unsigned depth)
{
    struct json json = {.text = text, .at = at, .len = len, .depth = depth};
    struct yaml_node *node;

    skip_space(&json);
    do {
        if (json.at >= len || (text[json.at] != '{' && text[json.at] != '['))
            return false;
        if (read_value(&json, &node) < 0)
            return false;
        skip_space(&json);
    } while (json.at < len);
    return true;
}

int json_next(struct yaml_stream *stream, struct yaml_node **ret_document)
{
    struct json json = {
        .text = stream->file->text,
        .at = stream->json_at,
        .len = stream->file->len,
        .depth = stream->limits.depth,
        .stream = stream,
    };
    struct yaml_node *node = NULL;

    stream->nodes = 0;
    skip_space(&json);
    int r = json.at < json.len ? read_value(&json, &node) : 0;
    stream->json_at = json.at;
    if (r == 0)
        *ret_document = node;
    return r;
}
