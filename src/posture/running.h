/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_RUNNING_H
#define POSTURE_RUNNING_H

/*
 * The containers that run on this node, each as the kernel has it and as it was declared. Found as
 * the agent finds them at its start: cgroups, processes, the runtimes' state files.
 */

#include "base/error.h"
#include "posture/kernel.h"

#define RUNNING_MAX 8192

struct running_container {
    const char *id;
    const char *name;    /* the id where nobody gave one */
    const char *subject; /* "container/NAME", "container/NAMESPACE/POD/NAME" */
    const char *runtime; /* "docker", ... */
    uint32_t pid;        /* of its first process */
    /* NULL: the container ended meanwhile, which is no failure */
    const struct container_config *actual;
    const struct container_config *declared; /* NULL: no file of a runtime's tells */
    const char *why_not_declared;            /* then; NULL */
    struct arena *arena;                     /* of both; emptied after the call */
};

/* Returns 0 to go on. */
typedef int (*running_visit)(void *data, const struct running_container *container);

struct running_result {
    size_t found, gone, left_out; /* left out: past RUNNING_MAX */
};

/*
 * Visit each container, or only the one whose id (a beginning of 6 characters or more will do) or
 * name is `only`, when not NULL. -ENOENT when there is none such, -EEXIST when several are meant;
 * else what the visit returned, or -errno.
 */
int running_containers(const char *root, const char *only, running_visit visit, void *data,
                       struct running_result *ret_result, struct error *error);

#endif
