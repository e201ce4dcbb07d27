/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/field_label.h"

enum text {
    TEXT_NAMESPACE,
    TEXT_POD_NAME,
    TEXT_POD_UID,
    TEXT_SANDBOX,
    TEXT_FULL_SANDBOX,
    TEXT_POD_IP,
};

static bool text(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    const struct container *container = context->judged->container;

    if (!container || !container->pod_name[0])
        return false;
    switch ((enum text)ref->field->detail) {
    case TEXT_NAMESPACE: return field_set_known(value, container->pod_namespace);
    case TEXT_POD_NAME: return field_set_known(value, container->pod_name);
    case TEXT_POD_UID: return field_set_known(value, container->pod_uid);
    case TEXT_POD_IP: return field_set_known(value, container->ip);
    case TEXT_FULL_SANDBOX: return field_set_known(value, container->pod_sandbox_id);
    case TEXT_SANDBOX:
        if (!field_set_known(value, container->pod_sandbox_id))
            return false;
        if (value->string.len > CONTAINER_ID_SHORT_LEN)
            value->string.len = CONTAINER_ID_SHORT_LEN;
        return true;
    }
    return false;
}

static bool label(struct field_context *context, const struct field_ref *ref,
                  struct field_value *value)
{
    const struct container *container = context->judged->container;

    return container &&
           field_label(container->pod_labels, container->pod_label_count, ref->key, value);
}

static bool labels(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    const struct container *container = context->judged->container;

    return container &&
           field_labels(context, container->pod_labels, container->pod_label_count, value);
}

/* What only the cluster's API server knows: Falco dropped these too. */
#define CLUSTER(name, about)                                                                       \
    UNFILLED(name, STRING, PROCESS, "only the cluster's API server knows it", about,               \
             .deprecated = true)
#define CLUSTER_LABEL(name, about)                                                                 \
    UNFILLED(name, STRING, PROCESS, "only the cluster's API server knows it", about,               \
             .deprecated = true, .argument = FIELD_SUFFIX_KEY)
#define CLUSTER_OBJECT(kind, title)                                                                \
    CLUSTER("k8s." kind ".name", title ": name"), CLUSTER("k8s." kind ".id", title ": id"),        \
        CLUSTER_LABEL("k8s." kind ".label", title ": one label"),                                  \
        CLUSTER("k8s." kind ".labels", title ": labels")

static const struct field rows[] = {
    PROCESS_ROW("k8s.ns.name", STRING, CHANGES_BY_CONTAINER, text, TEXT_NAMESPACE,
                "namespace of the pod"),
    PROCESS_ROW("k8s.pod.name", STRING, CHANGES_BY_CONTAINER, text, TEXT_POD_NAME,
                "name of the pod"),
    PROCESS_ROW("k8s.pod.id", STRING, CHANGES_BY_CONTAINER, text, TEXT_POD_UID, "uid of the pod"),
    PROCESS_ROW("k8s.pod.uid", STRING, CHANGES_BY_CONTAINER, text, TEXT_POD_UID, "uid of the pod"),
    PROCESS_ROW("k8s.pod.sandbox_id", STRING, CHANGES_BY_CONTAINER, text, TEXT_SANDBOX,
                "id of the pod's sandbox, its first 12 characters"),
    PROCESS_ROW("k8s.pod.full_sandbox_id", STRING, CHANGES_BY_CONTAINER, text, TEXT_FULL_SANDBOX,
                "whole id of the pod's sandbox"),
    PROCESS_ROW("k8s.pod.label", STRING, CHANGES_BY_CONTAINER, label, 0,
                "one label of the pod: k8s.pod.label[KEY] or k8s.pod.label.KEY",
                .argument = FIELD_SUFFIX_KEY),
    PROCESS_ROW("k8s.pod.labels", STRING, CHANGES_BY_CONTAINER, labels, 0,
                "labels of the pod: key:value, key:value"),
    PROCESS_ROW("k8s.pod.ip", STRING, CHANGES_BY_CONTAINER, text, TEXT_POD_IP,
                "address of the pod"),
    UNFILLED("k8s.pod.cni.json", STRING, PROCESS, "the runtimes' files do not hold it",
             "the pod's network, as CNI's JSON"),
    CLUSTER("k8s.ns.id", "namespace: id"),
    CLUSTER_LABEL("k8s.ns.label", "namespace: one label"),
    CLUSTER("k8s.ns.labels", "namespace: labels"),
    CLUSTER_OBJECT("rc", "replication controller"),
    CLUSTER_OBJECT("svc", "service"),
    CLUSTER_OBJECT("rs", "replica set"),
    CLUSTER_OBJECT("deployment", "deployment"),
};

const struct field_rows field_rows_kubernetes = FIELD_ROWS(rows);
