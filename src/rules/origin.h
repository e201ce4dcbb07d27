/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ORIGIN_H
#define RULES_ORIGIN_H

/*
 * A text put together from pieces of YAML (a condition with what was appended to it and with its
 * exceptions) that knows where each of its bytes was written.
 */

#include "base/arena.h"
#include "base/error.h"
#include "yaml/yaml_source.h"

struct origin_piece {
    const char *text;
    size_t len, start;            /* `start` in the whole text */
    const struct yaml_node *node; /* where it comes from */
    bool verbatim;                /* the text is the node's value: bytes can be told apart */
};

struct origin {
    const char *text; /* NUL-terminated; NULL until joined */
    size_t len;
    struct origin_piece *pieces;
    size_t count;
};

/* Add the whole value of a scalar, or some text that stands for the node. -ENOMEM or 0. */
int origin_add_node(struct arena *arena, struct origin *origin, const struct yaml_node *scalar);
int origin_add_text(struct arena *arena, struct origin *origin, const char *text, size_t len,
                    const struct yaml_node *node);
int origin_add_string(struct arena *arena, struct origin *origin, const char *text,
                      const struct yaml_node *node);

/* Add all pieces of another text. */
int origin_add_origin(struct arena *arena, struct origin *origin, const struct origin *other);

/* Make `text`. -ENOMEM, or -E2BIG when it is longer than `max`. */
int origin_join(struct arena *arena, struct origin *origin, size_t max);

/* Set an error at a byte of the text. */
int origin_error(struct error *error, const struct origin *origin, size_t offset, int code,
                 const char *format, ...) __attribute__((format(printf, 5, 6)));

#endif
