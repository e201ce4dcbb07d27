/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "posture/kernel_internal.h"
#include "posture/kernel_watch.h"
#include "world/exec_id.h"
#include "world/oci.h"
#include "world/proc.h"

static const char *const namespace_files[NAMESPACE_KINDS] = {
    [NAMESPACE_PID] = "pid",   [NAMESPACE_IPC] = "ipc",   [NAMESPACE_NETWORK] = "net",
    [NAMESPACE_UTS] = "uts",   [NAMESPACE_USER] = "user", [NAMESPACE_CGROUP] = "cgroup",
    [NAMESPACE_MOUNT] = "mnt", [NAMESPACE_TIME] = "time",
};

const char *kernel_namespace_file(enum namespace_kind kind)
{
    return namespace_files[kind];
}

char *kernel_text(struct arena *arena, const char *format, ...)
{
    _cleanup_free_ char *text = NULL;
    va_list args;

    va_start(args, format);
    int len = vasprintf(&text, format, args);
    va_end(args);
    if (len < 0) {
        text = NULL;
        return NULL;
    }
    return arena_copy(arena, text, (size_t)len);
}

struct evidence kernel_evidence(struct kernel_reader *reader, const char *file, const char *field,
                                const char *text)
{
    struct arena *arena = reader->arena;

    return (struct evidence){
        .source = SOURCE_KERNEL,
        .file = kernel_text(arena, "/proc/%u/%s", reader->pid, file),
        .field = field ? arena_copy(arena, field, strlen(field)) : NULL,
        .text = text ? arena_copy(arena, text, strlen(text)) : NULL,
    };
}

struct evidence kernel_failure(struct kernel_reader *reader, const char *file, int error)
{
    return kernel_evidence(reader, file, NULL, strerror(-error));
}

/* In a container's pid namespace process 1 is just any: then it tells nothing. */
static uint64_t init_bounding(int root_fd)
{
    _cleanup_free_ char *text = NULL;
    struct proc_status status;

    if (read_file_at(root_fd, "proc/1/status", KERNEL_FILE_MAX, &text, NULL) < 0 ||
        !proc_parse_status(text, &status) || !(status.bounding >> CAP_SYS_ADMIN & 1))
        return UINT64_MAX;
    return status.bounding;
}

