/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FILES_H
#define BASE_FILES_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * Read a whole file of at most `max` bytes. *ret_data is NUL-terminated (not counted in *ret_len,
 * which may be NULL) and owned by the caller. -EFBIG when it is longer, -EISDIR for a directory;
 * other -errno from open and read. Never blocks on a FIFO, never follows a terminal's control.
 * Works for /proc files, whose size is not known beforehand.
 */
int read_file(const char *path, size_t max, char **ret_data, size_t *ret_len);
int read_file_at(int dir_fd, const char *path, size_t max, char **ret_data, size_t *ret_len);

/* Read until `max` bytes are there or the file ends, through interruptions: how many, or -errno. */
ssize_t read_full(int fd, void *data, size_t max);

/* Write all of `data`, through interruptions and short writes. 0 or -errno. */
int write_all(int fd, const void *data, size_t len);

/* Whether a path is `top`, or below it; both absolute, without a slash at the end but for "/". */
bool path_is_below(const char *path, const char *top);

/* What of such a path stands behind `top`: "/x", or "" for `top` itself. */
const char *path_behind(const char *path, const char *top);

#endif
