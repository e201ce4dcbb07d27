/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/kernel.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "world/tree_testing.h"

#define PID 42

static void link_to(struct tree *tree, const char *target, const char *name)
{
    assert_int_equal(symlink(target, tree_path(tree, name)), 0);
}

static void make_namespaces(struct tree *tree, unsigned pid, const char *numbers[8])
{
    static const char *const names[] = {"pid",  "ipc",    "net", "uts",
                                        "user", "cgroup", "mnt", "time"};
    char name[64], target[64];

    for (size_t i = 0; i < 8; i++) {
        snprintf(name, sizeof(name), "proc/%u/ns/%s", pid, names[i]);
        snprintf(target, sizeof(target), "%s:[%s]", names[i], numbers[i]);
        link_to(tree, target, name);
    }
}

static void make_socket(struct tree *tree, const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    const char *path = tree_path(tree, name);

    assert_true(strlen(path) < sizeof(address.sun_path));
    memcpy(address.sun_path, path, strlen(path) + 1);
    _cleanup_close_ int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof(address)), 0);
}

static const char stat_text[] = "42 (app) S 1 42 42 0 -1 4194304 1 0 0 0 0 0 0 0 20 0 1 0 500 0 0";

static const char status_text[] =
    "Name:\tapp\nUid:\t100007\t100007\t100007\t100007\nGid:\t100008\t100008\t100008\t100008\n"
    "Groups:\t100009 44 \nNSpid:\t42\t1\nCapInh:\t0000000000000000\nCapPrm:\t0000000000000020\n"
    "CapEff:\t0000000000000020\nCapBnd:\t00000000a80425fb\nCapAmb:\t0000000000000000\n"
    "NoNewPrivs:\t1\nSeccomp:\t2\nSeccomp_filters:\t3\n";

static const char container_mounts[] =
    "500 400 0:50 / / ro,relatime - overlay overlay rw,lowerdir=/a\n"
    "501 500 0:51 / /proc rw - proc proc rw\n"
    "502 500 0:52 / /dev rw,nosuid - tmpfs tmpfs rw\n"
    "503 501 0:52 /null /proc/keys rw,nosuid - tmpfs tmpfs rw\n"
    "504 501 0:51 /sys /proc/sys ro - proc proc rw\n"
    "505 500 0:53 / /sys rw - sysfs sysfs rw\n"
    "506 500 8:1 /srv/data /data rw,relatime shared:5 - ext4 /dev/sda1 rw\n"
    "507 500 8:1 /etc /host\\040etc ro,relatime master:5 - ext4 /dev/sda1 rw\n"
    "508 500 0:26 / /sockets ro - tmpfs tmpfs rw\n"
    "509 500 8:1 /x /own rw shared:77 - ext4 /dev/sda1 rw\n";

static const char host_mounts[] = "20 1 8:1 / / rw,relatime shared:5 - ext4 /dev/sda1 rw\n"
                                  "21 20 0:26 / /run rw - tmpfs tmpfs rw\n"
                                  "22 20 0:50 / /var/lib/merged rw - overlay overlay rw\n";

/* Everything but the cgroups. */
static void make_process(struct tree *tree)
{
    static const char *host[] = {"1", "2", "3", "4", "5", "6", "7", "8"};
    static const char *own[] = {"11", "2", "13", "14", "15", "16", "17", "8"};

    tree_make(tree);
    make_namespaces(tree, 1, host);
    make_namespaces(tree, PID, own);
    tree_write(tree, "proc/1/status", "Uid:\t0\t0\t0\t0\nGid:\t0\t0\t0\t0\nCapBnd:\t1ffffffffff\n",
               1);
    tree_write(tree, "proc/1/mountinfo", host_mounts, 1);
    tree_write(tree, "proc/42/stat", stat_text, 1);
    tree_write(tree, "proc/42/status", status_text, 1);
    tree_write(tree, "proc/42/mountinfo", container_mounts, 1);
    tree_write(tree, "proc/42/uid_map", "         0     100000      65536\n", 1);
    tree_write(tree, "proc/42/gid_map", "         0     100000      65536\n", 1);
    tree_write(tree, "proc/42/oom_score_adj", "-7\n", 1);
    tree_write(tree, "proc/42/attr/current", "docker-default (enforce)\n", 1);
    tree_write(tree, "proc/42/net/tcp",
               "  sl  local_address rem_address   st\n"
               "   0: 0100007F:1F90 00000000:0000 0A 0:0\n"
               "   1: 0100007F:1F91 0100007F:C350 01 0:0\n",
               1);
    tree_write(tree, "proc/42/net/tcp6",
               "  sl  local_address rem_address   st\n"
               "   0: 00000000000000000000000000000000:0016 "
               "00000000000000000000000000000000:0000 0A 0:0\n",
               1);
    tree_mkdir(tree, "proc/42/fdinfo/");
    tree_write(tree, "proc/42/fdinfo/7", "pos:\t0\nflags:\t02\nmnt_id:\t20\n", 1);
    tree_write(tree, "proc/42/fdinfo/8", "pos:\t0\nflags:\t02\nmnt_id:\t500\n", 1);
    link_to(tree, "../../../srv", "proc/42/fd/7");
    link_to(tree, "../../../srv", "proc/42/fd/8");
    tree_mkdir(tree, "srv");
    tree_mkdir(tree, "rootfs");
    link_to(tree, "../../rootfs", "proc/42/root");
    tree_write(tree, "rootfs/bin/su", "x", 1);
    assert_int_equal(chmod(tree_path(tree, "rootfs/bin/su"), 04755), 0);
    tree_write(tree, "rootfs/bin/ls", "x", 1);
    assert_int_equal(chmod(tree_path(tree, "rootfs/bin/ls"), 0755), 0);
    link_to(tree, "/", "rootfs/out");
    tree_mkdir(tree, "rootfs/sockets");
    tree_write(tree, "rootfs/proc/kcore", "", 1);
    tree_write(tree, "rootfs/proc/keys", "", 1);
    tree_write(tree, "rootfs/proc/sys/x", "", 1);
    make_socket(tree, "run/docker.sock");
    char *from = strdup(tree_path(tree, "run/docker.sock"));
    assert_int_equal(link(from, tree_path(tree, "rootfs/sockets/docker.sock")), 0);
    free(from);
}

