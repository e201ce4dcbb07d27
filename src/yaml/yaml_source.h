/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YAML_YAML_SOURCE_H
#define YAML_YAML_SOURCE_H

/*
 * A rule file as a tree of nodes that know their place. Bounded: size, depth and the number of
 * nodes (an alias counts as all that it stands for), of keys and of anchors. A key that comes twice
 * in one mapping, an alias inside the node it names, and text that is not UTF-8 are errors.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/arena.h"

#define YAML_FILE_MAX    ((size_t)4 << 20)
#define YAML_DEPTH_MAX   32
#define YAML_NODES_MAX   500000
#define YAML_KEYS_MAX    1000 /* of one mapping */
#define YAML_ANCHORS_MAX 1000 /* of one document */

enum yaml_kind { YAML_SCALAR, YAML_SEQUENCE, YAML_MAPPING };

enum yaml_style { YAML_PLAIN, YAML_SINGLE_QUOTED, YAML_DOUBLE_QUOTED, YAML_LITERAL, YAML_FOLDED };

struct yaml_file {
    const char *name;
    const char *text;
    size_t len;
    const uint32_t *lines; /* offset at which each line starts */
    size_t line_count;
};

struct yaml_node {
    const struct yaml_file *file;
    enum yaml_kind kind;
    enum yaml_style style;
    unsigned line, column; /* 1-based; column in bytes */
    uint32_t start, end;   /* offsets into the file's text */
    uint32_t weight;       /* nodes in it, aliases followed */
    const char *value;     /* SCALAR: NUL-terminated */
    size_t len;
    struct yaml_node **items; /* SEQUENCE: elements; MAPPING: key, value, key, value, ... */
    size_t count;
};

/* The file's documents, empty ones left out. */
struct yaml_documents {
    struct yaml_node **items;
    size_t count;
};

/* Parse `text`, which must outlive the arena. */
int yaml_load(const char *name, const char *text, size_t len, struct arena *arena,
              struct yaml_documents *ret_documents, struct error *ret_error);

/* The value of a key, NULL when the mapping has none. */
struct yaml_node *yaml_get(const struct yaml_node *mapping, const char *key);

/* A plain scalar that is empty, ~ or null. */
bool yaml_is_null(const struct yaml_node *node);

/* Where byte `offset` of the scalar's value was written: exact, or as near before as can be told.
 */
void yaml_position(const struct yaml_node *scalar, size_t offset, unsigned *ret_line,
                   unsigned *ret_column);

/* Set an error at a node. */
int yaml_error(struct error *error, const struct yaml_node *node, int code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

#endif
