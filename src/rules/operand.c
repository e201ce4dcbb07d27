/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/operand.h"

#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "rules/compare.h"

static int wrong(struct error *error, const struct ast_value *value, const char *field,
                 const char *expected)
{
    return origin_error(error, value->origin, value->offset, -EINVAL,
                        "'%.100s' is no value for %.64s: expected %s", value->text, field,
                        expected);
}

static bool parse_number(const char *text, int64_t *ret_number)
{
    bool hex = text[0] == '0' && (text[1] | 0x20) == 'x';
    const char *digits = text + (hex ? 2 : text[0] == '-' || text[0] == '+');

    /* strtoll would take blanks and prefixes too */
    if (!*digits || digits[strspn(digits, hex ? "0123456789abcdefABCDEF" : "0123456789")])
        return false;
    errno = 0;
    *ret_number = hex ? (int64_t)strtoull(digits, NULL, 16) : strtoll(text, NULL, 10);
    return errno == 0;
}

static bool parse_bool(const char *text, int64_t *ret_number)
{
    *ret_number = strcasecmp(text, "true") == 0 || strcmp(text, "1") == 0;
    return *ret_number || strcasecmp(text, "false") == 0 || strcmp(text, "0") == 0;
}

/* "192.168.0.0/16", "::1"; without a length it is one address. */
static bool parse_network(const char *text, bool allow_prefix, struct operand *operand)
{
    char address[64];
    const char *slash = strchr(text, '/');
    size_t len = slash ? (size_t)(slash - text) : strlen(text);
    int64_t bits;

    if (len >= sizeof(address) || (slash && !allow_prefix))
        return false;
    memcpy(address, text, len);
    address[len] = '\0';
    if (inet_pton(AF_INET, address, operand->address) == 1)
        operand->address_len = 4;
    else if (inet_pton(AF_INET6, address, operand->address) == 1)
        operand->address_len = 16;
    else
        return false;
    bits = operand->address_len * 8;
    if (slash && (!parse_number(slash + 1, &bits) || bits < 0 || bits > operand->address_len * 8))
        return false;
    operand->prefix_bits = (uint8_t)bits;
    compare_normalise(operand->address, &operand->address_len, &operand->prefix_bits);
    return true;
}

static int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    c = (char)(c | 0x20);
    return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

static bool decode_hex(const char *text, size_t len, char *bytes)
{
    if (!len || len % 2)
        return false;
    for (size_t i = 0; i < len; i += 2) {
        int high = hex_digit(text[i]), low = hex_digit(text[i + 1]);
        if (high < 0 || low < 0)
            return false;
        bytes[i / 2] = (char)(high << 4 | low);
    }
    bytes[len / 2] = '\0';
    return true;
}

static int make_regex(const struct ast_value *value, struct operand *operand, struct error *error)
{
    int code;
    PCRE2_SIZE offset;

    operand->regex = pcre2_compile((PCRE2_SPTR)value->text, value->len,
                                   PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
                                       PCRE2_NEVER_BACKSLASH_C,
                                   &code, &offset, NULL);
    if (!operand->regex) {
        PCRE2_UCHAR message[128] = "";
        pcre2_get_error_message(code, message, sizeof(message));
        return origin_error(error, value->origin, value->offset + value->quoted + offset, -EINVAL,
                            "'%.100s' is no regular expression: %s", value->text,
                            (const char *)message);
    }
    /* without JIT it is only slower */
    (void)pcre2_jit_compile(operand->regex, PCRE2_JIT_COMPLETE);
    return 0;
}

static int make_string(struct arena *arena, const char *field, enum operator op,
                       const struct ast_value *value, struct operand *operand, struct error *error)
{
    char *copy = arena_copy(arena, value->text, value->len);
    size_t len = value->len;

    if (!copy)
        return error_set(error, -ENOMEM, "out of memory");
    if (op == OP_BCONTAINS || op == OP_BSTARTSWITH) {
        if (!decode_hex(value->text, value->len, copy))
            return wrong(error, value, field, "bytes as pairs of hex digits, as in 7f454c46");
        len /= 2;
    }
    if (op == OP_PMATCH) {
        len = compare_tidy_path(copy, len, copy);
        copy[len] = '\0';
        operand->is_pattern = copy[strcspn(copy, "*?[")] != '\0';
    }
    operand->string = (struct field_string){copy, len};
    return op == OP_REGEX ? make_regex(value, operand, error) : 0;
}

int operand_make(struct arena *arena, const char *field, enum field_type type, enum operator op,
                 const struct ast_value *value, struct operand *ret_operand,
                 struct error *ret_error)
{
    struct operand operand = {0};
    int r = 0;

    switch (type) {
    case FIELD_NUMBER:
    case FIELD_DURATION:
    case FIELD_TIME:
        if (!parse_number(value->text, &operand.number))
            r = wrong(ret_error, value, field, "a whole number");
        break;
    case FIELD_PORT:
        if (!parse_number(value->text, &operand.number) || operand.number < 0 ||
            operand.number > UINT16_MAX)
            r = wrong(ret_error, value, field, "a port, 0 to 65535");
        break;
    case FIELD_BOOL:
        if (!parse_bool(value->text, &operand.number))
            r = wrong(ret_error, value, field, "true or false");
        break;
    case FIELD_ADDRESS:
        if (!parse_network(value->text, false, &operand))
            r = wrong(ret_error, value, field,
                      "an IPv4 or IPv6 address (networks go with fd.net and its like)");
        break;
    case FIELD_NETWORK:
        if (!parse_network(value->text, true, &operand))
            r = wrong(ret_error, value, field, "a network as in 10.0.0.0/8, or an address");
        break;
    case FIELD_STRING:
    case FIELD_STRINGS:
    case FIELD_NAMES: r = make_string(arena, field, op, value, &operand, ret_error); break;
    }
    if (r == 0)
        *ret_operand = operand;
    return r;
}

void operand_done(struct operand *operand)
{
    pcre2_code_free(operand->regex);
    operand->regex = NULL;
}
