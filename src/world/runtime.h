/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_RUNTIME_H
#define WORLD_RUNTIME_H

/*
 * Where each runtime keeps what it knows about a container: one file per runtime, one row each in
 * runtime.c, tried from the one that knows most to the one that knows least.
 */

#include <jansson.h>

#include "world/container_facts.h"
#include "world/facts_internal.h"
#include "world/state_index.h"

struct runtime_query {
    const char *id;                  /* safe as one name in a path */
    const char *cgroup_path;         /* may be NULL */
    const struct state_entry *state; /* NULL when no low-level runtime's state names it */
};

/*
 * Find the container and fill *found, runtime included. -ENOENT when this runtime has no such
 * container; any other error was counted where the file was read.
 */
typedef int (*runtime_find)(struct facts *facts, const struct runtime_query *query,
                            struct container_facts *found);

int runtime_docker_find(struct facts *facts, const struct runtime_query *query,
                        struct container_facts *found);
int runtime_crio_find(struct facts *facts, const struct runtime_query *query,
                      struct container_facts *found);
int runtime_podman_find(struct facts *facts, const struct runtime_query *query,
                        struct container_facts *found);
int runtime_containerd_find(struct facts *facts, const struct runtime_query *query,
                            struct container_facts *found);
int runtime_runc_find(struct facts *facts, const struct runtime_query *query,
                      struct container_facts *found);
int runtime_crun_find(struct facts *facts, const struct runtime_query *query,
                      struct container_facts *found);

/* All of them; the one `hint` names first. */
int runtime_find_container(struct facts *facts, const struct runtime_query *query,
                           enum container_runtime hint, struct container_facts *found);

/* Helpers of the runtimes' files. */

/* asprintf below the root, without slashes in front; NULL without memory. */
char *runtime_path(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Labels of a JSON object of strings. */
void runtime_labels(const json_t *object, enum fact_list which, struct container_facts *found);

/* Annotations of the bundle that speak to the agent ("bulwark.*") are labels, where the container
 * has no such label: orchestrators hand annotations down, and not every runtime keeps labels. */
void runtime_own_annotations(const json_t *config, struct container_facts *found);

/* A container known by its state file alone: plain runc's or crun's. */
int runtime_state_find(struct facts *facts, const struct runtime_query *query, bool crun,
                       struct container_facts *found);

/* Read DIRECTORY/config.json; the bundle's path is told to *found. */
int runtime_bundle(struct facts *facts, const char *directory, struct container_facts *found,
                   json_t **ret_config);

/* Of a file below the root: its change time becomes the start time, when none was told. */
void runtime_start_from_file(struct facts *facts, const char *path, struct container_facts *found);

/* What all containers of containerd and CRI-O have in common by Kubernetes' labels. */
void runtime_kubernetes_labels(struct container_facts *found);

/* A JSON file of the content store of any installation of containerd, by the digits of its sha256;
 * *ret_path to be freed. Errors as of facts_json. */
int runtime_containerd_blob(struct facts *facts, const char *digits, size_t max, json_t **ret_json,
                            char **ret_path);

/* A runtime that keeps its containers in containers/storage. */
struct storage_runtime {
    enum container_runtime runtime;
    bool (*is_own)(const json_t *config);
    /* What it alone knows, told before what the bundle says of any container. */
    void (*apply)(struct facts *facts, const char *storage, const char *id, const json_t *config,
                  struct container_facts *found);
};

/* A container in the system's storage or in that of the user whose slice it lives in. */
int runtime_storage_find(struct facts *facts, const struct runtime_query *query,
                         const struct storage_runtime *runtime, struct container_facts *found);

#endif
