/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "rules/ast.h"

static const struct operator_info operators[OP_MAX] = {
    [OP_EXISTS] = {"exists", OPERATOR_UNARY},
    [OP_LT] = {"<", OPERATOR_NUMBER},
    [OP_LE] = {"<=", OPERATOR_NUMBER},
    [OP_GT] = {">", OPERATOR_NUMBER},
    [OP_GE] = {">=", OPERATOR_NUMBER},
    [OP_EQ] = {"=", OPERATOR_STRING},
    [OP_NE] = {"!=", OPERATOR_STRING},
    [OP_CONTAINS] = {"contains", OPERATOR_STRING},
    [OP_ICONTAINS] = {"icontains", OPERATOR_STRING},
    [OP_BCONTAINS] = {"bcontains", OPERATOR_STRING},
    [OP_STARTSWITH] = {"startswith", OPERATOR_STRING},
    [OP_BSTARTSWITH] = {"bstartswith", OPERATOR_STRING},
    [OP_ENDSWITH] = {"endswith", OPERATOR_STRING},
    [OP_GLOB] = {"glob", OPERATOR_STRING},
    [OP_IGLOB] = {"iglob", OPERATOR_STRING},
    [OP_REGEX] = {"regex", OPERATOR_STRING},
    [OP_IN] = {"in", OPERATOR_LIST},
    [OP_INTERSECTS] = {"intersects", OPERATOR_LIST},
    [OP_PMATCH] = {"pmatch", OPERATOR_LIST},
};

static const char *const modifiers[MODIFIER_MAX] = {
    [MODIFIER_ONEOF] = "oneof",
    [MODIFIER_ANYOF] = "anyof",
    [MODIFIER_ALLOF] = "allof",
};

static const char *const transformers[TRANSFORM_MAX] = {
    [TRANSFORM_VAL] = "val",   [TRANSFORM_TOLOWER] = "tolower",   [TRANSFORM_TOUPPER] = "toupper",
    [TRANSFORM_B64] = "b64",   [TRANSFORM_BASENAME] = "basename", [TRANSFORM_LEN] = "len",
    [TRANSFORM_JOIN] = "join", [TRANSFORM_CONCAT] = "concat",     [TRANSFORM_GETOPT] = "getopt",
};

static bool is(const char *name, const char *text, size_t len)
{
    return name && strlen(name) == len && memcmp(name, text, len) == 0;
}

static int find(const char *const *names, int count, const char *text, size_t len)
{
    for (int i = 1; i < count; i++)
        if (is(names[i], text, len))
            return i;
    return 0;
}

const struct operator_info *operator_info(enum operator op)
{
    return &operators[op];
}

enum operator operator_by_name(const char *text, size_t len)
{
    if (is("==", text, len))
        return OP_EQ;
    for (int i = 1; i < OP_MAX; i++)
        if (is(operators[i].name, text, len))
            return i;
    return OP_NONE;
}

const char *modifier_name(enum modifier modifier)
{
    return modifiers[modifier];
}

enum modifier modifier_by_name(const char *text, size_t len)
{
    return find(modifiers, MODIFIER_MAX, text, len);
}

const char *transformer_name(enum transformer transformer)
{
    return transformers[transformer];
}

enum transformer transformer_by_name(const char *text, size_t len)
{
    return find(transformers, TRANSFORM_MAX, text, len);
}
