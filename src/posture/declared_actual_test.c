/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/declared_actual.h"

#include <errno.h>
#include <linux/capability.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/sysmacros.h>

#include <cmocka.h>

#define CAP(name) (1ull << CAP_##name)

struct told {
    struct drift items[16];
    size_t count;
};

static int keep(void *data, const struct drift *drift)
{
    struct told *told = data;

    assert_true(told->count < 16);
    told->items[told->count++] = *drift;
    assert_true(*drift->setting && drift->object && *drift->declared && *drift->actual);
    assert_true(*drift->wanted);
    return 0;
}

struct case_ {
    struct arena arena;
    struct container_config declared, start, actual;
    struct told told;
};

static void begin(struct case_ *c)
{
    *c = (struct case_){0};
    container_config_set_unset(&c->declared);
}

static void end(struct case_ *c)
{
    arena_done(&c->arena);
}

static void compare(struct case_ *c, bool with_start)
{
    const struct drift_columns columns = {&c->declared, with_start ? &c->start : NULL, &c->actual};

    c->told.count = 0;
    assert_int_equal(declared_actual_compare(&columns, &c->arena, keep, &c->told), 0);
}

static void expect(const struct case_ *c, const char *setting, const char *object,
                   const char *declared, const char *actual, bool at_start)
{
    assert_int_equal(c->told.count, 1);
    assert_string_equal(c->told.items[0].setting, setting);
    assert_string_equal(c->told.items[0].object, object);
    assert_string_equal(c->told.items[0].declared, declared);
    assert_string_equal(c->told.items[0].actual, actual);
    assert_int_equal(c->told.items[0].at_start, at_start);
}

static const struct evidence none;

static void test_nothing_known(void **test)
{
    struct case_ c;

    begin(&c);
    compare(&c, true);
    assert_int_equal(c.told.count, 0);
    config_set_flag(c.declared.settings, CONFIG_NO_NEW_PRIVILEGES, true, none);
    config_set_number(c.declared.settings, CONFIG_SECCOMP_MODE, 2, none);
    compare(&c, true); /* the kernel was not looked at */
    assert_int_equal(c.told.count, 0);
    end(&c);
}

static void test_rights(void **test)
{
    struct case_ c;

    begin(&c);
    config_set_flag(c.declared.settings, CONFIG_NO_NEW_PRIVILEGES, true, none);
    config_set_flag(c.actual.settings, CONFIG_NO_NEW_PRIVILEGES, true, none);
    compare(&c, false);
    assert_int_equal(c.told.count, 0);
    config_set_flag(c.actual.settings, CONFIG_NO_NEW_PRIVILEGES, false, none);
    compare(&c, false);
    expect(&c, "no_new_privs", "", "true", "false", false);
    end(&c);

    begin(&c);
    config_set_number(c.declared.settings, CONFIG_SECCOMP_MODE, 2, none);
    config_set_number(c.actual.settings, CONFIG_SECCOMP_MODE, 0, none);
    compare(&c, false);
    expect(&c, "seccomp", "", "2", "0", false);
    /* Stricter than declared is nothing to be told. */
    config_set_number(c.declared.settings, CONFIG_SECCOMP_MODE, 0, none);
    config_set_number(c.actual.settings, CONFIG_SECCOMP_MODE, 2, none);
    compare(&c, false);
    assert_int_equal(c.told.count, 0);
    end(&c);

    begin(&c);
    config_set_mask(c.declared.settings, CONFIG_CAPABILITIES_EFFECTIVE, CAP(KILL) | CAP(CHOWN),
                    none);
    config_set_mask(c.actual.settings, CONFIG_CAPABILITIES_EFFECTIVE, CAP(KILL), none);
    compare(&c, false);
    assert_int_equal(c.told.count, 0);
    config_set_mask(c.actual.settings, CONFIG_CAPABILITIES_EFFECTIVE, CAP(KILL) | CAP(SYS_ADMIN),
                    none);
    compare(&c, false);
    expect(&c, "effective_capabilities", "CAP_SYS_ADMIN", "CAP_CHOWN CAP_KILL",
           "CAP_KILL CAP_SYS_ADMIN", false);
    end(&c);

    begin(&c); /* not declared: as at the start */
    config_set_mask(c.start.settings, CONFIG_CAPABILITIES_AMBIENT, 0, none);
    config_set_mask(c.actual.settings, CONFIG_CAPABILITIES_AMBIENT, CAP(KILL), none);
    compare(&c, true);
    expect(&c, "ambient_capabilities", "CAP_KILL", "none", "CAP_KILL", true);
    end(&c);
}

