/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/compare.h"

#include <ctype.h>
#include <string.h>

#include "rules/glob.h"

#define BIT(op)  (1u << (op))
#define EQUALITY (BIT(OP_EXISTS) | BIT(OP_EQ) | BIT(OP_NE) | BIT(OP_IN) | BIT(OP_INTERSECTS))
#define ORDER    (BIT(OP_LT) | BIT(OP_LE) | BIT(OP_GT) | BIT(OP_GE))
#define TEXT                                                                                       \
    (BIT(OP_CONTAINS) | BIT(OP_ICONTAINS) | BIT(OP_BCONTAINS) | BIT(OP_STARTSWITH) |               \
     BIT(OP_BSTARTSWITH) | BIT(OP_ENDSWITH) | BIT(OP_GLOB) | BIT(OP_IGLOB) | BIT(OP_REGEX))

const struct field_string *compare_strings_of(const struct field_value *value, size_t *ret_count)
{
    if (value->type == FIELD_STRINGS) {
        *ret_count = value->list_len;
        return value->list;
    }
    *ret_count = 1;
    return &value->string;
}

bool compare_supports(enum field_type type, enum operator op)
{
    static const uint32_t supported[] = {
        [FIELD_STRING] = EQUALITY | TEXT | BIT(OP_PMATCH),
        [FIELD_STRINGS] = EQUALITY | TEXT | BIT(OP_PMATCH),
        [FIELD_NAMES] = EQUALITY | TEXT,
        [FIELD_NUMBER] = EQUALITY | ORDER,
        [FIELD_DURATION] = EQUALITY | ORDER,
        [FIELD_TIME] = EQUALITY | ORDER,
        [FIELD_PORT] = EQUALITY | ORDER,
        [FIELD_BOOL] = EQUALITY,
        [FIELD_ADDRESS] = EQUALITY | BIT(OP_PMATCH),
        [FIELD_NETWORK] = EQUALITY | BIT(OP_PMATCH),
    };

    return supported[type] & BIT(op);
}

enum compare_class compare_class(enum field_type type)
{
    switch (type) {
    case FIELD_NUMBER:
    case FIELD_DURATION:
    case FIELD_TIME:
    case FIELD_PORT: return COMPARE_NUMBER;
    case FIELD_BOOL: return COMPARE_BOOL;
    case FIELD_ADDRESS:
    case FIELD_NETWORK: return COMPARE_ADDRESS;
    default: return COMPARE_TEXT;
    }
}

static bool equal(const struct field_string *a, const struct field_string *b)
{
    return a->len == b->len && memcmp(a->data, b->data, a->len) == 0;
}

static bool contains_ignoring_case(const struct field_string *text, const struct field_string *part)
{
    for (size_t at = 0; at + part->len <= text->len; at++) {
        size_t i = 0;
        while (i < part->len &&
               tolower((unsigned char)text->data[at + i]) == tolower((unsigned char)part->data[i]))
            i++;
        if (i == part->len)
            return true;
    }
    return false;
}

static bool matches_regex(struct ruleset *rules, const struct field_string *text,
                          const struct operand *right)
{
    if (!right->regex)
        return false;
    int r = pcre2_match(right->regex, (PCRE2_SPTR)text->data, text->len, 0, 0, rules->match_data,
                        rules->match_context);
    if (r < 0 && r != PCRE2_ERROR_NOMATCH)
        rules->counters.regex_limit++;
    return r >= 0;
}

