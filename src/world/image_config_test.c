/* SPDX-License-Identifier: Apache-2.0 */
#include "world/image_config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>

#include <cmocka.h>

#include "world/json_get.h"
#include "world/tree_testing.h"

#define A16 "aaaaaaaaaaaaaaaa"
#define B16 "bbbbbbbbbbbbbbbb"
#define C16 "cccccccccccccccc"
#define A   A16 A16 A16 A16 /* the configuration */
#define B   B16 B16 B16 B16 /* the manifest */
#define C   C16 C16 C16 C16 /* the index */

/* base64 of "sha256:" and 64 times "a" */
#define A_KEY                                                                                      \
    "c2hhMjU2OmFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh" \
    "YWE="

#define BLOBS    "var/lib/containerd/io.containerd.content.v1.content/blobs/sha256/"
#define CONFIG   "{\"history\": [{\"created_by\": \"x\"}]}"
#define MANIFEST "{\"config\": {\"digest\": \"sha256:" A "\"}, \"layers\": []}"
#define INDEX                                                                                      \
    "{\"manifests\": [{\"digest\": \"sha256:" A "\", \"platform\": {\"architecture\": "            \
    "\"unknown\"}}, {\"digest\": \"sha256:" B "\"}]}"

static const struct {
    const char *file, *id, *digest, *bundle, *rootfs;
    int result;
} rows[] = {
    {"var/lib/docker/image/overlay2/imagedb/content/sha256/" A, A, NULL, NULL, NULL, 0},
    {"home/u/.local/share/docker/image/overlay2/imagedb/content/sha256/" A, A, NULL, "",
     "/home/u/.local/share/docker/overlay2/x/merged", 0},
    {"var/lib/docker/image/zfs/imagedb/content/sha256/" A, A, NULL, NULL, NULL, 0},
    {"srv/storage/overlay-images/" A "/=" A_KEY, A, NULL,
     "/srv/storage/overlay-containers/x/userdata", NULL, 0},
    {"srv/storage/overlay-images/" A "/=" A_KEY, A, NULL,
     "/run/containers/storage/overlay-containers/x/userdata", "/srv/storage/overlay/y/merged", 0},
    {"srv/storage/overlay-images/" A "/=" A_KEY, A, NULL, "/srv/bundle", NULL, -ENOENT},
    {BLOBS A, A, NULL, NULL, NULL, 0},
    {BLOBS A, NULL, "sha256:" A, NULL, NULL, 0},
    {BLOBS A, NULL, "sha256:" B, NULL, NULL, 0},
    {BLOBS A, NULL, "sha256:" C, NULL, NULL, 0},
    {BLOBS A, C, NULL, NULL, NULL, 0},
    {"var/lib/rancher/k3s/agent/containerd/io.containerd.content.v1.content/blobs/sha256/" A, A,
     NULL, NULL, NULL, 0},
    {BLOBS "../" A, "../" A, NULL, NULL, NULL, -ENOENT},
    {BLOBS A, "localhost/image:latest", NULL, NULL, NULL, -ENOENT},
    {BLOBS A, "", "", "", "", -ENOENT},
};

/* What the tree gives of the container's image; then it goes. */
static int read_from(struct tree *tree, const struct container *container, json_t **ret_config,
                     char **ret_path)
{
    struct facts *facts;
    struct error error;

    *ret_config = NULL;
    *ret_path = NULL;
    assert_int_equal(facts_new(tree->root, NULL, NULL, &facts, &error), 0);
    int r = image_config_read(facts, container, ret_config, ret_path);
    facts_free(facts);
    tree_remove(tree);
    return r;
}

static void test_places(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct container container = {
            .image_id = rows[i].id,
            .image_digest = rows[i].digest,
            .bundle = rows[i].bundle,
            .rootfs = rows[i].rootfs,
        };
        struct tree tree;
        json_t *config;
        char *path;
        tree_make(&tree);
        tree_write(&tree, rows[i].file, CONFIG, 1);
        tree_write(&tree, BLOBS B, MANIFEST, 1);
        tree_write(&tree, BLOBS C, INDEX, 1);
        int r = read_from(&tree, &container, &config, &path);
        if (r != rows[i].result)
            fail_msg("%zu: %s: %d", i, rows[i].file, r);
        if (r == 0) {
            assert_non_null(json_at(config, "history"));
            assert_string_equal(path, rows[i].file);
            json_decref(config);
            free(path);
        }
    }
}

/* Of an index with several manifests the one for this machine counts. */
static void test_architecture(void **state)
{
    const struct container container = {.image_digest = "sha256:" C};
    struct utsname uts;
    struct tree tree;
    json_t *config;
    char *path, text[512];

    assert_int_equal(uname(&uts), 0);
    const char *own = !strcmp(uts.machine, "x86_64")    ? "amd64"
                      : !strcmp(uts.machine, "aarch64") ? "arm64"
                                                        : uts.machine;
    snprintf(text, sizeof(text),
             "{\"manifests\": [{\"digest\": \"sha256:" A
             "\", \"platform\": {\"architecture\": \"other\"}}, {\"digest\": \"sha256:" B
             "\", \"platform\": {\"architecture\": \"%s\"}}]}",
             own);
    tree_make(&tree);
    tree_write(&tree, BLOBS A, "{\"other\": 1}", 1);
    tree_write(&tree, BLOBS B, CONFIG, 1);
    tree_write(&tree, BLOBS C, text, 1);
    assert_int_equal(read_from(&tree, &container, &config, &path), 0);
    assert_string_equal(path, BLOBS B);
    json_decref(config);
    free(path);
}

/* What can't be used is told, and nothing is given. An index that names itself has an end. */
static void test_broken(void **state)
{
    static const struct {
        const char *text;
        int result;
    } texts[] = {
        {"{", -EBADMSG},
        {"{\"config\": {\"digest\": \"sha256:" A "\"}}", -ENOENT},
        {"{\"manifests\": [{\"digest\": \"sha256:" A "\"}, 1, null, {\"digest\": 3}]}", -ENOENT},
        {"{\"config\": {\"digest\": \"/etc/passwd\"}}", -ENOENT},
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        const struct container container = {.image_id = A};
        struct tree tree;
        json_t *config;
        char *path;
        tree_make(&tree);
        tree_write(&tree, BLOBS A, texts[i].text, 1);
        assert_int_equal(read_from(&tree, &container, &config, &path), texts[i].result);
        assert_null(config);
        assert_null(path);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_places),
        cmocka_unit_test(test_architecture),
        cmocka_unit_test(test_broken),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
