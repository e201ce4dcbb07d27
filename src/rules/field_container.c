/* SPDX-License-Identifier: Apache-2.0 */
#include <fnmatch.h>
#include <inttypes.h>
#include <stddef.h>

#include "rules/field_label.h"

enum text {
    TEXT_ID,
    TEXT_FULL_ID,
    TEXT_NAME,
    TEXT_TYPE,
    TEXT_IMAGE,
    TEXT_IMAGE_ID,
    TEXT_REPOSITORY,
    TEXT_TAG,
    TEXT_DIGEST,
    TEXT_IP,
    TEXT_USER,
};

/* Outside of containers Falco's id, name and type are "host", and the rest is missing. */
static bool text_of_host(enum text what, struct field_value *value)
{
    return (what == TEXT_ID || what == TEXT_NAME || what == TEXT_TYPE) &&
           field_set_string(value, "host");
}

static bool text(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    const struct container *container = context->judged->container;
    enum text what = (enum text)ref->field->detail;

    if (!container)
        return text_of_host(what, value);
    switch (what) {
    case TEXT_ID: return field_set_string(value, container->short_id);
    case TEXT_FULL_ID: return field_set_string(value, container->id);
    case TEXT_NAME: return field_set_known(value, container->name);
    case TEXT_TYPE: return field_set_known(value, container_runtime_name(container->runtime));
    case TEXT_IMAGE: return field_set_known(value, container->image);
    case TEXT_IMAGE_ID: return field_set_known(value, container->image_id);
    case TEXT_REPOSITORY: return field_set_known(value, container->image_repository);
    case TEXT_TAG: return field_set_known(value, container->image_tag);
    case TEXT_DIGEST: return field_set_known(value, container->image_digest);
    case TEXT_IP: return field_set_known(value, container->ip);
    case TEXT_USER: return field_set_known(value, container->user);
    }
    return false;
}

/* Facts of the runtime's files: missing until they are known, never a wrong "false". */
static bool flag(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    const struct container *container = context->judged->container;

    return container && container->metadata_known &&
           field_set_bool(value, container->flags & (uint32_t)ref->field->detail);
}

enum span { SPAN_START, SPAN_DURATION };

static bool span(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    const struct container *container = context->judged->container;

    if (!container || !container->start_time)
        return false;
    if (ref->field->detail == SPAN_START)
        return field_set_number(value, FIELD_TIME, (int64_t)container->start_time);
    return field_set_number(value, FIELD_DURATION,
                            (int64_t)(context->judged->wall_time - container->start_time));
}

static bool label(struct field_context *context, const struct field_ref *ref,
                  struct field_value *value)
{
    const struct container *container = context->judged->container;

    return container && field_label(container->labels, container->label_count, ref->key, value);
}

static bool labels(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    const struct container *container = context->judged->container;

    return container && field_labels(context, container->labels, container->label_count, value);
}

static void add_mount(struct buf *buf, const struct container_mount *mount)
{
    buf_printf(buf, "%s:%s:%s:%s:%s", mount->source, mount->destination, mount->mode,
               mount->read_write ? "true" : "false", mount->propagation);
}

static bool mounts(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    const struct container *container = context->judged->container;
    struct buf *buf = field_scratch(context);

    if (!container || !container->metadata_known)
        return false;
    for (uint32_t i = 0; i < container->mount_count; i++) {
        if (i)
            buf_add_char(buf, ',');
        add_mount(buf, &container->mounts[i]);
    }
    return field_set_scratch(context, value);
}

enum mount_part {
    MOUNT_ALL,
    MOUNT_SOURCE,
    MOUNT_DESTINATION,
    MOUNT_MODE,
    MOUNT_RDWR,
    MOUNT_SPREAD
};

/* By place, or by a pattern for the source; container.mount.source goes by the destination. */
static const struct container_mount *find_mount(const struct container *container,
                                                const struct field_ref *ref, bool by_destination)
{
    if (ref->index >= 0)
        return ref->index < container->mount_count ? &container->mounts[ref->index] : NULL;
    for (uint32_t i = 0; i < container->mount_count; i++) {
        const struct container_mount *mount = &container->mounts[i];
        if (!fnmatch(ref->key, by_destination ? mount->destination : mount->source, 0))
            return mount;
    }
    return NULL;
}

static bool mount(struct field_context *context, const struct field_ref *ref,
                  struct field_value *value)
{
    const struct container *container = context->judged->container;
    enum mount_part part = (enum mount_part)ref->field->detail;
    const struct container_mount *found =
        container ? find_mount(container, ref, part == MOUNT_SOURCE) : NULL;

    if (!found)
        return false;
    switch (part) {
    case MOUNT_ALL: add_mount(field_scratch(context), found); break;
    case MOUNT_SOURCE: return field_set_string(value, found->source);
    case MOUNT_DESTINATION: return field_set_string(value, found->destination);
    case MOUNT_MODE: return field_set_string(value, found->mode);
    case MOUNT_RDWR: return field_set_string(value, found->read_write ? "true" : "false");
    case MOUNT_SPREAD: return field_set_string(value, found->propagation);
    }
    return field_set_scratch(context, value);
}

