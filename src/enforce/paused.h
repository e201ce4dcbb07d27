/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENFORCE_PAUSED_H
#define ENFORCE_PAUSED_H

/*
 * What was paused, kept in a directory that outlives the agent: a file for each container, its name
 * the container's id, its text the directory of the cgroup.
 */

/* Before the container is frozen. -EINVAL for an id that is no file name; -errno. */
int paused_add(const char *records, const char *id, const char *directory);

/* Forget it. -ENOENT when it is not there. */
int paused_remove(const char *records, const char *id);

/*
 * Each container that stands recorded and is still frozen, in no order; records of others are
 * removed on the way. Stops when the callback returns non-zero, and returns that.
 */
typedef int (*paused_each)(void *data, const char *id, const char *directory);
int paused_visit(const char *records, paused_each callback, void *data);

#endif
