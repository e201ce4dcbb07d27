/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_KERNEL_H
#define POSTURE_KERNEL_H

/*
 * A running container as the kernel has it: from /proc, the cgroup file systems and the tree below
 * the root of the container's first process. Nothing here comes from a runtime's files.
 */

#include <stdbool.h>
#include <stdint.h>

#include "posture/model.h"
#include "world/cgroupfs.h"
#include "world/mountinfo.h"

/* A socket that a runtime serves: whoever speaks to it commands the node. */
struct runtime_socket {
    const char *path;    /* on the host */
    const char *runtime; /* "docker", or the name of the process that listens */
    dev_t device;
    ino_t inode;
};

/* The host, to compare containers with. */
struct kernel_host {
    int root_fd;
    struct arena arena;
    uint64_t namespaces[NAMESPACE_KINDS]; /* inodes; 0: not known */
    uint64_t bounding; /* capabilities that the host's init may have; all ones when not known */
    struct mount_table mounts;
    struct cgroupfs cgroupfs;
    struct runtime_socket *sockets;
    size_t socket_count, sockets_left_out;
};

#define RUNTIME_SOCKETS_MAX 256

/* `root` "/" outside of tests. What can't be read is left empty and is unknown later. */
int kernel_host_open(const char *root, struct kernel_host *ret_host);
void kernel_host_done(struct kernel_host *host);

/*
 * Fill the model by the container's first process. `start_time` (CLOCK_BOOTTIME ns; 0: any) tells
 * it from a later process of the same pid. Texts are in `arena`. -ESRCH when the process is gone,
 * -ENOMEM; whatever else can't be read is unknown in the model, with the reason.
 */
int kernel_read_container(const struct kernel_host *host, uint32_t pid, uint64_t start_time,
                          struct arena *arena, struct container_config *ret_config);

/*
 * Where on the host a mount's files are, in the arena. NULL when the host has that file system
 * mounted nowhere, or not this part of it.
 */
const char *kernel_host_path(const struct kernel_host *host, const struct mount *mount,
                             struct arena *arena);

#endif