#define MOUNT(name, part, about)                                                                   \
    PROCESS_ROW(name, STRING, CHANGES_BY_CONTAINER, mount, part, about,                            \
                .argument = FIELD_REQUIRED_KEY)
#define NO_PROBES "the runtimes' files do not hold it"

static const struct field rows[] = {
    PROCESS_ROW("container.id", STRING, CHANGES_BY_CONTAINER, text, TEXT_ID,
                "id of the container, its first 12 characters; host outside of containers"),
    PROCESS_ROW("container.full_id", STRING, CHANGES_BY_CONTAINER, text, TEXT_FULL_ID,
                "whole id of the container"),
    PROCESS_ROW("container.name", STRING, CHANGES_BY_CONTAINER, text, TEXT_NAME,
                "name of the container; host outside of containers"),
    PROCESS_ROW("container.image", STRING, CHANGES_BY_CONTAINER, text, TEXT_IMAGE,
                "image as declared"),
    PROCESS_ROW("container.image.id", STRING, CHANGES_BY_CONTAINER, text, TEXT_IMAGE_ID,
                "id of the image"),
    PROCESS_ROW("container.image.repository", STRING, CHANGES_BY_CONTAINER, text, TEXT_REPOSITORY,
                "image without its tag and digest"),
    PROCESS_ROW("container.image.tag", STRING, CHANGES_BY_CONTAINER, text, TEXT_TAG,
                "tag of the image"),
    PROCESS_ROW("container.image.digest", STRING, CHANGES_BY_CONTAINER, text, TEXT_DIGEST,
                "digest of the image"),
    PROCESS_ROW(
        "container.type", STRING, CHANGES_BY_CONTAINER, text, TEXT_TYPE,
        "runtime: docker, containerd, cri-o, podman, runc, crun; host outside of containers"),
    PROCESS_ROW("container.privileged", BOOL, CHANGES_BY_CONTAINER, flag, CONTAINER_FLAG_PRIVILEGED,
                "the container runs privileged"),
    PROCESS_ROW("container.host_pid", BOOL, CHANGES_BY_CONTAINER, flag, CONTAINER_FLAG_HOST_PID,
                "the container shares the node's pid namespace"),
    PROCESS_ROW("container.host_network", BOOL, CHANGES_BY_CONTAINER, flag,
                CONTAINER_FLAG_HOST_NETWORK, "the container shares the node's network namespace"),
    PROCESS_ROW("container.host_ipc", BOOL, CHANGES_BY_CONTAINER, flag, CONTAINER_FLAG_HOST_IPC,
                "the container shares the node's IPC namespace"),
    PROCESS_ROW("container.mounts", STRING, CHANGES_BY_CONTAINER, mounts, 0,
                "all mounts, a comma between: source:destination:mode:rdwr:propagation"),
    MOUNT("container.mount", MOUNT_ALL, "one mount, by number or pattern of its source"),
    MOUNT("container.mount.source", MOUNT_SOURCE,
          "source of a mount, by number or pattern of its destination"),
    MOUNT("container.mount.dest", MOUNT_DESTINATION,
          "destination of a mount, by number or pattern of its source"),
    MOUNT("container.mount.mode", MOUNT_MODE, "mode of a mount, by number or source"),
    MOUNT("container.mount.rdwr", MOUNT_RDWR, "true when writable, by number or source"),
    MOUNT("container.mount.propagation", MOUNT_SPREAD, "propagation, by number or source"),
    PROCESS_ROW("container.label", STRING, CHANGES_BY_CONTAINER, label, 0,
                "one label: container.label[KEY]", .argument = FIELD_SUFFIX_KEY),
    PROCESS_ROW("container.labels", STRING, CHANGES_BY_CONTAINER, labels, 0,
                "all labels: key:value, key:value"),
    PROCESS_ROW("container.start_ts", TIME, CHANGES_BY_CONTAINER, span, SPAN_START,
                "when the container was started"),
    EVENT_ROW("container.duration", DURATION, span, SPAN_DURATION,
              "ns since the container was started", .needs = FIELD_NEEDS_CLOCK),
    PROCESS_ROW("container.ip", STRING, CHANGES_BY_CONTAINER, text, TEXT_IP,
                "address of the container"),
    PROCESS_ROW("container.user", STRING, CHANGES_BY_CONTAINER, text, TEXT_USER,
                "user the container was declared with"),
    UNFILLED("container.cni.json", STRING, PROCESS, NO_PROBES, "the pod's network, as CNI's JSON"),
    UNFILLED("container.healthcheck", STRING, PROCESS, NO_PROBES, "command of the health check"),
    UNFILLED("container.liveness_probe", STRING, PROCESS, NO_PROBES,
             "command of the liveness probe"),
    UNFILLED("container.readiness_probe", STRING, PROCESS, NO_PROBES,
             "command of the readiness probe"),
};

const struct field_rows field_rows_container = FIELD_ROWS(rows);
