/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DIRECTORY_H
#define BASE_DIRECTORY_H

#include <dirent.h>

/* The directory that is open as `fd`, which is taken over also on failure: NULL with errno. */
DIR *directory_of(int fd);

/*
 * Each entry, "." and ".." among them, `max` at most: stops when the callback returns non-zero, and
 * returns that. Takes `fd` over. One that was not opened (a negative fd) has no entries.
 */
typedef int (*directory_each)(void *data, int dir_fd, const char *name);
int directory_visit(int fd, unsigned max, directory_each callback, void *data);

#endif
