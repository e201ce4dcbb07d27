/* SPDX-License-Identifier: Apache-2.0 */
#include "world/bolt.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/files.h"

#define DATABASE TEST_DATA "/containerd/var/lib/containerd/io.containerd.metadata.v1.bolt/meta.db"

static int open_database(struct bolt *bolt)
{
    int fd = open(DATABASE, O_RDONLY | O_CLOEXEC);

    assert_true(fd >= 0);
    assert_int_equal(bolt_begin(fd, bolt), 0);
    return fd;
}

static void test_values(void **state)
{
    static const struct {
        const char *path[8];
        const char *value; /* NULL: not there */
    } rows[] = {
        {{"v1", "default", "containers", "facts-ctr1", "image"},
         "docker.io/library/facts-busybox:bb"},
        {{"v1", "default", "containers", "facts-ctr1", "labels", "who"}, "facts"},
        {{"v1", "default", "images", "docker.io/library/facts-busybox:bb", "target", "digest"},
         "sha256:82056cfc075ccaaab02046f4873d732944857f26ea2d0ad90558f3a610a55389"},
        {{"v1", "default", "containers", "facts-ctr1", "labels", "whom"}, NULL},
        {{"v1", "default", "containers", "facts-ctr1", "labels"}, NULL},     /* a bucket */
        {{"v1", "default", "containers", "facts-ctr1", "image", "x"}, NULL}, /* not a bucket */
        {{"v1", "nowhere", "x"}, NULL},
        {{"a"}, NULL},
        {{"zzz"}, NULL},
        {{""}, NULL},
        {{NULL}, NULL},
    };
    struct buf value = {0};
    struct bolt bolt;
    int fd = open_database(&bolt);

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        int r = bolt_get(&bolt, rows[i].path, &value);
        assert_int_equal(r, rows[i].value ? 0 : -ENOENT);
        if (rows[i].value)
            assert_string_equal(value.data, rows[i].value);
    }
    assert_int_equal(bolt_end(&bolt), 0);
    buf_done(&value);
    close(fd);
}

static int count_key(void *data, const char *key, size_t key_len, const char *value,
                     size_t value_len)
{
    unsigned *count = data;

    return ++*count == 1000;
}

static void test_each(void **state)
{
    struct bolt bolt;
    unsigned count = 0;
    int fd = open_database(&bolt);

    assert_int_equal(bolt_each(&bolt, (const char *const[]){"v1", NULL}, count_key, &count), 0);
    assert_int_equal(count, 4); /* default, k8s.io, other, version */
    assert_int_equal(bolt_each(&bolt, (const char *const[]){"v2", NULL}, count_key, &count),
                     -ENOENT);
    close(fd);
}

/* Another transaction while reading shows at the end. */
static void test_changed_file(void **state)
{
    char name[] = "/tmp/bulwark-test-XXXXXX", *data;
    size_t len;
    struct bolt bolt;
    int fd = mkstemp(name);

    assert_int_equal(read_file(DATABASE, 1 << 20, &data, &len), 0);
    assert_int_equal(write_all(fd, data, len), 0);
    assert_int_equal(bolt_begin(fd, &bolt), 0);
    assert_int_equal(bolt_end(&bolt), 0);
    bolt.transaction--;
    assert_int_equal(bolt_end(&bolt), -EAGAIN);
    assert_int_equal(ftruncate(fd, 4096), 0);
    assert_true(bolt_end(&bolt) <= 0);
    assert_int_equal(ftruncate(fd, 0), 0);
    assert_int_equal(bolt_begin(fd, &bolt), -EBADMSG);
    free(data);
    close(fd);
    unlink(name);
}

/* Every byte of the file damaged, a few at a time: an answer or an error, never more. */
static void test_damage(void **state)
{
    const char *const path[] = {"v1", "default", "containers", "facts-ctr1", "image", NULL};
    char name[] = "/tmp/bulwark-test-XXXXXX", *data;
    struct buf value = {.max = 1 << 20};
    size_t len;
    struct bolt bolt;
    int fd = mkstemp(name);

    assert_int_equal(read_file(DATABASE, 1 << 20, &data, &len), 0);
    assert_int_equal(write_all(fd, data, len), 0);
    for (size_t at = 0; at + 8 < len; at += 512 + at % 7) {
        static const char damage[8] = {-1, -1, -1, -1, 1, -1, 0, -1};
        unsigned count = 0;
        assert_int_equal(pwrite(fd, damage, sizeof(damage), (off_t)at), sizeof(damage));
        if (bolt_begin(fd, &bolt) == 0) {
            bolt_get(&bolt, path, &value);
            bolt_each(&bolt, (const char *const[]){"v1", "default", NULL}, count_key, &count);
        }
        assert_int_equal(pwrite(fd, data + at, sizeof(damage), (off_t)at), sizeof(damage));
    }
    assert_int_equal(bolt_begin(fd, &bolt), 0);
    assert_int_equal(bolt_get(&bolt, path, &value), 0);
    buf_done(&value);
    free(data);
    close(fd);
    unlink(name);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_values),
        cmocka_unit_test(test_each),
        cmocka_unit_test(test_changed_file),
        cmocka_unit_test(test_damage),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