static void read_host_namespaces(struct kernel_host *host)
{
    static const char *const processes[] = {"proc/1", "proc/self"};

    for (size_t i = 0; i < sizeof(processes) / sizeof(*processes); i++) {
        _cleanup_close_ int fd =
            openat(host->root_fd, processes[i], O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (unsigned kind = 0; fd >= 0 && kind < NAMESPACE_KINDS; kind++)
            if (!host->namespaces[kind])
                host->namespaces[kind] = proc_namespace(fd, namespace_files[kind]);
    }
}

/* By init; where it can't be looked at, as this process sees them. */
static int read_mounts(int root_fd, struct mount_table *ret_table)
{
    int r = mountinfo_read(root_fd, "proc/1/mountinfo", ret_table);

    return r < 0 && r != -ENOMEM ? mountinfo_read(root_fd, "proc/self/mountinfo", ret_table) : r;
}

static int read_host(struct kernel_host *host, bool sockets)
{
    read_host_namespaces(host);
    host->bounding = init_bounding(host->root_fd);
    if (read_mounts(host->root_fd, &host->mounts) == -ENOMEM ||
        cgroupfs_init(&host->cgroupfs, host->root_fd) == -ENOMEM)
        return -ENOMEM;
    return sockets ? kernel_find_sockets(host) : 0;
}

static int open_host(const char *root, bool sockets, struct kernel_host *ret_host)
{
    struct kernel_host host = {0};

    host.root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (host.root_fd < 0)
        return -errno;
    int r = read_host(&host, sockets);
    if (r < 0) {
        kernel_host_done(&host);
        return r;
    }
    *ret_host = host;
    return 0;
}

int kernel_host_open(const char *root, struct kernel_host *ret_host)
{
    return open_host(root, true, ret_host);
}

int kernel_host_open_parts(const char *root, struct kernel_host *ret_host)
{
    return open_host(root, false, ret_host);
}

int kernel_host_read_mounts(struct kernel_host *host)
{
    struct mount_table table;
    int r = read_mounts(host->root_fd, &table);

    if (r < 0)
        return r;
    mount_table_done(&host->mounts);
    host->mounts = table;
    return 0;
}

void kernel_host_done(struct kernel_host *host)
{
    mount_table_done(&host->mounts);
    cgroupfs_done(&host->cgroupfs);
    arena_done(&host->arena);
    if (host->root_fd >= 0)
        close(host->root_fd);
    *host = (struct kernel_host){.root_fd = -1};
}

/* 0 while it is alive and the one that is meant. */
static int check_alive(int process_fd, uint64_t start_time)
{
    _cleanup_free_ char *text = NULL;
    struct proc_stat stat;
    int r = read_file_at(process_fd, "stat", KERNEL_FILE_MAX, &text, NULL);

    if (r == -ENOMEM)
        return r;
    if (r < 0 || !proc_parse_stat(text, &stat) || stat.dead ||
        (start_time && stat.start_time / EXEC_ID_TICK_NS != start_time / EXEC_ID_TICK_NS))
        return -ESRCH;
    return 0;
}

/* What Docker, Kubernetes and podman make of "privileged", see world/oci.h: capabilities that the
 * machine's own init has not can't be given. */
static void derive_privileged(struct kernel_reader *reader)
{
    struct container_config *config = reader->config;
    const struct setting *bounding = &config->settings[CONFIG_CAPABILITIES_BOUNDING];
    const struct setting *seccomp = &config->settings[CONFIG_SECCOMP_MODE];
    uint64_t full = OCI_CAPABILITIES_FULL & reader->host->bounding;
    bool devices = false;

    for (size_t i = 0; i < config->devices.count; i++)
        devices |= !config->devices.items[i].path && config->devices.items[i].type == 'a';
    if (bounding->presence != PRESENCE_SET || seccomp->presence != PRESENCE_SET)
        return;
    bool capable = (bounding->mask & full) == full;
    /* Rules that could not be read matter only where all the rest is granted. */
    if (capable && !seccomp->number && !devices && config->devices.presence == PRESENCE_UNKNOWN)
        return;
    config_set_flag(config->settings, CONFIG_PRIVILEGED, capable && !seccomp->number && devices,
                    bounding->evidence);
}

static int read_parts(struct kernel_reader *reader, unsigned wanted)
{
    /* The first four in the order of enum drift_part. */
    static int (*const parts[])(struct kernel_reader *) = {
        kernel_read_process,   kernel_read_namespaces, kernel_read_mounts, kernel_read_cgroup,
        kernel_read_listening, kernel_read_sockets,    kernel_read_files,  kernel_read_descriptors,
    };

    for (size_t i = 0; i < sizeof(parts) / sizeof(*parts); i++) {
        int r = wanted >> i & 1 ? parts[i](reader) : 0;
        if (r < 0)
            return r;
    }
    derive_privileged(reader);
    return 0;
}

int kernel_read_parts(const struct kernel_host *host, uint32_t pid, uint64_t start_time,
                      unsigned parts, struct arena *arena, struct container_config *ret_config)
{
    struct container_config config = {.source = SOURCE_KERNEL};
    struct kernel_reader reader = {.host = host, .arena = arena, .config = &config, .pid = pid};
    char path[32];

    snprintf(path, sizeof(path), "proc/%u", pid);
    _cleanup_close_ int process_fd =
        openat(host->root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (process_fd < 0)
        return errno == ENOENT ? -ESRCH : -errno;
    int r = check_alive(process_fd, start_time);
    if (r < 0)
        return r;
    _cleanup_close_ int tree_fd = openat(process_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    reader.process_fd = process_fd;
    reader.tree_fd = tree_fd;
    config.evidence = kernel_evidence(&reader, "", NULL, NULL);
    r = read_parts(&reader, parts);
    mount_table_done(&reader.mounts);
    /* What it could not read of one that is gone says nothing. */
    if (r >= 0)
        r = check_alive(process_fd, start_time);
    if (r < 0)
        return r;
    *ret_config = config;
    return 0;
}

int kernel_read_container(const struct kernel_host *host, uint32_t pid, uint64_t start_time,
                          struct arena *arena, struct container_config *ret_config)
{
    return kernel_read_parts(host, pid, start_time, ~0u, arena, ret_config);
}
