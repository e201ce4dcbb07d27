/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_SCALAR_H
#define POSTURE_SCALAR_H

/* The type of a YAML scalar by the rules of YAML 1.1 as kubectl's parser has them. */

#include <stdbool.h>
#include <stdint.h>

#include "yaml/yaml_source.h"

enum scalar_type {
    SCALAR_NULL,
    SCALAR_FLAG,
    SCALAR_INTEGER,
    SCALAR_FLOAT, /* integers too big for 64 bits as well */
    SCALAR_TEXT,
    SCALAR_BAD_TAG, /* a tag that is not known, or that the value is not of */
};

struct scalar {
    enum scalar_type type;
    bool flag;
    int64_t integer;
    double number; /* FLOAT */
};

struct scalar scalar_of(const struct yaml_node *node);

const char *scalar_type_name(enum scalar_type type);

#endif
