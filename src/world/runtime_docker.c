/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Docker: /var/lib/docker/containers/ID/config.v2.json and hostconfig.json, whose fields are those
 * of `docker inspect` (moby's container.Container and HostConfig). Rootless Docker keeps them in
 * the user's ~/.local/share/docker.
 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "world/json_get.h"
#include "world/runtime.h"
#include "world/scan.h"
#include "world/timestamp.h"
#include "world/user_files.h"

#define CONFIG_MAX (4u << 20)

static void add_strings(const json_t *array, enum fact_list which, struct container_facts *found)
{
    size_t i;
    json_t *item;

    json_array_foreach (array, i, item) {
        const char *text = json_string_value(item);
        if (text)
            container_facts_add(found, which, text);
    }
}

static void apply_mounts(const json_t *config, struct container_facts *found)
{
    const char *key;
    json_t *mount;

    json_object_foreach ((json_t *)json_at(config, "MountPoints"), key, mount) {
        const char *source = json_text(mount, "Source"), *mode = json_text(mount, "Relabel");
        const char *destination = json_text(mount, "Destination");
        const char *propagation = json_text(mount, "Propagation");
        bool writable = json_is_true(json_at(mount, "RW"));
        _cleanup_buf_ struct buf line = {.max = 2 * FACT_TEXT_BYTES};
        if (!destination)
            continue;
        if (!mode || !*mode)
            mode = writable ? "" : "ro";
        if (buf_printf(&line, "%s:%s:%s:%s:%s", source ? source : "", destination, mode,
                       writable ? "true" : "false", propagation ? propagation : "") == 0)
            container_facts_add(found, FACT_MOUNTS, line.data);
    }
}

/* The first network that has an address. */
static void apply_network(const json_t *config, struct container_facts *found)
{
    const char *key;
    json_t *network;

    json_object_foreach ((json_t *)json_at(config, "NetworkSettings/Networks"), key, network) {
        container_facts_text(found, FACT_IP, json_text(network, "IPAddress"));
    }
}

static void apply_config(const json_t *config, struct container_facts *found)
{
    const char *name = json_text(config, "Name");
    const char *image_id = json_text(config, "Image");
    const char *path = json_text(config, "Path");
    const char *started = json_text(config, "State/StartedAt");
    uint64_t start;

    container_facts_text(found, FACT_NAME, name && *name == '/' ? name + 1 : name);
    container_facts_text(found, FACT_IMAGE, json_text(config, "Config/Image"));
    if (image_id && !strncmp(image_id, "sha256:", strlen("sha256:")))
        image_id += strlen("sha256:");
    container_facts_text(found, FACT_IMAGE_ID, image_id);
    container_facts_text(found, FACT_IMAGE_DIGEST, json_text(config, "ImageManifest/digest"));
    container_facts_text(found, FACT_USER, json_text(config, "Config/User"));
    runtime_labels(json_at(config, "Config/Labels"), FACT_LABELS, found);
    add_strings(json_at(config, "Config/Env"), FACT_ENV, found);
    if (path)
        container_facts_add(found, FACT_ENTRYPOINT, path);
    add_strings(json_at(config, "Args"), FACT_ENTRYPOINT, found);
    apply_mounts(config, found);
    apply_network(config, found);
    if (started && timestamp_parse(started, &start))
        container_facts_start(found, start);
}

static void apply_host_config(const json_t *config, struct container_facts *found)
{
    static const struct {
        const char *key;
        uint32_t flag;
    } modes[] = {
        {"PidMode", CONTAINER_FLAG_HOST_PID},
        {"NetworkMode", CONTAINER_FLAG_HOST_NETWORK},
        {"IpcMode", CONTAINER_FLAG_HOST_IPC},
    };

    if (json_is_true(json_at(config, "Privileged")))
        found->flags |= CONTAINER_FLAG_PRIVILEGED;
    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
        const char *mode = json_text(config, modes[i].key);
        if (mode && !strcmp(mode, "host"))
            found->flags |= modes[i].flag;
    }
}

static char *directory_of(struct facts *facts, const struct runtime_query *query, unsigned index)
{
    uint32_t uid;

    if (index == 0)
        return runtime_path("var/lib/docker/containers/%s", query->id);
    if (index > 1 || !scan_user_slice(query->cgroup_path, &uid))
        return NULL;
    _cleanup_free_ char *home = user_files_home(facts, uid);
    return home ? runtime_path("%s/.local/share/docker/containers/%s", home + strspn(home, "/"),
                               query->id)
                : NULL;
}

int runtime_docker_find(struct facts *facts, const struct runtime_query *query,
                        struct container_facts *found)
{
    _cleanup_json_ json_t *config = NULL, *host_config = NULL;
    char *directory;
    int result = -ENOENT;

    for (unsigned i = 0; result == -ENOENT && (directory = directory_of(facts, query, i)); i++) {
        _cleanup_free_ char *own = directory;
        _cleanup_free_ char *path = runtime_path("%s/config.v2.json", own);
        _cleanup_free_ char *host_path = runtime_path("%s/hostconfig.json", own);
        if (!path || !host_path)
            return -ENOMEM;
        result = facts_json(facts, path, CONFIG_MAX, &config);
        if (result < 0)
            continue;
        found->runtime = RUNTIME_DOCKER;
        apply_config(config, found);
        if (facts_json(facts, host_path, CONFIG_MAX, &host_config) == 0)
            apply_host_config(host_config, found);
        runtime_kubernetes_labels(found); /* dockershim */
        if (query->state) {
            container_facts_text(found, FACT_BUNDLE, query->state->bundle);
            container_facts_text(found, FACT_ROOTFS, query->state->rootfs);
        }
        runtime_start_from_file(facts, path, found);
    }
    return result;
}
