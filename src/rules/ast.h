/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_AST_H
#define RULES_AST_H

/* The syntax tree of a condition: what is written, nothing resolved yet. Lives in an arena. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rules/origin.h"

enum operator{
    OP_NONE = 0,
    OP_EXISTS,
    OP_LT,
    OP_LE,
    OP_GT,
    OP_GE,
    OP_EQ,
    OP_NE,
    OP_CONTAINS,
    OP_ICONTAINS,
    OP_BCONTAINS,
    OP_STARTSWITH,
    OP_BSTARTSWITH,
    OP_ENDSWITH,
    OP_GLOB,
    OP_IGLOB,
    OP_REGEX,
    OP_IN,
    OP_INTERSECTS,
    OP_PMATCH,
    OP_MAX,
};

/* What may stand on the right of an operator. */
enum operator_class {
    OPERATOR_UNARY,  /* nothing */
    OPERATOR_NUMBER, /* a number */
    OPERATOR_STRING, /* a string, or a modifier and a list */
    OPERATOR_LIST,   /* a list */
};

struct operator_info {
    const char *name;
    enum operator_class class;
};

const struct operator_info *operator_info(enum operator op);
/* OP_NONE when the text is no operator. "==" is "=". */
enum operator operator_by_name(const char *text, size_t len);

enum modifier { MODIFIER_NONE = 0, MODIFIER_ONEOF, MODIFIER_ANYOF, MODIFIER_ALLOF, MODIFIER_MAX };

const char *modifier_name(enum modifier modifier);
enum modifier modifier_by_name(const char *text, size_t len);

enum transformer {
    TRANSFORM_NONE = 0,
    TRANSFORM_VAL, /* right-hand side only: the field as it is */
    TRANSFORM_TOLOWER,
    TRANSFORM_TOUPPER,
    TRANSFORM_B64,
    TRANSFORM_BASENAME,
    TRANSFORM_LEN,
    TRANSFORM_JOIN,   /* known by name, refused by the checker */
    TRANSFORM_CONCAT, /* likewise */
    TRANSFORM_GETOPT, /* likewise */
    TRANSFORM_MAX,
};

const char *transformer_name(enum transformer transformer);
enum transformer transformer_by_name(const char *text, size_t len);

#define AST_TRANSFORMERS_MAX 8

/* proc.aname[2], or tolower(basename(proc.name)): the transformers from the inside out. */
struct ast_field {
    const char *name; /* as written, with its argument */
    uint32_t len;
    uint32_t offset; /* of the name */
    uint8_t transformers[AST_TRANSFORMERS_MAX];
    uint8_t transformer_count;
};

struct ast_value {
    const char *text; /* escapes resolved; NUL-terminated */
    uint32_t len;
    uint32_t offset;
    bool quoted;
    const struct origin *origin;
};

enum ast_kind { AST_AND, AST_OR, AST_NOT, AST_CHECK, AST_MACRO };

struct ast {
    enum ast_kind kind;
    uint32_t offset;
    const struct origin *origin;
    struct ast **children; /* AND, OR: at least two; NOT: one */
    size_t count;
    const char *macro; /* MACRO */
    /* CHECK */
    enum operator op;
    uint32_t op_offset;
    enum modifier modifier;
    bool list_name; /* the only value stands where a list does, without parentheses */
    struct ast_field left;
    struct ast_field *right; /* a field on the right, else NULL */
    struct ast_value *values;
    size_t value_count;
};

#endif
