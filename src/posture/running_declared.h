/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_RUNNING_DECLARED_H
#define POSTURE_RUNNING_DECLARED_H

/* What the files of a running container's runtime say of it. */

#include "posture/model.h"
#include "world/container.h"

/*
 * -ENOENT when there is no such file, -errno when one can't be read or understood, with the reason
 * in *ret_why (arena).
 */
int running_declared(int root_fd, const struct container *container, struct arena *arena,
                     struct container_config *ret_config, const char **ret_why);

#endif
