/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <string.h>

#include "cases/case_internal.h"
#include "rules/nearest.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define HINT_MAX     128

static const struct case_key file_keys[] = {
    CASE_KEY("rules"), CASE_KEY("process"), CASE_KEY("container"),
    CASE_KEY("users"), CASE_KEY("tests"),
};

static const struct case_key test_keys[] = {
    CASE_KEY("name"),    CASE_KEY("recording"), CASE_KEY("events"), CASE_KEY("expect"),
    CASE_KEY("process"), CASE_KEY("container"), CASE_KEY("users"),  CASE_KEY("others"),
};

struct loader {
    struct arena *arena;
    struct error *error;
    struct case_file *file;
    size_t total; /* bytes of records */
};

/* A list of `what`, at most `max` of them; NULL is an empty one. */
static int check_list(struct loader *loader, const struct yaml_node *node, const char *what,
                      size_t max)
{
    if (node && node->kind != YAML_SEQUENCE)
        return yaml_error(loader->error, node, -EINVAL, "%s must be a list", what);
    if (node && node->count > max)
        return yaml_error(loader->error, node, -E2BIG, "%zu are too many %s, the limit is %zu",
                          node->count, what, max);
    return 0;
}

/* Relative to the directory of the file that says it. */
static int read_path(struct loader *loader, const struct yaml_node *node, const char **ret_path)
{
    const char *text = NULL, *slash = strrchr(node->file->name, '/');

    int r = case_text(loader->error, node, &text);
    if (r < 0)
        return r;
    if (!*text)
        return yaml_error(loader->error, node, -EINVAL, "the path of a file is expected here");
    size_t len = *text != '/' && slash ? (size_t)(slash + 1 - node->file->name) : 0;
    char *path = arena_alloc(loader->arena, len + node->len + 1);
    if (!path)
        return case_error_memory(loader->error);
    memcpy(path, node->file->name, len);
    memcpy(path + len, text, node->len);
    *ret_path = path;
    return 0;
}

static int read_rules(struct loader *loader, const struct yaml_node *node)
{
    struct case_file *file = loader->file;

    int r = check_list(loader, node, "rules", CASES_RULES_MAX);
    for (size_t i = 0; r == 0 && node && i < node->count; i++) {
        const char **slot =
            arena_grow(loader->arena, &file->rules, &file->rule_count, sizeof(*slot));
        r = slot ? read_path(loader, node->items[i], slot) : case_error_memory(loader->error);
    }
    return r;
}

static int read_name(struct loader *loader, const struct yaml_node *node, struct rule_case *test)
{
    const struct yaml_node *name = yaml_get(node, "name");

    if (!name)
        return yaml_error(loader->error, node, -EINVAL, "a test needs a name");
    int r = case_text(loader->error, name, &test->name);
    if (r == 0 && (!*test->name || strpbrk(test->name, "\r\n")))
        r = yaml_error(loader->error, name, -EINVAL, "a name is one line of text");
    for (size_t i = 0; r == 0 && &loader->file->cases[i] != test; i++) {
        const struct rule_case *other = &loader->file->cases[i];
        if (strcmp(other->name, test->name) == 0)
            r = yaml_error(loader->error, name, -EEXIST, "a test of this name is in line %u",
                           other->line);
    }
    return r;
}

static int read_expect(struct loader *loader, const struct yaml_node *node, struct rule_case *test)
{
    static const struct case_word others[] = {{"reported", 0}, {"ignored", 1}};
    const struct yaml_node *expect = yaml_get(node, "expect"), *value = yaml_get(node, "others");
    const char *text = NULL;
    int64_t ignored = 0;

    if (!expect)
        return yaml_error(loader->error, node, -EINVAL,
                          "a test needs expect: the rules that fire, [] for none");
    int r = check_list(loader, expect, "expected rules", CASE_EXPECT_MAX);
    for (size_t i = 0; r == 0 && i < expect->count; i++)
        r = case_text(loader->error, expect->items[i], &text);
    if (r == 0 && value)
        r = case_word(loader->error, value, others, COUNT(others), &ignored);
    if (r < 0)
        return r;
    test->expect = expect->items;
    test->expect_count = expect->count;
    test->others_ignored = ignored;
    return 0;
}

static int build(struct case_builder *builder, const struct yaml_node *events,
                 const struct yaml_node *const *places, size_t place_count)
{
    int r = case_start(builder);

    for (size_t i = 0; r == 0 && i < events->count; i++)
        r = case_event(builder, events->items[i], places, place_count);
    return r;
}

