/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_CONTAINER_H
#define WORLD_CONTAINER_H

/*
 * A container: found from the kernel's cgroup names, named from the runtime's files on disk.
 * Strings are never NULL; empty when no file on the node tells.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum container_runtime {
    RUNTIME_UNKNOWN = 0,
    RUNTIME_RUNC, /* plain runc */
    RUNTIME_CRUN,
    RUNTIME_CONTAINERD, /* plain (ctr, nerdctl) or CRI */
    RUNTIME_CRIO,
    RUNTIME_PODMAN,
    RUNTIME_DOCKER,
    RUNTIME_MAX,
};

#define CONTAINER_ID_MAX       256 /* bytes kept of a full id */
#define CONTAINER_ID_SHORT_LEN 12

struct container_mount {
    const char *source, *destination, *mode, *propagation;
    bool read_write;
};

struct label {
    const char *key, *value;
};

struct container {
    uint32_t references;
    enum container_runtime runtime;
    char id[CONTAINER_ID_MAX];
    char short_id[CONTAINER_ID_SHORT_LEN +
                  1];    /* container.id: a 64-digit id cut to 12, else whole up to 12 */
    bool metadata_known; /* false while the runtime's files were not found yet */
    uint32_t flags;      /* CONTAINER_FLAG_* */
    uint64_t start_time; /* CLOCK_REALTIME ns, 0 unknown */
    uint64_t bounding;   /* capabilities declared; all ones where no file tells */
    const char *name;
    const char *image; /* full reference: registry/repo:tag@digest as declared */
    const char *image_id;
    const char *image_repository; /* registry/repo */
    const char *image_tag;
    const char *image_digest; /* sha256:... */
    const char *user;
    const char *ip;
    const char *rootfs;
    const char *bundle;
    const char *pod_name, *pod_namespace, *pod_uid, *pod_sandbox_id;
    struct label *labels;
    uint32_t label_count;
    struct label *pod_labels;
    uint32_t pod_label_count;
    struct container_mount *mounts;
    uint32_t mount_count;
    const char *env; /* NUL-separated, of the declared process */
    uint32_t env_len;
    const char *entrypoint; /* NUL-separated argv */
    uint32_t entrypoint_len;
    void *storage; /* where the strings live; private to container.c */
};

/* For whoever keeps a container beyond the call that showed it; container_unref returns NULL. */
struct container *container_ref(struct container *container);
struct container *container_unref(struct container *container);

/* "docker", "containerd", ...: container.type; "unknown" for RUNTIME_UNKNOWN. */
const char *container_runtime_name(enum container_runtime runtime);

/* The runtime with this name, RUNTIME_UNKNOWN when there is none. */
enum container_runtime container_runtime_by_name(const char *name, size_t len);

/* Value of a label, NULL when it has none of this key. */
const char *container_label(const struct container *container, const char *key);

#endif
