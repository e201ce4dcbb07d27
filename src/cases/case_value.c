/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "cases/case_internal.h"
#include "event/names.h"
#include "event/names_table.h"
#include "rules/nearest.h"

#define HINT_MAX    64
#define ERRNO_MAX   4095
#define SIGNALS_MAX 64
#define CAPS_MAX    64

int case_error_memory(struct error *error)
{
    return error_set(error, -ENOMEM, "out of memory");
}

static const char *key_hint(const char *key, const struct case_key *rows, size_t count, char *hint)
{
    struct nearest nearest = nearest_start(key, strlen(key));

    for (size_t i = 0; i < count; i++)
        nearest_offer(&nearest, rows[i].name);
    return nearest_hint(&nearest, hint, HINT_MAX);
}

int case_check_keys(struct error *error, const struct yaml_node *node, const char *what,
                    const struct case_key *rows, size_t count)
{
    char hint[HINT_MAX];

    if (node->kind != YAML_MAPPING)
        return yaml_error(error, node, -EINVAL, "%s must be a mapping", what);
    for (size_t i = 0; i < node->count; i += 2) {
        const struct yaml_node *key = node->items[i];
        bool known = false;
        for (size_t row = 0; row < count && !known; row++)
            known = strcmp(key->value, rows[row].name) == 0;
        if (!known)
            return yaml_error(error, key, -EINVAL, "%s has no key '%.100s'%s", what, key->value,
                              key_hint(key->value, rows, count, hint));
    }
    return 0;
}

int case_text(struct error *error, const struct yaml_node *node, const char **ret_text)
{
    if (node->kind != YAML_SCALAR || yaml_is_null(node))
        return yaml_error(error, node, -EINVAL, "a text is expected here");
    *ret_text = node->value;
    return 0;
}

int case_bool(struct error *error, const struct yaml_node *node, bool *ret_value)
{
    static const struct case_word words[] = {{"true", 1}, {"false", 0}};
    int64_t value;
    int r = case_word(error, node, words, sizeof(words) / sizeof(words[0]), &value);

    if (r == 0)
        *ret_value = value;
    return r;
}

/* Decimal, 0x and 0 as in C; unsigned ones up to 64 bits. */
static bool parse_number(const char *text, size_t len, int64_t *ret_value)
{
    char copy[32], *end;

    if (!len || len >= sizeof(copy) || !strchr("-0123456789", text[0]))
        return false;
    memcpy(copy, text, len);
    copy[len] = '\0';
    errno = 0;
    long long value = strtoll(copy, &end, 0);
    if (errno == ERANGE && copy[0] != '-') {
        errno = 0;
        value = (long long)strtoull(copy, &end, 0);
    }
    if (errno || *end || end == copy)
        return false;
    *ret_value = value;
    return true;
}

static bool equals(const char *name, const char *text, size_t len)
{
    return name && strlen(name) == len && memcmp(name, text, len) == 0;
}

static const char *signal_name(unsigned number)
{
    return names_signal((int)number);
}

static const char *errno_name(unsigned number)
{
    return names_errno((int)number);
}

/* Names that a function gives, number by number. */
static bool find_by_number(const char *(*name)(unsigned), unsigned limit, const char *text,
                           size_t len, unsigned *ret_number)
{
    for (unsigned number = 0; number < limit; number++) {
        if (equals(name(number), text, len)) {
            *ret_number = number;
            return true;
        }
    }
    return false;
}

/* The number of one name, as `render` would print it. */
static bool find_name(enum render render, const char *text, size_t len, int64_t *ret_value)
{
    const struct names_table *table = names_table(render);
    unsigned number;

    for (size_t i = 0; table && i < table->count; i++) {
        if (equals(table->rows[i].name, text, len)) {
            *ret_value = (int64_t)table->rows[i].value;
            return true;
        }
    }
    if (table && equals(table->zero, text, len)) {
        *ret_value = 0;
        return true;
    }
    switch (render) {
    case RENDER_DIRFD: *ret_value = AT_FDCWD; return equals("AT_FDCWD", text, len);
    case RENDER_SIGNAL:
        if (!find_by_number(signal_name, SIGNALS_MAX, text, len, &number))
            return false;
        *ret_value = number;
        return true;
    case RENDER_CAPABILITIES:
        if (!find_by_number(names_capability, CAPS_MAX, text, len, &number))
            return false;
        *ret_value = (int64_t)(1ull << number);
        return true;
    case RENDER_ERRNO:
        if (len && text[0] == '-')
            text++, len--;
        if (!find_by_number(errno_name, ERRNO_MAX, text, len, &number))
            return false;
        *ret_value = -(int64_t)number;
        return true;
    default: return false;
    }
}

