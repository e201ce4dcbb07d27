/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YAML_YAML_INTERNAL_H
#define YAML_YAML_INTERNAL_H

/* What the reading of YAML and of JSON share. */

#include <yaml.h>

#include "yaml/yaml_source.h"

struct anchor {
    const char *name;
    struct yaml_node *node;
};

struct yaml_stream {
    yaml_parser_t parser;
    struct yaml_limits limits;
    struct yaml_file *file;
    struct arena *arena; /* of the document that is read */
    struct error *error;
    struct anchor *anchors;
    size_t anchor_count;
    uint32_t nodes;
    bool parsing, ended;
    bool json; /* read by json_next, from `json_at` on */
    size_t json_at;
    yaml_mark_t last_mark; /* the one asked for last, and where it is */
    uint32_t last_offset;
};

/* All set the stream's error. */
int yaml_no_memory(struct yaml_stream *stream);
int yaml_count_nodes(struct yaml_stream *stream, const struct yaml_node *node, uint32_t more);
/* A key that may be added to the mapping. */
int yaml_check_key(struct yaml_stream *stream, const struct yaml_node *mapping,
                   const struct yaml_node *key);

/* Whether the text from `at` on is one or more objects or lists of JSON and nothing else. */
bool json_is_text(const char *text, size_t len, size_t at, unsigned depth);

/* The next value of a text that is JSON; NULL past the last one. */
int json_next(struct yaml_stream *stream, struct yaml_node **ret_document);

#endif
