/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_CGROUP_PATH_H
#define WORLD_CGROUP_PATH_H

#include <stdbool.h>

#include "world/container.h"

/*
 * The container that a cgroup path names, by the naming rules of the runtimes (cgroup v1, v2 and
 * hybrid, systemd and cgroupfs drivers). The innermost match wins. Odd bytes, empty components and
 * over-long names are no container, never an error. Sources of each rule stand with its row in the
 * table of cgroup_path.c.
 */
struct cgroup_container {
    enum container_runtime runtime; /* RUNTIME_UNKNOWN when the name does not tell */
    char id[CONTAINER_ID_MAX];
};

bool cgroup_path_container(const char *path, struct cgroup_container *ret_container);

#endif
