/* SPDX-License-Identifier: Apache-2.0 */
#include "world/cgroupfs.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "base/files.h"
#include "event/abi.h"
#include "world/mountinfo.h"
#include "world/root_file.h"
#include "world/scan.h"

#define MOUNTINFO_MAX  (4u << 20)
#define FILEID_KERNFS  0xfe /* include/linux/exportfs.h: the handle is the 64-bit node id */
#define HIERARCHY_NONE UINT32_MAX

/* The hierarchy whose controllers are among a v1 mount's options; `own` is /proc/self/cgroup. */
static unsigned v1_hierarchy(const char *own, const char *options)
{
    for (const char *line = own; *line;) {
        const char *end = strchrnul(line, '\n');
        const char *colon = strchr(line, ':');
        const char *number = line;
        uint32_t hierarchy;
        if (colon && colon < end && colon[1] != ':' && scan_u32(&number, &hierarchy)) {
            size_t len = strcspn(colon + 1, ",:\n");
            if (scan_list_has(options, colon + 1, len))
                return hierarchy;
        }
        line = *end ? end + 1 : end;
    }
    return HIERARCHY_NONE;
}

static int add_mount(struct cgroupfs *cgroupfs, unsigned hierarchy, const char *path,
                     const char *root)
{
    for (unsigned i = 0; i < cgroupfs->count; i++)
        if (cgroupfs->mounts[i].hierarchy == hierarchy)
            return 0; /* mounted a second time elsewhere */
    if (cgroupfs->count == CGROUPFS_MOUNTS_MAX)
        return 0;

    struct cgroup_mount *mount = &cgroupfs->mounts[cgroupfs->count];
    *mount =
        (struct cgroup_mount){.hierarchy = hierarchy, .path = strdup(path), .root = strdup(root)};
    cgroupfs->count++;
    return mount->path && mount->root ? 0 : -ENOMEM;
}

static int parse_mount(struct cgroupfs *cgroupfs, char *line, const char *own)
{
    unsigned hierarchy = HIERARCHY_NONE;
    struct mount mount;

    if (!mountinfo_parse_line(line, &mount))
        return 0;
    if (!strcmp(mount.type, "cgroup2"))
        hierarchy = 0;
    else if (!strcmp(mount.type, "cgroup"))
        hierarchy = v1_hierarchy(own, mount.super);
    return hierarchy == HIERARCHY_NONE ? 0
                                       : add_mount(cgroupfs, hierarchy, mount.point, mount.root);
}

int cgroupfs_init(struct cgroupfs *cgroupfs, int root_fd)
{
    _cleanup_free_ char *own = NULL, *mounts = NULL;

    *cgroupfs = (struct cgroupfs){.root_fd = root_fd};
    if (read_file_at(root_fd, "proc/self/cgroup", MOUNTINFO_MAX, &own, NULL) < 0 ||
        read_file_at(root_fd, "proc/self/mountinfo", MOUNTINFO_MAX, &mounts, NULL) < 0)
        return 0;
    for (char *rest = mounts, *line; (line = strsep(&rest, "\n"));) {
        int r = parse_mount(cgroupfs, line, own);
        if (r < 0)
            return r;
    }
    return 0;
}

void cgroupfs_done(struct cgroupfs *cgroupfs)
{
    for (unsigned i = 0; i < cgroupfs->count; i++) {
        free(cgroupfs->mounts[i].path);
        free(cgroupfs->mounts[i].root);
    }
    cgroupfs->count = 0;
}

static const char *below(const char *path, const char *directory)
{
    size_t len = strlen(directory);

    while (len && directory[len - 1] == '/')
        len--;
    if (strncmp(path, directory, len) != 0 || (path[len] && path[len] != '/'))
        return NULL;
    return path[len] ? path + len : "/";
}

const char *cgroupfs_strip(const struct cgroupfs *cgroupfs, const char *directory)
{
    const char *best = NULL;

    /* The longest mount point wins: v2 may be mounted below v1's tmpfs or the other way round. */
    for (unsigned i = 0; i < cgroupfs->count; i++) {
        const char *path = below(directory, cgroupfs->mounts[i].path);
        if (path && (!best || strlen(path) < strlen(best)))
            best = path;
    }
    return best;
}

/* A path for openat below root_fd: without slashes in front. */
static const char *relative(const char *path)
{
    while (*path == '/')
        path++;
    return *path ? path : ".";
}

int cgroupfs_directory(const struct cgroupfs *cgroupfs, unsigned hierarchy, const char *path,
                       char **ret_directory)
{
    for (unsigned i = 0; i < cgroupfs->count; i++) {
        const struct cgroup_mount *mount = &cgroupfs->mounts[i];
        if (mount->hierarchy != hierarchy)
            continue;
        const char *rest = below(path, mount->root);
        char *directory;
        if (!rest)
            return -ENOENT;
        if (asprintf(&directory, "%s%s", mount->path, rest) < 0)
            return -ENOMEM;
        *ret_directory = directory;
        return 0;
    }
    return -ENOENT;
}

