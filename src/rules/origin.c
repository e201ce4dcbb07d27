/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/origin.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int add_piece(struct arena *arena, struct origin *origin, struct origin_piece piece)
{
    struct origin_piece *slot = arena_grow(arena, &origin->pieces, &origin->count, sizeof(*slot));

    if (!slot)
        return -ENOMEM;
    piece.start = origin->len;
    origin->len += piece.len;
    *slot = piece;
    return 0;
}

int origin_add_node(struct arena *arena, struct origin *origin, const struct yaml_node *scalar)
{
    return add_piece(
        arena, origin,
        (struct origin_piece){
            .text = scalar->value, .len = scalar->len, .node = scalar, .verbatim = true});
}

int origin_add_text(struct arena *arena, struct origin *origin, const char *text, size_t len,
                    const struct yaml_node *node)
{
    return add_piece(arena, origin, (struct origin_piece){.text = text, .len = len, .node = node});
}

int origin_add_string(struct arena *arena, struct origin *origin, const char *text,
                      const struct yaml_node *node)
{
    return origin_add_text(arena, origin, text, strlen(text), node);
}

int origin_add_origin(struct arena *arena, struct origin *origin, const struct origin *other)
{
    for (size_t i = 0; i < other->count; i++) {
        int r = add_piece(arena, origin, other->pieces[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

int origin_join(struct arena *arena, struct origin *origin, size_t max)
{
    if (origin->len > max)
        return -E2BIG;
    char *text = arena_alloc(arena, origin->len + 1);
    if (!text)
        return -ENOMEM;
    for (size_t i = 0; i < origin->count; i++)
        memcpy(text + origin->pieces[i].start, origin->pieces[i].text, origin->pieces[i].len);
    origin->text = text;
    return 0;
}

int origin_error(struct error *error, const struct origin *origin, size_t offset, int code,
                 const char *format, ...)
{
    char message[ERROR_MESSAGE_MAX];
    const struct origin_piece *piece = origin->pieces;
    va_list args;

    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    if (!piece)
        return error_set(error, code, "%s", message);

    /* the end of a text belongs to its last piece */
    for (size_t i = 1; i < origin->count && origin->pieces[i].start <= offset; i++)
        if (origin->pieces[i].len)
            piece = &origin->pieces[i];
    unsigned line = piece->node->line, column = piece->node->column;
    if (piece->verbatim)
        yaml_position(piece->node, offset - piece->start, &line, &column);
    return error_set_at(error, code, piece->node->file->name, line, column, "%s", message);
}
