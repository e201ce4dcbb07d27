/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/node.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "posture/kernel_internal.h"
#include "posture/node_internal.h"
#include "world/scan.h"

const char *node_component(const char *program)
{
    static const char *const names[] = {
        "dockerd",        "containerd",     "crio",
        "kubelet",        "kube-apiserver", "kube-controller-manager",
        "kube-scheduler", "etcd",           "kube-proxy",
    };
    const char *slash = strrchr(program, '/');
    const char *name = slash ? slash + 1 : program;

    for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
        if (!strcmp(name, names[i]))
            return names[i];
    return NULL;
}

bool node_has_component(const struct node_config *node, const char *component)
{
    for (size_t i = 0; i < node->components.count; i++)
        if (!strcmp(node->components.items[i], component))
            return true;
    return false;
}

int node_add_component(struct node_reader *reader, const char *component)
{
    if (node_has_component(reader->node, component))
        return 0;
    const char **item = config_list_add(reader->arena, &reader->node->components);
    if (!item)
        return -ENOMEM;
    *item = component;
    return 0;
}

const struct config_pair *node_fact(const struct node_config *node, const char *name)
{
    for (size_t i = 0; i < node->facts.count; i++)
        if (!strcmp(node->facts.items[i].name, name))
            return &node->facts.items[i];
    return NULL;
}

int node_add_fact(struct node_reader *reader, const char *name, const char *value,
                  struct evidence evidence)
{
    struct config_pair *fact = config_list_add(reader->arena, &reader->node->facts);

    if (!fact)
        return -ENOMEM;
    fact->name = kernel_text(reader->arena, "%s", name);
    fact->value = kernel_text(reader->arena, "%s", value);
    fact->evidence = evidence;
    return fact->name && fact->value ? 0 : -ENOMEM;
}

int node_add_unread(struct node_reader *reader, const char *component, const char *file,
                    const char *why)
{
    char name[64];
    struct evidence evidence = {
        .source = SOURCE_NODE,
        .file = file,
        .text = kernel_text(reader->arena, "%s", why),
    };

    snprintf(name, sizeof(name), "unread.%s", component);
    return node_add_fact(reader, name, why, evidence);
}

int node_add_option(struct node_reader *reader, const char *component, const char *name,
                    const char *value, struct evidence evidence)
{
    if (reader->node->options.count == NODE_OPTIONS_MAX)
        return 0;
    struct node_option *option = config_list_add(reader->arena, &reader->node->options);
    if (!option)
        return -ENOMEM;
    *option = (struct node_option){
        .component = component,
        .name = kernel_text(reader->arena, "%s", name),
        .value = kernel_text(reader->arena, "%s", value),
        .evidence = evidence,
    };
    return option->name && option->value ? 0 : -ENOMEM;
}

int node_add_argument(struct node_reader *reader, const char *component, const char *word,
                      const char *next, struct evidence evidence, bool *ret_used)
{
    size_t dashes = strspn(word, "-");
    char name[128];

    *ret_used = false;
    if (!dashes || dashes > 2)
        return 0;
    size_t len = strcspn(word + dashes, "=");
    if (!len || len >= sizeof(name))
        return 0;
    memcpy(name, word + dashes, len);
    name[len] = '\0';
    const char *value = word[dashes + len] ? word + dashes + len + 1 : NULL;
    if (!value && next && *next != '-') {
        value = next;
        *ret_used = true;
    }
    return node_add_option(reader, component, name, value ? value : "", evidence);
}

static bool is_flag(const struct node_option *option)
{
    return !option->evidence.field;
}

static bool is_option(const struct node_option *option, const char *component, const char *flag,
                      const char *key)
{
    if (strcmp(option->component, component) != 0)
        return false;
    return is_flag(option) ? flag && !strcmp(option->name, flag)
                           : !strcmp(option->name, key ? key : flag);
}

const struct node_option *node_option(const struct node_config *node, const char *component,
                                      const char *flag, const char *key)
{
    const struct node_option *found = NULL;

    for (size_t i = 0; i < node->options.count; i++) {
        const struct node_option *option = &node->options.items[i];
        if (is_option(option, component, flag, key) &&
            (!found || is_flag(option) >= is_flag(found)))
            found = option;
    }
    return found;
}

const struct node_option *node_option_with(const struct node_config *node, const char *component,
                                           const char *flag, const char *key, const char *word)
{
    for (size_t i = 0; i < node->options.count; i++) {
        const struct node_option *option = &node->options.items[i];
        if (is_option(option, component, flag, key) &&
            scan_list_has(option->value, word, strlen(word)))
            return option;
    }
    return NULL;
}

int node_read(const char *root, struct arena *arena, struct node_config *ret_node)
{
    static int (*const parts[])(struct node_reader *) = {node_read_processes, node_read_docker,
                                                         node_read_kubernetes, node_read_files};
    struct node_config node = {.name = "node"};
    struct node_reader reader = {.arena = arena, .node = &node};

    _cleanup_close_ int fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    reader.root_fd = fd;
    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        int r = parts[i](&reader);
        if (r < 0)
            return r;
    }
    *ret_node = node;
    return 0;
}
