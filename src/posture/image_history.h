/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_IMAGE_HISTORY_H
#define POSTURE_IMAGE_HISTORY_H

/* The steps that a container's image was made by. */

#include <jansson.h>

#include "posture/model.h"
#include "world/container.h"
#include "world/facts.h"

#define IMAGE_STEPS_MAX 4096

/*
 * Fill config->image_steps: unset for a container without an image, unknown where the image's
 * configuration can't be read. 0, or -ENOMEM.
 */
int image_history_read(struct facts *facts, const struct container *container, struct arena *arena,
                       struct container_config *config);

/* The same from an image's configuration, which is in `file`. */
int image_history_parse(const json_t *image, const char *file, struct arena *arena,
                        struct container_config *config);

#endif
