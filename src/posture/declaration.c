/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/declaration.h"

#include <stdio.h>
#include <string.h>

#include "world/json_get.h"

#define TEXTS_MAX 4096

char *declaration_copy(struct declaration *declaration, const char *text)
{
    char *copy = arena_copy(declaration->arena, text, strlen(text));

    declaration->no_memory |= !copy;
    return copy;
}

struct evidence declaration_evidence(struct declaration *declaration, const char *path,
                                     const char *text)
{
    char *field = path ? declaration_copy(declaration, path) : NULL;

    for (char *at = field; at && *at; at++)
        if (*at == '/')
            *at = '.';
    return (struct evidence){
        .source = declaration->source,
        .file = declaration->file,
        .field = field,
        .text = text ? declaration_copy(declaration, text) : NULL,
    };
}

static const json_t *member(const json_t *object, const char *path)
{
    const json_t *value = json_at(object, path);

    return json_is_null(value) ? NULL : value;
}

static void wrong_type(struct declaration *declaration, const char *path, enum config_setting id)
{
    declaration->config->settings[id] = (struct setting){
        .presence = PRESENCE_UNKNOWN,
        .evidence = declaration_evidence(declaration, path, "has the wrong type"),
    };
}

void declare_flag_value(struct declaration *declaration, const char *path, enum config_setting id,
                        bool value, const char *text)
{
    config_set_flag(declaration->config->settings, id, value,
                    declaration_evidence(declaration, path, text));
}

void declare_number_value(struct declaration *declaration, const char *path, enum config_setting id,
                          int64_t value)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)value);
    config_set_number(declaration->config->settings, id, value,
                      declaration_evidence(declaration, path, text));
}

void declare_flag(struct declaration *declaration, const json_t *object, const char *path,
                  enum config_setting id)
{
    const json_t *value = member(object, path);

    if (!value)
        return;
    if (!json_is_boolean(value))
        wrong_type(declaration, path, id);
    else
        declare_flag_value(declaration, path, id, json_is_true(value),
                           json_is_true(value) ? "true" : "false");
}

void declare_number(struct declaration *declaration, const json_t *object, const char *path,
                    enum config_setting id)
{
    const json_t *value = member(object, path);

    if (!value)
        return;
    if (!json_is_integer(value))
        wrong_type(declaration, path, id);
    else
        declare_number_value(declaration, path, id, json_integer_value(value));
}

void declare_text(struct declaration *declaration, const json_t *object, const char *path,
                  enum config_setting id)
{
    const json_t *value = member(object, path);

    if (!value)
        return;
    if (!json_is_string(value)) {
        wrong_type(declaration, path, id);
        return;
    }
    struct evidence evidence = declaration_evidence(declaration, path, json_string_value(value));
    if (evidence.text && *evidence.text)
        config_set_text(declaration->config->settings, id, evidence.text, evidence);
}

void declare_texts(struct declaration *declaration, const json_t *object, const char *path,
                   enum config_setting id)
{
    const json_t *value = member(object, path);
    size_t i;
    json_t *item;

    if (!value)
        return;
    if (!json_is_array(value)) {
        wrong_type(declaration, path, id);
        return;
    }
    declaration->config->settings[id] = (struct setting){
        .presence = PRESENCE_UNSET, .evidence = declaration_evidence(declaration, path, NULL)};
    json_array_foreach (value, i, item) {
        char number[24], place[256];
        const char *text = json_string_value(item);
        if (json_is_integer(item)) {
            snprintf(number, sizeof(number), "%lld", (long long)json_integer_value(item));
            text = number;
        }
        if (!text || i >= TEXTS_MAX)
            continue;
        snprintf(place, sizeof(place), "%s[%zu]", path, i);
        struct evidence evidence = declaration_evidence(declaration, place, text);
        if (evidence.text && config_add_text(declaration->arena, declaration->config->settings, id,
                                             evidence.text, evidence) < 0)
            declaration->no_memory = true;
    }
}
