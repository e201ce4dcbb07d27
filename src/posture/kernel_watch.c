/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/kernel_watch.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/fnv.h"
#include "posture/device_program.h"
#include "posture/kernel_internal.h"

#define LINES_MAX 32

static const char *const limit_files[] = {
    "memory.limit_in_bytes", "memory.max", "pids.max",
    "cpu.cfs_quota_us",      "cpu.max",    "devices.list",
};

static int add_files(const struct kernel_host *host, const char *directory,
                     struct kernel_watch *watch)
{
    for (size_t i = 0; i < sizeof(limit_files) / sizeof(*limit_files); i++) {
        _cleanup_free_ char *path = NULL;
        if (asprintf(&path, "%s/%s", directory, limit_files[i]) < 0) {
            path = NULL;
            return -ENOMEM;
        }
        if (watch->count < KERNEL_WATCH_FILES &&
            faccessat(host->root_fd, path + strspn(path, "/"), R_OK, 0) == 0)
            watch->files[watch->count++] = TAKE_PTR(path);
    }
    return 0;
}

int kernel_watch_open(const struct kernel_host *host, uint32_t pid, struct kernel_watch *ret_watch)
{
    _cleanup_(kernel_watch_done) struct kernel_watch watch = {.pid = pid};
    struct cgroup_line lines[LINES_MAX];
    _cleanup_free_ char *text = NULL;
    char path[40];

    snprintf(path, sizeof(path), "proc/%u/cgroup", pid);
    int r = read_file_at(host->root_fd, path, KERNEL_FILE_MAX, &text, NULL);
    if (r < 0)
        return r == -ENOENT ? -ESRCH : r;
    size_t count = cgroupfs_lines(text, lines, LINES_MAX);
    for (size_t i = 0; i < count; i++) {
        _cleanup_free_ char *directory = NULL;
        r = cgroupfs_directory(&host->cgroupfs, lines[i].hierarchy, lines[i].path, &directory);
        if (r >= 0)
            r = add_files(host, directory, &watch);
        if (r == -ENOMEM)
            return r;
        if (!lines[i].hierarchy && directory)
            watch.unified = TAKE_PTR(directory);
    }
    *ret_watch = watch;
    watch = (struct kernel_watch){0};
    return 0;
}

void kernel_watch_done(struct kernel_watch *watch)
{
    for (size_t i = 0; i < watch->count; i++)
        free(watch->files[i]);
    free(watch->unified);
    *watch = (struct kernel_watch){0};
}

static void add(uint64_t *print, const void *data, size_t len)
{
    *print = fnv1a(*print, data, len);
}

/* Lines of rights; others, of memory and of switches, change all the time. */
static void add_status(uint64_t *print, const char *text)
{
    static const char *const keys[] = {
        "State:\tZ", "Uid:", "Gid:", "Groups:", "Cap", "NoNewPrivs:", "Seccomp"};

    for (const char *line = text; *line;) {
        size_t len = strcspn(line, "\n");
        for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++)
            if (!strncmp(line, keys[i], strlen(keys[i])))
                add(print, line, len);
        line += len + (line[len] == '\n');
    }
}

static void add_namespaces(uint64_t *print, const struct kernel_watch *watch,
                           const struct kernel_host *host)
{
    char path[48], target[48];

    for (unsigned kind = 0; kind < NAMESPACE_KINDS; kind++) {
        snprintf(path, sizeof(path), "proc/%u/ns/%s", watch->pid, kernel_namespace_file(kind));
        ssize_t len = readlinkat(host->root_fd, path, target, sizeof(target));
        if (len > 0)
            add(print, target, (size_t)len);
    }
}

/* Which programs are asked for devices: their numbers are not used again. */
static void add_programs(uint64_t *print, const struct kernel_watch *watch,
                         const struct kernel_host *host)
{
    uint32_t ids[DEVICE_PROGRAMS_MAX];

    if (!watch->unified)
        return;
    _cleanup_close_ int fd = openat(host->root_fd, watch->unified + strspn(watch->unified, "/"),
                                    O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int count = fd < 0 ? 0 : device_program_ids(fd, 0, ids);
    if (count > 0)
        add(print, ids, (size_t)count * sizeof(*ids));
}

int kernel_watch_print(const struct kernel_watch *watch, const struct kernel_host *host,
                       uint64_t *ret_print)
{
    uint64_t print = FNV1A_START;
    char path[40];

    snprintf(path, sizeof(path), "proc/%u/status", watch->pid);
    for (size_t i = 0; i <= watch->count; i++) {
        const char *file = i ? watch->files[i - 1] : path;
        _cleanup_free_ char *text = NULL;
        size_t len;
        int r = read_file_at(host->root_fd, file + strspn(file, "/"), KERNEL_FILE_MAX, &text, &len);
        if (r == -ENOMEM)
            return r;
        if (r < 0 && !i)
            return -ESRCH;
        if (r < 0)
            add(&print, "-", 1);
        else if (!i)
            add_status(&print, text);
        else
            add(&print, text, len);
    }
    add_namespaces(&print, watch, host);
    add_programs(&print, watch, host);
    *ret_print = print;
    return 0;
}
