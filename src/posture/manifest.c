/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/manifest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "posture/field.h"
#include "posture/manifest_pod.h"

struct manifest {
    struct field_reader reader; /* its arena is that of the pod at hand */
    manifest_function function;
    void *data;
    struct manifest_counts counts;
};

/* Kinds with a pod, and the way from the object to what has the pod's metadata and spec. */
static const struct kind {
    const char *name;
    const char *groups[2]; /* of the API; "" is the core */
    const char *path[4];
} kinds[] = {
    {"Pod", {""}, {NULL}},
    {"PodTemplate", {""}, {"template"}},
    {"ReplicationController", {""}, {"spec", "template"}},
    {"Deployment", {"apps", "extensions"}, {"spec", "template"}},
    {"StatefulSet", {"apps"}, {"spec", "template"}},
    {"DaemonSet", {"apps", "extensions"}, {"spec", "template"}},
    {"ReplicaSet", {"apps", "extensions"}, {"spec", "template"}},
    {"Job", {"batch"}, {"spec", "template"}},
    {"CronJob", {"batch"}, {"spec", "jobTemplate", "spec", "template"}},
};

static const struct kind *find_kind(const char *name, const char *version)
{
    const char *slash = strchr(version, '/');
    size_t len = slash ? (size_t)(slash - version) : 0;

    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (strcmp(kinds[i].name, name) != 0)
            continue;
        for (size_t k = 0; k < 2 && kinds[i].groups[k]; k++) {
            const char *group = kinds[i].groups[k];
            if (strlen(group) == len && memcmp(group, version, len) == 0)
                return &kinds[i];
        }
    }
    return NULL;
}

static void read_pod(struct manifest *manifest, const struct field *object, const char *kind,
                     const struct field *holder)
{
    struct field_reader *reader = &manifest->reader;
    struct field own_metadata = field_get(reader, object, "metadata", FIELD_OBJECT);
    struct field metadata = field_get(reader, holder, "metadata", FIELD_OBJECT);
    struct field spec = field_get(reader, holder, "spec", FIELD_OBJECT);
    struct pod_config *pod = arena_alloc(reader->arena, sizeof(*pod));

    if (!pod)
        return field_no_memory(reader);
    if (reader->status == 0 && !spec.node)
        field_error(reader, &spec, -EINVAL, "a %s needs it", kind);
    if (++manifest->counts.pods > MANIFEST_PODS_MAX)
        field_error(reader, object, -E2BIG, "more than %d pods in one file", MANIFEST_PODS_MAX);
    pod->source = SOURCE_MANIFEST;
    pod->kind = kind;
    pod->name = "";
    if (!field_text(reader, &own_metadata, "name", &pod->name))
        field_text(reader, &own_metadata, "generateName", &pod->name);
    field_text(reader, &own_metadata, "namespace", &pod->namespace_name);
    pod->evidence = field_evidence(reader, object);
    manifest_pod(reader, &metadata, &spec, pod);
    if (reader->status == 0)
        reader->status = manifest->function(manifest->data, pod);
}

static void read_kind(struct manifest *manifest, const struct field *object,
                      const struct kind *kind)
{
    _cleanup_arena_ struct arena arena = {.max = MANIFEST_MEMORY_MAX};
    struct arena *outer = manifest->reader.arena;
    struct field way[5] = {*object};
    size_t at = 0;

    manifest->reader.arena = &arena;
    for (; at < 4 && kind->path[at]; at++) {
        way[at + 1] = field_get(&manifest->reader, &way[at], kind->path[at], FIELD_OBJECT);
        if (!way[at + 1].node)
            field_error(&manifest->reader, &way[at + 1], -EINVAL, "a %s needs it", kind->name);
    }
    if (manifest->reader.status == 0)
        read_pod(manifest, object, kind->name, &way[at]);
    manifest->reader.arena = outer;
}

/* A list of one kind need not repeat the kind in its items. */
static void read_object(struct manifest *manifest, const struct field *object, const char *kind,
                        const char *version);

static void read_list(struct manifest *manifest, const struct field *object, const char *kind,
                      const char *version)
{
    struct field items = field_get(&manifest->reader, object, "items", FIELD_LIST);
    size_t len = strlen(kind) - strlen("List");
    char item_kind[64] = "";

    manifest->counts.other++;
    if (len < sizeof(item_kind))
        snprintf(item_kind, sizeof(item_kind), "%.*s", (int)len, kind);
    for (size_t i = 0; i < field_count(&items) && manifest->reader.status == 0; i++) {
        struct field item = field_item(&manifest->reader, &items, i);
        if (item.node)
            read_object(manifest, &item, len ? item_kind : NULL, len ? version : NULL);
    }
}

static void read_object(struct manifest *manifest, const struct field *object, const char *kind,
                        const char *version)
{
    struct field_reader *reader = &manifest->reader;

    field_text(reader, object, "kind", &kind);
    field_text(reader, object, "apiVersion", &version);
    if (!kind || !*kind)
        return field_error(reader, object, -EINVAL, "an object of Kubernetes needs a 'kind'");
    if (!version || !*version)
        return field_error(reader, object, -EINVAL,
                           "an object of Kubernetes needs an 'apiVersion'");
    if (reader->status < 0)
        return;

    const struct kind *known = find_kind(kind, version);
    size_t len = strlen(kind);
    if (known)
        read_kind(manifest, object, known);
    else if (len >= 4 && strcmp(kind + len - 4, "List") == 0)
        read_list(manifest, object, kind, version);
    else
        manifest->counts.other++;
}

static int read_document(struct manifest *manifest, const struct yaml_node *document)
{
    const struct field object = {.node = document};

    if (document->kind != YAML_MAPPING)
        return yaml_error(manifest->reader.error, document, -EINVAL,
                          "an object of Kubernetes is expected, found %s",
                          document->kind == YAML_SEQUENCE ? "a list" : "a single value");
    read_object(manifest, &object, NULL, NULL);
    return manifest->reader.status;
}

int manifest_read(const char *name, const char *text, size_t len, manifest_function function,
                  void *data, struct manifest_counts *ret_counts, struct error *ret_error)
{
    static const struct yaml_limits limits = {MANIFEST_FILE_MAX, MANIFEST_NODES_MAX,
                                              MANIFEST_DEPTH_MAX, true};
    _cleanup_(yaml_stream_freep) struct yaml_stream *stream = NULL;
    _cleanup_arena_ struct arena file = {0};
    struct error own = {0};
    struct manifest manifest = {
        .reader.error = ret_error ? ret_error : &own,
        .function = function,
        .data = data,
    };

    int r = yaml_stream_new(name, text, len, &limits, &file, &stream, ret_error);
    while (r == 0) {
        _cleanup_arena_ struct arena arena = {.max = MANIFEST_MEMORY_MAX};
        struct yaml_node *document;
        r = yaml_stream_next(stream, &arena, &document, ret_error);
        if (r < 0 || !document)
            break;
        manifest.reader.arena = &arena;
        r = read_document(&manifest, document);
    }
    if (r == 0 && !manifest.counts.pods && !manifest.counts.other)
        r = error_set_at(ret_error, -EINVAL, name, 1, 1, "there is no object of Kubernetes in it");
    if (r == 0)
        *ret_counts = manifest.counts;
    return r;
}
