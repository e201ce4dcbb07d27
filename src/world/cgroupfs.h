/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_CGROUPFS_H
#define WORLD_CGROUPFS_H

/*
 * The mounted cgroup hierarchies: v1, v2 or both (hybrid), found in /proc/self/mountinfo, and the
 * way between a cgroup's id (CGROUP_ID of event/abi.h) and its path.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define CGROUPFS_MOUNTS_MAX 32
#define CGROUPFS_WALK_MAX   65536 /* directories looked at in one walk */
#define CGROUPFS_DEPTH_MAX  32
#define CGROUP_PATH_MAX     4096

struct cgroup_mount {
    unsigned hierarchy; /* 0: v2 */
    char *path;         /* "/sys/fs/cgroup/memory" */
    char *root;         /* cgroup that is mounted there: "/" unless in a cgroup namespace */
};

struct cgroupfs {
    int root_fd; /* the caller's */
    struct cgroup_mount mounts[CGROUPFS_MOUNTS_MAX];
    unsigned count;
};

/* Reads the mounts; a machine without any gives an empty list, not an error. */
int cgroupfs_init(struct cgroupfs *cgroupfs, int root_fd);
void cgroupfs_done(struct cgroupfs *cgroupfs);

/* The directory of the cgroup at `path` in a hierarchy, whether or not it is there; -ENOENT when no
 * mount shows it. The caller frees *ret_directory. */
int cgroupfs_directory(const struct cgroupfs *cgroupfs, unsigned hierarchy, const char *path,
                       char **ret_directory);

/* The id of the cgroup at `path` in a hierarchy; -errno. */
int cgroupfs_id(const struct cgroupfs *cgroupfs, unsigned hierarchy, const char *path,
                uint64_t *ret_id);

/* The path of a cgroup by its id alone; -ENOENT when it is gone. The caller frees *ret_path. */
int cgroupfs_path(const struct cgroupfs *cgroupfs, uint64_t id, char **ret_path);

/*
 * The path in its hierarchy of a directory of a cgroup file system: "/test1" for
 * "/sys/fs/cgroup/memory/test1". NULL when it lies on none. Borrowed.
 */
const char *cgroupfs_strip(const struct cgroupfs *cgroupfs, const char *directory);

/* Every cgroup of every hierarchy, within the bounds. Stops when the callback returns non-zero. */
typedef int (*cgroupfs_each)(void *data, uint64_t id, const char *path);
int cgroupfs_walk(const struct cgroupfs *cgroupfs, cgroupfs_each callback, void *data);

/* One line of /proc/PID/cgroup. */
struct cgroup_line {
    unsigned hierarchy;
    const char *path;
};

/*
 * Splits the text of /proc/PID/cgroup in place; returns how many lines it filled in. Lines that
 * break the format are left out.
 */
size_t cgroupfs_lines(char *text, struct cgroup_line lines[], size_t max);

#endif
