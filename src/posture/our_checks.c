/* SPDX-License-Identifier: Apache-2.0 */
/* Checks of containers that no benchmark has. */
#include "posture/check.h"
#include "posture/our_answers.h"

#define LIVE (FROM_KERNEL | FROM_OCI | FROM_RUNTIME)

#define ROW(name, from, level, function, ...)                                                      \
    .id = "BULWARK-" name, .subject = SUBJECT_CONTAINER, .sources = (from),                        \
    .severity = SEVERITY_##level, .evaluate = (function), .references = REFERENCES(__VA_ARGS__)

static const struct check rows[] = {
    {ROW("CAPABILITY-ESCAPE", LIVE, CRITICAL, answer_capability_escape, "ATT&CK T1611",
         "capabilities(7)"),
     .title = "The container's capabilities do not add up to a way out",
     .rationale = "Some capabilities, alone or with a namespace or a device, are root of the node.",
     .remedy = "Drop the capability that is named, or take away what it needs besides."},
    {ROW("HOST-PATH-EXECUTION", LIVE, CRITICAL, answer_host_path_execution, "ATT&CK T1611",
         "ATT&CK T1053.003", "ATT&CK T1543.002"),
     .title = "Nothing that the container can write is executed on the host",
     .rationale = "A line in the host's crontab, a unit or a static pod runs there as root.",
     .remedy = "Mount the directory read-only, or a directory of its own instead."},
    {ROW("RUNTIME-SOCKET", FROM_KERNEL, CRITICAL, answer_runtime_socket, "CIS Docker 1.6.0 5.32",
         "ATT&CK T1611", "ATT&CK T1610"),
     .title = "No runtime's socket is in the container, by whatever name",
     .rationale = "Who can speak to a runtime starts a privileged container and owns the node.",
     .remedy = "Take the mount away by which the socket is reached."},
    {ROW("TOKEN-OF-OTHERS", LIVE, HIGH, answer_tokens_of_others, "ATT&CK T1528",
         "ATT&CK T1552.007"),
     .title = "Service-account tokens of other pods are out of reach",
     .rationale =
         "With the kubelet's directory a container has the tokens of all pods of the node.",
     .remedy = "Don't mount the kubelet's directory or one above it."},
    {ROW("SERVICE-ACCOUNT-TOKEN", LIVE, LOW, answer_own_token, "CIS Kubernetes 1.9 5.1.6",
         "NSA/CISA Kubernetes Hardening 1.2 service account tokens", "ATT&CK T1528"),
     .title = "No service-account token is mounted",
     .rationale = "Most programs never call the API server; whoever takes them over will.",
     .remedy = "Set automountServiceAccountToken: false where the API is not used."},
    {ROW("SECRET-ENVIRONMENT", LIVE, MEDIUM, answer_secret_environment, "CIS Docker 1.6.0 4.10",
         "CIS Kubernetes 1.9 5.4.1", "ATT&CK T1552.007"),
     .title = "No secrets are in the environment",
     .rationale = "Variables are passed to every child, shown by inspect, and end up in logs and "
                  "crash reports.",
     .remedy = "Mount secrets as files that only the program reads."},
    {.id = "BULWARK-SECRET-IMAGE-HISTORY",
     .subject = SUBJECT_IMAGE,
     .sources = FROM_KERNEL,
     .severity = SEVERITY_MEDIUM,
     .evaluate = answer_secret_history,
     .references = REFERENCES("CIS Docker 1.6.0 4.10",
                              "NSA/CISA Kubernetes Hardening 1.2 building images", "ATT&CK T1552"),
     .title = "No secrets are in the history of the image",
     .rationale = "Variables and arguments of the build stay in the image's configuration, for "
                  "whoever can pull it.",
     .remedy = "Change the secret; build with RUN --mount=type=secret, and give it at run time."},
    {ROW("MASKED-PATHS", LIVE, HIGH, answer_masked_paths, "ATT&CK T1611",
         "OCI runtime-spec config-linux.md Masked Paths"),
     .title = "What tells of the host in /proc and /sys is masked",
     .rationale = "Kernel memory, keys and timers of the whole node can be read there.",
     .remedy = "Leave the runtime's masked paths as they are (procMount: Default)."},
    {ROW("READ-ONLY-PATHS", LIVE, HIGH, answer_read_only_paths, "ATT&CK T1611",
         "OCI runtime-spec config-linux.md Readonly Paths"),
     .title = "What changes the host in /proc and /sys is read-only",
     .rationale = "A write to core_pattern or sysrq-trigger takes effect on the host.",
     .remedy = "Leave the runtime's read-only paths as they are, and /sys mounted read-only."},
    {ROW("DEVICE-ACCESS", LIVE, HIGH, answer_device_access, "ATT&CK T1611", "ATT&CK T1006"),
     .title = "The container may not use disks of the host",
     .rationale = "Where the device cgroup allows it, one mknod gives the host's file systems.",
     .remedy = "Allow the devices that are needed one by one."},
    {ROW("HOST-MOUNT-NAMESPACE", LIVE, CRITICAL, answer_host_mounts, "ATT&CK T1611"),
     .title = "The container has a mount namespace of its own",
     .rationale = "In the host's, its files are the host's files.",
     .remedy = "Start it with a mount namespace."},
    {ROW("CGROUP-NAMESPACE", LIVE, LOW, answer_host_cgroup, "ATT&CK T1082"),
     .title = "The container has a cgroup namespace of its own",
     .rationale = "Without one it sees the names of all cgroups: who else runs on the node.",
     .remedy = "Start it with a private cgroup namespace."},
    {ROW("SHARED-NAMESPACE", FROM_KERNEL, MEDIUM, answer_shared_namespace, "ATT&CK T1611"),
     .title = "The container shares no namespace with a container of another pod",
     .rationale = "Whoever takes over one has the other's network, processes or files.",
     .remedy = "Don't join another container's namespaces; put both into one pod if they belong "
               "together."},
    {ROW("HOST-DIRECTORY-OPEN", FROM_KERNEL, CRITICAL, answer_host_directory, "CVE-2024-21626",
         "ATT&CK T1611"),
     .title = "No directory of the host is open in the container",
     .rationale = "From such a descriptor all of the host's files can be reached, whatever is "
                  "mounted.",
     .remedy = "Update the runtime; start containers without passing descriptors on."},
    {ROW("OOM-PROTECTED", LIVE, LOW, answer_oom, "ATT&CK T1499"),
     .title = "The kernel may end the container when memory runs out",
     .rationale = "One that is spared lets others be killed in its place, or the node stand still.",
     .remedy = "Leave the OOM killer on and the score at 0 or above."},
};

const struct check_table our_checks = {
    .name = "Bulwark, containers",
    .checks = rows,
    .count = sizeof(rows) / sizeof(*rows),
};