static void add_namespace(struct case_ *c, struct container_config *config,
                          enum namespace_kind kind, uint64_t inode, bool host)
{
    struct config_namespace *item = config_list_add(&c->arena, &config->namespaces);

    *item = (struct config_namespace){.kind = kind, .inode = inode, .host = host};
}

static void test_namespaces(void **test)
{
    struct case_ c;

    begin(&c);
    add_namespace(&c, &c.declared, NAMESPACE_NETWORK, 0, false);
    add_namespace(&c, &c.start, NAMESPACE_NETWORK, 7, false);
    add_namespace(&c, &c.actual, NAMESPACE_NETWORK, 7, false);
    compare(&c, true);
    assert_int_equal(c.told.count, 0);
    c.actual.namespaces.items[0] =
        (struct config_namespace){.kind = NAMESPACE_NETWORK, .inode = 1, .host = true};
    compare(&c, true);
    expect(&c, "net_namespace", "", "7", "host", false);
    compare(&c, false);
    expect(&c, "net_namespace", "", "own", "host", false);
    c.actual.namespaces.items[0] = (struct config_namespace){.kind = NAMESPACE_NETWORK, .inode = 9};
    compare(&c, true);
    expect(&c, "net_namespace", "", "7", "9", true);
    end(&c);

    begin(&c); /* the host's by declaration */
    add_namespace(&c, &c.declared, NAMESPACE_PID, 0, true);
    add_namespace(&c, &c.start, NAMESPACE_PID, 1, true);
    add_namespace(&c, &c.actual, NAMESPACE_PID, 1, true);
    compare(&c, true);
    assert_int_equal(c.told.count, 0);
    end(&c);
}

static struct config_mount *add_mount(struct case_ *c, struct container_config *config,
                                      const char *destination, bool read_only)
{
    struct config_mount *item = config_list_add(&c->arena, &config->mounts);

    *item = (struct config_mount){.destination = destination,
                                  .source = destination,
                                  .read_only = read_only,
                                  .device = makedev(0, 5)};
    return item;
}

static void test_paths(void **test)
{
    struct case_ c;

    begin(&c);
    config_add_text(&c.arena, c.declared.settings, CONFIG_MASKED_PATHS, "/proc/keys", none);
    config_add_text(&c.arena, c.declared.settings, CONFIG_MASKED_PATHS, "/proc/scsi", none);
    config_add_text(&c.arena, c.declared.settings, CONFIG_READ_ONLY_PATHS, "/proc/sys", none);
    add_mount(&c, &c.start, "/proc", false);
    add_mount(&c, &c.start, "/proc/keys", false);
    add_mount(&c, &c.start, "/proc/sys", true);
    add_mount(&c, &c.actual, "/proc", false);
    add_mount(&c, &c.actual, "/proc/keys", false);
    add_mount(&c, &c.actual, "/proc/sys", true);
    compare(&c, true);
    assert_int_equal(c.told.count, 0);
    c.actual.mounts.items[2].read_only = false;
    compare(&c, true);
    expect(&c, "read_only_path", "/proc/sys", "ro", "rw", false);
    c.actual.mounts.items[2].read_only = true;
    c.actual.mounts.items[1].destination = "/proc/other";
    compare(&c, true);
    expect(&c, "masked_path", "/proc/keys", "masked", "open", false);
    c.actual.mounts.items[1].destination = "/proc/keys";
    add_mount(&c, &c.actual, "/proc", false); /* a new one on top of all */
    compare(&c, true);
    assert_int_equal(c.told.count, 2);
    end(&c);
}