static int read_it(struct tree *tree, uint64_t start_time, struct kernel_host *host,
                   struct arena *arena, struct container_config *config)
{
    assert_int_equal(kernel_host_open(tree->root, host), 0);
    return kernel_read_container(host, PID, start_time, arena, config);
}

static const struct config_mount *find_mount(const struct container_config *config, const char *at)
{
    for (size_t i = 0; i < config->mounts.count; i++)
        if (!strcmp(config->mounts.items[i].destination, at))
            return &config->mounts.items[i];
    fail_msg("no mount at %s", at);
    return NULL;
}

static bool has_text(const struct setting *setting, const char *text)
{
    for (size_t i = 0; i < setting->texts.count; i++)
        if (!strcmp(setting->texts.items[i].text, text))
            return true;
    return false;
}

static void check_rights(const struct container_config *config)
{
    const struct setting *settings = config->settings;

    assert_int_equal(settings[CONFIG_UID].number, 7);
    assert_int_equal(settings[CONFIG_GID].number, 8);
    assert_string_equal(settings[CONFIG_GROUPS].texts.items[0].text, "9");
    assert_string_equal(settings[CONFIG_GROUPS].texts.items[1].text, "44");
    assert_int_equal(settings[CONFIG_CAPABILITIES_PERMITTED].mask, 0x20);
    assert_int_equal(settings[CONFIG_CAPABILITIES_BOUNDING].mask, 0xa80425fb);
    assert_string_equal(settings[CONFIG_CAPABILITIES_BOUNDING].evidence.field, "CapBnd");
    assert_string_equal(settings[CONFIG_CAPABILITIES_BOUNDING].evidence.file, "/proc/42/status");
    assert_true(settings[CONFIG_NO_NEW_PRIVILEGES].flag);
    assert_int_equal(settings[CONFIG_SECCOMP_MODE].number, 2);
    assert_int_equal(settings[CONFIG_SECCOMP_FILTERS].number, 3);
    assert_int_equal(settings[CONFIG_OOM_SCORE_ADJ].number, -7);
    assert_string_equal(settings[CONFIG_LSM_LABEL].text, "docker-default (enforce)");
    assert_false(settings[CONFIG_HOST_PID].flag);
    assert_true(settings[CONFIG_HOST_IPC].flag);
    assert_false(settings[CONFIG_HOST_USERS].flag);
    assert_false(settings[CONFIG_PRIVILEGED].flag);
    /* No such file: it is not known. */
    assert_int_equal(config->environment.presence, PRESENCE_UNKNOWN);
}

static void check_mounts(const struct container_config *config)
{
    const struct setting *settings = config->settings;

    assert_int_equal(config->mounts.count, 10);
    assert_true(settings[CONFIG_READ_ONLY_ROOT].flag);
    assert_string_equal(settings[CONFIG_ROOT_PATH].text, "/var/lib/merged");
    assert_string_equal(find_mount(config, "/data")->source, "/srv/data");
    assert_string_equal(find_mount(config, "/data")->propagation, "shared");
    assert_string_equal(find_mount(config, "/host etc")->source, "/etc");
    assert_string_equal(find_mount(config, "/host etc")->propagation, "slave");
    assert_true(find_mount(config, "/host etc")->read_only);
    /* Its peers are the container's own mounts. */
    assert_string_equal(find_mount(config, "/own")->propagation, "private");
    assert_false(find_mount(config, "/proc")->host_path);
    assert_false(find_mount(config, "/dev")->host_path);
    assert_true(has_text(&settings[CONFIG_MASKED_PATHS], "/proc/keys"));
    assert_false(has_text(&settings[CONFIG_MASKED_PATHS], "/proc/kcore"));
    assert_true(has_text(&settings[CONFIG_MASKED_PATHS], "/proc/scsi")); /* is not there */
    assert_true(has_text(&settings[CONFIG_READ_ONLY_PATHS], "/proc/sys"));
}

