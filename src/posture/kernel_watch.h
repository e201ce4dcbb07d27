/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_KERNEL_WATCH_H
#define POSTURE_KERNEL_WATCH_H

/* What kernel.h reads, in parts, for whoever looks at a container again and again. */

#include "posture/declared_actual.h"
#include "posture/kernel.h"

/*
 * As kernel_read_container, but only `parts` (bits of enum drift_part); the rest stays unknown.
 */
int kernel_read_parts(const struct kernel_host *host, uint32_t pid, uint64_t start_time,
                      unsigned parts, struct arena *arena, struct container_config *ret_config);

/* The host with what those parts need; reads no sockets. Released by kernel_host_done. */
int kernel_host_open_parts(const char *root, struct kernel_host *ret_host);

/* The host's mounts may have changed: read them again. 0 or -errno, then the old ones stay. */
int kernel_host_read_mounts(struct kernel_host *host);

#define KERNEL_WATCH_FILES 12

/* The files of a process's cgroups that limit it. */
struct kernel_watch {
    uint32_t pid;
    char *files[KERNEL_WATCH_FILES];
    size_t count;
    char *unified; /* directory of its v2 cgroup; NULL: none */
};

int kernel_watch_open(const struct kernel_host *host, uint32_t pid, struct kernel_watch *ret_watch);
void kernel_watch_done(struct kernel_watch *watch);

/*
 * A number that changes with the process's rights, namespaces and cgroup limits: what a few system
 * calls tell. -ESRCH when the process is gone, -ENOMEM.
 */
int kernel_watch_print(const struct kernel_watch *watch, const struct kernel_host *host,
                       uint64_t *ret_print);

#endif
