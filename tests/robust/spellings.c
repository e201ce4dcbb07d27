/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: spellings WAY
 * Open one protected file, /etc/secret (or /dir/secret, /volume/secret), by one way of naming it.
 * Exit 0: it was opened and read; 1: EPERM; 2: it could not be tried.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int plain(void)
{
    return open("/etc/secret", O_RDONLY);
}

static int symlinked(void)
{
    unlink("/tmp/link");
    return symlink("/etc/secret", "/tmp/link") ? -1 : open("/tmp/link", O_RDONLY);
}

static int symlinked_parent(void)
{
    unlink("/tmp/parent");
    return symlink("/etc", "/tmp/parent") ? -1 : open("/tmp/parent/secret", O_RDONLY);
}

static int slashes(void)
{
    return open("//etc///./secret", O_RDONLY);
}

static int relative(void)
{
    return chdir("/tmp") ? -1 : open("../etc/../etc/secret", O_RDONLY);
}

static int by_directory(void)
{
    int dir = open("/etc", O_RDONLY | O_DIRECTORY);

    return dir < 0 ? -1 : openat(dir, "secret", O_RDONLY);
}

static int by_proc_root(void)
{
    return open("/proc/self/root/etc/secret", O_RDONLY);
}

static int reopened(void)
{
    char path[64];
    int fd = open("/etc/secret", O_PATH);

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return fd < 0 ? -1 : open(path, O_RDONLY);
}

static int by_openat2(void)
{
    struct open_how how = {.flags = O_RDONLY};

    return (int)syscall(SYS_openat2, AT_FDCWD, "/etc/secret", &how, sizeof(how));
}

static int hard_linked(void)
{
    unlink("/tmp/hard");
    return link("/etc/secret", "/tmp/hard") ? -1 : open("/tmp/hard", O_RDONLY);
}

static int bind_mounted(void)
{
    int fd = open("/tmp/bound", O_WRONLY | O_CREAT, 0600);

    if (fd < 0 || mount("/etc/secret", "/tmp/bound", NULL, MS_BIND, NULL))
        return -1;
    return open("/tmp/bound", O_RDONLY);
}

static int below_chroot(void)
{
    return chroot("/etc") ? -1 : open("/secret", O_RDONLY);
}

static int parent_renamed(void)
{
    if (rename("/dir", "/tmp/moved"))
        return -1;
    int fd = open("/tmp/moved/secret", O_RDONLY), error = errno;
    if (rename("/tmp/moved", "/dir"))
        return -1;
    errno = error;
    return fd;
}

static int in_new_namespace(void)
{
    return unshare(CLONE_NEWNS) ? -1 : open("/etc/secret", O_RDONLY);
}

/* Marks of mounts are not copied with them. */
static int volume_in_new_namespace(void)
{
    return unshare(CLONE_NEWNS) ? -1 : open("/volume/secret", O_RDONLY);
}

static int volume_in_new_namespace_later(void)
{
    if (unshare(CLONE_NEWNS))
        return -1;
    usleep(500000);
    return open("/volume/secret", O_RDONLY);
}

static const struct {
    const char *name;
    int (*open)(void);
} ways[] = {
    {"plain", plain},
    {"symlink", symlinked},
    {"symlinked-parent", symlinked_parent},
    {"slashes", slashes},
    {"relative", relative},
    {"directory", by_directory},
    {"proc-root", by_proc_root},
    {"reopened", reopened},
    {"openat2", by_openat2},
    {"new-namespace", in_new_namespace},
    {"hard-link", hard_linked},
    {"bind-mount", bind_mounted},
    {"chroot", below_chroot},
    {"parent-renamed", parent_renamed},
    {"volume-new-namespace", volume_in_new_namespace},
    {"volume-new-namespace-later", volume_in_new_namespace_later},
};

int main(int argc, char **argv)
{
    for (size_t i = 0; i < sizeof(ways) / sizeof(ways[0]); i++) {
        if (argc != 2 || strcmp(ways[i].name, argv[1]) != 0)
            continue;
        char byte;
        int fd = ways[i].open();
        if (fd >= 0 && read(fd, &byte, 1) == 1)
            return 0;
        fprintf(stderr, "%s: %s\n", argv[1], strerror(errno));
        return errno == EPERM ? 1 : 2;
    }
    return 2;
}
