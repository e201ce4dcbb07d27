/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The sockets that runtimes serve on this node, by their usual places and by who listens, and
 * which of them a container reaches: by device and inode, wherever they are mounted.
 */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "base/files.h"
#include "posture/kernel_internal.h"
#include "world/root_file.h"
#include "world/scan.h"

#define PROCESSES_MAX   65536
#define DESCRIPTORS_MAX 4096
#define LISTENED_MAX    64 /* sockets of one runtime's process */
#define UNIX_BYTES_MAX  (4u << 20)
#define SO_ACCEPTCON    0x10000 /* include/linux/net.h: flags in /proc/net/unix */

static const struct {
    const char *path, *runtime;
} usual[] = {
    {"run/docker.sock", "docker"},
    {"run/containerd/containerd.sock", "containerd"},
    {"run/k3s/containerd/containerd.sock", "containerd"},
    {"run/docker/containerd/containerd.sock", "containerd"},
    {"run/crio/crio.sock", "cri-o"},
    {"run/podman/podman.sock", "podman"},
    {"run/cri-dockerd.sock", "cri-dockerd"},
    {"run/dockershim.sock", "dockershim"},
    {"run/buildkit/buildkitd.sock", "buildkit"},
    {"var/snap/microk8s/common/run/containerd.sock", "containerd"},
    {"var/lib/lxd/unix.socket", "lxd"},
    {"var/lib/incus/unix.socket", "incus"},
};

/* Names of processes; a star at the end stands for any rest (comm has 15 bytes). */
static const char *const servers[] = {
    "dockerd", "containerd*", "crio", "podman", "cri-dockerd", "buildkitd", "lxd", "incusd",
};

const struct runtime_socket *kernel_socket(const struct kernel_host *host, dev_t device,
                                           ino_t inode)
{
    for (size_t i = 0; i < host->socket_count; i++)
        if (host->sockets[i].device == device && host->sockets[i].inode == inode)
            return &host->sockets[i];
    return NULL;
}

static int add_host_socket(struct kernel_host *host, int root_fd, const char *path,
                           const char *runtime)
{
    _cleanup_close_ int fd = root_open(root_fd, path, O_PATH);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode) ||
        kernel_socket(host, st.st_dev, st.st_ino))
        return 0;
    if (host->socket_count == RUNTIME_SOCKETS_MAX) {
        host->sockets_left_out++;
        return 0;
    }
    struct runtime_socket *socket =
        arena_grow(&host->arena, &host->sockets, &host->socket_count, sizeof(*host->sockets));
    if (!socket)
        return -ENOMEM;
    *socket = (struct runtime_socket){
        .path = kernel_text(&host->arena, "/%s", path + strspn(path, "/")),
        .runtime = kernel_text(&host->arena, "%s", runtime),
        .device = st.st_dev,
        .inode = st.st_ino,
    };
    return socket->path && socket->runtime ? 0 : -ENOMEM;
}

static bool is_server(const char *name)
{
    for (size_t i = 0; i < sizeof(servers) / sizeof(*servers); i++) {
        size_t len = strcspn(servers[i], "*");
        if (!strncmp(name, servers[i], len) && (servers[i][len] == '*' || !name[len]))
            return true;
    }
    return false;
}

/* Numbers of the sockets that a process holds. */
struct socket_numbers {
    uint64_t inodes[LISTENED_MAX];
    size_t count;
};

static int add_number(void *data, int dir_fd, const char *name)
{
    struct socket_numbers *numbers = data;
    char target[64];
    ssize_t len = readlinkat(dir_fd, name, target, sizeof(target) - 1);

    if (len <= 0)
        return 0;
    target[len] = '\0';
    const char *at = target + strlen("socket:[");
    if (!strncmp(target, "socket:[", strlen("socket:[")) &&
        scan_number(&at, 10, &numbers->inodes[numbers->count]))
        numbers->count++;
    return numbers->count == LISTENED_MAX;
}

/* "ffff...: 00000002 00000000 00010000 0001 01 20841 /run/docker.sock": the path if it listens. */
static const char *listened_path(char *line, uint64_t *ret_inode)
{
    char *fields[7];
    uint64_t flags;

    for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++) {
        line += strspn(line, " ");
        fields[i] = strsep(&line, " ");
        if (!line)
            return NULL;
    }
    const char *at = fields[3], *inode = fields[6];
    if (!scan_number(&at, 16, &flags) || !(flags & SO_ACCEPTCON) ||
        !scan_number(&inode, 10, ret_inode))
        return NULL;
    return line[0] == '/' ? line : NULL;
}

