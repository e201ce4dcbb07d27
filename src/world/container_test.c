/* SPDX-License-Identifier: Apache-2.0 */
#include "world/container.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "world/containers.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void test_split_image(void **state)
{
    static const struct {
        const char *reference, *repository, *tag, *digest;
        bool is_id;
    } rows[] = {
        {"nginx", "nginx", "", "", false},
        {"nginx:1.25", "nginx", "1.25", "", false},
        {"docker.io/library/nginx:1.25", "docker.io/library/nginx", "1.25", "", false},
        {"localhost:5000/app", "localhost:5000/app", "", "", false},
        {"localhost:5000/app:v1", "localhost:5000/app", "v1", "", false},
        {"localhost:5000/app:v1@sha256:" HEX64, "localhost:5000/app", "v1", "sha256:" HEX64, false},
        {"registry.k8s.io/pause@sha256:ab", "registry.k8s.io/pause", "", "sha256:ab", false},
        {"sha256:" HEX64, "", "", "", true},
        {HEX64, "", "", "", true},
        {"sha256:xyz", "sha256", "xyz", "", false},
        {"", "", "", "", false},
        {":", "", "", "", false},
        {"@", "", "", "", false},
        {"a:b@", "a", "b", "", false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct image_reference parts;
        container_split_image(rows[i].reference, strlen(rows[i].reference), &parts);
        assert_int_equal(parts.is_id, rows[i].is_id);
        assert_int_equal(parts.repository_len, strlen(rows[i].repository));
        assert_memory_equal(parts.repository_len ? parts.repository : "", rows[i].repository,
                            parts.repository_len);
        assert_int_equal(parts.tag_len, strlen(rows[i].tag));
        assert_memory_equal(parts.tag_len ? parts.tag : "", rows[i].tag, parts.tag_len);
        assert_int_equal(parts.digest_len, strlen(rows[i].digest));
        assert_memory_equal(parts.digest_len ? parts.digest : "", rows[i].digest, parts.digest_len);
    }
}

static void test_runtime_names(void **state)
{
    for (unsigned i = RUNTIME_RUNC; i < RUNTIME_MAX; i++) {
        const char *name = container_runtime_name(i);
        assert_int_equal(container_runtime_by_name(name, strlen(name)), i);
    }
    assert_int_equal(container_runtime_by_name("lxc", 3), RUNTIME_UNKNOWN);
    assert_string_equal(container_runtime_name(RUNTIME_UNKNOWN), "unknown");
}

static struct containers table = {.limit = 4};
static struct container_entry *entry;
static struct event_writer writer;

static int setup(void **state)
{
    struct event_header header = {.type = EVENT_CONTAINER};

    event_writer_begin(&writer, &header);
    return containers_add(&table, HEX64, 64, RUNTIME_CRIO, &entry);
}

static int teardown(void **state)
{
    containers_remove(&table, entry);
    event_writer_done(&writer);
    return 0;
}

static void set_metadata(void)
{
    struct event event;

    assert_int_equal(event_writer_finish(&writer), 0);
    assert_int_equal(event_decode(writer.data, writer.len, &event), 0);
    assert_int_equal(container_set_metadata(&entry->container, &event), 0);
}

#define STRINGS(id, text) event_writer_bytes(&writer, id, 0, text, sizeof(text) - 1)

static void test_empty(void **state)
{
    const struct container *container = &entry->container;

    assert_string_equal(container->short_id, "0123456789ab");
    assert_string_equal(container->name, "");
    assert_string_equal(container->pod_sandbox_id, "");
    assert_false(container->metadata_known);
    set_metadata(); /* a record that tells nothing */
    assert_true(container->metadata_known);
    assert_int_equal(container->runtime, RUNTIME_CRIO);
    assert_string_equal(container->image, "");
    assert_string_equal(container->image_tag, "");
    assert_int_equal(container->env_len, 0);
}

static void test_metadata(void **state)
{
    const struct container *container = &entry->container;

    event_writer_string(&writer, PARAM_CONTAINER_ID, HEX64);
    event_writer_string(&writer, PARAM_CONTAINER_RUNTIME, "docker");
    event_writer_string(&writer, PARAM_CONTAINER_NAME, "web");
    event_writer_string(&writer, PARAM_CONTAINER_IMAGE, "localhost:5000/a/nginx");
    event_writer_string(&writer, PARAM_CONTAINER_IMAGE_DIGEST, "nginx@sha256:77");
    event_writer_string(&writer, PARAM_POD_NAME, "web-0");
    event_writer_number(&writer, PARAM_CONTAINER_FLAGS, CONTAINER_FLAG_PRIVILEGED);
    event_writer_number(&writer, PARAM_CONTAINER_START, 1234567);
    STRINGS(PARAM_CONTAINER_LABELS, "app=web\0empty=\0bare\0eq=a=b\0");
    STRINGS(PARAM_POD_LABELS, "tier=front");
    STRINGS(PARAM_CONTAINER_MOUNTS, "/data:/var/data:z:true:rprivate\0"
                                    "/a:b:/c::false:\0"
                                    "odd\0");
    STRINGS(PARAM_CONTAINER_ENV, "PATH=/bin\0KUBERNETES_SERVICE_HOST=10.96.0.1");
    STRINGS(PARAM_CONTAINER_ENTRYPOINT, "nginx\0-g\0");
    set_metadata();

    assert_int_equal(container->runtime, RUNTIME_DOCKER);
    assert_string_equal(container->name, "web");
    assert_string_equal(container->image, "localhost:5000/a/nginx");
    assert_string_equal(container->image_repository, "localhost:5000/a/nginx");
    assert_string_equal(container->image_tag, "latest");
    assert_string_equal(container->image_digest, "sha256:77");
    assert_string_equal(container->pod_name, "web-0");
    assert_string_equal(container->pod_uid, "");
    assert_int_equal(container->flags, CONTAINER_FLAG_PRIVILEGED);
    assert_int_equal(container->start_time, 1234567);

    assert_int_equal(container->label_count, 4);
    assert_string_equal(container_label(container, "app"), "web");
    assert_string_equal(container_label(container, "empty"), "");
    assert_string_equal(container_label(container, "bare"), "");
    assert_string_equal(container_label(container, "eq"), "a=b");
    assert_null(container_label(container, "tier"));
    assert_int_equal(container->pod_label_count, 1);
    assert_string_equal(container->pod_labels[0].value, "front");

    const struct container_mount *mounts = container->mounts;
    assert_int_equal(container->mount_count, 3);
    assert_string_equal(mounts[0].source, "/data");
    assert_string_equal(mounts[0].destination, "/var/data");
    assert_string_equal(mounts[0].mode, "z");
    assert_string_equal(mounts[0].propagation, "rprivate");
    assert_true(mounts[0].read_write);
    assert_string_equal(mounts[1].source, "/a:b");
    assert_string_equal(mounts[1].destination, "/c");
    assert_false(mounts[1].read_write);
    assert_string_equal(mounts[2].source, "odd");
    assert_string_equal(mounts[2].destination, "");

    assert_int_equal(container->env_len, sizeof("PATH=/bin\0KUBERNETES_SERVICE_HOST=10.96.0.1"));
    assert_int_equal(container->entrypoint_len, sizeof("nginx\0-g"));
    assert_int_equal(entry->service_address_len, 4);
    assert_memory_equal(entry->service_address, "\x0a\x60\x00\x01", 4);
}

static void test_image_id(void **state)
{
    event_writer_string(&writer, PARAM_CONTAINER_IMAGE, "sha256:" HEX64);
    set_metadata();
    assert_string_equal(entry->container.image_id, "sha256:" HEX64);
    assert_string_equal(entry->container.image_repository, "");
    assert_string_equal(entry->container.image_tag, "");
}

/* Sizes at their limits: what ASan is for. */
static void test_many_labels(void **state)
{
    static char labels[4000];

    event_writer_bytes(&writer, PARAM_CONTAINER_LABELS, 0, labels, sizeof(labels));
    memset(labels, ':', sizeof(labels));
    event_writer_bytes(&writer, PARAM_CONTAINER_MOUNTS, 0, labels, sizeof(labels));
    memset(labels, 0, sizeof(labels));
    event_writer_string(&writer, PARAM_CONTAINER_IMAGE, "a:b@c");
    set_metadata();
    assert_int_equal(entry->container.label_count, 512);
    assert_true(entry->container.flags & CONTAINER_FLAG_PARTIAL);
    assert_string_equal(entry->container.image_digest, "c");
}

static void test_table(void **state)
{
    struct container_entry *other[3], *bad;
    const char *ids[] = {"one", "two", "three"};

    assert_int_equal(containers_add(&table, "", 0, 0, &bad), -EINVAL);
    assert_int_equal(containers_add(&table, "a\0b", 3, 0, &bad), -EINVAL);
    assert_null(containers_victim(&table));
    for (size_t i = 0; i < 3; i++) {
        table.now = i;
        assert_int_equal(containers_add(&table, ids[i], strlen(ids[i]), 0, &other[i]), 0);
    }
    assert_ptr_equal(containers_victim(&table), entry);
    containers_enter(&entry->container, 5);
    assert_ptr_equal(containers_victim(&table), other[0]);
    containers_enter(&other[0]->container, 6);
    other[1]->busy = other[2]->busy = true;
    assert_ptr_equal(containers_victim(&table), entry);
    table.now = 50;
    containers_leave(&entry->container);
    assert_int_equal(entry->idle_since, 50);
    entry->busy = other[0]->busy = true;
    assert_null(containers_victim(&table));
    containers_leave(&other[0]->container);
    for (size_t i = 0; i < 3; i++)
        containers_remove(&table, other[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_split_image),
        cmocka_unit_test(test_runtime_names),
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
        TEST(test_empty),
        TEST(test_metadata),
        TEST(test_image_id),
        TEST(test_many_labels),
        TEST(test_table),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
