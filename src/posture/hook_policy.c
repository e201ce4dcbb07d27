/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/hook_policy.h"

#include <errno.h>
#include <string.h>

#include "posture/field.h"
#include "posture/pattern.h"

static const struct yaml_limits limits = {HOOK_POLICY_MAX, 20000, 8};

struct word {
    const char *text;
    bool value;
};

/* One of two words; what is left out stays. */
static bool read_word(struct field_reader *reader, const struct field *top, const char *key,
                      const struct word words[2], bool *value)
{
    const char *text;

    if (!field_text(reader, top, key, &text))
        return false;
    for (size_t i = 0; i < 2; i++) {
        if (!strcmp(text, words[i].text)) {
            *value = words[i].value;
            return true;
        }
    }
    struct field at = field_get(reader, top, key, FIELD_SCALAR);
    field_error(reader, &at, -EINVAL, "'%.100s' is neither %s nor %s", text, words[0].text,
                words[1].text);
    return false;
}

/* A key that nobody asks for is a mistake: it would be a rule that is not kept. */
static void check_keys(struct field_reader *reader, const struct field *object,
                       const char *const *known)
{
    for (size_t i = 0; object->node && reader->status == 0 && i < object->node->count; i++) {
        const struct yaml_node *key = object->node->items[2 * i];
        const char *const *at = known;
        if (2 * i + 1 >= object->node->count)
            return;
        while (*at && strcmp(*at, key->value) != 0)
            at++;
        if (*at)
            continue;
        const struct field field = {.parent = object, .key = key->value, .node = key};
        field_error(reader, &field, -EINVAL, "no such key of a policy");
    }
}

static void read_texts(struct field_reader *reader, const struct field *parent, const char *key,
                       struct hook_texts *texts)
{
    struct field list = field_get(reader, parent, key, FIELD_LIST);

    for (size_t i = 0; list.node && reader->status == 0 && i < list.node->count; i++) {
        const struct yaml_node *node = list.node->items[i];
        const struct field item = {.parent = &list, .index = i, .node = node};
        if (node->kind != YAML_SCALAR || !node->len)
            return field_error(reader, &item, -EINVAL, "a text is expected");
        if (node->len > HOOK_TEXT_MAX || i == HOOK_TEXTS_MAX)
            return field_error(reader, &item, -E2BIG,
                               "more than %d items, or one longer than %d bytes", HOOK_TEXTS_MAX,
                               HOOK_TEXT_MAX);
        const char **slot = arena_grow(reader->arena, &texts->items, &texts->count, sizeof(*slot));
        if (!slot)
            return field_no_memory(reader);
        *slot = node->value;
    }
}

/* Checks that a declaration of a container can be asked. */
static bool can_ask(const struct check *check)
{
    return (check->subject == SUBJECT_CONTAINER || check->subject == SUBJECT_IMAGE) &&
           (check->sources & FROM_OCI);
}

static bool matches_some_check(const char *pattern)
{
    for (size_t t = 0; t < check_table_count; t++)
        for (size_t i = 0; i < check_tables[t]->count; i++)
            if (can_ask(&check_tables[t]->checks[i]) &&
                pattern_matches(pattern, check_tables[t]->checks[i].id))
                return true;
    return false;
}

static void read_ids(struct field_reader *reader, const struct field *checks, const char *key,
                     struct hook_texts *ids)
{
    struct field list = field_get(reader, checks, key, FIELD_LIST);

    read_texts(reader, checks, key, ids);
    for (size_t i = 0; reader->status == 0 && i < ids->count; i++) {
        const struct field item = {.parent = &list, .index = i, .node = list.node->items[i]};
        if (!matches_some_check(ids->items[i]))
            field_error(reader, &item, -ENOENT,
                        "no check of a container's declaration is called '%.100s' (bulwark audit "
                        "--list)",
                        ids->items[i]);
    }
}

static void read_checks(struct field_reader *reader, const struct field *top,
                        struct hook_policy *policy)
{
    static const char *const keys[] = {"severity", "ids", "except", NULL};
    struct field checks = field_get(reader, top, "checks", FIELD_OBJECT);
    const char *severity;

    check_keys(reader, &checks, keys);
    if (field_text(reader, &checks, "severity", &severity)) {
        struct field at = field_get(reader, &checks, "severity", FIELD_SCALAR);
        policy->by_severity = severity_parse(severity, &policy->severity);
        if (!policy->by_severity)
            field_error(reader, &at, -EINVAL,
                        "'%.100s' is no severity: info, low, medium, high, critical", severity);
    }
    read_ids(reader, &checks, "ids", &policy->ids);
    read_ids(reader, &checks, "except", &policy->except);
}