static void offer_names(enum render render, struct nearest *nearest)
{
    const struct names_table *table = names_table(render);

    for (size_t i = 0; table && i < table->count; i++)
        nearest_offer(nearest, table->rows[i].name);
    for (unsigned number = 0; render == RENDER_ERRNO && number < ERRNO_MAX; number++)
        if (errno_name(number))
            nearest_offer(nearest, errno_name(number));
    for (unsigned number = 0; render == RENDER_CAPABILITIES && names_capability(number); number++)
        nearest_offer(nearest, names_capability(number));
}

static int unknown_name(struct error *error, const struct yaml_node *node, enum render render,
                        const char *text, size_t len)
{
    struct nearest nearest = nearest_start(text, len);
    char hint[HINT_MAX];

    offer_names(render, &nearest);
    return yaml_error(error, node, -EINVAL, "'%.*s' is no number and no name of one here%s",
                      len < 100 ? (int)len : 100, text, nearest_hint(&nearest, hint, sizeof(hint)));
}

int case_number(struct error *error, const struct yaml_node *node, enum render render,
                int64_t *ret_value)
{
    const char *text = NULL;
    int64_t sum = 0, part;

    int r = case_text(error, node, &text);
    if (r < 0)
        return r;
    for (;;) {
        size_t len = strcspn(text, "|");
        if (!parse_number(text, len, &part) && !find_name(render, text, len, &part))
            return unknown_name(error, node, render, text, len);
        sum = (int64_t)((uint64_t)sum | (uint64_t)part);
        if (!text[len])
            break;
        text += len + 1;
    }
    *ret_value = sum;
    return 0;
}

int case_number_within(struct error *error, const struct yaml_node *node, int64_t min, int64_t max,
                       int64_t *ret_value)
{
    int r = case_number(error, node, RENDER_PLAIN, ret_value);

    if (r == 0 && (*ret_value < min || *ret_value > max))
        r = yaml_error(error, node, -ERANGE, "must be a number from %lld to %lld", (long long)min,
                       (long long)max);
    return r;
}

int case_word(struct error *error, const struct yaml_node *node, const struct case_word *rows,
              size_t count, int64_t *ret_value)
{
    char hint[HINT_MAX];
    const char *text = NULL;

    int r = case_text(error, node, &text);
    if (r < 0)
        return r;
    struct nearest nearest = nearest_start(text, strlen(text));
    for (size_t i = 0; i < count; i++) {
        if (strcmp(text, rows[i].name) == 0) {
            *ret_value = rows[i].value;
            return 0;
        }
        nearest_offer(&nearest, rows[i].name);
    }
    nearest_hint(&nearest, hint, sizeof(hint));
    return yaml_error(error, node, -EINVAL, "'%.100s' is none of the words known here (%s, ...)%s",
                      text, rows[0].name, hint);
}

int case_words(struct error *error, const struct yaml_node *node, const struct case_word *rows,
               size_t count, int64_t *ret_value)
{
    int64_t sum = 0, part;
    int r = 0;

    if (node->kind != YAML_SEQUENCE)
        return case_word(error, node, rows, count, ret_value);
    for (size_t i = 0; r == 0 && i < node->count; i++) {
        r = case_word(error, node->items[i], rows, count, &part);
        if (r == 0)
            sum = (int64_t)((uint64_t)sum | (uint64_t)part);
    }
    if (r == 0)
        *ret_value = sum;
    return r;
}

static void add_split(struct buf *strings, const char *text)
{
    static const char blanks[] = " \t\r\n";

    for (text += strspn(text, blanks); *text; text += strspn(text, blanks)) {
        size_t len = strcspn(text, blanks);
        buf_add(strings, text, len);
        buf_add_char(strings, '\0');
        text += len;
    }
}

int case_strings(struct error *error, const struct yaml_node *node, struct buf *strings)
{
    bool is_mapping = node->kind == YAML_MAPPING;
    const char *text = NULL;
    int r = 0;

    if (node->kind == YAML_SCALAR) {
        r = case_text(error, node, &text);
        if (r == 0)
            add_split(strings, text);
    }
    for (size_t i = 0; node->kind != YAML_SCALAR && r == 0 && i < node->count; i++) {
        r = case_text(error, node->items[i], &text);
        if (r < 0)
            break;
        buf_add_string(strings, text);
        buf_add_char(strings, is_mapping && i % 2 == 0 ? '=' : '\0');
    }
    return r == 0 && strings->failed
               ? yaml_error(error, node, strings->failed, "the list is too long")
               : r;
}
