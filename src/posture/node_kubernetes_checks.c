/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CIS Kubernetes Benchmark 1.10: what the API server, controller manager, scheduler, etcd and
 * kubelet are told. Left out, since the node's files can't tell: 1.2.20, 1.2.28, 2.7, 3.x, 4.2.8,
 * 4.2.12, 4.3.1, 5.x.
 */
#include "posture/node_rules.h"

/* X(number, severity, title, rationale, remedy, rule's members) */
#define OPTION_LIST(X)                                                                             \
    X("1.2.1", HIGH, "The API server takes no anonymous requests",                                 \
      "A request without an identity is served as system:anonymous.",                              \
      "Set --anonymous-auth=false.", "kube-apiserver", "anonymous-auth", NULL, OPTION_IS, "false", \
      "true")                                                                                      \
    X("1.2.2", HIGH, "The API server reads no file of static tokens",                              \
      "Such tokens are never changed and lie in plain text.",                                      \
      "Take --token-auth-file out; use certificates or OIDC.", "kube-apiserver",                   \
      "token-auth-file", NULL, OPTION_IS_NOT_SET, NULL, NULL)                                      \
    X("1.2.3", LOW, "Services can't take external addresses",                                      \
      "With one, a service takes traffic that is meant for somebody else (CVE-2020-8554).",        \
      "Add DenyServiceExternalIPs to --enable-admission-plugins.", "kube-apiserver",               \
      "enable-admission-plugins", NULL, OPTION_HAS, "DenyServiceExternalIPs", NULL)                \
    X("1.2.4", HIGH, "The API server shows kubelets its certificate",                              \
      "Without one, kubelets can't know who asks them.",                                           \
      "Set --kubelet-client-certificate and --kubelet-client-key.", "kube-apiserver",              \
      "kubelet-client-certificate", NULL, OPTION_IS_SET, NULL, NULL)                               \
    X("1.2.5", HIGH, "The API server verifies kubelets' certificates",                             \
      "Otherwise whoever stands between is taken for the node.",                                   \
      "Set --kubelet-certificate-authority.", "kube-apiserver", "kubelet-certificate-authority",   \
      NULL, OPTION_IS_SET, NULL, NULL)                                                             \
    X("1.2.6", CRITICAL, "The API server does not allow everything", "AlwaysAllow asks nobody.",   \
      "Take AlwaysAllow out of --authorization-mode.", "kube-apiserver", "authorization-mode",     \
      NULL, OPTION_HAS_NOT, "AlwaysAllow", "AlwaysAllow")                                          \
    X("1.2.7", HIGH, "Kubelets may read only what their pods need",                                \
      "Without the Node mode a node's identity reads all secrets.",                                \
      "Add Node to --authorization-mode.", "kube-apiserver", "authorization-mode", NULL,           \
      OPTION_HAS, "Node", NULL)                                                                    \
    X("1.2.8", HIGH, "The API server uses roles",                                                  \
      "Without RBAC rights can't be given one by one.", "Add RBAC to --authorization-mode.",       \
      "kube-apiserver", "authorization-mode", NULL, OPTION_HAS, "RBAC", NULL)                      \
    X("1.2.9", LOW, "The rate of events is limited", "A flood of events fills etcd.",              \
      "Add EventRateLimit to --enable-admission-plugins.", "kube-apiserver",                       \
      "enable-admission-plugins", NULL, OPTION_HAS, "EventRateLimit", NULL)                        \
    X("1.2.10", HIGH, "Admission control admits not everything",                                   \
      "AlwaysAdmit lets everything in.", "Take AlwaysAdmit out of --enable-admission-plugins.",    \
      "kube-apiserver", "enable-admission-plugins", NULL, OPTION_HAS_NOT, "AlwaysAdmit", NULL)     \
    X("1.2.11", LOW, "Images are pulled anew for each pod",                                        \
      "Otherwise a pod may use an image that only another one had the right to pull.",             \
      "Add AlwaysPullImages to --enable-admission-plugins.", "kube-apiserver",                     \
      "enable-admission-plugins", NULL, OPTION_HAS, "AlwaysPullImages", NULL)                      \
    X("1.2.12", MEDIUM, "Pods get service accounts by admission control",                          \
      "Without the plug-in pods run without the account they name.",                               \
      "Take ServiceAccount out of --disable-admission-plugins.", "kube-apiserver",                 \
      "disable-admission-plugins", NULL, OPTION_HAS_NOT, "ServiceAccount", NULL)                   \
    X("1.2.13", MEDIUM, "Objects go only into namespaces that exist",                              \
      "Without the plug-in objects come into namespaces that are being deleted.",                  \
      "Take NamespaceLifecycle out of --disable-admission-plugins.", "kube-apiserver",             \
      "disable-admission-plugins", NULL, OPTION_HAS_NOT, "NamespaceLifecycle", NULL)               \
    X("1.2.14", HIGH, "Kubelets may change only their own node and pods",                          \
      "Otherwise one node that is taken over changes all.",                                        \
      "Add NodeRestriction to --enable-admission-plugins.", "kube-apiserver",                      \
      "enable-admission-plugins", NULL, OPTION_HAS, "NodeRestriction", NULL)                       \
    X("1.2.15", LOW, "The API server offers no profiling",                                         \
      "It tells of the program's inside and costs time.", "Set --profiling=false.",                \
      "kube-apiserver", "profiling", NULL, OPTION_IS, "false", "true")                             \
    X("1.2.16", MEDIUM, "The API server writes an audit log",                                      \
      "Without it nobody can tell who did what.", "Set --audit-log-path.", "kube-apiserver",       \
      "audit-log-path", NULL, OPTION_IS_SET, NULL, NULL)                                           \
    X("1.2.17", LOW, "The audit log is kept for 30 days",                                          \
      "Break-ins are often found weeks later.", "Set --audit-log-maxage=30.", "kube-apiserver",    \
      "audit-log-maxage", NULL, OPTION_AT_LEAST, "30", "0")                                        \
    X("1.2.18", LOW, "Ten older audit logs are kept",                                              \
      "Fewer and a busy day drives the last weeks out.", "Set --audit-log-maxbackup=10.",          \
      "kube-apiserver", "audit-log-maxbackup", NULL, OPTION_AT_LEAST, "10", "0")                   \
    X("1.2.19", LOW, "An audit log may have 100 MB", "Smaller ones are driven out sooner.",        \
      "Set --audit-log-maxsize=100.", "kube-apiserver", "audit-log-maxsize", NULL,                 \
      OPTION_AT_LEAST, "100", "0")                                                                 \
    X("1.2.21", MEDIUM, "Service accounts that were deleted are refused",                          \
      "Otherwise the tokens of a deleted account go on to work.",                                  \
      "Set --service-account-lookup=true or leave it out.", "kube-apiserver",                      \
      "service-account-lookup", NULL, OPTION_IS, "true", "true")                                   \
    X("1.2.22", MEDIUM, "Tokens of service accounts have a key of their own",                      \
      "With the key of the server's certificate neither can be changed alone.",                    \
      "Set --service-account-key-file.", "kube-apiserver", "service-account-key-file", NULL,       \
      OPTION_IS_SET, NULL, NULL)                                                                   \
    X("1.2.23", HIGH, "The API server shows etcd a certificate",                                   \
      "etcd holds all secrets: it must know who asks.", "Set --etcd-certfile and --etcd-keyfile.", \
      "kube-apiserver", "etcd-certfile", NULL, OPTION_IS_SET, NULL, NULL)                          \
    X("1.2.24", HIGH, "The API server serves TLS with a certificate of its own",                   \
      "Clients can't know one that is made up at each start.",                                     \
      "Set --tls-cert-file and --tls-private-key-file.", "kube-apiserver", "tls-cert-file", NULL,  \
      OPTION_IS_SET, NULL, NULL)                                                                   \
    X("1.2.25", HIGH, "Clients of the API server are known by certificates",                       \
      "Without the CA no client certificate is believed.", "Set --client-ca-file.",                \
      "kube-apiserver", "client-ca-file", NULL, OPTION_IS_SET, NULL, NULL)                         \
    X("1.2.26", HIGH, "The API server verifies etcd",                                              \
      "Otherwise whoever stands between gives it its data.", "Set --etcd-cafile.",                 \
      "kube-apiserver", "etcd-cafile", NULL, OPTION_IS_SET, NULL, NULL)                            \
    X("1.2.27", MEDIUM, "Secrets are encrypted in etcd",                                           \
      "A backup of etcd is otherwise all secrets in plain text.",                                  \
      "Set --encryption-provider-config.", "kube-apiserver", "encryption-provider-config", NULL,   \
      OPTION_IS_SET, NULL, NULL)                                                                   \
    X("1.2.29", LOW, "The API server uses strong ciphers only",                                    \
      "Older ones can be broken or have no forward secrecy.",                                      \
      "Set --tls-cipher-suites to those of the benchmark.", "kube-apiserver", "tls-cipher-suites", \
      NULL, OPTION_ONLY,                                                                           \
      "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,TLS_ECDHE_"   \
      "ECDSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384,TLS_ECDHE_ECDSA_WITH_"  \
      "CHACHA20_POLY1305,TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256,TLS_ECDHE_RSA_WITH_"        \
      "CHACHA20_POLY1305,TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256,TLS_AES_128_GCM_SHA256,TLS_"  \
      "AES_256_GCM_SHA384,TLS_CHACHA20_POLY1305_SHA256",                                           \
      NULL)                                                                                        \
    X("1.3.1", LOW, "Pods that have ended are cleared away",                                       \
      "They pile up and slow everything down.", "Set --terminated-pod-gc-threshold.",              \
      "kube-controller-manager", "terminated-pod-gc-threshold", NULL, OPTION_AT_LEAST, "1",        \
      "12500")                                                                                     \
    X("1.3.2", LOW, "The controller manager offers no profiling",                                  \
      "It tells of the program's inside and costs time.", "Set --profiling=false.",                \
      "kube-controller-manager", "profiling", NULL, OPTION_IS, "false", "true")                    \
    X("1.3.3", MEDIUM, "Each controller has an account of its own",                                \
      "With one for all each controller has the rights of all.",                                   \
      "Set --use-service-account-credentials=true.", "kube-controller-manager",                    \
      "use-service-account-credentials", NULL, OPTION_IS, "true", "false")                         \
    X("1.3.4", MEDIUM, "Tokens are signed with a key of their own",                                \
      "Otherwise the key can't be changed.", "Set --service-account-private-key-file.",            \
      "kube-controller-manager", "service-account-private-key-file", NULL, OPTION_IS_SET, NULL,    \
      NULL)                                                                                        \
    X("1.3.5", MEDIUM, "Pods are given the CA of the API server",                                  \
      "Without it they can't verify whom they send their token to.", "Set --root-ca-file.",        \
      "kube-controller-manager", "root-ca-file", NULL, OPTION_IS_SET, NULL, NULL)                  \
    X("1.3.6", LOW, "Certificates of kubelets' servers are renewed",                               \
      "Otherwise they run out, or are never changed.",                                             \
      "Take RotateKubeletServerCertificate=false out of --feature-gates.",                         \
      "kube-controller-manager", "feature-gates", NULL, OPTION_HAS_NOT,                            \
      "RotateKubeletServerCertificate=false", NULL)                                                \
    X("1.3.7", LOW, "The controller manager is reached on loopback only",                          \
      "Its health and metrics are open to whoever reaches the port.",                              \
      "Set --bind-address=127.0.0.1.", "kube-controller-manager", "bind-address", NULL, OPTION_IS, \
      "127.0.0.1", "0.0.0.0")                                                                      \
    X("1.4.1", LOW, "The scheduler offers no profiling",                                           \
      "It tells of the program's inside and costs time.", "Set --profiling=false.",                \
      "kube-scheduler", "profiling", NULL, OPTION_IS, "false", "true")                             \
    X("1.4.2", LOW, "The scheduler is reached on loopback only",                                   \
      "Its health and metrics are open to whoever reaches the port.",                              \
      "Set --bind-address=127.0.0.1.", "kube-scheduler", "bind-address", NULL, OPTION_IS,          \
      "127.0.0.1", "0.0.0.0")                                                                      \
    X("2.1", HIGH, "etcd serves TLS", "All of the cluster's secrets go over this line.",           \
      "Set --cert-file and --key-file.", "etcd", "cert-file", NULL, OPTION_IS_SET, NULL, NULL)     \
    X("2.2", CRITICAL, "etcd's clients need a certificate",                                        \
      "Who may read etcd has all secrets; who may write it owns the cluster.",                     \
      "Set --client-cert-auth=true.", "etcd", "client-cert-auth", NULL, OPTION_IS, "true",         \
      "false")                                                                                     \
    X("2.3", MEDIUM, "etcd makes up no certificates for clients",                                  \
      "Nobody can verify one that signs itself.", "Take --auto-tls out.", "etcd", "auto-tls",      \
      NULL, OPTION_IS_NOT, "true", "false")                                                        \
    X("2.4", HIGH, "etcd's peers speak TLS",                                                       \
      "What is replicated is all of the cluster's secrets.",                                       \
      "Set --peer-cert-file and --peer-key-file.", "etcd", "peer-cert-file", NULL, OPTION_IS_SET,  \
      NULL, NULL)                                                                                  \
    X("2.5", HIGH, "etcd's peers need a certificate",                                              \
      "Otherwise whoever reaches the port becomes a member.", "Set --peer-client-cert-auth=true.", \
      "etcd", "peer-client-cert-auth", NULL, OPTION_IS, "true", "false")                           \
    X("2.6", MEDIUM, "etcd makes up no certificates for peers",                                    \
      "Nobody can verify one that signs itself.", "Take --peer-auto-tls out.", "etcd",             \
      "peer-auto-tls", NULL, OPTION_IS_NOT, "true", "false")                                       \
    X("4.2.1", HIGH, "The kubelet takes no anonymous requests",                                    \
      "Its API runs commands in each container of the node.",                                      \
      "Set authentication.anonymous.enabled: false.", "kubelet", "anonymous-auth",                 \
      "authentication.anonymous.enabled", OPTION_IS, "false", "true")                              \
    X("4.2.2", CRITICAL, "The kubelet does not allow everything", "AlwaysAllow asks nobody.",      \
      "Set authorization.mode: Webhook.", "kubelet", "authorization-mode", "authorization.mode",   \
      OPTION_IS_NOT, "AlwaysAllow", "AlwaysAllow")                                                 \
    X("4.2.3", HIGH, "Clients of the kubelet are known by certificates",                           \
      "Without the CA no client certificate is believed.",                                         \
      "Set authentication.x509.clientCAFile.", "kubelet", "client-ca-file",                        \
      "authentication.x509.clientCAFile", OPTION_IS_SET, NULL, NULL)                               \
    X("4.2.4", MEDIUM, "The kubelet's port without authentication is closed",                      \
      "It tells everybody of all pods of the node.", "Set readOnlyPort: 0.", "kubelet",            \
      "read-only-port", "readOnlyPort", OPTION_IS, "0", "0")                                       \
    X("4.2.5", LOW, "Idle streams of the kubelet end",                                             \
      "Streams that are never closed use up the node's ports.",                                    \
      "Set streamingConnectionIdleTimeout to anything but 0.", "kubelet",                          \
      "streaming-connection-idle-timeout", "streamingConnectionIdleTimeout", OPTION_IS_NOT, "0",   \
      "4h")                                                                                        \
    X("4.2.6", LOW, "The kubelet keeps its packet filter rules",                                   \
      "Without them pods lose their network settings on a flush.",                                 \
      "Set makeIPTablesUtilChains: true or leave it out.", "kubelet", "make-iptables-util-chains", \
      "makeIPTablesUtilChains", OPTION_IS, "true", "true")                                         \
    X("4.2.7", LOW, "The kubelet uses the node's own name",                                        \
      "Another name breaks what certificates and authorization rely on.",                          \
      "Take --hostname-override out.", "kubelet", "hostname-override", NULL, OPTION_IS_NOT_SET,    \
      NULL, NULL)                                                                                  \
    X("4.2.9", MEDIUM, "The kubelet serves TLS with a certificate of its own",                     \
      "Clients can't know one that is made up at each start.",                                     \
      "Set tlsCertFile and tlsPrivateKeyFile, or serverTLSBootstrap.", "kubelet", "tls-cert-file", \
      "tlsCertFile", OPTION_IS_SET, NULL, NULL)                                                    \
    X("4.2.10", MEDIUM, "The kubelet renews its client certificate",                               \
      "One that runs out takes the node down; one that never does is never changed.",              \
      "Set rotateCertificates: true.", "kubelet", "rotate-certificates", "rotateCertificates",     \
      OPTION_IS_NOT, "false", "true")                                                              \
    X("4.2.11", LOW, "The kubelet renews its server certificate",                                  \
      "One that runs out cuts off logs and exec.",                                                 \
      "Take RotateKubeletServerCertificate: false out of featureGates.", "kubelet", NULL,          \
      "featureGates.RotateKubeletServerCertificate", OPTION_IS, "true", "true")                    \
    X("4.2.13", MEDIUM, "The number of processes in a pod is limited",                             \
      "A fork bomb in one pod uses up the node's process table.", "Set podPidsLimit.", "kubelet",  \
      "pod-max-pids", "podPidsLimit", OPTION_AT_LEAST, "1", "-1")                                  \
    X("4.2.14", MEDIUM, "Pods get the runtime's seccomp filter by default",                        \
      "Without it a pod that says nothing has every system call.", "Set seccompDefault: true.",    \
      "kubelet", "seccomp-default", "seccompDefault", OPTION_IS, "true", "false")

static const struct option_rule rules[] = {OPTION_LIST(NODE_RULE)};

static void answer(struct check_run *run);

static const struct check rows[] = {OPTION_LIST(KUBERNETES_CHECK)};

static void answer(struct check_run *run)
{
    check_option(run, &rules[run->check - rows]);
}

const struct check_table node_kubernetes_checks = {
    .name = "CIS Kubernetes Benchmark, settings of components",
    .checks = rows,
    .count = sizeof(rows) / sizeof(*rows),
};
