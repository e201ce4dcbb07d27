/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/scalar.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 64 /* characters of a number */
#define TAG_PREFIX "tag:yaml.org,2002:"

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(*words, text) == 0)
            return true;
    }
    return false;
}

static bool parse_word(const char *text, struct scalar *ret_scalar)
{
    static const char *const nulls[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const trues[] = {"y",    "Y",    "yes", "Yes", "YES", "true",
                                        "True", "TRUE", "on",  "On",  "ON",  NULL};
    static const char *const falses[] = {"n",     "N",     "no",  "No",  "NO",  "false",
                                         "False", "FALSE", "off", "Off", "OFF", NULL};
    static const char *const floats[] = {".nan",  ".NaN",  ".NAN",  ".inf",  ".Inf",
                                         ".INF",  "+.inf", "+.Inf", "+.INF", "-.inf",
                                         "-.Inf", "-.INF", NULL};

    if (is_one_of(text, nulls))
        *ret_scalar = (struct scalar){.type = SCALAR_NULL};
    else if (is_one_of(text, trues))
        *ret_scalar = (struct scalar){.type = SCALAR_FLAG, .flag = true};
    else if (is_one_of(text, falses))
        *ret_scalar = (struct scalar){.type = SCALAR_FLAG, .flag = false};
    else if (is_one_of(text, floats))
        *ret_scalar = (struct scalar){.type = SCALAR_FLOAT, .number = 0.5};
    else
        return false;
    return true;
}

/* The digits behind sign and prefix; a leading 0 alone means octal. */
static const char *number_base(const char *digits, int *ret_base)
{
    *ret_base = 10;
    if (digits[0] != '0' || !digits[1])
        return digits;
    switch (digits[1]) {
    case 'x':
    case 'X': *ret_base = 16; return digits + 2;
    case 'b':
    case 'B': *ret_base = 2; return digits + 2;
    case 'o':
    case 'O': *ret_base = 8; return digits + 2;
    default: *ret_base = 8; return digits + 1;
    }
}

static bool parse_integer(const char *text, struct scalar *ret_scalar)
{
    bool negative = *text == '-';
    const char *digits = text + (negative || *text == '+');
    int base;
    char *end;

    digits = number_base(digits, &base);
    if (!isxdigit((unsigned char)*digits))
        return false;
    errno = 0;
    unsigned long long value = strtoull(digits, &end, base);
    if (*end || end == digits)
        return false;
    uint64_t max = negative ? (uint64_t)INT64_MAX + 1 : INT64_MAX;
    if (errno == ERANGE || value > max) {
        *ret_scalar = (struct scalar){.type = SCALAR_FLOAT, .number = negative ? -1e30 : 1e30};
        return true;
    }
    *ret_scalar = (struct scalar){
        .type = SCALAR_INTEGER,
        .integer = negative ? (int64_t)(0 - value) : (int64_t)value,
    };
    return true;
}

static const char *skip_digits(const char *at)
{
    while (isdigit((unsigned char)*at))
        at++;
    return at;
}

static bool parse_float(const char *text, struct scalar *ret_scalar)
{
    const char *start = text + (*text == '-' || *text == '+');
    const char *at = skip_digits(start);
    size_t digits = (size_t)(at - start);

    if (*at == '.') {
        const char *fraction = at + 1;
        at = skip_digits(fraction);
        digits += (size_t)(at - fraction);
    }
    if (!digits)
        return false;
    if (*at == 'e' || *at == 'E') {
        at++;
        at += *at == '-' || *at == '+';
        const char *exponent = at;
        at = skip_digits(exponent);
        if (at == exponent)
            return false;
    }
    if (*at)
        return false;
    *ret_scalar = (struct scalar){.type = SCALAR_FLOAT, .number = strtod(text, NULL)};
    return true;
}

static bool parse_number(const char *text, size_t len, struct scalar *ret_scalar)
{
    char plain[NUMBER_MAX + 1] = "";
    size_t at = 0;

    if (!len || len > NUMBER_MAX || !strchr("+-.0123456789", *text))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (text[i] != '_')
            plain[at++] = text[i];
    }
    plain[at] = '\0';
    return parse_integer(plain, ret_scalar) || parse_float(plain, ret_scalar);
}

static struct scalar plain_scalar(const struct yaml_node *node)
{
    struct scalar scalar;

    if (parse_word(node->value, &scalar) || parse_number(node->value, node->len, &scalar))
        return scalar;
    return (struct scalar){.type = SCALAR_TEXT};
}

static struct scalar tagged_scalar(const struct yaml_node *node)
{
    static const struct {
        const char *tag;
        enum scalar_type type;
    } rows[] = {
        {TAG_PREFIX "null", SCALAR_NULL},
        {TAG_PREFIX "bool", SCALAR_FLAG},
        {TAG_PREFIX "int", SCALAR_INTEGER},
        {TAG_PREFIX "float", SCALAR_FLOAT},
    };
    struct scalar scalar = plain_scalar(node);

    if (strcmp(node->tag, TAG_PREFIX "str") == 0)
        return (struct scalar){.type = SCALAR_TEXT};
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (strcmp(node->tag, rows[i].tag) == 0 && scalar.type == rows[i].type)
            return scalar;
    }
    return (struct scalar){.type = SCALAR_BAD_TAG};
}

struct scalar scalar_of(const struct yaml_node *node)
{
    if (node->tag)
        return tagged_scalar(node);
    if (node->style != YAML_PLAIN)
        return (struct scalar){.type = SCALAR_TEXT};
    return plain_scalar(node);
}

const char *scalar_type_name(enum scalar_type type)
{
    static const char *const names[] = {"null",     "a boolean",
                                        "a number", "a number",
                                        "a string", "a value that its tag does not fit"};

    return names[type];
}