static void read_images(struct field_reader *reader, const struct field *top,
                        struct hook_policy *policy)
{
    static const char *const keys[] = {"allow", "signed", NULL};
    struct field images = field_get(reader, top, "images", FIELD_OBJECT);
    struct field is_signed = field_get(reader, &images, "signed", FIELD_SCALAR);
    struct field allow = field_get(reader, &images, "allow", FIELD_LIST);

    check_keys(reader, &images, keys);
    if (is_signed.node)
        field_error(reader, &is_signed, -ENOTSUP,
                    "signatures of images can't be asked for: not available yet");
    read_texts(reader, &images, "allow", &policy->images);
    policy->by_image = allow.node != NULL;
}

static void read_log(struct field_reader *reader, const struct field *top,
                     struct hook_policy *policy)
{
    const char *log;

    if (!field_text(reader, top, "log", &log))
        return;
    struct field at = field_get(reader, top, "log", FIELD_SCALAR);
    if (!strncmp(log, "file:/", 6))
        policy->log = log + 5;
    else if (!strcmp(log, "syslog"))
        policy->log = log;
    else
        field_error(reader, &at, -EINVAL, "'%.100s' is neither syslog nor file:/PATH", log);
}

static void read_policy(struct field_reader *reader, const struct field *top,
                        struct hook_policy *policy)
{
    static const char *const keys[] = {"mode",   "on_error", "unknown", "checks",
                                       "images", "waivers",  "log",     NULL};
    static const struct word modes[] = {{"enforce", false}, {"audit", true}};
    static const struct word errors[] = {{"closed", false}, {"open", true}};
    static const struct word unknown[] = {{"refuse", false}, {"allow", true}};
    bool open = false;

    /* First, since it holds for whatever is wrong below. */
    policy->on_error_known = read_word(reader, top, "on_error", errors, &open);
    policy->on_error = open ? HOOK_OPEN : HOOK_CLOSED;
    read_word(reader, top, "mode", modes, &policy->audit);
    read_word(reader, top, "unknown", unknown, &policy->allow_unknown);
    check_keys(reader, top, keys);
    read_checks(reader, top, policy);
    read_images(reader, top, policy);
    field_text(reader, top, "waivers", &policy->waivers_file);
    read_log(reader, top, policy);
    if (reader->status == 0 && !policy->by_severity && !policy->ids.count && !policy->by_image)
        field_error(reader, top, -EINVAL, "the policy asks for nothing: 'checks' or 'images'");
}

int hook_policy_load(const char *name, const char *text, size_t len, struct arena *arena,
                     struct hook_policy *policy, struct error *ret_error)
{
    struct hook_policy own = {0};
    struct error error = {0};
    struct field_reader reader = {.arena = arena, .error = ret_error ? ret_error : &error};
    _cleanup_(yaml_stream_freep) struct yaml_stream *stream = NULL;
    struct yaml_node *document = NULL, *second = NULL;

    *policy = (struct hook_policy){0};
    int r = yaml_stream_new(name, text, len, &limits, arena, &stream, ret_error);
    if (r == 0)
        r = yaml_stream_next(stream, arena, &document, ret_error);
    if (r == 0 && !document)
        return error_set_at(ret_error, -EINVAL, name, 1, 1, "the policy is empty");
    if (r == 0 && document->kind != YAML_MAPPING)
        r = yaml_error(ret_error, document, -EINVAL, "a policy is a mapping");
    if (r < 0)
        return r;
    const struct field top = {.node = document};
    read_policy(&reader, &top, &own);
    r = reader.status;
    if (r == 0)
        r = yaml_stream_next(stream, arena, &second, ret_error);
    if (r == 0 && second)
        r = yaml_error(ret_error, second, -EINVAL, "a policy is one document");
    if (r == 0) {
        *policy = own;
        return 0;
    }
    policy->on_error = own.on_error;
    policy->on_error_known = own.on_error_known;
    return r;
}

static bool is_among(const struct hook_texts *patterns, const char *text)
{
    for (size_t i = 0; i < patterns->count; i++)
        if (pattern_matches(patterns->items[i], text))
            return true;
    return false;
}

bool hook_policy_has(const struct hook_policy *policy, const struct check *check)
{
    if (!can_ask(check) || is_among(&policy->except, check->id))
        return false;
    return (policy->by_severity && check->severity >= policy->severity) ||
           is_among(&policy->ids, check->id);
}

/* A digest is matched by digests only, a name by its patterns. */
bool hook_policy_allows_image(const struct hook_policy *policy, const char *name,
                              const char *digest)
{
    static const char prefix[] = "sha256:";

    if (!policy->by_image)
        return true;
    for (size_t i = 0; i < policy->images.count; i++) {
        const char *pattern = policy->images.items[i];
        bool is_digest = !strncmp(pattern, prefix, strlen(prefix));
        if (is_digest ? digest && !strcmp(pattern, digest) : name && pattern_matches(pattern, name))
            return true;
    }
    return false;
}
