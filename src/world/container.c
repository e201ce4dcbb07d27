/* SPDX-License-Identifier: Apache-2.0 */
#include "world/container.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "world/containers.h"

#define LABELS_MAX 512 /* labels, pod labels and mounts kept, each */

static const char *const runtime_names[RUNTIME_MAX] = {
    [RUNTIME_UNKNOWN] = "unknown",       [RUNTIME_RUNC] = "runc",  [RUNTIME_CRUN] = "crun",
    [RUNTIME_CONTAINERD] = "containerd", [RUNTIME_CRIO] = "cri-o", [RUNTIME_PODMAN] = "podman",
    [RUNTIME_DOCKER] = "docker",
};

const char *container_runtime_name(enum container_runtime runtime)
{
    return runtime_names[runtime < RUNTIME_MAX ? runtime : RUNTIME_UNKNOWN];
}

enum container_runtime container_runtime_by_name(const char *name, size_t len)
{
    for (unsigned i = RUNTIME_UNKNOWN + 1; i < RUNTIME_MAX; i++)
        if (strlen(runtime_names[i]) == len && !memcmp(runtime_names[i], name, len))
            return (enum container_runtime)i;
    return RUNTIME_UNKNOWN;
}

static const char *label_value(const struct label *labels, uint32_t count, const char *key)
{
    for (uint32_t i = 0; i < count; i++)
        if (!strcmp(labels[i].key, key))
            return labels[i].value;
    return NULL;
}

const char *container_label(const struct container *container, const char *key)
{
    return label_value(container->labels, container->label_count, key);
}

static bool is_hex(const char *text, size_t len)
{
    for (size_t i = 0; i < len; i++)
        if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
            return false;
    return len > 0;
}

static const char *last_char(const char *text, size_t len, char c)
{
    return len ? memrchr(text, c, len) : NULL;
}

void container_split_image(const char *reference, size_t len, struct image_reference *ret_parts)
{
    static const char sha256[] = "sha256:";
    const size_t prefix = sizeof(sha256) - 1;
    struct image_reference parts = {0};

    if ((len == 64 && is_hex(reference, len)) ||
        (len > prefix && !memcmp(reference, sha256, prefix) &&
         is_hex(reference + prefix, len - prefix))) {
        *ret_parts = (struct image_reference){.is_id = true};
        return;
    }

    size_t left = len;
    const char *at = len ? memchr(reference, '@', len) : NULL;
    if (at) {
        parts.digest = at + 1;
        parts.digest_len = (uint32_t)(reference + len - parts.digest);
        left = (size_t)(at - reference);
    }
    /* A colon before the last slash belongs to the registry's port. */
    const char *slash = last_char(reference, left, '/');
    const char *colon = last_char(reference, left, ':');
    if (colon && (!slash || colon > slash)) {
        parts.tag = colon + 1;
        parts.tag_len = (uint32_t)(reference + left - parts.tag);
        left = (size_t)(colon - reference);
    }
    parts.repository = reference;
    parts.repository_len = (uint32_t)left;
    *ret_parts = parts;
}

/* The one allocation of a container's metadata: arrays first, strings behind them. */
struct storage {
    char *at;
};

static const char *put(struct storage *storage, const char *text, size_t len)
{
    char *start = storage->at;

    if (len)
        memcpy(start, text, len);
    start[len] = '\0';
    storage->at += len + 1;
    return start;
}

static const char *put_param(struct storage *storage, const struct event *event, enum param_id id)
{
    const struct event_param *param = event_param(event, id);

    return param ? put(storage, param->data, param->len) : "";
}

static uint32_t count_items(const struct event *event, enum param_id id, bool *cut)
{
    const struct event_param *param = event_param(event, id);
    uint32_t cursor = 0, count = 0, len;
    const char *text;

    while (param && event_next_string(param, &cursor, &text, &len)) {
        if (count == LABELS_MAX) {
            *cut = true;
            break;
        }
        count++;
    }
    return count;
}

