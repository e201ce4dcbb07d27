/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/guard_pins.h"

#include <bpf/libbpf.h>
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "base/loop.h"

#define GUARD_PREFIX "guard-" /* whatever else lies there is none of ours */

static bool is_bpf_file_system(const char *base)
{
    char parent[PATH_MAX];
    struct statfs fs;

    snprintf(parent, sizeof(parent), "%s", base);
    char *slash = strrchr(parent, '/');
    if (slash)
        *slash = '\0';
    return statfs(parent, &fs) == 0 && fs.f_type == BPF_FS_MAGIC;
}

/* The directory of one guard, with the links in it. */
static int remove_guard(int base_fd, const char *name)
{
    int fd = openat(base_fd, name, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

    if (fd < 0)
        return -errno;
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    if (!dir)
        return -errno;
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.' && unlinkat(fd, entry->d_name, 0) < 0)
            return -errno;
    return unlinkat(base_fd, name, AT_REMOVEDIR) < 0 ? -errno : 0;
}

/* Visit each guard but `keep`; with `remove` it goes. Returns how many. */
static int each_guard(const char *base, const char *keep, bool remove)
{
    _cleanup_closedir_ DIR *dir = opendir(base);
    int count = 0;

    if (!dir)
        return errno == ENOENT || errno == ENOTDIR ? 0 : -errno;
    for (struct dirent *entry; (entry = readdir(dir));) {
        if (strncmp(entry->d_name, GUARD_PREFIX, strlen(GUARD_PREFIX)) != 0 ||
            (keep && !strcmp(entry->d_name, keep)))
            continue;
        int r = remove ? remove_guard(dirfd(dir), entry->d_name) : 0;
        if (r < 0)
            return r;
        count++;
    }
    return count;
}

static int pin(void *data, const char *hook, struct bpf_link *link)
{
    char path[PATH_MAX];

    if ((size_t)snprintf(path, sizeof(path), "%s/%s", (const char *)data, hook) >= sizeof(path))
        return -ENAMETOOLONG;
    return bpf_link__pin(link, path);
}

int guard_pins_replace(struct guard *guard, const char *base, struct error *ret_error)
{
    char name[64], directory[PATH_MAX];

    if (!is_bpf_file_system(base))
        return error_set(ret_error, -EOPNOTSUPP, "no bpf file system is mounted above %s", base);
    if (mkdir(base, 0700) < 0 && errno != EEXIST)
        return error_set(ret_error, -errno, "can't make %s: %s", base, strerror(errno));
    snprintf(name, sizeof(name), GUARD_PREFIX "%" PRIu64, loop_now());
    snprintf(directory, sizeof(directory), "%s/%s", base, name);
    if (mkdir(directory, 0700) < 0)
        return error_set(ret_error, -errno, "can't make %s: %s", directory, strerror(errno));
    int r = guard_each_link(guard, pin, directory);
    if (r < 0)
        return error_set(ret_error, r, "can't pin the guards in %s: %s", directory, strerror(-r));
    r = each_guard(base, name, true);
    if (r < 0)
        return error_set(ret_error, r, "can't take away older guards in %s: %s", base,
                         strerror(-r));
    return 0;
}

int guard_pins_remove(const char *base, struct error *ret_error)
{
    int r = each_guard(base, NULL, true);

    if (r < 0)
        return error_set(ret_error, r, "can't take away the guards in %s: %s", base, strerror(-r));
    return r;
}

int guard_pins_count(const char *base)
{
    return each_guard(base, NULL, false);
}