static int read_events(struct loader *loader, const struct yaml_node *events,
                       const struct yaml_node *node, const struct yaml_node *root,
                       struct rule_case *test)
{
    const struct yaml_node *const places[] = {node, root};
    struct case_builder builder = {
        .arena = loader->arena,
        .error = loader->error,
        .test = test,
        .node = node,
        .total = &loader->total,
        .now = CASE_BEGINNING,
        .users = case_inherited(places, COUNT(places), "users"),
    };

    int r = check_list(loader, events, "events", CASE_EVENTS_MAX);
    if (r == 0 && !events->count)
        r = yaml_error(loader->error, events, -EINVAL, "a test needs at least one event");
    if (r == 0)
        r = build(&builder, events, places, COUNT(places));
    event_writer_done(&builder.writer);
    return r;
}

static int read_test(struct loader *loader, const struct yaml_node *node,
                     const struct yaml_node *root)
{
    struct case_file *file = loader->file;
    const struct yaml_node *events, *recording;

    int r = case_check_keys(loader->error, node, "a test", test_keys, COUNT(test_keys));
    if (r < 0)
        return r;
    struct rule_case *test = &file->cases[file->count];
    *test =
        (struct rule_case){.file = node->file->name, .line = node->line, .column = node->column};
    r = read_name(loader, node, test);
    if (r == 0)
        r = read_expect(loader, node, test);
    if (r < 0)
        return r;
    events = yaml_get(node, "events");
    recording = yaml_get(node, "recording");
    if (!events == !recording)
        return yaml_error(loader->error, node, -EINVAL,
                          "a test needs either events or a recording");
    r = recording ? read_path(loader, recording, &test->recording)
                  : read_events(loader, events, node, root, test);
    file->count += r == 0;
    return r;
}

int cases_load(const char *name, const char *text, size_t len, struct arena *arena,
               struct case_file *ret_file, struct error *ret_error)
{
    struct yaml_documents documents;
    struct case_file file = {0};
    struct loader loader = {.arena = arena, .error = ret_error, .file = &file};

    int r = yaml_load(name, text, len, arena, &documents, ret_error);
    if (r < 0)
        return r;
    if (documents.count != 1)
        return error_set_at(ret_error, -EINVAL, name, 1, 1,
                            "a file of tests is one YAML document, this one has %zu",
                            documents.count);
    const struct yaml_node *root = documents.items[0];
    r = case_check_keys(ret_error, root, "a file of tests", file_keys, COUNT(file_keys));
    if (r < 0)
        return r;
    r = read_rules(&loader, yaml_get(root, "rules"));
    if (r < 0)
        return r;
    const struct yaml_node *tests = yaml_get(root, "tests");
    if (!tests || tests->kind != YAML_SEQUENCE || !tests->count)
        return yaml_error(ret_error, tests ? tests : root, -EINVAL,
                          "tests must be a list of tests");
    r = check_list(&loader, tests, "tests", CASES_MAX);
    if (r < 0)
        return r;
    file.cases = arena_array(arena, tests->count, sizeof(*file.cases));
    if (!file.cases)
        return case_error_memory(ret_error);
    for (size_t i = 0; r == 0 && i < tests->count; i++)
        r = read_test(&loader, tests->items[i], root);
    if (r == 0)
        *ret_file = file;
    return r;
}

static bool has_rule(const struct ruleset *rules, const char *name)
{
    struct rule_info info;

    for (size_t i = 0; i < rules_count(rules); i++) {
        rules_info(rules, i, &info);
        if (strcmp(info.name, name) == 0)
            return true;
    }
    return false;
}

static int unknown_rule(const struct ruleset *rules, const struct yaml_node *node,
                        struct error *error)
{
    struct nearest nearest = nearest_start(node->value, node->len);
    char hint[HINT_MAX];
    struct rule_info info;

    for (size_t i = 0; i < rules_count(rules); i++) {
        rules_info(rules, i, &info);
        nearest_offer(&nearest, info.name);
    }
    return yaml_error(error, node, -ENOENT, "no rule is called '%.200s'%s", node->value,
                      nearest_hint(&nearest, hint, sizeof(hint)));
}

int cases_check_rules(const struct case_file *file, const struct ruleset *rules,
                      struct error *ret_error)
{
    for (size_t i = 0; i < file->count; i++) {
        const struct rule_case *test = &file->cases[i];
        for (size_t n = 0; n < test->expect_count; n++)
            if (!has_rule(rules, test->expect[n]->value))
                return unknown_rule(rules, test->expect[n], ret_error);
    }
    return 0;
}

bool case_expects(const struct rule_case *test, const char *rule)
{
    for (size_t i = 0; i < test->expect_count; i++)
        if (strcmp(test->expect[i]->value, rule) == 0)
            return true;
    return false;
}
