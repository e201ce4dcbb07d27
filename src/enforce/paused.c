/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/paused.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "base/files.h"
#include "enforce/freezer.h"
#include "world/cgroupfs.h"

static bool is_name(const char *id)
{
    return *id && *id != '.' && !strchr(id, '/') && strlen(id) <= NAME_MAX;
}

static int open_records(const char *records)
{
    int fd = open(records, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    return fd < 0 ? -errno : fd;
}

int paused_add(const char *records, const char *id, const char *directory)
{
    if (!is_name(id))
        return -EINVAL;
    if (mkdir(records, 0700) < 0 && errno != EEXIST)
        return -errno;
    _cleanup_close_ int fd = open_records(records);
    if (fd < 0)
        return fd;
    _cleanup_close_ int file =
        openat(fd, id, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
    return file < 0 ? -errno : write_all(file, directory, strlen(directory));
}

int paused_remove(const char *records, const char *id)
{
    _cleanup_close_ int fd = open_records(records);

    if (fd < 0)
        return fd;
    return unlinkat(fd, id, 0) < 0 ? -errno : 0;
}

int paused_visit(const char *records, paused_each callback, void *data)
{
    int fd = open_records(records), r = 0;
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    const struct dirent *entry;

    if (!dir)
        return fd < 0 && fd != -ENOENT ? fd : 0;
    while (r == 0 && (entry = readdir(dir))) {
        _cleanup_free_ char *directory = NULL;
        if (!is_name(entry->d_name))
            continue;
        r = read_file_at(fd, entry->d_name, CGROUP_PATH_MAX, &directory, NULL);
        if (r < 0)
            return r;
        if (freezer_is_set(directory))
            r = callback(data, entry->d_name, directory);
        else
            unlinkat(fd, entry->d_name, 0);
    }
    return r;
}
