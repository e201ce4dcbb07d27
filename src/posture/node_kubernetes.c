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

static size_t count_words(const struct setting *list)
{
    return list->presence == PRESENCE_SET ? list->texts.count : 0;
}

/* What a container starts with: its command, then its arguments. NULL past the last word. */
static const struct setting_text *word_at(const struct container_config *container, size_t i)
{
    static const enum config_setting lists[] = {CONFIG_COMMAND, CONFIG_ARGUMENTS};

    for (size_t k = 0; k < sizeof(lists) / sizeof(lists[0]); k++) {
        const struct setting *list = &container->settings[lists[k]];
        size_t count = count_words(list);
        if (i < count)
            return &list->texts.items[i];
        i -= count;
    }
    return NULL;
}

/* "registry.example:5000/kube-apiserver:v1.30@sha256:..." and "kube-apiserver" alike. */
static const char *component_called(const struct setting *name)
{
    char text[64];

    if (name->presence != PRESENCE_SET)
        return NULL;
    const char *slash = strrchr(name->text, '/');
    const char *last = slash ? slash + 1 : name->text;
    snprintf(text, sizeof(text), "%.*s", (int)strcspn(last, ":@"), last);
    return node_component(text);
}

static const char *component_of(const struct container_config *container)
{
    const char *component = component_called(&container->settings[CONFIG_IMAGE]);

    return component ? component : component_called(&container->settings[CONFIG_NAME]);
}

static bool is_log_wrapper(const char *program)
{
    const char *slash = strrchr(program, '/');

    return !strcmp(slash ? slash + 1 : program, "go-runner");
}

/*
 * The program and the place of its first argument. Where no command is given it is the image's, and
 * told by the names of image and container. go-runner, which writes logs for Kubernetes' own
 * images, is passed over.
 */
static const char *find_component(const struct container_config *container, size_t *ret_first)
{
    const struct setting_text *word = word_at(container, 0);
    size_t i = 0;

    if (word && is_log_wrapper(word->text)) {
        do
            word = word_at(container, ++i);
        while (word && *word->text == '-');
    }
    const char *component = word ? node_component(word->text) : NULL;
    *ret_first = i + 1;
    if (component || count_words(&container->settings[CONFIG_COMMAND]))
        return component;
    *ret_first = 0;
    return component_of(container);
}

static int add_arguments(struct node_reader *reader, const char *component,
                         const struct container_config *container, size_t first)
{
    const struct setting_text *word;

    for (size_t i = first; (word = word_at(container, i)); i++) {
        const struct setting_text *next = word_at(container, i + 1);
        struct evidence evidence = word->evidence;
        bool used;
        evidence.source = SOURCE_NODE;
        evidence.field = NULL;
        evidence.file = kernel_text(reader->arena, "%s", evidence.file ? evidence.file : "");
        evidence.text = kernel_text(reader->arena, "%s", word->text);
        int r = node_add_argument(reader, component, word->text, next ? next->text : NULL, evidence,
                                  &used);
        if (r < 0)
            return r;
        i += used;
    }
    return 0;
}

/* A shell's script may start the component with any arguments; those of the process tell. */
static int add_unknown(struct node_reader *reader, const struct container_config *container)
{
    const char *component = component_of(container);
    const struct setting_text *word = word_at(container, 0);

    if (!component || !word || node_has_component(reader->node, component))
        return 0;
    int r = node_add_component(reader, component);
    if (r < 0)
        return r;
    return node_add_unread(
        reader, component, kernel_text(reader->arena, "%s", container->evidence.file),
        kernel_text(reader->arena, "the command '%.100s' is not understood", word->text));
}

static int add_container(struct node_reader *reader, const struct container_config *container)
{
    size_t first;
    const char *component = find_component(container, &first);

    if (!component)
        return add_unknown(reader, container);
    int r = node_add_component(reader, component);
    return r < 0 ? r : add_arguments(reader, component, container, first);
}

static int add_pod(void *data, const struct pod_config *pod)
{
    for (size_t i = 0; i < pod->container_count; i++) {
        int r = add_container(data, pod->containers[i]);
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