static void test_process(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct container_config config;
    struct kernel_host host;
    struct tree tree;

    make_process(&tree);
    assert_int_equal(read_it(&tree, 0, &host, &arena, &config), 0);
    check_rights(&config);
    check_mounts(&config);
    assert_int_equal(config.ports.count, 2);
    assert_string_equal(config.ports.items[0].address, "127.0.0.1");
    assert_int_equal(config.ports.items[0].container, 8080);
    assert_string_equal(config.ports.items[1].address, "::");
    assert_int_equal(config.ports.items[1].container, 22);
    assert_int_equal(config.privileged_files.count, 1);
    assert_string_equal(config.privileged_files.items[0].path, "/bin/su");
    assert_int_equal(config.privileged_files.presence, PRESENCE_SET);
    assert_int_equal(config.host_directories.count, 1);
    assert_int_equal(config.host_directories.items[0].fd, 7);
    assert_int_equal(host.socket_count, 1);
    assert_int_equal(config.sockets.count, 1);
    assert_string_equal(config.sockets.items[0].path, "/sockets/docker.sock");
    assert_string_equal(config.sockets.items[0].runtime, "docker");
    kernel_host_done(&host);
    tree_remove(&tree);
}

/* Of another process of the same pid, and of one that is no more, nothing is told. */
static void test_gone(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct container_config config;
    struct kernel_host host;
    struct tree tree;

    make_process(&tree);
    assert_int_equal(read_it(&tree, UINT64_C(5000000000), &host, &arena, &config), 0);
    kernel_host_done(&host);
    assert_int_equal(read_it(&tree, UINT64_C(6000000000), &host, &arena, &config), -ESRCH);
    tree_write(&tree, "proc/42/stat", "42 (app) Z 1 42 42 0 -1 0 1 0 0 0 0 0 0 0 20 0 1 0 500 0 0",
               1);
    assert_int_equal(kernel_read_container(&host, PID, 0, &arena, &config), -ESRCH);
    assert_int_equal(kernel_read_container(&host, 43, 0, &arena, &config), -ESRCH);
    kernel_host_done(&host);
    tree_remove(&tree);
}

static void mount_v1(struct tree *tree)
{
    tree_write(tree, "proc/self/cgroup", "4:memory:/\n3:cpu,cpuacct:/\n2:pids:/\n1:devices:/\n", 1);
    tree_write(tree, "proc/self/mountinfo",
               "30 20 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
               "31 20 0:31 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu,cpuacct\n"
               "32 20 0:32 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n"
               "33 20 0:33 / /sys/fs/cgroup/devices rw - cgroup cgroup rw,devices\n",
               1);
    tree_write(
        tree, "proc/42/cgroup",
        "4:memory:/pods/box\n3:cpu,cpuacct:/pods/box\n2:pids:/pods/box\n1:devices:/pods/box\n", 1);
    tree_write(tree, "sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n", 1);
    tree_write(tree, "sys/fs/cgroup/memory/pods/memory.limit_in_bytes", "4096\n", 1);
    tree_write(tree, "sys/fs/cgroup/memory/pods/box/memory.limit_in_bytes", "8192\n", 1);
    tree_write(tree, "sys/fs/cgroup/memory/pods/box/memory.oom_control",
               "oom_kill_disable 1\nunder_oom 0\n", 1);
    tree_write(tree, "sys/fs/cgroup/cpu/pods/box/cpu.shares", "512\n", 1);
    tree_write(tree, "sys/fs/cgroup/cpu/pods/box/cpu.cfs_quota_us", "-1\n", 1);
    tree_write(tree, "sys/fs/cgroup/pids/pods/box/pids.max", "max\n", 1);
    tree_write(tree, "sys/fs/cgroup/devices/pods/box/devices.list",
               "c 1:3 rwm\nb 8:* r\nodd line\nc *:* m\n", 1);
}

