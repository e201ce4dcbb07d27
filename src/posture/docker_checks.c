/* SPDX-License-Identifier: Apache-2.0 */
/*
 * CIS Docker Benchmark 1.6.0, sections 4 and 5, as far as a machine can decide. What the kernel
 * knows of a running container decides; the declaration does where the kernel has no part in it.
 * Left out, since only people can tell: 4.2-4.5, 4.7, 4.9, 4.11, 4.12 (how images are made), 5.1
 * (swarm: see the node's checks), 5.9, 5.19, 5.23, 5.24, 5.28, 5.30.
 */
#include "posture/check.h"
#include "posture/docker_answers.h"

#define LIVE (FROM_KERNEL | FROM_OCI | FROM_RUNTIME)

#define ROW(number, subject_kind, from, level, function, ...)                                      \
    .id = "CIS-DOCKER-" number, .subject = SUBJECT_##subject_kind, .sources = (from),              \
    .severity = SEVERITY_##level, .evaluate = (function),                                          \
    .references = REFERENCES("CIS Docker 1.6.0 " number, __VA_ARGS__)

static const struct check rows[] = {
    {ROW("4.1", IMAGE, LIVE, MEDIUM, answer_root_user, "NSA/CISA Kubernetes Hardening 1.2 non-root",
         "ATT&CK T1611"),
     .title = "The container does not run as root",
     .rationale = "Who breaks out as root of a container without a user namespace is root of the "
                  "node.",
     .remedy = "Give the image a USER, or start it with a user id other than 0."},
    {ROW("4.8", IMAGE, FROM_KERNEL, LOW, answer_setuid_files, "ATT&CK T1548.001"),
     .title = "No file of the image gives more rights to whoever runs it",
     .rationale = "Set-uid, set-gid and file capabilities are how a process without rights comes "
                  "to have some.",
     .remedy = "Take the bits away when the image is made (chmod a-s, setcap -r), or set "
               "no_new_privs."},
    {ROW("5.2", CONTAINER, LIVE, MEDIUM, answer_apparmor, "ATT&CK T1611"),
     .title = "An AppArmor profile confines the container",
     .rationale = "A profile still forbids mounts and writes to proc where other walls have "
                  "fallen.",
     .remedy = "Start it with a profile that is enforced, such as the runtime's default."},
    {ROW("5.3", CONTAINER, LIVE, MEDIUM, answer_selinux, "ATT&CK T1611"),
     .title = "An SELinux type confines the container",
     .rationale = "A type of its own keeps the container from the host's files whatever its user "
                  "id.",
     .remedy = "Leave the label that the runtime gives (container_t); don't disable labels."},
    {ROW("5.4", CONTAINER, LIVE, HIGH, answer_capabilities, "ATT&CK T1611",
         "NSA/CISA Kubernetes Hardening 1.2 capabilities"),
     .title = "The container has no capabilities beyond the usual ones",
     .rationale = "Each capability is a part of root's power; the usual set is already generous.",
     .remedy = "Drop all capabilities and add only those that the program needs."},
    {ROW("5.5", CONTAINER, LIVE, CRITICAL, answer_privileged, "ATT&CK T1611"),
     .title = "The container is not privileged",
     .rationale = "All capabilities, all devices and no filter: it is root of the node by other "
                  "means.",
     .remedy = "Start it without privileged mode and add the one right that it needs."},
    {ROW("5.6", CONTAINER, LIVE, HIGH, answer_system_directories, "ATT&CK T1611", "ATT&CK T1005"),
     .title = "No system directory of the host is mounted into the container",
     .rationale = "They hold secrets when read, and the host's programs and settings when written.",
     .remedy = "Mount the one file that is needed, read-only, or use a volume."},
    {ROW("5.7", CONTAINER, FROM_KERNEL, LOW, answer_ssh, "ATT&CK T1021.004"),
     .title = "No ssh server runs in the container",
     .rationale = "It needs keys, users and updates of its own, and logins pass by the runtime's "
                  "log.",
     .remedy = "Use the runtime's exec; run no sshd beside the program."},
    {ROW("5.8", CONTAINER, FROM_KERNEL | FROM_RUNTIME, LOW, answer_privileged_ports,
         "ATT&CK T1133"),
     .title = "No port of the host below 1024 leads to the container",
     .rationale = "Low ports are those that others trust to be the host's own services.",
     .remedy = "Publish it on a port from 1024 on, or put a proxy in front."},
    {ROW("5.10", CONTAINER, LIVE, HIGH, answer_host_network, "ATT&CK T1040", "ATT&CK T1611"),
     .title = "The container has a network namespace of its own",
     .rationale = "In the host's it reaches services that listen on loopback, abstract sockets and "
                  "the traffic of all.",
     .remedy = "Start it without the host's network and publish the ports that it serves."},
    {ROW("5.11", CONTAINER, LIVE, MEDIUM, answer_memory_limit, "ATT&CK T1499"),
     .title = "The container's memory is limited",
     .rationale = "One that takes all memory takes the node's other containers down.",
     .remedy = "Give it a memory limit, or put it below a cgroup that has one."},
    {ROW("5.12", CONTAINER, LIVE, LOW, answer_cpu_share, "ATT&CK T1496"),
     .title = "The container's share of the processors is set",
     .rationale = "With the default share it can crowd out whatever else runs at full load.",
     .remedy = "Set shares (weight) or a quota."},
    {ROW("5.13", CONTAINER, LIVE, MEDIUM, answer_read_only_root, "ATT&CK T1554",
         "NSA/CISA Kubernetes Hardening 1.2 immutable file systems"),
     .title = "The container's root file system is read-only",
     .rationale = "Where nothing can be written, nothing that was downloaded can be run.",
     .remedy = "Mount it read-only, with a tmpfs or a volume where the program writes."},
    {ROW("5.14", CONTAINER, FROM_KERNEL | FROM_RUNTIME, LOW, answer_bound_interface,
         "ATT&CK T1133"),
     .title = "Ports of the container are published on chosen interfaces only",
     .rationale = "Published without an address, a port is open to every network of the host.",
     .remedy = "Publish it with the address of one interface."},
    {ROW("5.15", CONTAINER, FROM_KERNEL | FROM_RUNTIME, LOW, answer_restart_policy, "ATT&CK T1499"),
     .title = "The container is restarted on failure, and five times at most",
     .rationale = "One that fails for ever and is restarted for ever is a load, and hides the "
                  "failure.",
     .remedy = "Use the policy on-failure with a maximum of 5."},
    {ROW("5.16", CONTAINER, LIVE, HIGH, answer_host_pid, "ATT&CK T1611", "ATT&CK T1057"),
     .title = "The container has a pid namespace of its own",
     .rationale = "In the host's it sees all processes, their environment, and may signal or trace "
                  "them.",
     .remedy = "Start it without the host's pid namespace."},
    {ROW("5.17", CONTAINER, LIVE, MEDIUM, answer_host_ipc, "ATT&CK T1611"),
     .title = "The container has an ipc namespace of its own",
     .rationale = "In the host's it reads and writes the shared memory of host's processes.",
     .remedy = "Start it without the host's ipc namespace."},
    {ROW("5.18", CONTAINER, LIVE, HIGH, answer_devices, "ATT&CK T1611", "ATT&CK T1006"),
     .title = "No device of the host is in the container",
     .rationale = "A disk is all files of the host at once; other devices are drivers to attack.",
     .remedy = "Leave the device out, or let a device plug-in hand it over with read only."},
    {ROW("5.20", CONTAINER, LIVE, MEDIUM, answer_propagation, "ATT&CK T1611"),
     .title = "Mounts of the container do not spread to the host",
     .rationale = "By a shared mount the container puts file systems into the host's tree.",
     .remedy = "Mount it private or slave."},
    {ROW("5.21", CONTAINER, LIVE, LOW, answer_host_uts, "ATT&CK T1611"),
     .title = "The container has a uts namespace of its own",
     .rationale = "In the host's it can change the host's name, and with it what logs say.",
     .remedy = "Start it without the host's uts namespace."},
    {ROW("5.22", CONTAINER, LIVE, HIGH, answer_seccomp, "ATT&CK T1611",
         "NSA/CISA Kubernetes Hardening 1.2 seccomp"),
     .title = "A seccomp filter is in force",
     .rationale = "It takes away the system calls that exploits of the kernel need and programs "
                  "don't.",
     .remedy = "Start it with the runtime's default profile or a stricter one."},
    {ROW("5.25", CONTAINER, FROM_KERNEL | FROM_RUNTIME, LOW, answer_cgroup_parent, "ATT&CK T1499"),
     .title = "The container is in the cgroup that the engine gives it",
     .rationale = "Below another cgroup it may escape limits that hold for all containers.",
     .remedy = "Start it without a cgroup parent."},
    {ROW("5.26", CONTAINER, LIVE, MEDIUM, answer_no_new_privileges, "ATT&CK T1548.001"),
     .title = "The container's processes can't gain privileges",
     .rationale = "no_new_privs makes set-uid programs and file capabilities void.",
     .remedy = "Set no-new-privileges (allowPrivilegeEscalation: false)."},
    {ROW("5.27", CONTAINER, FROM_KERNEL | FROM_RUNTIME, INFO, answer_health_check,
         "CIS Docker 1.6.0 4.6"),
     .title = "The container's health is checked",
     .rationale = "Without a check, one that runs but no longer serves is taken for healthy.",
     .remedy = "Give the image or the container a health check."},
    {ROW("5.29", CONTAINER, LIVE, MEDIUM, answer_pids_limit, "ATT&CK T1499.001"),
     .title = "The number of the container's processes is limited",
     .rationale = "A fork bomb without a limit uses up the node's process table.",
     .remedy = "Set a limit of processes."},
    {ROW("5.31", CONTAINER, LIVE, LOW, answer_host_users, "ATT&CK T1611"),
     .title = "The container has a user namespace of its own",
     .rationale = "With one, root of the container is nobody on the host.",
     .remedy = "Remap users (userns-remap, hostUsers: false, --userns=auto)."},
    {ROW("5.32", CONTAINER, FROM_KERNEL, CRITICAL, answer_docker_socket, "ATT&CK T1611",
         "ATT&CK T1610"),
     .title = "Docker's socket is not in the container",
     .rationale = "Who can speak to it starts a privileged container and owns the node.",
     .remedy = "Leave it out; let a proxy offer the few calls that are needed."},
};

const struct check_table docker_container_checks = {
    .name = "CIS Docker Benchmark, containers and images",
    .checks = rows,
    .count = sizeof(rows) / sizeof(*rows),
};
