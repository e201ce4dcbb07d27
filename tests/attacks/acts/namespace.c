/* SPDX-License-Identifier: Apache-2.0 */
/* Namespaces, and mounts by the newer calls. */
#include "acts.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Join a namespace named by its file; 0 as type lets the kernel take what it is. */
static int join(int argc, char **argv)
{
    int fd = open(argv[0], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return impossible("setns");
    return did("setns", setns(fd, 0));
}

/* A user namespace by clone, not by unshare. */
static int clone_user(int argc, char **argv)
{
    long pid = syscall(SYS_clone, CLONE_NEWUSER | 17 /* SIGCHLD */, 0, 0, 0, 0);
    if (!pid)
        _exit(0);
    int result = did("clone-user", pid);
    if (pid > 0)
        wait_for((int)pid);
    return result;
}

/* A tmpfs by fsopen, fsmount and move_mount; without a target it stays detached. */
static int new_mount(int argc, char **argv)
{
    int context = (int)syscall(SYS_fsopen, "tmpfs", 0);
    if (context < 0)
        return did("new-mount", -1);
    syscall(SYS_fsconfig, context, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0);
    int mount_fd = (int)syscall(SYS_fsmount, context, 0, 0);
    if (mount_fd < 0 || !argc)
        return did("new-mount", mount_fd);
    return did("new-mount", syscall(SYS_move_mount, mount_fd, "", AT_FDCWD, argv[0],
                                    4 /* MOVE_MOUNT_F_EMPTY_PATH */));
}

/* A file in a tmpfs that is mounted nowhere. */
static int work_aside(int argc, char **argv)
{
    int context = (int)syscall(SYS_fsopen, "tmpfs", 0);
    if (context < 0)
        return did("mount-aside", -1);
    syscall(SYS_fsconfig, context, 6 /* FSCONFIG_CMD_CREATE */, NULL, NULL, 0);
    int mount_fd = (int)syscall(SYS_fsmount, context, 0, 0);
    if (mount_fd < 0)
        return did("mount-aside", -1);
    return did("mount-aside", openat(mount_fd, "file", O_RDWR | O_CREAT | O_CLOEXEC, 0644));
}

static int clone_tree(int argc, char **argv)
{
    return did("open-tree",
               syscall(SYS_open_tree, AT_FDCWD, argv[0], 1 | O_CLOEXEC /* OPEN_TREE_CLONE */));
}

static int set_attributes(int argc, char **argv)
{
    struct {
        unsigned long set, clear, propagation, userns_fd;
    } attributes = {.clear = 1 /* MOUNT_ATTR_RDONLY */};
    return did("mount-setattr",
               syscall(SYS_mount_setattr, AT_FDCWD, argv[0], 0, &attributes, sizeof(attributes)));
}

static int old_mount(int argc, char **argv)
{
    unsigned long flags = argc > 3 ? (unsigned long)number(argv[3], 0) : 0;
    return did("mount", mount(argv[0], argv[1], argv[2], flags, argc > 4 ? argv[4] : NULL));
}

static int pivot(int argc, char **argv)
{
    return did("pivot-root", syscall(SYS_pivot_root, argv[0], argv[1]));
}

const struct act namespace_acts[] = {
    {"setns", 1, join, "FILE"},
    {"clone-user", 0, clone_user, ""},
    {"new-mount", 0, new_mount, "[TARGET]"},
    {"mount-aside", 0, work_aside, ""},
    {"open-tree", 1, clone_tree, "PATH"},
    {"mount-setattr", 1, set_attributes, "PATH"},
    {"mount", 3, old_mount, "SOURCE TARGET TYPE [FLAGS [DATA]]"},
    {"pivot-root", 2, pivot, "NEW OLD"},
    {0},
};
