/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_IMAGE_H
#define WORLD_IMAGE_H

/* Making and sharing of process images, within a bound on the bytes of all of them. */

#include <stdint.h>

#include "event/event.h"
#include "world/process.h"

/* Past `max`, new images keep only the beginning of their argv and no environment. */
struct image_memory {
    uint64_t used;
    uint64_t max;
    uint64_t cut; /* counter of images and paths that did not fit whole */
};

/*
 * From the parameters of an exec or a PROCESS_FOUND; what the event lacks is empty. The name is the
 * header's comm. `exec_time` is when it was made. The caller owns one reference.
 */
int image_new(struct image_memory *memory, const struct event *event, uint64_t exec_time,
              struct process_image **ret_image);

struct process_image *image_ref(struct process_image *image);
struct process_image *image_unref(struct process_image *image); /* returns NULL */

#endif