static void put_labels(struct storage *storage, const struct event *event, enum param_id id,
                       struct label *labels, uint32_t count)
{
    const struct event_param *param = event_param(event, id);
    uint32_t cursor = 0, len;
    const char *text;

    for (uint32_t i = 0; i < count && event_next_string(param, &cursor, &text, &len); i++) {
        const char *equals = len ? memchr(text, '=', len) : NULL;
        size_t key_len = equals ? (size_t)(equals - text) : len;
        labels[i].key = put(storage, text, key_len);
        labels[i].value = equals ? put(storage, equals + 1, len - key_len - 1) : "";
    }
}

/* Takes ":FIELD" off the end of text. */
static const char *take_field(struct storage *storage, const char *text, size_t *len)
{
    const char *colon = last_char(text, *len, ':');

    if (!colon)
        return "";
    const char *field = put(storage, colon + 1, *len - (size_t)(colon + 1 - text));
    *len = (size_t)(colon - text);
    return field;
}

/* "source:destination:mode:rw:propagation": only the first two may hold colons themselves, and the
 * destination is absolute. What does not have that form is all source. */
static void put_mount(struct storage *storage, const char *text, size_t len,
                      struct container_mount *ret_mount)
{
    struct container_mount mount = {.source = "", .destination = ""};

    mount.propagation = take_field(storage, text, &len);
    const char *access = take_field(storage, text, &len);
    mount.mode = take_field(storage, text, &len);
    mount.read_write = !strcmp(access, "true") || !strcmp(access, "rw") || !strcmp(access, "1");

    const char *split = len ? memmem(text, len, ":/", 2) : NULL;
    size_t source_len = split ? (size_t)(split - text) : len;
    mount.source = put(storage, text, source_len);
    if (split)
        mount.destination = put(storage, split + 1, len - source_len - 1);
    *ret_mount = mount;
}

static void put_image(struct storage *storage, const struct event *event,
                      struct container *container)
{
    const struct event_param *digest = event_param(event, PARAM_CONTAINER_IMAGE_DIGEST);
    struct image_reference parts;

    container->image = put_param(storage, event, PARAM_CONTAINER_IMAGE);
    container->image_id = put_param(storage, event, PARAM_CONTAINER_IMAGE_ID);
    container_split_image(container->image, strlen(container->image), &parts);
    if (parts.is_id && !container->image_id[0])
        container->image_id = container->image;
    container->image_repository = put(storage, parts.repository, parts.repository_len);
    container->image_tag = put(storage, parts.tag, parts.tag_len);
    container->image_digest = put(storage, parts.digest, parts.digest_len);
    if (parts.repository_len && !parts.tag_len && !parts.digest_len)
        container->image_tag = "latest"; /* what every runtime takes it to mean */
    if (digest && digest->len) {
        /* "repository@sha256:..." is how registries list it. */
        const char *at = memchr(digest->data, '@', digest->len);
        const char *start = at ? at + 1 : digest->data;
        container->image_digest = put(storage, start, (size_t)(digest->data + digest->len - start));
    }
}

