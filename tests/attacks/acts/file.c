/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to reach a file. Nothing is written to what they open. */
#include "acts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

static const struct {
    const char *name;
    int flags;
} modes[] = {
    {"r", O_RDONLY},
    {"w", O_WRONLY},
    {"rw", O_RDWR},
    {"append", O_WRONLY | O_APPEND},
    {"truncate", O_WRONLY | O_TRUNC},
    {"create", O_WRONLY | O_CREAT},
    {"dir", O_RDONLY | O_DIRECTORY},
};

static int open_flags(const char *mode)
{
    for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
        if (!strcmp(modes[i].name, mode))
            return modes[i].flags;
    fprintf(stderr, "no such way to open: \"%s\"\n", mode);
    exit(ACT_USAGE);
}

static int report(const char *name, int fd)
{
    int result = did(name, fd);
    if (fd >= 0)
        close(fd);
    return result;
}

static int plain_open(int argc, char **argv)
{
    return report("open", (int)syscall(SYS_openat, AT_FDCWD, argv[1], open_flags(argv[0]), 0644));
}

static int old_open(int argc, char **argv)
{
    return report("open-old", (int)syscall(SYS_open, argv[1], open_flags(argv[0]), 0644));
}

static int new_open(int argc, char **argv)
{
    struct open_how how = {.flags = (unsigned)open_flags(argv[0])};
    return report("openat2", (int)syscall(SYS_openat2, AT_FDCWD, argv[1], &how, sizeof(how)));
}

static int create(int argc, char **argv)
{
    return report("creat", (int)syscall(SYS_creat, argv[0], 0644));
}

/* Open relative to a directory's descriptor. */
static int relative_open(int argc, char **argv)
{
    int directory = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (directory < 0)
        return impossible("open-below");
    return report("open-below", openat(directory, argv[2], open_flags(argv[0]), 0644));
}

/* Wait first, so that the program is no longer new when it opens. */
static int late_open(int argc, char **argv)
{
    sleep((unsigned)number(argv[0], 6));
    return report("open-after", open(argv[1], O_RDONLY | O_CLOEXEC));
}

/* open() through the 32-bit entry; its pointers must lie below 4 GiB. */
static int compat_open(int argc, char **argv)
{
    char *low =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);
    if (low == MAP_FAILED)
        return impossible("open-int80");
    snprintf(low, 4096, "%s", argv[1]);
    long result;
    __asm__ volatile("int $0x80"
                     : "=a"(result)
                     : "a"(5L), "b"(low), "c"((long)open_flags(argv[0])), "d"(0644L)
                     : "memory", "r8", "r9", "r10", "r11");
    if (result < 0)
        errno = (int)-result;
    return report("open-int80", (int)result);
}

static int handle_open(int argc, char **argv)
{
    union {
        struct file_handle handle;
        char space[sizeof(struct file_handle) + MAX_HANDLE_SZ];
    } file = {.handle.handle_bytes = MAX_HANDLE_SZ};
    int mount_id;
    if (name_to_handle_at(AT_FDCWD, argv[0], &file.handle, &mount_id, 0)) {
        /* overlayfs gives no handles by default: the call is made all the same */
        file.handle.handle_bytes = 8;
        file.handle.handle_type = 1;
    }
    int mount_fd = open(argc > 1 ? argv[1] : "/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return report("open-handle", open_by_handle_at(mount_fd, &file.handle, O_RDONLY));
}

static int set_capability(int argc, char **argv)
{
    struct vfs_cap_data data = {
        .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
        .data[0].permitted = 1U << CAP_NET_RAW,
    };
    return did("setcap", setxattr(argv[0], "security.capability", &data, sizeof(data), 0));
}

static int splice_file(int argc, char **argv)
{
    int pipes[2];
    int fd = open(argv[0], O_RDONLY | O_CLOEXEC);
    if (fd < 0 || pipe(pipes))
        return impossible("splice");
    loff_t offset = 0;
    return did("splice", splice(fd, &offset, pipes[1], NULL, 1, 0));
}

/* Map a file's code. */
static int map_code(int argc, char **argv)
{
    int fd = open(argv[0], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return impossible("map-code");
    void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    return did("map-code", code == MAP_FAILED ? -1 : 0);
}

const struct act file_acts[] = {
    {"open", 2, plain_open, "r|w|rw|append|truncate|create|dir PATH"},
    {"open-old", 2, old_open, "MODE PATH"},
    {"openat2", 2, new_open, "MODE PATH"},
    {"creat", 1, create, "PATH"},
    {"open-below", 3, relative_open, "MODE DIRECTORY PATH"},
    {"open-after", 2, late_open, "SECONDS PATH"},
    {"open-int80", 2, compat_open, "MODE PATH"},
    {"open-handle", 1, handle_open, "PATH [DIRECTORY-OF-THE-MOUNT]"},
    {"setcap", 1, set_capability, "PATH"},
    {"splice", 1, splice_file, "PATH"},
    {"map-code", 1, map_code, "PATH"},
    {0},
};
