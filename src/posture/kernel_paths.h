/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_KERNEL_PATHS_H
#define POSTURE_KERNEL_PATHS_H

/*
 * Paths of proc and sysfs that runtimes hide from containers, or let them read only: what tells of
 * the host, or changes it. NULL-terminated.
 */
extern const char *const masked_paths[];
extern const char *const read_only_paths[];

#endif
