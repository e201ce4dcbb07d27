/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENFORCE_FREEZER_H
#define ENFORCE_FREEZER_H

/*
 * Freezing a container: its cgroup in the v1 hierarchy of the freezer, or in v2 where there is
 * none. What is frozen is the whole container, whichever cgroup below it acted.
 */

#include <stdbool.h>

#include "world/world.h"

struct freezer;

int freezer_new(struct freezer **ret_freezer);
void freezer_free(struct freezer *freezer);

/* Where cgroups are frozen here: the mount of a hierarchy; NULL when nothing can freeze. */
const char *freezer_mount(const struct freezer *freezer);

/*
 * The directory of the container's cgroup, which the caller frees. -ESRCH: it has no process any
 * more; -ECANCELED: never frozen, being no container, the one this program is in, or one that has
 * no cgroup to itself; -ENOENT: nothing here can freeze; else -errno.
 */
int freezer_find(const struct freezer *freezer, struct world *world,
                 const struct judged_event *judged, char **ret_directory);

/* Freeze or thaw the cgroup of a directory. 0; -ENOENT when it is gone; -errno. */
int freezer_set(const char *directory, bool frozen);

/* Whether it was told to freeze; it may take a moment until all of it stands. */
bool freezer_is_set(const char *directory);

#endif
