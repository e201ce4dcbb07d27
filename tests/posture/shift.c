/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Changes what a container has, as somebody with the rights for it would, then sleeps:
 *   shift capset          what it may, it lets its programs inherit
 *   shift join FILE       into the namespace that FILE is
 *   shift graft DIR PID PATH
 *                         DIR, as seen here, becomes a mount at PATH of process PID
 */
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/mount.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static int fail(const char *what)
{
    perror(what);
    return 1;
}

static int capset_inheritable(void)
{
    struct __user_cap_header_struct header = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2];

    if (syscall(SYS_capget, &header, data) < 0)
        return fail("capget");
    for (int i = 0; i < 2; i++)
        data[i].inheritable = data[i].permitted;
    return syscall(SYS_capset, &header, data) < 0 ? fail("capset") : 0;
}

static int join(const char *file)
{
    int fd = open(file, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return fail(file);
    return setns(fd, 0) < 0 ? fail("setns") : 0;
}

static int graft(const char *directory, const char *pid, const char *path)
{
    char file[64];
    int tree = (int)syscall(SYS_open_tree, AT_FDCWD, directory, OPEN_TREE_CLONE);

    if (tree < 0)
        return fail("open_tree");
    snprintf(file, sizeof(file), "/proc/%s/ns/mnt", pid);
    if (join(file) != 0)
        return 1;
    if (syscall(SYS_move_mount, tree, "", AT_FDCWD, path, MOVE_MOUNT_F_EMPTY_PATH) < 0)
        return fail("move_mount");
    return 0;
}

int main(int argc, char **argv)
{
    int r = 2;

    if (argc == 2 && !strcmp(argv[1], "capset"))
        r = capset_inheritable();
    else if (argc == 3 && !strcmp(argv[1], "join"))
        r = join(argv[2]);
    else if (argc == 5 && !strcmp(argv[1], "graft"))
        return graft(argv[2], argv[3], argv[4]);
    if (r == 0)
        sleep(60);
    return r;
}