static void put_texts(struct storage *storage, const struct event *event,
                      struct container *container)
{
    const struct {
        enum param_id id;
        const char **text;
    } rows[] = {
        {PARAM_CONTAINER_NAME, &container->name},
        {PARAM_CONTAINER_USER, &container->user},
        {PARAM_CONTAINER_IP, &container->ip},
        {PARAM_CONTAINER_ROOTFS, &container->rootfs},
        {PARAM_CONTAINER_BUNDLE, &container->bundle},
        {PARAM_POD_NAME, &container->pod_name},
        {PARAM_POD_NAMESPACE, &container->pod_namespace},
        {PARAM_POD_UID, &container->pod_uid},
        {PARAM_POD_SANDBOX_ID, &container->pod_sandbox_id},
        {PARAM_CONTAINER_ENV, &container->env},
        {PARAM_CONTAINER_ENTRYPOINT, &container->entrypoint},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        *rows[i].text = put_param(storage, event, rows[i].id);
}

static uint32_t strings_len(const struct event *event, enum param_id id)
{
    const struct event_param *param = event_param(event, id);

    /* Each string ends with its NUL, also a truncated last one: put() added it. */
    if (!param || !param->len)
        return 0;
    return param->len + (param->data[param->len - 1] != '\0');
}

/* Bytes of strings: every text at most once, but an image reference twice (whole and in parts). */
static size_t strings_size(const struct event *event)
{
    size_t size = 0;

    for (unsigned id = PARAM_CONTAINER_ID; id <= PARAM_CONTAINER_BUNDLE; id++)
        if (event_has(event, id))
            size += event->params[id].len + 1;
    const struct event_param *image = event_param(event, PARAM_CONTAINER_IMAGE);
    return size + (image ? image->len : 0) + 16;
}

static void note_service_address(struct container_entry *entry)
{
    static const char key[] = "KUBERNETES_SERVICE_HOST=";
    const char *env = entry->container.env;
    const char *end = env + entry->container.env_len;

    entry->service_address_len = 0;
    for (; env < end; env += strlen(env) + 1) {
        if (strncmp(env, key, sizeof(key) - 1))
            continue;
        const char *text = env + sizeof(key) - 1;
        if (inet_pton(AF_INET, text, entry->service_address) == 1)
            entry->service_address_len = 4;
        else if (inet_pton(AF_INET6, text, entry->service_address) == 1)
            entry->service_address_len = 16;
        return;
    }
}

int container_set_metadata(struct container *container, const struct event *event)
{
    struct container now = *container;
    bool cut = false;

    now.label_count = count_items(event, PARAM_CONTAINER_LABELS, &cut);
    now.pod_label_count = count_items(event, PARAM_POD_LABELS, &cut);
    now.mount_count = count_items(event, PARAM_CONTAINER_MOUNTS, &cut);
    size_t labels = (size_t)now.label_count + now.pod_label_count;
    size_t arrays =
        labels * sizeof(struct label) + now.mount_count * sizeof(struct container_mount);
    /* The parts of a label or mount have one NUL for each separator that they lose. */
    size_t size = arrays + strings_size(event);
    char *memory = malloc(size);
    if (!memory)
        return -ENOMEM;

    struct storage storage = {.at = memory + arrays};
    now.storage = memory;
    now.mounts = (struct container_mount *)(void *)memory;
    now.labels = (struct label *)(void *)(now.mounts + now.mount_count);
    now.pod_labels = now.labels + now.label_count;
    put_labels(&storage, event, PARAM_CONTAINER_LABELS, now.labels, now.label_count);
    put_labels(&storage, event, PARAM_POD_LABELS, now.pod_labels, now.pod_label_count);
    const struct event_param *mounts = event_param(event, PARAM_CONTAINER_MOUNTS);
    const char *text;
    uint32_t cursor = 0, len;
    for (uint32_t i = 0; i < now.mount_count && event_next_string(mounts, &cursor, &text, &len);
         i++)
        put_mount(&storage, text, len, &now.mounts[i]);
    put_image(&storage, event, &now);
    put_texts(&storage, event, &now);

    now.env_len = strings_len(event, PARAM_CONTAINER_ENV);
    now.entrypoint_len = strings_len(event, PARAM_CONTAINER_ENTRYPOINT);
    now.flags = (uint32_t)event_number(event, PARAM_CONTAINER_FLAGS, 0);
    now.flags |= cut ? CONTAINER_FLAG_PARTIAL : 0;
    now.start_time = (uint64_t)event_number(event, PARAM_CONTAINER_START, 0);
    now.bounding = (uint64_t)event_number(event, PARAM_CONTAINER_CAPS, -1);
    const struct event_param *runtime = event_param(event, PARAM_CONTAINER_RUNTIME);
    enum container_runtime named =
        runtime ? container_runtime_by_name(runtime->data, runtime->len) : RUNTIME_UNKNOWN;
    if (named != RUNTIME_UNKNOWN)
        now.runtime = named;
    now.metadata_known = true;
    free(container->storage);
    *container = now;
    note_service_address(container_entry_of(container));
    return 0;
}
