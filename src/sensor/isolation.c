/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/isolation.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/loop.h"
#include "sensor/sensor_internal.h"

DEFINE_CLEANUP(struct btf *, btf__free);

/* As in /proc/PID/ns, by enum isolation_namespace. */
static const char *const names[ISOLATION_NAMESPACES] = {
    [ISOLATION_MNT] = "mnt",   [ISOLATION_PID] = "pid", [ISOLATION_NET] = "net",
    [ISOLATION_IPC] = "ipc",   [ISOLATION_UTS] = "uts", [ISOLATION_CGROUP] = "cgroup",
    [ISOLATION_USER] = "user",
};

int isolation_find_host(uint32_t ret_namespaces[ISOLATION_NAMESPACES])
{
    for (unsigned i = 0; i < ISOLATION_NAMESPACES; i++) {
        struct stat st;
        char path[32];

        snprintf(path, sizeof(path), "/proc/1/ns/%s", names[i]);
        if (stat(path, &st) < 0) { /* not shown to us: taken for our own, as in world/facts.c */
            snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i]);
            if (stat(path, &st) < 0)
                return -errno;
        }
        ret_namespaces[i] = (uint32_t)st.st_ino;
    }
    return 0;
}

/* Of "ffffffff81234567 b apparmor_blob_sizes". */
static uint64_t address_of_symbol(const char *wanted)
{
    FILE *symbols = fopen("/proc/kallsyms", "re");
    char line[512], *rest;
    uint64_t found = 0;

    if (!symbols)
        return 0;
    while (!found && fgets(line, sizeof(line), symbols)) {
        uint64_t address = strtoull(line, &rest, 16);
        char *name = strlen(rest) > 3 ? rest + 3 : rest;
        name[strcspn(name, "\t\n")] = '\0';
        if (!strcmp(name, wanted))
            found = address;
    }
    (void)fclose(symbols); /* it was read from alone */
    return found;
}

/* A label is there where AppArmor is active. */
static bool apparmor_is_active(void)
{
    _cleanup_free_ char *label = NULL;

    return read_file("/proc/self/attr/apparmor/current", 4096, &label, NULL) == 0 && *label;
}

uint64_t isolation_find_apparmor(const struct btf *btf)
{
    static const char *const types[] = {"aa_label", "lsm_blob_sizes"};

    if (!btf || !apparmor_is_active())
        return 0;
    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++)
        if (btf__find_by_name_kind(btf, types[i], BTF_KIND_STRUCT) < 0)
            return 0;
    if (btf__find_by_name_kind(btf, "label_flags", BTF_KIND_ENUM) < 0)
        return 0;
    return address_of_symbol("apparmor_blob_sizes");
}

int isolation_probe_labels(struct error *ret_error)
{
    if (!apparmor_is_active())
        return error_set(ret_error, -EOPNOTSUPP, "AppArmor is not active");
    _cleanup_(btf__freep) struct btf *btf = btf__load_vmlinux_btf();
    if (!isolation_find_apparmor(btf))
        return error_set(ret_error, -EOPNOTSUPP, "neither BTF nor /proc/kallsyms tell of them");
    return 0;
}

void sensor_host_namespaces(const struct sensor *sensor,
                            uint32_t ret_namespaces[ISOLATION_NAMESPACES])
{
    memcpy(ret_namespaces, sensor->skeleton->bss->isolation_host,
           ISOLATION_NAMESPACES * sizeof(*ret_namespaces));
}

/* One that has ended needs it no more; one that the kernel side knows by now has it. */
static void isolate_process(struct sensor *sensor, const struct isolation_allowance *allowed,
                            uint32_t pid)
{
    const struct isolation_thread thread = {.allowed = *allowed};
    _cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);

    if (pidfd >= 0)
        bpf_map_update_elem(bpf_map__fd(sensor->skeleton->maps.isolation_threads), &pidfd, &thread,
                            BPF_NOEXIST);
}

int sensor_isolate(struct sensor *sensor, const struct isolation_allowance *given, uint32_t first)
{
    const uint32_t *host = sensor->skeleton->bss->isolation_host;
    int owners = bpf_map__fd(sensor->skeleton->maps.isolation_owners);
    struct isolation_allowance allowed = *given;
    int allowances = bpf_map__fd(sensor->skeleton->maps.isolation_allowances);

    for (unsigned i = 0; i < ISOLATION_NAMESPACES; i++) {
        uint32_t inode = allowed.namespaces[i];
        /* That of a pod is its first container's. */
        if (inode && inode != host[i] &&
            bpf_map_update_elem(owners, &inode, &allowed.cgroup, BPF_NOEXIST) < 0 &&
            errno != EEXIST)
            return -errno;
    }
    allowed.since = loop_now();
    if (bpf_map_update_elem(allowances, &allowed.cgroup, &allowed, BPF_ANY) < 0)
        return -errno;
    isolate_process(sensor, &allowed, first);
    return 0;
}

void sensor_release_namespaces(struct sensor *sensor, const struct isolation_allowance *allowed)
{
    int owners = bpf_map__fd(sensor->skeleton->maps.isolation_owners);

    for (unsigned i = 0; i < ISOLATION_NAMESPACES; i++) {
        uint64_t owner;
        if (bpf_map_lookup_elem(owners, &allowed->namespaces[i], &owner) == 0 &&
            owner == allowed->cgroup)
            bpf_map_delete_elem(owners, &allowed->namespaces[i]);
    }
}

void sensor_forget_container(struct sensor *sensor, uint64_t cgroup)
{
    bpf_map_delete_elem(bpf_map__fd(sensor->skeleton->maps.isolation_allowances), &cgroup);
}
