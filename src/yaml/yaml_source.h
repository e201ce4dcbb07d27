/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YAML_YAML_SOURCE_H
#define YAML_YAML_SOURCE_H

/*
 * YAML as a tree of nodes that know their place, and JSON where that is asked for. Bounded: size,
 * depth and the number of lines, of nodes (an alias counts as all that it stands for), of keys and
 * of anchors. A key that comes twice in one mapping, an alias inside the node it names, and text
 * that is not UTF-8 are errors.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/cleanup.h"
#include "base/error.h"

#define YAML_FILE_MAX    ((size_t)4 << 20)
#define YAML_DEPTH_MAX   32
#define YAML_LINES_MAX   1000000
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
    const char *tag;       /* as resolved ("tag:yaml.org,2002:str"); NULL: none is written */
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

/*
 * One document after the other, so that only one need be in memory: its nodes are in the arena
 * given to yaml_stream_next. What they say of the file is in that given to yaml_stream_new, which
 * must outlive them all, and so must `text`.
 */
struct yaml_stream;

struct yaml_limits {
    size_t file_max; /* bytes */
    uint32_t nodes;  /* of one document */
    unsigned depth;
    bool json; /* text that is JSON throughout is read as such, not as YAML */
};

int yaml_stream_new(const char *name, const char *text, size_t len,
                    const struct yaml_limits *limits, struct arena *arena,
                    struct yaml_stream **ret_stream, struct error *ret_error);
void yaml_stream_free(struct yaml_stream *stream);

/* The next document that is not empty; *ret_document is NULL past the last one. */
int yaml_stream_next(struct yaml_stream *stream, struct arena *arena,
                     struct yaml_node **ret_document, struct error *ret_error);

DEFINE_CLEANUP(struct yaml_stream *, yaml_stream_free);

/* Parse all of `text`, which must outlive the arena, by the limits above. */
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