int cgroupfs_id(const struct cgroupfs *cgroupfs, unsigned hierarchy, const char *path,
                uint64_t *ret_id)
{
    _cleanup_free_ char *directory = NULL;
    struct stat st;

    int r = cgroupfs_directory(cgroupfs, hierarchy, path, &directory);
    if (r < 0)
        return r;
    if (fstatat(cgroupfs->root_fd, relative(directory), &st, 0) < 0)
        return -errno;
    *ret_id = CGROUP_ID(hierarchy, st.st_ino);
    return 0;
}

static int path_by_handle(const struct cgroupfs *cgroupfs, const struct cgroup_mount *mount,
                          uint64_t inode, char **ret_path)
{
    union {
        struct file_handle handle;
        char space[sizeof(struct file_handle) + sizeof(inode)];
    } u = {.handle = {.handle_bytes = sizeof(inode), .handle_type = FILEID_KERNFS}};
    char link[64], target[CGROUP_PATH_MAX];

    memcpy(u.handle.f_handle, &inode, sizeof(inode));
    _cleanup_close_ int mount_fd =
        root_open(cgroupfs->root_fd, relative(mount->path), O_RDONLY | O_DIRECTORY);
    if (mount_fd < 0)
        return mount_fd;
    _cleanup_close_ int fd = open_by_handle_at(mount_fd, &u.handle, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return -errno;
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ssize_t len = readlink(link, target, sizeof(target) - 1);
    if (len < 0)
        return -errno;
    target[len] = '\0';
    const char *rest = below(target, mount->path);
    if (!rest)
        return -ENOENT;
    if (!strcmp(mount->root, "/"))
        *ret_path = strdup(rest);
    else if (asprintf(ret_path, "%s%s", mount->root, strcmp(rest, "/") ? rest : "") < 0)
        *ret_path = NULL;
    return *ret_path ? 0 : -ENOMEM;
}

int cgroupfs_path(const struct cgroupfs *cgroupfs, uint64_t id, char **ret_path)
{
    unsigned hierarchy = (unsigned)(id >> 48);

    for (unsigned i = 0; i < cgroupfs->count; i++) {
        const struct cgroup_mount *mount = &cgroupfs->mounts[i];
        if (mount->hierarchy == hierarchy)
            return path_by_handle(cgroupfs, mount, id ^ CGROUP_ID(hierarchy, 0), ret_path);
    }
    return -ENOENT;
}

struct walk {
    const struct cgroup_mount *mount;
    cgroupfs_each callback;
    void *data;
    unsigned left; /* directories still to be looked at */
    size_t len;
    char path[CGROUP_PATH_MAX];
};

static int walk_directory(struct walk *walk, int fd, unsigned depth)
{
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    struct stat st;
    struct dirent *entry;

    if (!dir)
        return 0;
    if (fstat(fd, &st) == 0) {
        int r = walk->callback(walk->data, CGROUP_ID(walk->mount->hierarchy, st.st_ino),
                               walk->len ? walk->path : "/");
        if (r)
            return r;
    }
    while (depth < CGROUPFS_DEPTH_MAX && (entry = readdir(dir))) {
        size_t len = walk->len, name = strlen(entry->d_name);
        if (entry->d_type != DT_DIR || !strcmp(entry->d_name, ".") || !strcmp(entry->d_name, ".."))
            continue;
        if (len + 1 + name + 1 > sizeof(walk->path) || !walk->left)
            continue;
        walk->left--;
        int child = openat(fd, entry->d_name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
        if (child < 0)
            continue;
        walk->path[len] = '/';
        memcpy(walk->path + len + 1, entry->d_name, name + 1);
        walk->len = len + 1 + name;
        int r = walk_directory(walk, child, depth + 1);
        walk->len = len;
        walk->path[len] = '\0';
        if (r)
            return r;
    }
    return 0;
}

int cgroupfs_walk(const struct cgroupfs *cgroupfs, cgroupfs_each callback, void *data)
{
    struct walk walk = {.callback = callback, .data = data, .left = CGROUPFS_WALK_MAX};

    for (unsigned i = 0; i < cgroupfs->count; i++) {
        walk.mount = &cgroupfs->mounts[i];
        walk.len = strcmp(walk.mount->root, "/") ? strlen(walk.mount->root) : 0;
        if (walk.len >= sizeof(walk.path))
            continue;
        memcpy(walk.path, walk.mount->root, walk.len);
        walk.path[walk.len] = '\0';
        int fd = root_open(cgroupfs->root_fd, relative(walk.mount->path), O_RDONLY | O_DIRECTORY);
        if (fd < 0)
            continue;
        int r = walk_directory(&walk, fd, 0);
        if (r)
            return r;
    }
    return 0;
}

size_t cgroupfs_lines(char *text, struct cgroup_line lines[], size_t max)
{
    size_t count = 0;

    for (char *line = text; *line && count < max;) {
        char *end = strchrnul(line, '\n');
        char *next = *end ? end + 1 : end;
        *end = '\0';
        char *first = strchr(line, ':');
        char *second = first ? strchr(first + 1, ':') : NULL;
        const char *number = line;
        uint32_t hierarchy;
        if (second && second[1] == '/' && scan_u32(&number, &hierarchy) && number == first)
            lines[count++] = (struct cgroup_line){.hierarchy = hierarchy, .path = second + 1};
        line = next;
    }
    return count;
}
