/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The files of containers/storage, which podman and CRI-O have in common: for each container a
 * bundle in overlay-containers/ID/userdata, and names and images in containers.json.
 */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "world/json_get.h"
#include "world/oci.h"
#include "world/runtime.h"
#include "world/scan.h"
#include "world/user_files.h"

#define CONTAINERS_JSON_MAX (16u << 20)

static const char *const system_storages[] = {
    "var/lib/containers/storage", /* storage.conf: graphroot */
    "run/containers/storage",     /* runroot: CRI-O keeps a second copy of the bundle there */
};

#define SYSTEM_STORAGES (sizeof(system_storages) / sizeof(*system_storages))

/* Everything before "/overlay-containers/" of the bundle that the state file names. */
static char *storage_of_bundle(const struct runtime_query *query)
{
    const char *bundle = query->state ? query->state->bundle : NULL;
    const char *at = bundle ? strstr(bundle, "/overlay-containers/") : NULL;

    if (!at)
        return NULL;
    bundle += strspn(bundle, "/");
    return at > bundle ? strndup(bundle, (size_t)(at - bundle)) : NULL;
}

/*
 * Storage that may hold the container: the system's, then that of the user whose slice or home the
 * container lives in. NULL past the last one; to be freed.
 */
static char *storage_at(struct facts *facts, const struct runtime_query *query, unsigned index)
{
    uint32_t uid;

    if (index == 0) {
        char *storage = storage_of_bundle(query);
        if (storage)
            return storage;
    }
    if (index < SYSTEM_STORAGES)
        return strdup(system_storages[index]);
    if (index > SYSTEM_STORAGES || !scan_user_slice(query->cgroup_path, &uid))
        return NULL;

    _cleanup_free_ char *home = user_files_home(facts, uid);
    return home ? runtime_path("%s/.local/share/containers/storage", home + strspn(home, "/"))
                : NULL;
}

static void apply_metadata(const char *text, struct container_facts *found)
{
    _cleanup_json_ json_t *metadata = text ? json_loads(text, 0, NULL) : NULL;
    static const struct {
        const char *key;
        enum fact_text which;
    } keys[] = {
        {"name", FACT_NAME},         {"image-name", FACT_IMAGE},
        {"image-id", FACT_IMAGE_ID}, {"container-name", FACT_NAME}, /* CRI-O's own words */
        {"pod-name", FACT_POD_NAME}, {"pod-id", FACT_POD_SANDBOX_ID},
    };

    for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
        container_facts_text(found, keys[i].which, json_text(metadata, keys[i].key));
}

static void apply_image_digest(struct facts *facts, const char *storage,
                               struct container_facts *found)
{
    _cleanup_free_ char *path = runtime_path("%s/overlay-images/images.json", storage);
    _cleanup_json_ json_t *images = NULL;
    size_t i;
    json_t *image;

    if (!path || !found->text[FACT_IMAGE_ID] ||
        facts_json(facts, path, CONTAINERS_JSON_MAX, &images) < 0)
        return;
    json_array_foreach (images, i, image) {
        const char *id = json_text(image, "id");
        if (!id || strcmp(id, found->text[FACT_IMAGE_ID]) != 0)
            continue;
        container_facts_text(found, FACT_IMAGE_DIGEST, json_text(image, "digest"));
        container_facts_text(found, FACT_IMAGE,
                             json_string_value(json_array_get(json_at(image, "names"), 0)));
    }
}

/* STORAGE/overlay-containers/containers.json: names, image and its name. */
static void apply_names(struct facts *facts, const char *storage, const char *id,
                        struct container_facts *found)
{
    _cleanup_free_ char *path = runtime_path("%s/overlay-containers/containers.json", storage);
    _cleanup_json_ json_t *containers = NULL;
    size_t i;
    json_t *container;

    if (!path || facts_json(facts, path, CONTAINERS_JSON_MAX, &containers) < 0)
        return;
    json_array_foreach (containers, i, container) {
        const char *own = json_text(container, "id");
        if (!own || strcmp(own, id) != 0)
            continue;
        apply_metadata(json_text(container, "metadata"), found);
        container_facts_text(found, FACT_NAME,
                             json_string_value(json_array_get(json_at(container, "names"), 0)));
        container_facts_text(found, FACT_IMAGE_ID, json_text(container, "image"));
        break;
    }
    apply_image_digest(facts, storage, found);
}

int runtime_storage_find(struct facts *facts, const struct runtime_query *query,
                         const struct storage_runtime *runtime, struct container_facts *found)
{
    _cleanup_json_ json_t *config = NULL;
    char *storage;
    int result = -ENOENT;

    for (unsigned i = 0; result == -ENOENT && (storage = storage_at(facts, query, i)); i++) {
        _cleanup_free_ char *own = storage;
        _cleanup_free_ char *bundle =
            runtime_path("%s/overlay-containers/%s/userdata", own, query->id);
        if (!bundle)
            return -ENOMEM;
        result = runtime_bundle(facts, bundle, found, &config);
        if (result < 0)
            continue;
        if (!runtime->is_own(config))
            return -ENOENT;
        found->runtime = runtime->runtime;
        runtime->apply(facts, own, query->id, config, found);
        runtime_own_annotations(config, found);
        apply_names(facts, own, query->id, found);
        oci_apply(config, found);
        oci_apply_image(config, found);
        runtime_start_from_file(facts, bundle, found);
    }
    return result;
}
