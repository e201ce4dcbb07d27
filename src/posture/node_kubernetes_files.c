/* SPDX-License-Identifier: Apache-2.0 */
/* CIS Kubernetes Benchmark 1.10: owners and modes of files, 1.1 and 4.1. */
#include "posture/node_rules.h"

/* X(number, severity, title, rationale, remedy, rule's members) */
#define FILE_LIST(X)                                                                               \
    X("1.1.1", HIGH, "The API server's manifest is for its owner alone",                           \
      "It holds what the component is told, credentials among it.", "chmod 600",                   \
      "kube-apiserver.yaml", 0600, NULL)                                                           \
    X("1.1.2", HIGH, "The API server's manifest belongs to root",                                  \
      "It holds what the component is told, credentials among it.", "chown root:root",             \
      "kube-apiserver.yaml", MODE_ANY, "0:0")                                                      \
    X("1.1.3", HIGH, "The controller manager's manifest is for its owner alone",                   \
      "It holds what the component is told, credentials among it.", "chmod 600",                   \
      "kube-controller-manager.yaml", 0600, NULL)                                                  \
    X("1.1.4", HIGH, "The controller manager's manifest belongs to root",                          \
      "It holds what the component is told, credentials among it.", "chown root:root",             \
      "kube-controller-manager.yaml", MODE_ANY, "0:0")                                             \
    X("1.1.5", HIGH, "The scheduler's manifest is for its owner alone",                            \
      "It holds what the component is told, credentials among it.", "chmod 600",                   \
      "kube-scheduler.yaml", 0600, NULL)                                                           \
    X("1.1.6", HIGH, "The scheduler's manifest belongs to root",                                   \
      "It holds what the component is told, credentials among it.", "chown root:root",             \
      "kube-scheduler.yaml", MODE_ANY, "0:0")                                                      \
    X("1.1.7", HIGH, "etcd's manifest is for its owner alone",                                     \
      "It holds what the component is told, credentials among it.", "chmod 600", "etcd.yaml",      \
      0600, NULL)                                                                                  \
    X("1.1.8", HIGH, "etcd's manifest belongs to root",                                            \
      "It holds what the component is told, credentials among it.", "chown root:root",             \
      "etcd.yaml", MODE_ANY, "0:0")                                                                \
    X("1.1.9", HIGH, "Network configuration is for its owner alone",                               \
      "It names programs that run as root for each pod.", "chmod 600", "cni.config", 0600, NULL)   \
    X("1.1.10", HIGH, "Network configuration belongs to root",                                     \
      "It names programs that run as root for each pod.", "chown root:root", "cni.config",         \
      MODE_ANY, "0:0")                                                                             \
    X("1.1.11", HIGH, "etcd's data directory is for its owner alone",                              \
      "It is all of the cluster's secrets.", "chmod 700", "etcd.data", 0700, NULL)                 \
    X("1.1.12", HIGH, "etcd's data directory belongs to etcd",                                     \
      "It is all of the cluster's secrets.", "chown etcd:etcd", "etcd.data", MODE_ANY,             \
      "uid.etcd:gid.etcd")                                                                         \
    X("1.1.13", CRITICAL, "The administrator's kubeconfig is for its owner alone",                 \
      "Who can read it owns the cluster.", "chmod 600", "admin.conf", 0600, NULL)                  \
    X("1.1.14", CRITICAL, "The administrator's kubeconfig belongs to root",                        \
      "Who can read it owns the cluster.", "chown root:root", "admin.conf", MODE_ANY, "0:0")       \
    X("1.1.15", HIGH, "The scheduler's kubeconfig is for its owner alone",                         \
      "It holds what the component is told, credentials among it.", "chmod 600", "scheduler.conf", \
      0600, NULL)                                                                                  \
    X("1.1.16", HIGH, "The scheduler's kubeconfig belongs to root",                                \
      "It holds what the component is told, credentials among it.", "chown root:root",             \
      "scheduler.conf", MODE_ANY, "0:0")                                                           \
    X("1.1.17", HIGH, "The controller manager's kubeconfig is for its owner alone",                \
      "It holds what the component is told, credentials among it.", "chmod 600",                   \
      "controller-manager.conf", 0600, NULL)                                                       \
    X("1.1.18", HIGH, "The controller manager's kubeconfig belongs to root",                       \
      "It holds what the component is told, credentials among it.", "chown root:root",             \
      "controller-manager.conf", MODE_ANY, "0:0")                                                  \
    X("1.1.19", HIGH, "The directory of certificates and keys belongs to root",                    \
      "Who can put files there replaces the cluster's keys.", "chown root:root", "pki.directory",  \
      MODE_ANY, "0:0")                                                                             \
    X("1.1.20", MEDIUM, "Certificates of the cluster are written by their owner alone",            \
      "Who can replace one is believed in its place.", "chmod 644", "pki.certificate", 0644, NULL) \
    X("1.1.21", CRITICAL, "Keys of the cluster are for their owner alone",                         \
      "Who has the CA's key makes certificates for anybody.", "chmod 600", "pki.key", 0600, NULL)  \
    X("4.1.1", HIGH, "The kubelet's unit is for its owner alone",                                  \
      "Who can write it decides what runs as root.", "chmod 600", "kubelet.service", 0600, NULL)   \
    X("4.1.2", HIGH, "The kubelet's unit belongs to root",                                         \
      "Who can write it decides what runs as root.", "chown root:root", "kubelet.service",         \
      MODE_ANY, "0:0")                                                                             \
    X("4.1.3", HIGH, "kube-proxy's kubeconfig is for its owner alone",                             \
      "It holds what the component is told, credentials among it.", "chmod 600",                   \
      "proxy.kubeconfig", 0600, NULL)                                                              \
    X("4.1.4", HIGH, "kube-proxy's kubeconfig belongs to root",                                    \
      "It holds what the component is told, credentials among it.", "chown root:root",             \
      "proxy.kubeconfig", MODE_ANY, "0:0")                                                         \
    X("4.1.5", HIGH, "The kubelet's kubeconfig is for its owner alone",                            \
      "With it one is the node to the API server.", "chmod 600", "kubelet.conf", 0600, NULL)       \
    X("4.1.6", HIGH, "The kubelet's kubeconfig belongs to root",                                   \
      "With it one is the node to the API server.", "chown root:root", "kubelet.conf", MODE_ANY,   \
      "0:0")                                                                                       \
    X("4.1.7", HIGH, "The kubelet's client CA is written by its owner alone",                      \
      "It decides whom the kubelet believes.", "chmod 644", "kubelet.ca", 0644, NULL)              \
    X("4.1.8", HIGH, "The kubelet's client CA belongs to root",                                    \
      "It decides whom the kubelet believes.", "chown root:root", "kubelet.ca", MODE_ANY, "0:0")   \
    X("4.1.9", HIGH, "The kubelet's configuration is for its owner alone",                         \
      "Who can write it turns the kubelet's authorization off.", "chmod 600", "kubelet.config",    \
      0600, NULL)                                                                                  \
    X("4.1.10", HIGH, "The kubelet's configuration belongs to root",                               \
      "Who can write it turns the kubelet's authorization off.", "chown root:root",                \
      "kubelet.config", MODE_ANY, "0:0")

static const struct file_rule rules[] = {FILE_LIST(NODE_RULE)};

static void answer(struct check_run *run);

static const struct check rows[] = {FILE_LIST(KUBERNETES_CHECK)};

static void answer(struct check_run *run)
{
    check_file(run, &rules[run->check - rows]);
}

const struct check_table node_kubernetes_files = {
    .name = "CIS Kubernetes Benchmark, files",
    .checks = rows,
    .count = sizeof(rows) / sizeof(*rows),
};
