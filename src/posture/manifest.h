/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_MANIFEST_H
#define POSTURE_MANIFEST_H

/*
 * The pods of a Kubernetes manifest: Pod, PodTemplate, what has a template (Deployment,
 * StatefulSet, DaemonSet, ReplicaSet, ReplicationController, Job, CronJob), lists of them, and any
 * number of YAML or JSON documents. Objects of other kinds are counted and left alone.
 */

#include <stddef.h>

#include "base/error.h"
#include "posture/model.h"

#define MANIFEST_FILE_MAX       ((size_t)16 << 20)
#define MANIFEST_NODES_MAX      350000 /* of one document */
#define MANIFEST_DEPTH_MAX      64
#define MANIFEST_MEMORY_MAX     ((size_t)64 << 20) /* of one document */
#define MANIFEST_PODS_MAX       100000
#define MANIFEST_CONTAINERS_MAX 1000 /* of one pod, of each kind */

struct manifest_counts {
    size_t pods;
    size_t other; /* objects without a pod, and lists themselves */
};

/* The model is gone after the call. A negative value ends the reading and is returned. */
typedef int (*manifest_function)(void *data, const struct pod_config *pod);

/*
 * Call `function` for each pod. On an error the pods before it were handed on: who collects them
 * takes them back. `name` and `text` must stay for the call.
 */
int manifest_read(const char *name, const char *text, size_t len, manifest_function function,
                  void *data, struct manifest_counts *ret_counts, struct error *ret_error);

#endif
