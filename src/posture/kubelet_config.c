/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/kubelet_config.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "posture/kernel_internal.h"
#include "yaml/yaml_source.h"

static int add_node(struct node_reader *reader, const char *file, const char *name,
                    const struct yaml_node *value)
{
    int r = 0;

    switch (value->kind) {
    case YAML_SCALAR:
        if (yaml_is_null(value))
            return 0;
        return node_add_option(reader, "kubelet", name, value->value,
                               (struct evidence){
                                   .source = SOURCE_NODE,
                                   .file = file,
                                   .line = value->line,
                                   .column = value->column,
                                   .field = kernel_text(reader->arena, "%s", name),
                                   .text = value->value,
                               });
    case YAML_SEQUENCE:
        for (size_t i = 0; r >= 0 && i < value->count; i++)
            if (value->items[i]->kind == YAML_SCALAR)
                r = add_node(reader, file, name, value->items[i]);
        return r;
    case YAML_MAPPING:
        for (size_t i = 0; r >= 0 && i + 1 < value->count; i += 2) {
            const char *key = value->items[i]->kind == YAML_SCALAR ? value->items[i]->value : "";
            const char *path = kernel_text(reader->arena, "%s%s%s", name, *name ? "." : "", key);
            r = path ? add_node(reader, file, path, value->items[i + 1]) : -ENOMEM;
        }
        return r;
    }
    return 0;
}

int kubelet_config_read(const char *file, const char *text, size_t len, struct node_reader *reader,
                        struct error *error)
{
    struct yaml_documents documents;
    const char *name = kernel_text(reader->arena, "%s", file);
    int r = name ? yaml_load(name, text, len, reader->arena, &documents, error) : -ENOMEM;

    if (r < 0)
        return r;
    for (size_t i = 0; i < documents.count; i++) {
        if (documents.items[i]->kind != YAML_MAPPING)
            return yaml_error(error, documents.items[i], -EBADMSG, "a mapping is expected");
        r = add_node(reader, name, "", documents.items[i]);
        if (r < 0)
            return r;
    }
    return 0;
}
