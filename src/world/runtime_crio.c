/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CRI-O: everything it knows stands in the annotations of the bundle's config.json
 * (io.kubernetes.cri-o.*; cri-o's pkg/annotations); lists are JSON in a string.
 */
#include <string.h>

#include "base/cleanup.h"
#include "world/json_get.h"
#include "world/oci.h"
#include "world/runtime.h"
#include "world/timestamp.h"

#define PREFIX "io.kubernetes.cri-o."

static const struct {
    const char *key;
    enum fact_text which;
} texts[] = {
    {"io.kubernetes.container.name", FACT_NAME},
    {PREFIX "Name", FACT_NAME},
    {PREFIX "UserRequestedImage", FACT_IMAGE}, /* since 1.28; by digest or tag, as the pod says */
    {PREFIX "ImageName", FACT_IMAGE},
    {PREFIX "Image", FACT_IMAGE},
    {PREFIX "ImageRef", FACT_IMAGE_ID},
    {PREFIX "IP.0", FACT_IP},
    {"io.kubernetes.pod.name", FACT_POD_NAME},
    {PREFIX "KubeName", FACT_POD_NAME},
    {"io.kubernetes.pod.namespace", FACT_POD_NAMESPACE},
    {PREFIX "Namespace", FACT_POD_NAMESPACE},
    {"io.kubernetes.pod.uid", FACT_POD_UID},
    {PREFIX "SandboxID", FACT_POD_SANDBOX_ID},
};

static json_t *embedded(const json_t *annotations, const char *key)
{
    const char *text = json_member_text(annotations, key);

    return text ? json_loads(text, 0, NULL) : NULL;
}

static void apply_annotations(const json_t *config, struct container_facts *found)
{
    const json_t *annotations = json_at(config, "annotations");
    const char *privileged = json_member_text(annotations, PREFIX "PrivilegedRuntime");
    const char *type = json_member_text(annotations, PREFIX "ContainerType");
    const char *created = json_member_text(annotations, PREFIX "Created");
    _cleanup_json_ json_t *labels = embedded(annotations, PREFIX "Labels");
    uint64_t start;

    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        container_facts_text(found, texts[i].which, json_member_text(annotations, texts[i].key));
    runtime_labels(labels, FACT_LABELS, found);
    if (created && timestamp_parse(created, &start))
        container_facts_start(found, start);
    if (privileged && !strcmp(privileged, "true"))
        found->flags |= CONTAINER_FLAG_PRIVILEGED;
    if (type && !strcmp(type, "sandbox")) {
        found->flags |= CONTAINER_FLAG_POD_SANDBOX;
        runtime_labels(labels, FACT_POD_LABELS, found);
    }
}

/* The labels and address of the pod stand with its sandbox. */
static void apply_sandbox(struct facts *facts, const char *storage, struct container_facts *found)
{
    const char *sandbox = found->text[FACT_POD_SANDBOX_ID];
    _cleanup_json_ json_t *config = NULL;

    if (!sandbox || strchr(sandbox, '/') || found->flags & CONTAINER_FLAG_POD_SANDBOX)
        return;
    _cleanup_free_ char *path =
        runtime_path("%s/overlay-containers/%s/userdata/config.json", storage, sandbox);
    if (!path || facts_json(facts, path, OCI_CONFIG_MAX, &config) < 0)
        return;
    const json_t *annotations = json_at(config, "annotations");
    _cleanup_json_ json_t *labels = embedded(annotations, PREFIX "Labels");
    runtime_labels(labels, FACT_POD_LABELS, found);
    container_facts_text(found, FACT_IP, json_member_text(annotations, PREFIX "IP.0"));
}

/* podman borrows some of CRI-O's annotations, this one it does not */
static bool is_crio(const json_t *config)
{
    return json_member_text(json_at(config, "annotations"), PREFIX "ContainerType");
}

static void apply(struct facts *facts, const char *storage, const char *id, const json_t *config,
                  struct container_facts *found)
{
    apply_annotations(config, found);
    runtime_kubernetes_labels(found);
    apply_sandbox(facts, storage, found);
}

int runtime_crio_find(struct facts *facts, const struct runtime_query *query,
                      struct container_facts *found)
{
    static const struct storage_runtime crio = {RUNTIME_CRIO, is_crio, apply};

    return runtime_storage_find(facts, query, &crio, found);
}
