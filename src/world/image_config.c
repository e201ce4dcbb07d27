/* SPDX-License-Identifier: Apache-2.0 */
#include "world/image_config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/utsname.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "world/json_get.h"
#include "world/root_file.h"
#include "world/runtime.h"

#define IMAGE_CONFIG_MAX (4u << 20)
#define DRIVERS_MAX      32
#define DIGEST_LEN       64
#define BLOBS_MAX        64 /* that are read in search of one configuration */
#define DEPTH_MAX        4  /* index, index, manifest, config */

struct search {
    struct facts *facts;
    const char *id;    /* 64 digits */
    const char *store; /* Docker's directory that is looked into */
    unsigned blobs;
    json_t *config;
    char *path;
};

/* "sha256:..." or the digits alone: the digits; NULL for what is no digest, nor safe in a path. */
static const char *digits_of(const char *digest)
{
    if (!digest)
        return NULL;
    if (!strncmp(digest, "sha256:", strlen("sha256:")))
        digest += strlen("sha256:");
    return strlen(digest) == DIGEST_LEN && strspn(digest, "0123456789abcdef") == DIGEST_LEN ? digest
                                                                                            : NULL;
}

/* Takes the path over. */
static int take_file(struct search *search, char *own)
{
    _cleanup_free_ char *path = own;
    _cleanup_json_ json_t *json = NULL;

    if (!path)
        return -ENOMEM;
    int r = facts_json(search->facts, path, IMAGE_CONFIG_MAX, &json);
    if (r < 0)
        return r;
    search->config = TAKE_PTR(json);
    search->path = TAKE_PTR(path);
    return 0;
}

static int try_driver(void *data, int directory_fd, const char *name)
{
    struct search *search = data;

    if (*name == '.')
        return 0;
    int r = take_file(
        search, runtime_path("%s/%s/imagedb/content/sha256/%s", search->store, name, search->id));
    return r == 0 ? 1 : r == -ENOENT ? 0 : r;
}

static int find_docker_at(struct search *search, const char *store)
{
    search->store = store;
    int r = directory_visit(root_open(search->facts->root_fd, store, O_RDONLY | O_DIRECTORY),
                            DRIVERS_MAX, try_driver, search);

    return r > 0 ? 0 : r < 0 ? r : -ENOENT;
}

/* What comes before `part` in one of the container's own paths, without slashes in front, is where
 * its runtime keeps things: its length, 0 where the part is not in it. */
static int store_of(const char **path, const char *part)
{
    const char *at = *path ? strstr(*path, part) : NULL;

    if (!at)
        return 0;
    *path += strspn(*path, "/");
    return at > *path ? (int)(at - *path) : 0;
}

/* The system's Docker, or one that a user runs. */
static int find_docker(struct search *search, const char *rootfs)
{
    int r = find_docker_at(search, "var/lib/docker/image");
    int len = store_of(&rootfs, "/overlay2/");

    if (r != -ENOENT || !len)
        return r;
    _cleanup_free_ char *store = runtime_path("%.*s/image", len, rootfs);
    return store ? find_docker_at(search, store) : -ENOMEM;
}

/* containers/storage names a file of an image by its key in base64, with "=" in front. */
static void encode_base64(const char *text, char *to)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    size_t len = strlen(text);

    for (size_t i = 0; i < len; i += 3) {
        uint32_t bits = 0;
        for (size_t k = 0; k < 3; k++)
            bits = bits << 8 | (i + k < len ? (uint8_t)text[i + k] : 0);
        for (size_t k = 0; k < 4; k++)
            *to++ = i + k <= len ? digits[bits >> (18 - 6 * k) & 63] : '=';
    }
    *to = '\0';
}

static int find_storage(struct search *search, const char *path, const char *part)
{
    char key[sizeof("sha256:") + DIGEST_LEN], name[4 * ((sizeof(key) + 2) / 3) + 1];
    int len = store_of(&path, part);

    if (!len)
        return -ENOENT;
    snprintf(key, sizeof(key), "sha256:%.*s", DIGEST_LEN, search->id);
    encode_base64(key, name);
    return take_file(search,
                     runtime_path("%.*s/overlay-images/%s/=%s", len, path, search->id, name));
}

/* As the OCI image specification calls it. */
static const char *own_architecture(struct utsname *uts)
{
    static const char *const names[][2] = {{"x86_64", "amd64"}, {"aarch64", "arm64"}};

    if (uname(uts) < 0)
        return "";
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!strcmp(uts->machine, names[i][0]))
            return names[i][1];
    return uts->machine;
}

static int resolve(struct search *search, const char *digest, unsigned depth);

/* The manifest for this machine; what is attested of an image has the architecture "unknown". */
static int resolve_index(struct search *search, const json_t *manifests, unsigned depth)
{
    struct utsname uts;
    const char *architecture = own_architecture(&uts);
    size_t i;
    json_t *entry;

    json_array_foreach (manifests, i, entry) {
        const char *its = json_text(entry, "platform/architecture");
        if (its && strcmp(its, architecture) != 0)
            continue;
        int r = resolve(search, json_text(entry, "digest"), depth);
        if (r != -ENOENT)
            return r;
    }
    return -ENOENT;
}

/* From an index by a manifest to the configuration, or from anywhere on that way. */
static int resolve(struct search *search, const char *digest, unsigned depth)
{
    const char *digits = digits_of(digest);
    _cleanup_json_ json_t *json = NULL;
    _cleanup_free_ char *path = NULL;

    if (!digits || depth == DEPTH_MAX || search->blobs == BLOBS_MAX)
        return -ENOENT;
    search->blobs++;
    int r = runtime_containerd_blob(search->facts, digits, IMAGE_CONFIG_MAX, &json, &path);
    if (r < 0)
        return r;
    if (json_is_array(json_at(json, "manifests")))
        return resolve_index(search, json_at(json, "manifests"), depth + 1);
    if (json_text(json, "config/digest"))
        return resolve(search, json_text(json, "config/digest"), depth + 1);
    search->config = TAKE_PTR(json);
    search->path = TAKE_PTR(path);
    return 0;
}

int image_config_read(struct facts *facts, const struct container *container, json_t **ret_config,
                      char **ret_path)
{
    struct search search = {.facts = facts, .id = digits_of(container->image_id)};
    int r = -ENOENT;

    if (search.id) {
        r = find_docker(&search, container->rootfs);
        if (r == -ENOENT)
            r = find_storage(&search, container->bundle, "/overlay-containers/");
        if (r == -ENOENT)
            r = find_storage(&search, container->rootfs, "/overlay/");
        if (r == -ENOENT)
            r = resolve(&search, search.id, 0);
    }
    if (r == -ENOENT)
        r = resolve(&search, container->image_digest, 0);
    if (r < 0)
        return r;
    *ret_config = search.config;
    *ret_path = search.path;
    return 0;
}
