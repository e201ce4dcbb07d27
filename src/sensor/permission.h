/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PERMISSION_H
#define SENSOR_PERMISSION_H

/* What a stopped thread is about to open or execute, from the kernel's objects:
 * bpf/permission.bpf.c. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct permission;

/* -EOPNOTSUPP, with the reason, on kernels without what it needs (6.2 or later has it). */
int permission_open(struct permission **ret_permission, struct error *ret_error);
void permission_close(struct permission *permission);

/*
 * The record of thread `tid` (a number of the initial pid namespace) opening or executing the file
 * `fd`, as if it succeeded: EVENT_EXECVE, EVENT_OPENAT and their kin, EVENT_FLAG_SYNTHETIC. It lies
 * in the permission's memory until the next call. -ESRCH when the thread is gone,
 * -ENODATA for a file that execve opens on its way.
 */
int permission_describe(struct permission *permission, int fd, uint32_t tid, bool exec,
                        const void **ret_record, size_t *ret_size);

#endif
