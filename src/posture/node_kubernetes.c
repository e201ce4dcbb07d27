/* SPDX-License-Identifier: Apache-2.0 */
/* The kubelet's configuration file, and the static pods it runs: API server, etcd and so on. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "posture/kernel_internal.h"
#include "posture/kubelet_config.h"
#include "posture/manifest.h"
#include "posture/node_internal.h"
#include "world/root_file.h"

#define MANIFESTS_MAX 256
#define DROP_INS_MAX  256

/* The text lives as long as the arena: positions point into it. */
static int read_kept(struct node_reader *reader, const char *file, char **ret_text, size_t *ret_len)
{
    _cleanup_free_ char *text = NULL;
    int r = root_read(reader->root_fd, file, NODE_FILE_MAX, &text, ret_len);

    if (r < 0)
        return r;
    *ret_text = arena_copy(reader->arena, text, *ret_len);
    return *ret_text ? 0 : -ENOMEM;
}

static int read_kubelet_file(struct node_reader *reader, const char *file)
{
    struct error error = {0};
    char *text;
    size_t len;
    int r = read_kept(reader, file, &text, &len);

    if (r == -ENOENT || r == -ENOMEM)
        return r == -ENOMEM ? r : 0;
    if (r < 0)
        return node_add_unread(reader, "kubelet", file, strerror(-r));
    r = kubelet_config_read(file, text, len, reader, &error);
    if (r == -ENOMEM)
        return r;
    return r < 0 ? node_add_unread(reader, "kubelet", file, error.message) : 0;
}

static int add_command(struct node_reader *reader, const struct container_config *container)
{
    const struct setting *command = &container->settings[CONFIG_COMMAND];

    if (command->presence != PRESENCE_SET || !command->texts.count)
        return 0;
    const char *component = node_component(command->texts.items[0].text);
    if (!component)
        return 0;
    int r = node_add_component(reader, component);
    for (size_t i = 1; r >= 0 && i < command->texts.count; i++) {
        const struct setting_text *word = &command->texts.items[i];
        bool used;
        struct evidence evidence = word->evidence;
        evidence.source = SOURCE_NODE;
        evidence.field = NULL;
        evidence.file = kernel_text(reader->arena, "%s", evidence.file ? evidence.file : "");
        evidence.text = kernel_text(reader->arena, "%s", word->text);
        r = node_add_argument(reader, component, word->text,
                              i + 1 < command->texts.count ? command->texts.items[i + 1].text
                                                           : NULL,
                              evidence, &used);
        i += used;
    }
    return r;
}

static int add_pod(void *data, const struct pod_config *pod)
{
    for (size_t i = 0; i < pod->container_count; i++) {
        int r = add_command(data, pod->containers[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_manifest(struct node_reader *reader, const char *directory, const char *name)
{
    const char *file = kernel_text(reader->arena, "%s/%s", directory, name);
    struct manifest_counts counts;
    struct error error = {0};
    char *text;
    size_t len;

    if (!file)
        return -ENOMEM;
    int r = read_kept(reader, file, &text, &len);
    if (r == -ENOMEM)
        return r;
    if (r < 0)
        return node_add_unread(reader, "manifests", file, strerror(-r));
    r = manifest_read(file, text, len, add_pod, reader, &counts, &error);
    if (r == -ENOMEM)
        return r;
    return r < 0 ? node_add_unread(reader, "manifests", file, error.message) : 0;
}

static const char *value_or(const struct node_option *option, const char *otherwise)
{
    return option && *option->value == '/' ? option->value : otherwise;
}

typedef int (*read_one)(struct node_reader *reader, const char *directory, const char *name);

/* Hidden files are no manifests to the kubelet either. */
static int read_directory(struct node_reader *reader, const char *directory, unsigned max,
                          read_one function)
{
    int fd = root_open(reader->root_fd, directory, O_RDONLY | O_DIRECTORY);
    struct dirent *entry;

    if (fd < 0)
        return 0;
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    if (!dir)
        return -ENOMEM;
    for (unsigned n = 0; n < max && (entry = readdir(dir));) {
        if (entry->d_name[0] == '.')
            continue;
        n++;
        int r = function(reader, directory, entry->d_name);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_drop_in(struct node_reader *reader, const char *directory, const char *name)
{
    const char *file = kernel_text(reader->arena, "%s/%s", directory, name);
    size_t len = strlen(name);

    if (!file)
        return -ENOMEM;
    return len > 5 && !strcmp(name + len - 5, ".conf") ? read_kubelet_file(reader, file) : 0;
}

int node_read_kubernetes(struct node_reader *reader)
{
    const struct node_config *node = reader->node;

    if (node_has_component(node, "kubelet")) {
        int r = read_kubelet_file(reader, value_or(node_option(node, "kubelet", "config", NULL),
                                                   "/var/lib/kubelet/config.yaml"));
        const char *drop_ins = value_or(node_option(node, "kubelet", "config-dir", NULL), NULL);
        if (r >= 0 && drop_ins)
            r = read_directory(reader, drop_ins, DROP_INS_MAX, read_drop_in);
        if (r < 0)
            return r;
    }
    return read_directory(
        reader,
        value_or(node_option(node, "kubelet", "pod-manifest-path", "staticPodPath"),
                 "/etc/kubernetes/manifests"),
        MANIFESTS_MAX, read_manifest);
}
