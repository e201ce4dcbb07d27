/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/oracle_compare.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"

enum oracle_kind oracle_kind(enum field_type type)
{
    switch (type) {
    case FIELD_NUMBER:
    case FIELD_DURATION:
    case FIELD_TIME:
    case FIELD_PORT: return ORACLE_NUMBER;
    case FIELD_BOOL: return ORACLE_BOOL;
    case FIELD_ADDRESS:
    case FIELD_NETWORK: return ORACLE_ADDRESS;
    case FIELD_STRING:
    case FIELD_STRINGS:
    case FIELD_NAMES: break;
    }
    return ORACLE_TEXT;
}

/* IPv4 within IPv6 (::ffff:a.b.c.d) is that IPv4 address. */
static void set_network(struct oracle_item *item, const uint8_t *bytes, unsigned len, unsigned bits)
{
    static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};
    bool is_mapped = len == 16 && bits >= 96 && !memcmp(bytes, mapped, sizeof(mapped));

    item->address_bits = is_mapped ? 32 : len * 8;
    item->prefix_bits = is_mapped ? bits - 96 : bits;
    memcpy(item->address, is_mapped ? bytes + 12 : bytes, item->address_bits / 8);
}

void oracle_set_address(struct oracle_item *item, const uint8_t *bytes, unsigned len)
{
    set_network(item, bytes, len, len * 8);
}

static void parse_network(struct oracle_item *item, const char *text)
{
    const char *slash = strchr(text, '/');
    char address[INET6_ADDRSTRLEN] = "";
    uint8_t bytes[16];

    memccpy(address, text, '/', sizeof(address) - 1);
    address[strcspn(address, "/")] = '\0';
    unsigned len = inet_pton(AF_INET, address, bytes) == 1 ? 4 : 16;
    if (len == 16)
        inet_pton(AF_INET6, address, bytes);
    set_network(item, bytes, len, slash ? (unsigned)strtoul(slash + 1, NULL, 10) : len * 8);
}

/* Pairs of hexadecimal digits become bytes, in place. */
static void decode_hex(char *text, size_t *len)
{
    for (size_t i = 0; i < *len; i += 2) {
        const char pair[3] = {text[i], text[i + 1], '\0'};
        text[i / 2] = (char)strtoul(pair, NULL, 16);
    }
    *len /= 2;
}

static int compile_regex(struct oracle_item *item)
{
    PCRE2_SIZE offset;
    int error;

    item->regex = pcre2_compile((PCRE2_SPTR)item->text.data, item->text.len,
                                PCRE2_ANCHORED | PCRE2_ENDANCHORED | PCRE2_DOLLAR_ENDONLY |
                                    PCRE2_NEVER_BACKSLASH_C,
                                &error, &offset, NULL);
    item->match = pcre2_match_data_create(1, NULL);
    return item->regex && item->match ? 0 : -ENOMEM;
}

int oracle_literal(enum operator op, enum oracle_kind kind, const char *text, size_t len,
                   struct oracle_item *item)
{
    char *copy = malloc(len + 1);

    if (!copy)
        return -ENOMEM;
    memcpy(copy, text, len);
    copy[len] = '\0';
    if (op == OP_BCONTAINS || op == OP_BSTARTSWITH)
        decode_hex(copy, &len);
    item->text = (struct field_string){copy, len};
    if (kind == ORACLE_NUMBER)
        item->number = strncasecmp(text, "0x", 2) ? strtoll(text, NULL, 10)
                                                  : (int64_t)strtoull(text, NULL, 16);
    if (kind == ORACLE_BOOL)
        item->number = !strcasecmp(text, "true") || !strcmp(text, "1");
    if (kind == ORACLE_ADDRESS)
        parse_network(item, text);
    return op == OP_REGEX ? compile_regex(item) : 0;
}

void oracle_item_done(struct oracle_item *item)
{
    free((char *)item->text.data);
    pcre2_code_free(item->regex);
    pcre2_match_data_free(item->match);
}

static bool equal(const struct field_string *a, const struct field_string *b)
{
    return a->len == b->len && !memcmp(a->data, b->data, a->len);
}

static bool is_at(const struct field_string *text, size_t at, const struct field_string *part,
                  bool any_case)
{
    if (at > text->len || part->len > text->len - at)
        return false;
    return any_case ? !strncasecmp(text->data + at, part->data, part->len)
                    : !memcmp(text->data + at, part->data, part->len);
}

static bool contains(const struct field_string *text, const struct field_string *part,
                     bool any_case)
{
    for (size_t at = 0; at <= text->len; at++)
        if (is_at(text, at, part, any_case))
            return true;
    return false;
}

static bool glob(const struct field_string *text, const struct field_string *pattern, int flags)
{
    _cleanup_free_ char *subject = malloc(text->len + 1);
    _cleanup_free_ char *wanted = strndup(pattern->data, pattern->len);

    if (!subject || !wanted)
        return false;
    for (size_t i = 0; i < text->len; i++)
        subject[i] = text->data[i] ? text->data[i] : '\1'; /* neither is named by a pattern */
    subject[text->len] = '\0';
    return fnmatch(wanted, subject, flags) == 0;
}

/* Take the next part of a path off it; false at its end. Slashes more than one are one. */
static bool next_part(struct field_string *path, struct field_string *part)
{
    while (path->len && path->data[0] == '/')
        *path = (struct field_string){path->data + 1, path->len - 1};
    const char *slash = memchr(path->data, '/', path->len);
    *part = (struct field_string){path->data, slash ? (size_t)(slash - path->data) : path->len};
    *path = (struct field_string){path->data + part->len, path->len - part->len};
    return part->len > 0;
}

