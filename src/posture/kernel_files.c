/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Programs in the container's own file system that give whoever runs them more rights, and runtime
 * sockets that have another name there. Walks no further than that file system, by descriptors, so
 * that no link leads out of it.
 */
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "posture/kernel_internal.h"

#define ENTRIES_MAX 60000
#define DEPTH_MAX   32
#define FOUND_MAX   256

struct walk {
    struct kernel_reader *reader;
    unsigned entries;
    size_t len; /* of path */
    bool cut;
    char path[PATH_MAX];
};

/* What security.capability gives; 0 for none. */
static uint64_t file_capabilities(int fd)
{
    struct vfs_ns_cap_data data;
    char path[40];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    ssize_t len = getxattr(path, "security.capability", &data, sizeof(data));
    if (len < (ssize_t)XATTR_CAPS_SZ_1)
        return 0;
    uint64_t set = le32toh(data.data[0].permitted) | le32toh(data.data[0].inheritable);
    if (len >= (ssize_t)XATTR_CAPS_SZ_2)
        set |= (uint64_t)(le32toh(data.data[1].permitted) | le32toh(data.data[1].inheritable))
               << 32;
    return set;
}

static int add_file(struct walk *walk, const struct stat *st, uint64_t capabilities)
{
    struct kernel_reader *reader = walk->reader;
    struct container_config *config = reader->config;
    char file[PATH_MAX + 8];

    if (config->privileged_files.count == FOUND_MAX) {
        walk->cut = true;
        return 0;
    }
    struct config_file *item = config_list_add(reader->arena, &config->privileged_files);
    if (!item)
        return -ENOMEM;
    snprintf(file, sizeof(file), "root%s", walk->path);
    *item = (struct config_file){
        .path = kernel_text(reader->arena, "%s", walk->path),
        .mode = st->st_mode,
        .capabilities = capabilities,
        .evidence = kernel_evidence(
            reader, file, NULL,
            capabilities ? "security.capability"
                         : kernel_text(reader->arena, "mode %04o of user %u, group %u",
                                       st->st_mode & 07777, st->st_uid, st->st_gid)),
    };
    return item->path ? 0 : -ENOMEM;
}

static int look_at_file(struct walk *walk, int fd, const struct stat *st)
{
    if (S_ISSOCK(st->st_mode)) {
        const struct runtime_socket *socket =
            kernel_socket(walk->reader->host, st->st_dev, st->st_ino);
        return socket ? kernel_add_socket(walk->reader, socket, walk->path) : 0;
    }
    if (!S_ISREG(st->st_mode) || !(st->st_mode & 0111))
        return 0;
    /* Without the right to execute it, the group's bit means a kind of lock. */
    bool set = st->st_mode & S_ISUID || (st->st_mode & S_ISGID && st->st_mode & S_IXGRP);
    uint64_t capabilities = set ? 0 : file_capabilities(fd);
    return set || capabilities ? add_file(walk, st, capabilities) : 0;
}

static int walk_directory(struct walk *walk, int parent_fd, const char *name, unsigned depth);

/* What another mount shows is the host's or the kernel's, and may be served by anybody. */
static int look_at_entry(struct walk *walk, int dir_fd, const char *name, unsigned depth)
{
    _cleanup_close_ int fd = kernel_look_at(dir_fd, name, O_PATH);
    struct stat st;

    if (fd < 0 || fstat(fd, &st) < 0)
        return 0;
    if (!S_ISDIR(st.st_mode))
        return look_at_file(walk, fd, &st);
    if (depth < DEPTH_MAX)
        return walk_directory(walk, dir_fd, name, depth + 1);
    walk->cut = true;
    return 0;
}

static int walk_directory(struct walk *walk, int parent_fd, const char *name, unsigned depth)
{
    int fd = kernel_look_at(parent_fd, name, O_RDONLY | O_DIRECTORY);
    struct dirent *entry;
    int r = 0;

    if (fd < 0) {
        walk->cut = walk->cut || fd != -ENOENT;
        return 0;
    }
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    if (!dir)
        return -ENOMEM;
    size_t len = walk->len;
    while (r >= 0 && (entry = readdir(dir))) {
        size_t more = strlen(entry->d_name) + 1;
        if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || entry->d_type == DT_LNK)
            continue;
        if (++walk->entries > ENTRIES_MAX || len + more >= sizeof(walk->path)) {
            walk->cut = true;
            break;
        }
        snprintf(walk->path + len, sizeof(walk->path) - len, "/%s", entry->d_name);
        walk->len = len + more;
        r = look_at_entry(walk, fd, entry->d_name, depth);
        walk->len = len;
        walk->path[len] = '\0';
    }
    return r;
}

int kernel_read_files(struct kernel_reader *reader)
{
    struct container_config *config = reader->config;
    _cleanup_free_ struct walk *walk = calloc(1, sizeof(*walk));

    if (!walk)
        return -ENOMEM;
    const struct mount *root = reader->mounts_known ? mount_table_at(&reader->mounts, "/") : NULL;
    if (reader->tree_fd < 0 || !root || mount_waits(root)) {
        config->privileged_files.evidence = kernel_evidence(
            reader, "root", NULL,
            root && reader->tree_fd >= 0 ? "a process or a network serves this file system"
                                         : "can't be opened");
        return 0;
    }
    walk->reader = reader;
    int r = walk_directory(walk, reader->tree_fd, ".", 0);
    if (r < 0)
        return r;
    config->privileged_files.evidence =
        kernel_evidence(reader, "root", NULL,
                        kernel_text(reader->arena, "%u files looked at%s", walk->entries,
                                    walk->cut ? ", not all" : ""));
    /* What was found stays in the list; whether that is all is not known. */
    if (walk->cut)
        config->privileged_files.presence = PRESENCE_UNKNOWN;
    else if (!config->privileged_files.count)
        config->privileged_files.presence = PRESENCE_UNSET;
    return 0;
}
