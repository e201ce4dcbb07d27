/* SPDX-License-Identifier: Apache-2.0 */
/* Directories of the host that the container's first process holds open, or works in. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "base/files.h"
#include "posture/kernel_internal.h"
#include "world/proc.h"
#include "world/scan.h"

#define DESCRIPTORS_MAX 4096

static bool is_own_mount(const struct kernel_reader *reader, uint64_t id)
{
    for (size_t i = 0; i < reader->mounts.count; i++)
        if (reader->mounts.mounts[i].id == id)
            return true;
    return false;
}

/* The mount that an open file is on; false when it can't be told. */
static bool mount_of(const struct kernel_reader *reader, unsigned number, uint64_t *ret_id)
{
    _cleanup_free_ char *text = NULL;
    char path[40];

    snprintf(path, sizeof(path), "fdinfo/%u", number);
    if (read_file_at(reader->process_fd, path, KERNEL_FILE_MAX, &text, NULL) < 0)
        return false;
    const char *at = proc_status_value(text, "mnt_id");
    return at && scan_number(&at, 10, ret_id);
}

static int add(struct kernel_reader *reader, const char *link, int fd)
{
    char target[PATH_MAX];
    ssize_t len = readlinkat(reader->process_fd, link, target, sizeof(target) - 1);
    struct config_descriptor *item =
        config_list_add(reader->arena, &reader->config->host_directories);

    if (!item)
        return -ENOMEM;
    target[len > 0 ? len : 0] = '\0';
    *item = (struct config_descriptor){
        .pid = (pid_t)reader->pid,
        .fd = fd,
        .path = kernel_text(reader->arena, "%s", target),
        .evidence = kernel_evidence(reader, link, NULL, target),
    };
    return item->path ? 0 : -ENOMEM;
}

static int look_at(void *data, int dir_fd, const char *name)
{
    struct kernel_reader *reader = data;
    char link[40];
    struct statx st;
    uint64_t mount;
    uint32_t number;

    if (!scan_u32(&name, &number))
        return 0;
    snprintf(link, sizeof(link), "fd/%u", number);
    if (!mount_of(reader, number, &mount) || is_own_mount(reader, mount))
        return 0;
    /* What is known of it will do: nobody who serves a file system is asked. */
    if (statx(reader->process_fd, link, AT_STATX_DONT_SYNC | AT_NO_AUTOMOUNT, STATX_TYPE, &st) <
            0 ||
        !S_ISDIR(st.stx_mode))
        return 0;
    return add(reader, link, (int)number);
}

/* A working directory has no entry in fdinfo: it is open to be asked the same. */
static int look_at_cwd(struct kernel_reader *reader)
{
    _cleanup_close_ int fd = openat(reader->process_fd, "cwd", O_PATH | O_CLOEXEC);
    _cleanup_close_ int self = open("/proc/self", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    struct kernel_reader own = {.process_fd = self};
    uint64_t mount;

    if (fd < 0 || self < 0)
        return 0;
    if (!mount_of(&own, (unsigned)fd, &mount) || is_own_mount(reader, mount))
        return 0;
    return add(reader, "cwd", -1);
}

int kernel_read_descriptors(struct kernel_reader *reader)
{
    struct container_config *config = reader->config;
    int fd = openat(reader->process_fd, "fd", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    if (fd < 0 || !reader->mounts_known) {
        int error = fd < 0 ? -errno : -ENODATA;
        if (fd >= 0)
            close(fd);
        config->host_directories.evidence = kernel_failure(reader, "fd", error);
        return 0;
    }
    config->host_directories.presence = PRESENCE_UNSET;
    config->host_directories.evidence = kernel_evidence(reader, "fd", NULL, NULL);
    int r = directory_visit(fd, DESCRIPTORS_MAX, look_at, reader);
    return r < 0 ? r : look_at_cwd(reader);
}
