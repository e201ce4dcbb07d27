/* SPDX-License-Identifier: Apache-2.0 */
/* dockerd's daemon.json. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "posture/kernel_internal.h"
#include "posture/node_internal.h"
#include "world/json_get.h"
#include "world/root_file.h"

#define DEPTH_MAX 8

struct daemon_json {
    struct node_reader *reader;
    const char *file;
    const char *text;
};

/* Where "KEY" is first written, which jansson does not tell. */
static unsigned line_of(const struct daemon_json *json, const char *key)
{
    _cleanup_free_ char *quoted = NULL;
    unsigned line = 1;

    if (asprintf(&quoted, "\"%s\"", key) < 0) {
        quoted = NULL;
        return 0;
    }
    const char *at = strstr(json->text, quoted);
    for (const char *p = json->text; at && p < at; p++)
        line += *p == '\n';
    return at ? line : 0;
}

static int add_value(const struct daemon_json *json, const char *name, const char *key,
                     const json_t *value)
{
    char number[32];
    const char *text = json_string_value(value);

    if (json_is_boolean(value))
        text = json_is_true(value) ? "true" : "false";
    if (json_is_integer(value)) {
        snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(value));
        text = number;
    }
    if (!text)
        return 0;
    struct evidence evidence = {
        .source = SOURCE_NODE,
        .file = json->file,
        .line = line_of(json, key),
        .field = kernel_text(json->reader->arena, "%s", name),
        .text = kernel_text(json->reader->arena, "%s", text),
    };
    return node_add_option(json->reader, "dockerd", name, text, evidence);
}

static int add_object(const struct daemon_json *json, const char *above, const json_t *object,
                      unsigned depth)
{
    const char *key;
    json_t *value, *item;
    size_t i;

    json_object_foreach ((json_t *)object, key, value) {
        _cleanup_free_ char *name = NULL;
        int r = 0;
        if (asprintf(&name, "%s%s%s", above, *above ? "." : "", key) < 0) {
            name = NULL;
            return -ENOMEM;
        }
        if (json_is_object(value) && depth < DEPTH_MAX)
            r = add_object(json, name, value, depth + 1);
        else if (json_is_array(value)) {
            json_array_foreach (value, i, item) {
                if (r >= 0)
                    r = add_value(json, name, key, item);
            }
        } else {
            r = add_value(json, name, key, value);
        }
        if (r < 0)
            return r;
    }
    return 0;
}

int node_read_docker(struct node_reader *reader)
{
    const struct node_option *given = node_option(reader->node, "dockerd", "config-file", NULL);
    const char *file = given ? given->value : "/etc/docker/daemon.json";
    _cleanup_free_ char *text = NULL;
    _cleanup_json_ json_t *object = NULL;
    json_error_t error;
    size_t len;

    if (!node_has_component(reader->node, "dockerd"))
        return 0;
    int r = root_read(reader->root_fd, file, NODE_FILE_MAX, &text, &len);
    if (r == -ENOENT || r == -ENOMEM)
        return r == -ENOMEM ? r : 0;
    if (r < 0)
        return node_add_unread(reader, "dockerd", file, strerror(-r));
    object = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object))
        return node_add_unread(reader, "dockerd", file, object ? "no object" : error.text);
    struct daemon_json json = {.reader = reader, .file = file, .text = text};
    return add_object(&json, "", object, 0);
}