static int add_listened(struct kernel_host *host, int process_fd, const char *name)
{
    struct socket_numbers numbers = {.count = 0};
    _cleanup_free_ char *text = NULL;

    directory_visit(openat(process_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC), DESCRIPTORS_MAX,
                    add_number, &numbers);
    if (!numbers.count || read_file_at(process_fd, "net/unix", UNIX_BYTES_MAX, &text, NULL) < 0)
        return 0;
    _cleanup_close_ int root_fd = openat(process_fd, "root", O_PATH | O_DIRECTORY | O_CLOEXEC);
    for (char *rest = text, *line; root_fd >= 0 && (line = strsep(&rest, "\n"));) {
        uint64_t inode;
        const char *path = listened_path(line, &inode);
        for (size_t i = 0; path && i < numbers.count; i++) {
            if (numbers.inodes[i] != inode)
                continue;
            int r = add_host_socket(host, root_fd, path, name);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

static int look_at_process(void *data, int proc_fd, const char *pid)
{
    _cleanup_free_ char *name = NULL;

    if (!isdigit((unsigned char)*pid))
        return 0;
    _cleanup_close_ int fd = openat(proc_fd, pid, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0 || read_file_at(fd, "comm", 64, &name, NULL) < 0)
        return 0;
    name[strcspn(name, "\n")] = '\0';
    return is_server(name) ? add_listened(data, fd, name) : 0;
}

int kernel_find_sockets(struct kernel_host *host)
{
    for (size_t i = 0; i < sizeof(usual) / sizeof(*usual); i++) {
        int r = add_host_socket(host, host->root_fd, usual[i].path, usual[i].runtime);
        if (r < 0)
            return r;
    }
    return directory_visit(root_open(host->root_fd, "proc", O_RDONLY | O_DIRECTORY), PROCESSES_MAX,
                           look_at_process, host);
}

int kernel_add_socket(struct kernel_reader *reader, const struct runtime_socket *socket,
                      const char *path)
{
    struct container_config *config = reader->config;

    for (size_t i = 0; i < config->sockets.count; i++)
        if (config->sockets.items[i].path && !strcmp(config->sockets.items[i].path, path))
            return 0;
    struct config_socket *item = config_list_add(reader->arena, &config->sockets);
    if (!item)
        return -ENOMEM;
    char file[PATH_MAX];
    snprintf(file, sizeof(file), "root%s", path);
    *item = (struct config_socket){
        .path = kernel_text(reader->arena, "%s", path),
        .runtime = socket->runtime,
        .inode = socket->inode,
        .evidence = kernel_evidence(
            reader, file, NULL,
            kernel_text(reader->arena, "inode %llu of device %u:%u is the host's %s",
                        (unsigned long long)socket->inode, major(socket->device),
                        minor(socket->device), socket->path)),
    };
    return item->path ? 0 : -ENOMEM;
}

/* Whether the container sees this very socket at the path; then it is in the model. */
static int try_path(struct kernel_reader *reader, const char *path)
{
    _cleanup_close_ int fd = kernel_look(reader, path, O_PATH);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0 || !S_ISSOCK(st.st_mode))
        return 0;
    const struct runtime_socket *socket = kernel_socket(reader->host, st.st_dev, st.st_ino);
    return socket ? kernel_add_socket(reader, socket, path) : 0;
}

/* The host's path of a socket lies below what is mounted: where it then is in the container. */
static int try_mount(struct kernel_reader *reader, const struct mount *mount,
                     const struct runtime_socket *socket)
{
    const struct mount *host = mount_table_at(&reader->host->mounts, socket->path);
    char inner[PATH_MAX], path[PATH_MAX];

    if (!host || host->major != mount->major || host->minor != mount->minor)
        return 0;
    int len = snprintf(inner, sizeof(inner), "%s%s", path_behind(host->root, "/"),
                       path_behind(socket->path, host->point));
    if (len < 0 || (size_t)len >= sizeof(inner) || !path_is_below(inner, mount->root))
        return 0;
    len = snprintf(path, sizeof(path), "%s%s", path_behind(mount->point, "/"),
                   path_behind(inner, mount->root));
    return len > 0 && (size_t)len < sizeof(path) ? try_path(reader, path) : 0;
}

int kernel_read_sockets(struct kernel_reader *reader)
{
    struct container_config *config = reader->config;

    if (reader->tree_fd < 0 || !reader->mounts_known)
        return 0;
    for (size_t i = 0; i < reader->mounts.count; i++) {
        const struct mount *mount = &reader->mounts.mounts[i];
        if (mount_waits(mount))
            continue;
        /* A socket that is mounted alone may have another name on the host. */
        int r = try_path(reader, mount->point);
        for (size_t s = 0; r >= 0 && s < reader->host->socket_count; s++)
            r = try_mount(reader, mount, &reader->host->sockets[s]);
        if (r < 0)
            return r;
    }
    if (!config->sockets.count)
        config->sockets.presence = PRESENCE_UNSET;
    return 0;
}
