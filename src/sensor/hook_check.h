/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_HOOK_CHECK_H
#define SENSOR_HOOK_CHECK_H

/*
 * Whether hooks fire: a kernel whose compiler put a call's function into its caller lets it be
 * hooked and never comes there.
 */

#include <stddef.h>
#include <stdint.h>

#include "event/abi.h"

struct hook_view {
    uint32_t *self;       /* whose calls the kernel side does not tell but counts */
    const uint64_t *seen; /* that count, shared with the kernel */
};

/*
 * Make each of these calls (numbers with a type) once, in a child process, so that it fails for its
 * arguments. 0 when all were seen; -ENOENT with the number of the first that was not. Where the
 * child can't be made or is killed, by a policy for it, nothing is known: 0.
 */
int hook_check(const struct hook_view *view, const uint8_t types[EVENT_SYSCALL_MAX],
               unsigned *ret_number);

#endif
