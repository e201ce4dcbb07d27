/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/transform.h"

#include <ctype.h>
#include <string.h>

bool transform_type(enum transformer transformer, enum field_type type, enum field_type *ret_type)
{
    switch (transformer) {
    case TRANSFORM_VAL: *ret_type = type; return true;
    case TRANSFORM_TOLOWER:
    case TRANSFORM_TOUPPER:
    case TRANSFORM_B64:
    case TRANSFORM_BASENAME: *ret_type = type; return type == FIELD_STRING || type == FIELD_STRINGS;
    case TRANSFORM_LEN:
        *ret_type = FIELD_NUMBER;
        return type == FIELD_STRING || type == FIELD_STRINGS;
    default: return false;
    }
}

static bool change_case(struct field_context *context, struct field_string *string, bool upper)
{
    char *copy = field_context_alloc(context, string->len + 1);

    if (!copy)
        return false;
    for (size_t i = 0; i < string->len; i++) {
        unsigned char c = (unsigned char)string->data[i];
        copy[i] = (char)(upper ? toupper(c) : tolower(c));
    }
    string->data = copy;
    return true;
}

static int base64_digit(char c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static bool decode_base64(struct field_context *context, struct field_string *string)
{
    size_t len = string->len, out = 0;
    uint32_t bits = 0;
    unsigned held = 0;

    while (len && string->data[len - 1] == '=' && string->len - len < 2)
        len--;
    if (len % 4 == 1)
        return false;
    char *decoded = field_context_alloc(context, len / 4 * 3 + 3);
    if (!decoded)
        return false;
    for (size_t i = 0; i < len; i++) {
        int digit = base64_digit(string->data[i]);
        if (digit < 0)
            return false;
        bits = bits << 6 | (uint32_t)digit;
        held += 6;
        if (held >= 8) {
            held -= 8;
            decoded[out++] = (char)(bits >> held);
        }
    }
    *string = (struct field_string){decoded, out};
    return true;
}

static bool transform_string(struct field_context *context, enum transformer transformer,
                             struct field_string *string)
{
    const char *slash;

    switch (transformer) {
    case TRANSFORM_TOLOWER: return change_case(context, string, false);
    case TRANSFORM_TOUPPER: return change_case(context, string, true);
    case TRANSFORM_B64: return decode_base64(context, string);
    case TRANSFORM_BASENAME:
        slash = string->len ? memrchr(string->data, '/', string->len) : NULL;
        if (slash) {
            string->len -= (size_t)(slash + 1 - string->data);
            string->data = slash + 1;
        }
        return true;
    default: return true;
    }
}

bool transform_value(struct field_context *context, enum transformer transformer,
                     struct field_value *value)
{
    if (transformer == TRANSFORM_VAL)
        return true;
    if (transformer == TRANSFORM_LEN) {
        value->number =
            (int64_t)(value->type == FIELD_STRINGS ? value->list_len : value->string.len);
        value->type = FIELD_NUMBER;
        return true;
    }
    if (value->type != FIELD_STRINGS)
        return transform_string(context, transformer, &value->string);

    struct field_string *list =
        field_context_alloc(context, value->list_len * sizeof(*list) + sizeof(*list));
    if (!list)
        return false;
    for (size_t i = 0; i < value->list_len; i++) {
        list[i] = value->list[i];
        if (!transform_string(context, transformer, &list[i]))
            return false;
    }
    value->list = list;
    return true;
}
