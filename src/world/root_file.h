/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_ROOT_FILE_H
#define WORLD_ROOT_FILE_H

/*
 * Files below a root directory that we don't trust: the machine's, a test's, or a container's.
 * Symbolic links are followed, but never out of the root and never through /proc's magic links.
 */

#include <stddef.h>

/* An open file or directory, close-on-exec; never blocks on a FIFO, never takes a terminal. */
int root_open(int root_fd, const char *path, int flags);

/*
 * A whole regular file of at most `max` bytes, NUL-terminated (not counted). -EFBIG when it is
 * longer, -EISDIR or -ENODEV when it is no regular file, else -errno.
 */
int root_read(int root_fd, const char *path, size_t max, char **ret_data, size_t *ret_len);

#endif