bool compare_string(struct ruleset *rules, enum operator op, const struct field_string *left,
                    const struct operand *right)
{
    const struct field_string *part = &right->string;
    bool fits = part->len <= left->len;

    switch (op) {
    case OP_EQ:
    case OP_IN:
    case OP_INTERSECTS: return equal(left, part);
    case OP_NE: return !equal(left, part);
    case OP_CONTAINS:
    case OP_BCONTAINS: return fits && memmem(left->data, left->len, part->data, part->len);
    case OP_ICONTAINS: return contains_ignoring_case(left, part);
    case OP_STARTSWITH:
    case OP_BSTARTSWITH: return fits && memcmp(left->data, part->data, part->len) == 0;
    case OP_ENDSWITH:
        return fits && memcmp(left->data + left->len - part->len, part->data, part->len) == 0;
    case OP_GLOB:
    case OP_IGLOB: return glob_match(part->data, part->len, left->data, left->len, op == OP_IGLOB);
    case OP_REGEX: return matches_regex(rules, left, right);
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

bool compare_number(enum operator op, const struct field_value *left, int64_t right)
{
    bool first = compare_numbers(op, left->number, right);

    if (!left->is_pair || first == (op != OP_NE))
        return first;
    return compare_numbers(op, left->number2, right);
}

void compare_normalise(uint8_t address[16], uint8_t *len, uint8_t *bits)
{
    static const uint8_t prefix[12] = {[10] = 0xff, [11] = 0xff};

    if (*len != 16 || (bits && *bits < 96) || memcmp(address, prefix, sizeof(prefix)) != 0)
        return;
    memmove(address, address + 12, 4);
    *len = 4;
    if (bits)
        *bits = (uint8_t)(*bits - 96);
}

int compare_order(const struct field_string *a, const struct field_string *b)
{
    size_t len = a->len < b->len ? a->len : b->len;
    int order = len ? memcmp(a->data, b->data, len) : 0;

    if (order)
        return order;
    return a->len < b->len ? -1 : a->len > b->len;
}

bool compare_prefix(const uint8_t *a, const uint8_t *b, unsigned bits)
{
    unsigned whole = bits / 8, rest = bits % 8;

    return !memcmp(a, b, whole) && (!rest || !((a[whole] ^ b[whole]) >> (8 - rest)));
}

static bool in_network(const uint8_t *bytes, uint8_t len, const struct operand *right)
{
    uint8_t address[16];

    memcpy(address, bytes, sizeof(address));
    compare_normalise(address, &len, NULL);
    return len == right->address_len && compare_prefix(address, right->address, right->prefix_bits);
}

bool compare_address(enum operator op, const struct field_value *left, const struct operand *right)
{
    bool in = in_network(left->address, left->address_len, right) ||
              (left->is_pair && in_network(left->address2, left->address_len, right));

    return in != (op == OP_NE);
}

size_t compare_tidy_path(const char *text, size_t len, char *to)
{
    size_t end = 0;

    for (size_t i = 0; i < len; i++)
        if (text[i] != '/' || !end || to[end - 1] != '/')
            to[end++] = text[i];
    return end > 1 && to[end - 1] == '/' ? end - 1 : end;
}

static bool below_listed(const struct string_set *set, const struct field_string *path)
{
    /* what all paths are below: "/", or "" for those that begin without a slash */
    size_t root = path->len && path->data[0] == '/';

    for (size_t i = 0; i <= path->len; i++) {
        if (i && i < path->len && path->data[i] != '/')
            continue;
        size_t len = i ? i : root;
        if (string_set_has_length(set, len) &&
            string_set_has(set, string_hash(path->data, len), path->data, len))
            return true;
    }
    return false;
}

static size_t part_len(const struct field_string *path, size_t at)
{
    const char *slash = memchr(path->data + at, '/', path->len - at);

    return slash ? (size_t)(slash - path->data) - at : path->len - at;
}

/* Part by part: no pattern matches across a slash. */
static bool below_pattern(const struct field_string *pattern, const struct field_string *path)
{
    size_t p = 0, t = 0;

    if ((pattern->data[0] == '/') != (path->len && path->data[0] == '/'))
        return false;
    for (;;) {
        size_t wanted = part_len(pattern, p), len = part_len(path, t);
        /* of nothing there is no part, however it may look */
        if (!len != !wanted || !glob_match(pattern->data + p, wanted, path->data + t, len, false))
            return false;
        p += wanted + 1;
        t += len + 1;
        if (p > pattern->len)
            return true;
        if (t > path->len)
            return false;
    }
}

bool compare_tidied(struct ruleset *rules, struct field_string *path)
{
    if (!memmem(path->data, path->len, "//", 2)) {
        path->len -= path->len > 1 && path->data[path->len - 1] == '/';
        return true;
    }
    char *copy = field_context_alloc(&rules->context, path->len);
    if (!copy) {
        rules->context.values_cut++;
        return false;
    }
    *path = (struct field_string){copy, compare_tidy_path(path->data, path->len, copy)};
    return true;
}

bool compare_path_below(struct ruleset *rules, const struct atom *atom,
                        const struct field_string *path)
{
    struct field_string tidy = *path;

    if (!compare_tidied(rules, &tidy))
        return false;
    if (below_listed(atom->set, &tidy))
        return true;
    for (size_t i = 0; i < atom->operand_count; i++)
        if (atom->operands[i].is_pattern && below_pattern(&atom->operands[i].string, &tidy))
            return true;
    return false;
}