static void test_mounts(void **test)
{
    struct case_ c;

    begin(&c);
    add_mount(&c, &c.declared, "/data", true);
    add_mount(&c, &c.start, "/", false);
    add_mount(&c, &c.start, "/data", true);
    add_mount(&c, &c.actual, "/", false);
    add_mount(&c, &c.actual, "/data", true);
    compare(&c, true);
    assert_int_equal(c.told.count, 0);
    c.actual.mounts.items[1].read_only = false;
    compare(&c, true);
    expect(&c, "read_only_mount", "/data", "ro", "rw", false);
    c.actual.mounts.items[1].read_only = true;

    struct config_mount *tmpfs = add_mount(&c, &c.actual, "/tmp", false);
    tmpfs->device = makedev(0, 99); /* of its own */
    compare(&c, true);
    assert_int_equal(c.told.count, 0);
    tmpfs->device = makedev(8, 1); /* a disk */
    compare(&c, true);
    expect(&c, "host_mount", "/tmp", "none", "/tmp rw", true);
    tmpfs->device = makedev(0, 99);
    tmpfs->host_path = true;
    tmpfs->source = "/etc";
    compare(&c, true);
    expect(&c, "host_mount", "/tmp", "none", "/etc rw", true);
    /* A directory of its own root, bound elsewhere. */
    config_set_text(c.start.settings, CONFIG_ROOT_PATH, "/bundle/rootfs", none);
    tmpfs->source = "/bundle/rootfs/var";
    compare(&c, true);
    assert_int_equal(c.told.count, 0);
    end(&c);
}

static void add_device(struct case_ *c, struct container_config *config, char type, int64_t major,
                       int64_t minor, const char *access)
{
    struct config_device *item = config_list_add(&c->arena, &config->devices);

    *item = (struct config_device){
        .type = type, .major = major, .minor = minor, .access = access, .allow = true};
}

static void test_devices(void **test)
{
    struct case_ c;

    begin(&c);
    add_device(&c, &c.start, 'c', 1, 3, "rwm");
    add_device(&c, &c.start, 'c', -1, -1, "m");
    add_device(&c, &c.declared, 'b', 7, -1, "rw");
    add_device(&c, &c.actual, 'c', 1, 3, "rw");
    add_device(&c, &c.actual, 'c', 9, 9, "m");
    add_device(&c, &c.actual, 'b', 7, 0, "r");
    compare(&c, true);
    assert_int_equal(c.told.count, 0);
    add_device(&c, &c.actual, 'c', 9, 9, "rm");
    compare(&c, true);
    expect(&c, "device", "c 9:9 rm", "denied", "allowed", true);
    end(&c);
}

static void test_limits(void **test)
{
    struct case_ c;

    begin(&c);
    config_set_number(c.declared.settings, CONFIG_MEMORY_LIMIT, 4096000, none);
    config_set_number(c.actual.settings, CONFIG_MEMORY_LIMIT, 4095000, none);
    compare(&c, false);
    assert_int_equal(c.told.count, 0);
    config_set_number(c.actual.settings, CONFIG_MEMORY_LIMIT, 8192000, none);
    compare(&c, false);
    expect(&c, "memory_limit", "", "4096000", "8192000", false);
    c.actual.settings[CONFIG_MEMORY_LIMIT].presence = PRESENCE_UNSET;
    compare(&c, false);
    expect(&c, "memory_limit", "", "4096000", "unset", false);
    end(&c);

    begin(&c); /* a quota by another period than the kernel's */
    config_set_number(c.declared.settings, CONFIG_CPU_QUOTA, 25000, none);
    config_set_number(c.declared.settings, CONFIG_CPU_PERIOD, 50000, none);
    config_set_number(c.actual.settings, CONFIG_CPU_QUOTA, 50000, none);
    compare(&c, false);
    assert_int_equal(c.told.count, 0);
    config_set_number(c.actual.settings, CONFIG_CPU_QUOTA, 60000, none);
    compare(&c, false);
    expect(&c, "cpu_limit", "", "25000", "60000", false);
    end(&c);
}

static int stop(void *data, const struct drift *drift)
{
    return -ECANCELED;
}

static void test_bounds(void **test)
{
    struct case_ c;

    begin(&c);
    add_device(&c, &c.start, 'c', 1, 3, "rwm");
    for (int i = 0; i < DRIFTS_MAX; i++)
        add_device(&c, &c.actual, 'b', i, 0, "r");
    const struct drift_columns columns = {&c.declared, &c.start, &c.actual};
    assert_int_equal(declared_actual_compare(&columns, &c.arena, stop, NULL), -ECANCELED);
    end(&c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_nothing_known), cmocka_unit_test(test_rights),
        cmocka_unit_test(test_namespaces),    cmocka_unit_test(test_paths),
        cmocka_unit_test(test_mounts),        cmocka_unit_test(test_devices),
        cmocka_unit_test(test_limits),        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
