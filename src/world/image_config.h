/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_IMAGE_CONFIG_H
#define WORLD_IMAGE_CONFIG_H

/*
 * The configuration of a container's image (config.md of the OCI image specification), from where
 * its runtime keeps images: Docker's imagedb, containers/storage, containerd's content store.
 */

#include <jansson.h>

#include "world/container.h"
#include "world/facts.h"

/*
 * *ret_path is the file, without slashes in front, to be freed. -ENOENT when the image is not known
 * or is in none of these places; else -errno of the file that can't be used.
 */
int image_config_read(struct facts *facts, const struct container *container, json_t **ret_config,
                      char **ret_path);

#endif
