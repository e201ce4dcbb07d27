/* SPDX-License-Identifier: Apache-2.0 */
#include "world/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "world/json_get.h"
#include "world/oci.h"

static const struct {
    enum container_runtime runtime;
    runtime_find find;
} runtimes[] = {
    {RUNTIME_DOCKER, runtime_docker_find}, {RUNTIME_CRIO, runtime_crio_find},
    {RUNTIME_PODMAN, runtime_podman_find}, {RUNTIME_CONTAINERD, runtime_containerd_find},
    {RUNTIME_RUNC, runtime_runc_find},     {RUNTIME_CRUN, runtime_crun_find},
};

#define RUNTIME_COUNT (sizeof(runtimes) / sizeof(*runtimes))

static int try_runtime(struct facts *facts, const struct runtime_query *query, size_t i,
                       struct container_facts *found)
{
    found->host_bounding = facts->host_bounding;
    int r = runtimes[i].find(facts, query, found);

    /* What a failed attempt has left must not mix with the next one's. */
    if (r < 0)
        container_facts_done(found);
    return r;
}

int runtime_find_container(struct facts *facts, const struct runtime_query *query,
                           enum container_runtime hint, struct container_facts *found)
{
    int first_error = -ENOENT;

    for (unsigned pass = 0; pass < 2; pass++) {
        for (size_t i = 0; i < RUNTIME_COUNT; i++) {
            if ((runtimes[i].runtime == hint) != (pass == 0))
                continue;
            int r = try_runtime(facts, query, i, found);
            if (r >= 0)
                return 0;
            if (r != -ENOENT && first_error == -ENOENT)
                first_error = r;
        }
    }
    return first_error;
}

char *runtime_path(const char *format, ...)
{
    va_list args;
    char *path;

    va_start(args, format);
    if (vasprintf(&path, format, args) < 0)
        path = NULL;
    va_end(args);
    return path;
}

void runtime_labels(const json_t *object, enum fact_list which, struct container_facts *found)
{
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)object, key, value) {
        const char *text = json_string_value(value);
        if (text)
            container_facts_label(found, which, key, text);
    }
}

int runtime_bundle(struct facts *facts, const char *directory, struct container_facts *found,
                   json_t **ret_config)
{
    _cleanup_free_ char *path = runtime_path("%s/config.json", directory);
    _cleanup_free_ char *absolute = runtime_path("/%s", directory + strspn(directory, "/"));

    if (!path || !absolute)
        return -ENOMEM;
    int r = facts_json(facts, path, OCI_CONFIG_MAX, ret_config);
    if (r < 0)
        return r;
    container_facts_text(found, FACT_BUNDLE, absolute);
    return 0;
}

void runtime_start_from_file(struct facts *facts, const char *path, struct container_facts *found)
{
    struct stat st;

    path += strspn(path, "/");
    if (fstatat(facts->root_fd, path, &st, AT_SYMLINK_NOFOLLOW) == 0)
        container_facts_start(found, (uint64_t)st.st_ctim.tv_sec * 1000000000 +
                                         (uint64_t)st.st_ctim.tv_nsec);
}

static const char *find_label(const struct container_facts *found, enum fact_list which,
                              const char *key)
{
    const struct buf *list = &found->lists[which];
    size_t len = strlen(key);

    for (size_t at = 0; at < list->len; at += strlen(list->data + at) + 1)
        if (!strncmp(list->data + at, key, len) && list->data[at + len] == '=')
            return list->data + at + len + 1;
    return NULL;
}

void runtime_own_annotations(const json_t *config, struct container_facts *found)
{
    static const char prefix[] = "bulwark.";
    const char *key;
    json_t *value;

    json_object_foreach ((json_t *)json_at(config, "annotations"), key, value) {
        const char *text = json_string_value(value);
        if (text && !strncmp(key, prefix, sizeof(prefix) - 1) &&
            !find_label(found, FACT_LABELS, key))
            container_facts_label(found, FACT_LABELS, key, text);
    }
}

void runtime_kubernetes_labels(struct container_facts *found)
{
    static const struct {
        const char *key;
        enum fact_text which;
    } keys[] = {
        {"io.kubernetes.container.name", FACT_NAME},
        {"io.kubernetes.pod.name", FACT_POD_NAME},
        {"io.kubernetes.pod.namespace", FACT_POD_NAMESPACE},
        {"io.kubernetes.pod.uid", FACT_POD_UID},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        container_facts_text(found, keys[i].which, find_label(found, FACT_LABELS, keys[i].key));
}
