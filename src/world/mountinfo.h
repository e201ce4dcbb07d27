/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_MOUNTINFO_H
#define WORLD_MOUNTINFO_H

/* /proc/PID/mountinfo: what one process sees mounted, in the order of mounting. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define MOUNTINFO_BYTES_MAX  (8u << 20)
#define MOUNTINFO_MOUNTS_MAX 8192

/* The texts point into the table's own copy, with escapes undone. */
struct mount {
    uint32_t id, parent;
    uint32_t major, minor; /* of the file system */
    const char *root;      /* what of the file system is mounted */
    const char *point;     /* below the process's root */
    const char *options;   /* of this mount: "ro,nosuid" */
    const char *type, *source;
    const char *super; /* options of the file system */
    uint32_t shared;   /* peer group, 0: none; events go out of the mount and come in */
    uint32_t master;   /* peer group that events come in from, 0: none */
};

struct mount_table {
    char *text;
    struct mount *mounts;
    size_t count;
    size_t left_out; /* lines past the bound or against the format */
};

/*
 * "31 23 0:28 / /sys/fs/cgroup/cpu rw,relatime shared:9 - cgroup cgroup rw,cpu", which is cut up in
 * place: the texts point into it. False when it breaks the format.
 */
bool mountinfo_parse_line(char *line, struct mount *ret_mount);

/* Takes `text` over, also on failure. */
int mountinfo_parse(char *text, struct mount_table *ret_table);

/* The file NAME in a directory of /proc, or "proc/self/mountinfo" below a root. */
int mountinfo_read(int dir_fd, const char *name, struct mount_table *ret_table);

void mount_table_done(struct mount_table *table);

/* Whether a list "a,b=c" has the word. */
bool mount_has_option(const char *options, const char *word);
bool mount_read_only(const struct mount *mount); /* the mount or the file system as a whole */

/* Whether its type is in the list, which ends with NULL. */
bool mount_is_one_of(const struct mount *mount, const char *const *types);

/*
 * A file system whose answers come from a process, which may be the container's, or over a network:
 * to look at it could take for ever.
 */
bool mount_waits(const struct mount *mount);

/* The mount that shows `path`: the last one at or above it. NULL when there is none. */
const struct mount *mount_table_at(const struct mount_table *table, const char *path);

#endif
