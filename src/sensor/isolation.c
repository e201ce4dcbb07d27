/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/isolation.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/loop.h"
#include "sensor/sensor_internal.h"

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