/* Part by part, each of which may be a pattern. */
static bool is_below(struct field_string path, struct field_string listed)
{
    struct field_string have, want;

    if ((path.len && path.data[0] == '/') != (listed.len && listed.data[0] == '/'))
        return false;
    while (next_part(&listed, &want)) {
        bool is_pattern = memchr(want.data, '*', want.len) || memchr(want.data, '?', want.len) ||
                          memchr(want.data, '[', want.len);
        if (!next_part(&path, &have) || !(is_pattern ? glob(&have, &want, 0) : equal(&have, &want)))
            return false;
    }
    return true;
}

static bool compare_texts(enum operator op, const struct oracle_item *left,
                          const struct oracle_item *right)
{
    const struct field_string *text = &left->text, *part = &right->text;

    switch (op) {
    case OP_EQ:
    case OP_IN:
    case OP_INTERSECTS: return equal(text, part);
    case OP_NE: return !equal(text, part);
    case OP_CONTAINS:
    case OP_BCONTAINS: return contains(text, part, false);
    case OP_ICONTAINS: return contains(text, part, true);
    case OP_STARTSWITH:
    case OP_BSTARTSWITH: return is_at(text, 0, part, false);
    case OP_ENDSWITH:
        return part->len <= text->len && is_at(text, text->len - part->len, part, false);
    case OP_GLOB: return glob(text, part, 0);
    case OP_IGLOB: return glob(text, part, FNM_CASEFOLD);
    case OP_PMATCH: return is_below(*text, *part);
    case OP_REGEX:
        return pcre2_match(right->regex, (PCRE2_SPTR)text->data, text->len, 0, 0, right->match,
                           NULL) >= 0;
    default: return false;
    }
}

static bool compare_numbers(enum operator op, int64_t left, int64_t right)
{
    switch (op) {
    case OP_EQ:
    case OP_IN:
    case OP_INTERSECTS: return left == right;
    case OP_NE: return left != right;
    case OP_LT: return left < right;
    case OP_LE: return left <= right;
    case OP_GT: return left > right;
    case OP_GE: return left >= right;
    default: return false;
    }
}

static bool in_network(const struct oracle_item *address, const struct oracle_item *network)
{
    if (address->address_bits != network->address_bits)
        return false;
    for (unsigned bit = 0; bit < network->prefix_bits; bit++) {
        unsigned differ = address->address[bit / 8] ^ network->address[bit / 8];
        if (differ >> (7 - bit % 8) & 1)
            return false;
    }
    return true;
}

bool oracle_compare(enum operator op, enum oracle_kind kind, const struct oracle_item *left,
                    const struct oracle_item *right)
{
    switch (kind) {
    case ORACLE_TEXT: return compare_texts(op, left, right);
    case ORACLE_NUMBER:
    case ORACLE_BOOL: return compare_numbers(op, left->number, right->number);
    case ORACLE_ADDRESS: return in_network(left, right) != (op == OP_NE);
    }
    return false;
}

static bool decode_base64(const struct field_string *from, char *to, size_t *ret_len)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = from->len, written = 0;
    unsigned bits = 0, held = 0;

    for (unsigned pad = 0; pad < 2 && len && from->data[len - 1] == '='; pad++)
        len--;
    if (len % 4 == 1)
        return false;
    for (size_t i = 0; i < len; i++) {
        const char *digit = memchr(digits, from->data[i], sizeof(digits) - 1);
        if (!digit)
            return false;
        bits = (bits << 6 | (unsigned)(digit - digits)) & 0xffff;
        held += 6;
        if (held >= 8)
            to[written++] = (char)(bits >> (held -= 8));
    }
    *ret_len = written;
    return true;
}

static bool transform_text(struct field_context *context, enum transformer transformer,
                           struct field_string *text)
{
    char *copy = field_context_alloc(context, text->len + 1);
    size_t len = text->len;

    if (!copy)
        return false;
    if (transformer == TRANSFORM_B64 && !decode_base64(text, copy, &len))
        return false;
    for (size_t i = 0; i < len && transformer != TRANSFORM_B64; i++) {
        unsigned char c = (unsigned char)text->data[i];
        copy[i] = (char)(transformer == TRANSFORM_TOLOWER   ? tolower(c)
                         : transformer == TRANSFORM_TOUPPER ? toupper(c)
                                                            : c);
    }
    while (transformer == TRANSFORM_BASENAME && memchr(copy, '/', len)) {
        copy++;
        len--;
    }
    *text = (struct field_string){copy, len};
    return true;
}

bool oracle_transform(struct field_context *context, enum transformer transformer,
                      struct field_value *value)
{
    bool is_list = value->type == FIELD_STRINGS;

    if (transformer == TRANSFORM_LEN) {
        value->number = (int64_t)(is_list ? value->list_len : value->string.len);
        value->type = FIELD_NUMBER;
        return true;
    }
    if (!is_list)
        return transform_text(context, transformer, &value->string);
    struct field_string *list = field_context_alloc(context, (value->list_len + 1) * sizeof(*list));
    for (size_t i = 0; list && i < value->list_len; i++) {
        list[i] = value->list[i];
        if (!transform_text(context, transformer, &list[i]))
            return false;
    }
    value->list = list;
    return list;
}