static void test_v1(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct container_config config;
    const struct setting *settings = config.settings;
    struct kernel_host host;
    struct tree tree;

    make_process(&tree);
    mount_v1(&tree);
    assert_int_equal(read_it(&tree, 0, &host, &arena, &config), 0);
    assert_string_equal(settings[CONFIG_CGROUP_PATH].text, "/pods/box");
    assert_int_equal(settings[CONFIG_MEMORY_LIMIT].number, 4096);
    assert_string_equal(settings[CONFIG_MEMORY_LIMIT].evidence.file,
                        "/sys/fs/cgroup/memory/pods/memory.limit_in_bytes");
    assert_int_equal(settings[CONFIG_CPU_SHARES].number, 512);
    assert_int_equal(settings[CONFIG_CPU_QUOTA].presence, PRESENCE_UNSET);
    assert_int_equal(settings[CONFIG_PIDS_LIMIT].presence, PRESENCE_UNSET);
    assert_true(settings[CONFIG_OOM_KILL_DISABLE].flag);
    assert_int_equal(config.devices.count, 3);
    assert_int_equal(config.devices.items[1].type, 'b');
    assert_int_equal(config.devices.items[1].major, 8);
    assert_int_equal(config.devices.items[1].minor, -1);
    assert_string_equal(config.devices.items[1].access, "r");
    kernel_host_done(&host);

    tree_write(&tree, "sys/fs/cgroup/devices/pods/box/devices.list", "a *:* rwm\n", 1);
    assert_int_equal(read_it(&tree, 0, &host, &arena, &config), 0);
    assert_int_equal(config.devices.count, 1);
    assert_int_equal(config.devices.items[0].type, 'a');
    kernel_host_done(&host);
    tree_remove(&tree);
}

static void test_v2(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct container_config config;
    const struct setting *settings = config.settings;
    struct kernel_host host;
    struct tree tree;

    make_process(&tree);
    tree_write(&tree, "proc/self/cgroup", "0::/\n", 1);
    tree_write(&tree, "proc/self/mountinfo",
               "30 20 0:30 / /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n", 1);
    tree_write(&tree, "proc/42/cgroup", "0::/pods/box\n", 1);
    tree_write(&tree, "sys/fs/cgroup/pods/memory.max", "max\n", 1);
    tree_write(&tree, "sys/fs/cgroup/pods/pids.max", "50\n", 1);
    tree_write(&tree, "sys/fs/cgroup/pods/box/memory.max", "1048576\n", 1);
    tree_write(&tree, "sys/fs/cgroup/pods/box/pids.max", "100\n", 1);
    tree_write(&tree, "sys/fs/cgroup/pods/box/cpu.max", "20000 200000\n", 1);
    tree_write(&tree, "sys/fs/cgroup/pods/box/cpu.weight", "100\n", 1);
    assert_int_equal(read_it(&tree, 0, &host, &arena, &config), 0);
    assert_int_equal(settings[CONFIG_MEMORY_LIMIT].number, 1048576);
    assert_int_equal(settings[CONFIG_PIDS_LIMIT].number, 50);
    assert_int_equal(settings[CONFIG_CPU_QUOTA].number, 10000);
    assert_int_equal(settings[CONFIG_CPU_SHARES].presence, PRESENCE_UNSET);
    assert_false(settings[CONFIG_OOM_KILL_DISABLE].flag);
    /* A directory that is no cgroup can't be asked for its programs. */
    assert_int_equal(config.devices.presence, PRESENCE_UNKNOWN);
    kernel_host_done(&host);
    tree_remove(&tree);
}

/* Version 1 has the memory, version 2 the rest, where nothing is limited. */
static void test_hybrid(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct container_config config;
    const struct setting *settings = config.settings;
    struct kernel_host host;
    struct tree tree;

    make_process(&tree);
    tree_write(&tree, "proc/self/cgroup", "4:memory:/\n0::/\n", 1);
    tree_write(&tree, "proc/self/mountinfo",
               "30 20 0:30 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
               "31 20 0:31 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n",
               1);
    tree_write(&tree, "proc/42/cgroup", "4:memory:/m/box\n0::/u/box\n", 1);
    tree_write(&tree, "sys/fs/cgroup/memory/m/box/memory.limit_in_bytes", "8192\n", 1);
    tree_write(&tree, "sys/fs/cgroup/unified/u/box/pids.max", "9\n", 1);
    assert_int_equal(read_it(&tree, 0, &host, &arena, &config), 0);
    assert_int_equal(settings[CONFIG_MEMORY_LIMIT].number, 8192);
    assert_int_equal(settings[CONFIG_PIDS_LIMIT].number, 9);
    assert_int_equal(settings[CONFIG_CPU_QUOTA].presence, PRESENCE_UNKNOWN);
    assert_string_equal(settings[CONFIG_CPU_QUOTA].evidence.text, "the controller is not enabled");
    kernel_host_done(&host);
    tree_remove(&tree);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_process), cmocka_unit_test(test_gone),   cmocka_unit_test(test_v1),
        cmocka_unit_test(test_v2),      cmocka_unit_test(test_hybrid),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
