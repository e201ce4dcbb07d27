/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/waiver.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

#include "posture/pattern.h"
#include "posture/scalar.h"
#include "yaml/yaml_source.h"

enum key { KEY_CHECK, KEY_SUBJECT, KEY_REASON, KEY_EXPIRES, KEYS };

static const char *const key_names[KEYS] = {"check", "subject", "reason", "expires"};

static bool parse_digits(const char *text, size_t count, int *ret_value)
{
    int value = 0;

    for (size_t i = 0; i < count; i++) {
        if (!isdigit((unsigned char)text[i]))
            return false;
        value = 10 * value + (text[i] - '0');
    }
    *ret_value = value;
    return true;
}

/* YYYY-MM-DD: the first second of the day after. */
static bool parse_day(const char *text, time_t *ret_ends)
{
    struct tm day = {0};
    int year, month;

    if (strlen(text) != 10 || text[4] != '-' || text[7] != '-' || !parse_digits(text, 4, &year) ||
        !parse_digits(text + 5, 2, &month) || !parse_digits(text + 8, 2, &day.tm_mday))
        return false;
    day.tm_year = year - 1900;
    day.tm_mon = month - 1;
    struct tm normal = day;
    time_t start = timegm(&normal);
    if (normal.tm_mon != day.tm_mon || normal.tm_mday != day.tm_mday || year < 1970)
        return false;
    *ret_ends = start + 24 * 60 * 60;
    return true;
}

static int read_text(const struct yaml_node *node, enum key key, struct arena *arena,
                     const char **ret_text, struct error *error)
{
    if (node->kind != YAML_SCALAR || scalar_of(node).type != SCALAR_TEXT || !node->len)
        return yaml_error(error, node, -EINVAL, "'%s' must be a text", key_names[key]);
    if (node->len > WAIVER_TEXT_MAX)
        return yaml_error(error, node, -E2BIG, "'%s' is longer than %d bytes", key_names[key],
                          WAIVER_TEXT_MAX);
    *ret_text = arena_copy(arena, node->value, node->len);
    return *ret_text ? 0 : error_set(error, -ENOMEM, "out of memory");
}

static int find_key(const struct yaml_node *name, struct error *error)
{
    for (int key = 0; key < KEYS; key++) {
        if (strcmp(key_names[key], name->value) == 0)
            return key;
    }
    return yaml_error(error, name, -EINVAL,
                      "unknown key '%.100s', expected check, subject, reason and expires",
                      name->value);
}

static int load_waiver(const struct yaml_node *node, struct arena *arena, struct waiver *waiver,
                       struct error *error)
{
    const char *texts[KEYS] = {NULL};

    if (node->kind != YAML_MAPPING)
        return yaml_error(error, node, -EINVAL, "a waiver is a mapping");
    for (size_t i = 0; i + 1 < node->count; i += 2) {
        int key = find_key(node->items[i], error);
        int r = key < 0 ? key : read_text(node->items[i + 1], key, arena, &texts[key], error);
        if (r < 0)
            return r;
    }
    for (int key = 0; key < KEYS; key++) {
        if (!texts[key])
            return yaml_error(error, node, -EINVAL, "a waiver needs '%s'", key_names[key]);
    }
    *waiver = (struct waiver){
        .check = texts[KEY_CHECK],
        .subject = texts[KEY_SUBJECT],
        .reason = texts[KEY_REASON],
        .expires_text = texts[KEY_EXPIRES],
        .line = node->line,
    };
    if (!parse_day(waiver->expires_text, &waiver->ends))
        return yaml_error(error, yaml_get(node, "expires"), -EINVAL,
                          "'%.100s' is no day, expected YYYY-MM-DD", waiver->expires_text);
    return 0;
}

static int load_list(const struct yaml_node *document, struct arena *arena, struct waivers *waivers,
                     struct error *error)
{
    const struct yaml_node *list =
        document->kind == YAML_MAPPING ? yaml_get(document, "waivers") : NULL;

    if (!list || document->count != 2 || (list->kind != YAML_SEQUENCE && !yaml_is_null(list)))
        return yaml_error(error, document, -EINVAL, "expected 'waivers:' and a list");
    for (size_t i = 0; list->kind == YAML_SEQUENCE && i < list->count; i++) {
        if (waivers->count == WAIVERS_MAX)
            return yaml_error(error, list->items[i], -E2BIG, "more than %d waivers", WAIVERS_MAX);
        struct waiver *waiver =
            arena_grow(arena, &waivers->items, &waivers->count, sizeof(*waiver));
        if (!waiver)
            return error_set(error, -ENOMEM, "out of memory");
        int r = load_waiver(list->items[i], arena, waiver, error);
        if (r < 0)
            return r;
    }
    return 0;
}

int waivers_load(const char *name, const char *text, size_t len, struct arena *arena,
                 struct waivers *ret_waivers, struct error *ret_error)
{
    _cleanup_arena_ struct arena nodes = {0};
    struct yaml_documents documents = {0};
    struct waivers waivers = {0};

    int r = yaml_load(name, text, len, &nodes, &documents, ret_error);
    for (size_t i = 0; r == 0 && i < documents.count; i++)
        r = load_list(documents.items[i], arena, &waivers, ret_error);
    if (r == 0)
        *ret_waivers = waivers;
    return r;
}

struct waiver *waivers_find(struct waivers *waivers, const char *check, const char *subject,
                            time_t now, const struct waiver **ret_expired)
{
    for (size_t i = 0; i < waivers->count; i++) {
        struct waiver *waiver = &waivers->items[i];
        if (!pattern_matches(waiver->check, check) || !pattern_matches(waiver->subject, subject))
            continue;
        if (now < waiver->ends) {
            waiver->used++;
            return waiver;
        }
        waiver->too_late++;
        *ret_expired = waiver;
    }
    return NULL;
}
