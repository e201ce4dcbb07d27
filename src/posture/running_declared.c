/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/running_declared.h"

#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "posture/kernel_internal.h"
#include "posture/oci_config.h"
#include "world/json_get.h"
#include "world/root_file.h"

#define CONFIG_BYTES_MAX (4u << 20)

/* A JSON object below the root; *ret_why tells of each failure but that of a missing file. */
static int read_json(int root_fd, const char *path, struct arena *arena, json_t **ret_json,
                     const char **ret_why)
{
    _cleanup_free_ char *text = NULL;
    json_error_t error;
    size_t len;
    int r = root_read(root_fd, path, CONFIG_BYTES_MAX, &text, &len);

    if (r == -ENOENT || r == -ENOTDIR)
        return -ENOENT;
    if (r < 0) {
        *ret_why = kernel_text(arena, "%s: %s", path, strerror(-r));
        return r;
    }
    json_t *json = json_loadb(text, len, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(json)) {
        json_decref(json);
        *ret_why = kernel_text(arena, "%s:%d:%d: %s", path, error.line, error.column,
                               json ? "no object" : error.text);
        return -EBADMSG;
    }
    *ret_json = json;
    return 0;
}

static int read_bundle(int root_fd, const char *bundle, struct arena *arena,
                       struct container_config *ret_config, const char **ret_why)
{
    const char *path = kernel_text(arena, "%s/config.json", bundle);
    _cleanup_json_ json_t *json = NULL;

    if (!path)
        return -ENOMEM;
    int r = read_json(root_fd, path, arena, &json, ret_why);
    return r < 0 ? r : oci_config_read(json, path, bundle, arena, ret_config);
}

/* The bundle; where it is gone, the copy that crun keeps, or containerd for Docker. */
static int read_oci(int root_fd, const struct container *container, struct arena *arena,
                    struct container_config *ret_config, const char **ret_why)
{
    const char *places[] = {
        *container->bundle ? container->bundle : NULL,
        kernel_text(arena, "/run/crun/%s", container->id),
        container->runtime == RUNTIME_DOCKER
            ? kernel_text(arena, "/run/containerd/io.containerd.runtime.v2.task/moby/%s",
                          container->id)
            : NULL,
    };
    int r = -ENOENT;

    for (size_t i = 0; r == -ENOENT && i < sizeof(places) / sizeof(*places); i++)
        if (places[i])
            r = read_bundle(root_fd, places[i], arena, ret_config, ret_why);
    return r;
}

static int read_docker(int root_fd, const struct container *container, struct arena *arena,
                       struct container_config *config, const char **ret_why)
{
    const char *path =
        kernel_text(arena, "/var/lib/docker/containers/%s/config.v2.json", container->id);
    const char *host_path =
        kernel_text(arena, "/var/lib/docker/containers/%s/hostconfig.json", container->id);
    _cleanup_json_ json_t *own = NULL, *host = NULL;

    if (!path || !host_path)
        return -ENOMEM;
    int r = read_json(root_fd, path, arena, &own, ret_why);
    if (r < 0)
        return r;
    r = read_json(root_fd, host_path, arena, &host, ret_why);
    if (r < 0 && r != -ENOENT)
        return r;
    return docker_config_read(own, path, host, host_path, arena, config);
}

static void set_names(const struct container *container, struct container_config *config,
                      struct arena *arena)
{
    const struct {
        enum config_setting id;
        const char *text;
    } texts[] = {
        {CONFIG_NAME, container->name},
        {CONFIG_IMAGE, container->image},
        {CONFIG_IMAGE_DIGEST, container->image_digest},
        {CONFIG_RUNTIME, container_runtime_name(container->runtime)},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++) {
        const char *text = *texts[i].text ? kernel_text(arena, "%s", texts[i].text) : NULL;
        if (text && config->settings[texts[i].id].presence != PRESENCE_SET)
            config_set_text(config->settings, texts[i].id, text,
                            (struct evidence){.source = SOURCE_RUNTIME, .text = text});
    }
    config->id = kernel_text(arena, "%s", container->id);
}

int running_declared(int root_fd, const struct container *container, struct arena *arena,
                     struct container_config *ret_config, const char **ret_why)
{
    struct container_config config = {0};
    int r = read_oci(root_fd, container, arena, &config, ret_why);

    if (r < 0 && r != -ENOENT)
        return r;
    if (container->runtime == RUNTIME_DOCKER) {
        int docker = read_docker(root_fd, container, arena, &config, ret_why);
        if (docker < 0 && (docker != -ENOENT || r < 0))
            return docker;
    } else if (r < 0) {
        return r;
    }
    set_names(container, &config, arena);
    *ret_config = config;
    return 0;
}
