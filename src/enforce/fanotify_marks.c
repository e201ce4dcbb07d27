/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "enforce/fanotify_internal.h"
#include "world/mountinfo.h"

#define MARKED_MAX 4096 /* mounts of one namespace */
#define INIT       1

static int read_mounts(uint32_t pid, struct mount_table *ret_table)
{
    char path[48];

    snprintf(path, sizeof(path), "/proc/%u/mountinfo", pid);
    return mountinfo_read(AT_FDCWD, path, ret_table);
}

/*
 * proc's files can't be asked about: its locks are held while they are opened (the kernel refuses).
 * What a question hands to the agent is an open file: of a device that could have effects.
 */
static bool is_left_out(const struct mount *mount)
{
    static const char *const types[] = {"proc", "devpts", "devtmpfs", "mqueue", "nsfs", NULL};

    return mount_is_one_of(mount, types) || !strcmp(mount->point, "/dev") || mount_waits(mount);
}

static bool is_reached_by_waiting(const struct mount_table *table, const struct mount *mount)
{
    for (size_t i = 0; i < table->count; i++)
        if (mount_waits(&table->mounts[i]) && path_is_below(mount->point, table->mounts[i].point))
            return true;
    return false;
}

/* Nothing of the host's is on it but what a runtime has mounted for containers. */
static bool is_containers_own(const struct mount *mount, const struct mount_table *host,
                              dev_t host_root)
{
    if (makedev(mount->major, mount->minor) == host_root)
        return false;
    if (!strcmp(mount->type, "overlay"))
        return true;
    for (size_t i = 0; i < host->count; i++)
        if (host->mounts[i].major == mount->major && host->mounts[i].minor == mount->minor)
            return false;
    return true;
}

/* The mount's root; fails when something else is at its place by now. */
static int open_mount(int root, const struct mount *mount)
{
    const struct open_how how = {
        .flags = O_PATH | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    struct statx facts;

    _cleanup_close_ int fd = (int)syscall(SYS_openat2, root, mount->point, &how, sizeof(how));
    if (fd < 0)
        return -errno;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_MNT_ID, &facts) < 0)
        return -errno;
    if (!(facts.stx_mask & STATX_MNT_ID) || facts.stx_mnt_id != mount->id)
        return -ESTALE; /* hidden by another mount, or gone */
    return TAKE_FD(fd);
}

static int mark(struct fanotify *fanotify, int root, const struct mount *mount, bool whole)
{
    char path[48];

    _cleanup_close_ int fd = open_mount(root, mount);
    if (fd < 0)
        return fd;
    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    unsigned kind = whole ? FAN_MARK_FILESYSTEM : FAN_MARK_MOUNT;
    if (fanotify_mark(fanotify->group, FAN_MARK_ADD | kind, fanotify->mask, AT_FDCWD, path) < 0)
        return -errno;
    fanotify->counters.marks++;
    return 0;
}

static int namespace_of(uint32_t pid, ino_t *ret_inode)
{
    struct stat st;
    char path[48];

    snprintf(path, sizeof(path), "/proc/%u/ns/mnt", pid);
    if (stat(path, &st) < 0)
        return -errno;
    *ret_inode = st.st_ino;
    return 0;
}

/* A process whose mounts are the host's. The agent may be in a container itself, but may also not
 * be allowed to look at init. */
static uint32_t host_process(void)
{
    ino_t inode;

    return namespace_of(INIT, &inode) == 0 ? INIT : (uint32_t)getpid();
}

static int root_of(uint32_t pid, struct stat *ret_stat)
{
    char path[48];

    snprintf(path, sizeof(path), "/proc/%u/root", pid);
    _cleanup_close_ int root = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (root < 0 || fstat(root, ret_stat) < 0)
        return -errno;
    return TAKE_FD(root);
}

/* The process's root, when its mount namespace and its root are not the host's, nor the agent's. */
static int open_root(uint32_t pid, uint32_t host_pid, dev_t *ret_host_root)
{
    ino_t namespaces[3] = {0};
    const uint32_t pids[] = {host_pid, (uint32_t)getpid(), pid};
    struct stat host, its;

    for (int i = 0; i < 3; i++) {
        int r = namespace_of(pids[i], &namespaces[i]);
        if (r < 0)
            return r;
    }
    if (namespaces[2] == namespaces[0] || namespaces[2] == namespaces[1])
        return -ENODATA;
    _cleanup_close_ int host_fd = root_of(host_pid, &host);
    _cleanup_close_ int root = root_of(pid, &its);
    if (host_fd < 0 || root < 0)
        return host_fd < 0 ? host_fd : root;
    if (host.st_dev == its.st_dev && host.st_ino == its.st_ino)
        return -EAGAIN;
    *ret_host_root = host.st_dev;
    return TAKE_FD(root);
}

static void note_overlays(struct fanotify *fanotify, const struct mount_table *host)
{
    for (size_t i = 0; i < host->count; i++) {
        /* As the kernel numbers a device. */
        uint64_t device = (uint64_t)host->mounts[i].major << 20 | host->mounts[i].minor;
        if (!strcmp(host->mounts[i].type, "overlay"))
            fanotify->overlays[device % FANOTIFY_OVERLAYS] = device;
    }
}

bool fanotify_may_read(const struct fanotify *fanotify, int fd, uint64_t device)
{
    struct statfs fs;

    if (fstatfs(fd, &fs) < 0)
        return false;
    return fs.f_type != OVERLAYFS_SUPER_MAGIC ||
           fanotify->overlays[device % FANOTIFY_OVERLAYS] == device;
}

static int mark_mounts(struct fanotify *fanotify, uint32_t pid)
{
    _cleanup_(mount_table_done) struct mount_table table = {0};
    _cleanup_(mount_table_done) struct mount_table host = {0};
    dev_t host_root = 0;
    uint32_t host_pid = host_process();
    int marked = 0;

    _cleanup_close_ int root = open_root(pid, host_pid, &host_root);
    if (root < 0)
        return root == -ENODATA ? 0 : root;
    int r = read_mounts(pid, &table);
    if (r == 0)
        r = read_mounts(host_pid, &host);
    if (r < 0)
        return r;
    note_overlays(fanotify, &host);
    for (size_t i = 0; i < table.count && i < MARKED_MAX; i++) {
        const struct mount *mount = &table.mounts[i];
        if (is_left_out(mount) || is_reached_by_waiting(&table, mount))
            continue;
        r = mark(fanotify, root, mount, is_containers_own(mount, &host, host_root));
        if (r == 0)
            marked++;
        else if (r != -ESTALE)
            fanotify->counters.marks_failed++;
    }
    return marked;
}

int fanotify_mark_container(struct fanotify *fanotify, uint32_t pid)
{
    int r = mark_mounts(fanotify, pid);

    if (r < 0 && r != -EAGAIN && r != -ENOENT && r != -ESRCH)
        fanotify->counters.marks_failed++;
    return r;
}
