/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/docker_answers.h"

#include <string.h>

#include "base/buf.h"
#include "event/names.h"
#include "posture/container_answers.h"
#include "posture/host_paths.h"

/* What Docker gives when nothing is asked for (moby, oci/caps/defaults.go). */
#define CAPABILITIES_USUAL                                                                         \
    (CAP(CHOWN) | CAP(DAC_OVERRIDE) | CAP(FSETID) | CAP(FOWNER) | CAP(MKNOD) | CAP(NET_RAW) |      \
     CAP(SETGID) | CAP(SETUID) | CAP(SETFCAP) | CAP(SETPCAP) | CAP(NET_BIND_SERVICE) |             \
     CAP(SYS_CHROOT) | CAP(KILL) | CAP(AUDIT_WRITE))

#define SSH_PORT            22
#define PRIVILEGED_PORT_END 1024
#define RESTARTS_MAX        5

void answer_root_user(struct check_run *run)
{
    const struct setting *uid = told_setting(run, CONFIG_UID);
    const struct setting *user = told_setting(run, CONFIG_USER);

    if (uid->presence == PRESENCE_SET) {
        if (uid->number == 0)
            check_fail(run, &uid->evidence, "its first process runs as user 0");
        else
            check_pass_by(run, &uid->evidence, "its first process runs as user %lld",
                          (long long)uid->number);
        return;
    }
    if (user->presence == PRESENCE_SET) {
        bool root = !strcmp(user->text, "0") || !strncmp(user->text, "0:", 2) ||
                    !strcmp(user->text, "root") || !strncmp(user->text, "root:", 5);
        if (root)
            check_fail(run, &user->evidence, "it is declared to run as '%s'", user->text);
        else
            check_pass_by(run, &user->evidence, "it is declared to run as '%s'", user->text);
        return;
    }
    if (known_setting(run, user, "user"))
        check_fail(run, &user->evidence, "no user is declared: it runs as the image says, or as 0");
}

void answer_setuid_files(struct check_run *run)
{
    const struct container_config *container = run->subject->container;
    const struct setting *locked = told_setting(run, CONFIG_NO_NEW_PRIVILEGES);
    bool useless = locked->presence == PRESENCE_SET && locked->flag;

    for (size_t i = 0; i < container->privileged_files.count; i++) {
        const struct config_file *file = &container->privileged_files.items[i];
        check_fail(run, &file->evidence, "%s %s%s", file->path,
                   file->capabilities ? "has capabilities" : "is set-uid or set-gid",
                   useless ? ", which no_new_privs makes void for now" : "");
    }
    pass_when_known(run, &container->privileged_files, "not all of its files were looked at");
}

/* "docker-default (enforce)" is AppArmor's way to write it, "u:r:t:s0" SELinux's. */
static bool is_selinux_label(const char *label)
{
    const char *colon = strchr(label, ':');

    return colon && strchr(colon + 1, ':') && !strchr(label, ' ');
}

void answer_apparmor(struct check_run *run)
{
    const struct setting *label = told_setting(run, CONFIG_LSM_LABEL);

    if (!known_setting(run, label, "AppArmor profile"))
        return;
    if (label->presence == PRESENCE_UNSET || is_selinux_label(label->text))
        return check_not_applicable(run); /* no such module on this node */
    if (!strncmp(label->text, "unconfined", strlen("unconfined")))
        check_fail(run, &label->evidence, "no AppArmor profile confines it");
    else if (strstr(label->text, "(complain)"))
        check_fail(run, &label->evidence, "its AppArmor profile only complains: %s", label->text);
    else
        check_pass_by(run, &label->evidence, "%s", label->text);
}

void answer_selinux(struct check_run *run)
{
    const struct setting *label = told_setting(run, CONFIG_LSM_LABEL);

    if (!known_setting(run, label, "SELinux label"))
        return;
    if (label->presence == PRESENCE_UNSET || !is_selinux_label(label->text))
        return check_not_applicable(run);
    if (strstr(label->text, ":spc_t:") || strstr(label->text, ":unconfined_t:"))
        check_fail(run, &label->evidence, "its SELinux type confines nothing: %s", label->text);
    else
        check_pass_by(run, &label->evidence, "%s", label->text);
}

void answer_capabilities(struct check_run *run)
{
    _cleanup_buf_ struct buf names = {0};
    const struct evidence *evidence;
    uint64_t mask;

    if (!reachable_capabilities(run, &mask, &evidence))
        return;
    mask &= ~CAPABILITIES_USUAL;
    if (!mask)
        return check_pass_by(run, evidence, "none beyond the usual ones");
    names_capability_set(&names, mask);
    check_fail(run, evidence, "it has or can get %s", names.data ? names.data : "more than usual");
}

void answer_privileged(struct check_run *run)
{
    const struct setting *privileged = told_setting(run, CONFIG_PRIVILEGED);

    if (known_setting(run, privileged, "privileged mode"))
        check_flag(run, privileged, true, false, "privileged mode");
}

void answer_system_directories(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->mounts.count; i++) {
        const struct config_mount *mount = &container->mounts.items[i];
        if (is_host_mount(mount) && host_path_sensitive(mount->source))
            check_fail(run, &mount->evidence, "the host's %s is mounted at %s%s", mount->source,
                       mount->destination, mount->read_only ? ", read-only" : "");
    }
    pass_when_known(run, &container->mounts, "its mounts are not known");
}

void answer_ssh(struct check_run *run)
{
    const struct container_config *container = run->subject->container;
    const struct setting *host = told_setting(run, CONFIG_HOST_NETWORK);

    if (host->presence == PRESENCE_SET && host->flag)
        return check_unknown(run, &host->evidence,
                             "in the host's network its ports can't be told from the host's");
    if (container->ports.presence == PRESENCE_UNKNOWN)
        return check_unknown(run, &container->ports.evidence, "its ports are not known");
    for (size_t i = 0; i < container->ports.count; i++) {
        const struct config_port *port = &container->ports.items[i];
        if (port->container == SSH_PORT && (!port->protocol || !strcmp(port->protocol, "tcp")))
            check_fail(run, &port->evidence, "something listens at port 22");
    }
    check_pass(run);
}

/* Only Docker's own files tell which ports it maps. */
static const struct container_config *port_mappings(struct check_run *run)
{
    const struct container_config *declared = run->subject->declared;

    if (!declared)
        declared = run->subject->container;
    if (declared->source != SOURCE_RUNTIME) {
        check_not_applicable(run);
        return NULL;
    }
    return declared;
}

void answer_privileged_ports(struct check_run *run)
{
    const struct container_config *declared = port_mappings(run);

    for (size_t i = 0; declared && i < declared->ports.count; i++) {
        const struct config_port *port = &declared->ports.items[i];
        if (port->host > 0 && port->host < PRIVILEGED_PORT_END)
            check_fail(run, &port->evidence, "port %lld of the host leads to it",
                       (long long)port->host);
    }
    if (declared)
        check_pass(run);
}

void answer_bound_interface(struct check_run *run)
{
    const struct container_config *declared = port_mappings(run);

    for (size_t i = 0; declared && i < declared->ports.count; i++) {
        const struct config_port *port = &declared->ports.items[i];
        if (!port->address || !strcmp(port->address, "0.0.0.0") || !strcmp(port->address, "::"))
            check_fail(run, &port->evidence, "port %lld is open on every interface of the host",
                       (long long)port->host);
    }
    if (declared)
        check_pass(run);
}

void answer_host_network(struct check_run *run)
{
    answer_host_namespace(run, CONFIG_HOST_NETWORK, "network namespace");
}

void answer_host_pid(struct check_run *run)
{
    answer_host_namespace(run, CONFIG_HOST_PID, "pid namespace");
}

void answer_host_ipc(struct check_run *run)
{
    answer_host_namespace(run, CONFIG_HOST_IPC, "ipc namespace");
}

void answer_host_uts(struct check_run *run)
{
    answer_host_namespace(run, CONFIG_HOST_UTS, "uts namespace");
}

void answer_host_users(struct check_run *run)
{
    answer_host_namespace(run, CONFIG_HOST_USERS, "user namespace");
}

static void answer_limit(struct check_run *run, enum config_setting id, const char *what)
{
    const struct setting *limit = told_setting(run, id);

    if (!known_setting(run, limit, what))
        return;
    if (limit->presence == PRESENCE_UNSET)
        check_fail(run, &limit->evidence, "there is no %s, nor in a cgroup above", what);
    else
        check_pass_by(run, &limit->evidence, "%s %lld", what, (long long)limit->number);
}

void answer_memory_limit(struct check_run *run)
{
    answer_limit(run, CONFIG_MEMORY_LIMIT, "memory limit");
}

void answer_pids_limit(struct check_run *run)
{
    answer_limit(run, CONFIG_PIDS_LIMIT, "limit of processes");
}

/* Either a share that somebody has chosen, or an upper limit. */
void answer_cpu_share(struct check_run *run)
{
    const struct setting *shares = told_setting(run, CONFIG_CPU_SHARES);
    const struct setting *quota = told_setting(run, CONFIG_CPU_QUOTA);

    if (shares->presence == PRESENCE_SET)
        return check_pass_by(run, &shares->evidence, "shares %lld", (long long)shares->number);
    if (quota->presence == PRESENCE_SET)
        return check_pass_by(run, &quota->evidence, "quota %lld", (long long)quota->number);
    if (known_setting(run, shares, "share of the processors"))
        check_fail(run, &shares->evidence, "its share of the processors is the default");
}

void answer_read_only_root(struct check_run *run)
{
    const struct setting *setting = told_setting(run, CONFIG_READ_ONLY_ROOT);

    if (!known_setting(run, setting, "root file system"))
        return;
    if (setting->presence == PRESENCE_SET && setting->flag)
        check_pass_by(run, &setting->evidence, "mounted read-only");
    else
        check_fail(run, &setting->evidence, "its root file system can be written");
}

/* A restart policy is the engine's: plain runtimes have none. */
void answer_restart_policy(struct check_run *run)
{
    const struct setting *policy = told_setting(run, CONFIG_RESTART_POLICY);
    const struct setting *max = told_setting(run, CONFIG_RESTART_MAX);

    if (!port_mappings(run))
        return;
    if (policy->presence != PRESENCE_SET || !strcmp(policy->text, "no"))
        check_pass(run);
    else if (strcmp(policy->text, "on-failure") != 0)
        check_fail(run, &policy->evidence, "it is restarted without end: '%s'", policy->text);
    else if (max->presence != PRESENCE_SET || max->number < 1 || max->number > RESTARTS_MAX)
        check_fail(run, &max->evidence, "it is restarted more than %d times", RESTARTS_MAX);
    else
        check_pass_by(run, &max->evidence, "at most %lld times", (long long)max->number);
}

/* Nodes that others than every container's are in its /dev. */
void answer_devices(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->devices.count; i++) {
        const struct config_device *device = &container->devices.items[i];
        if (device->path && device->allow)
            check_fail(run, &device->evidence, "device %s (%c %lld:%lld) is in it", device->path,
                       device->type ? device->type : '?', (long long)device->major,
                       (long long)device->minor);
    }
    pass_when_known(run, &container->devices, "its devices are not known");
}

void answer_propagation(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->mounts.count; i++) {
        const struct config_mount *mount = &container->mounts.items[i];
        if (mount->propagation && is_host_mount(mount) &&
            (!strcmp(mount->propagation, "shared") || !strcmp(mount->propagation, "rshared")))
            check_fail(run, &mount->evidence, "what is mounted below %s appears on the host",
                       mount->destination);
    }
    pass_when_known(run, &container->mounts, "its mounts are not known");
}

void answer_seccomp(struct check_run *run)
{
    const struct setting *mode = told_setting(run, CONFIG_SECCOMP_MODE);
    const struct setting *type = told_setting(run, CONFIG_SECCOMP_TYPE);

    if (mode->presence == PRESENCE_SET && mode->number > 0)
        return check_pass_by(run, &mode->evidence, "seccomp mode %lld", (long long)mode->number);
    if (mode->presence == PRESENCE_UNKNOWN && type->presence == PRESENCE_SET)
        return strcmp(type->text, "unconfined") != 0
                   ? check_pass_by(run, &type->evidence, "profile '%s'", type->text)
                   : check_fail(run, &type->evidence, "seccomp is turned off");
    if (known_setting(run, mode, "seccomp mode"))
        check_fail(run, &mode->evidence, "no seccomp filter is in force");
}

/* An engine's own option: which cgroup its containers are below. */
void answer_cgroup_parent(struct check_run *run)
{
    const struct container_config *declared = port_mappings(run);

    if (!declared)
        return;
    const struct setting *parent = &declared->settings[CONFIG_CGROUP_PARENT];
    if (parent->presence == PRESENCE_SET)
        check_fail(run, &parent->evidence, "it is put below another cgroup: %s", parent->text);
    else
        check_pass(run);
}

void answer_no_new_privileges(struct check_run *run)
{
    const struct setting *setting = told_setting(run, CONFIG_NO_NEW_PRIVILEGES);

    if (!known_setting(run, setting, "no_new_privs"))
        return;
    if (setting->presence == PRESENCE_SET && setting->flag)
        check_pass_by(run, &setting->evidence, "no_new_privs is set");
    else
        check_fail(run, &setting->evidence, "set-uid programs give its processes more rights");
}

void answer_health_check(struct check_run *run)
{
    const struct container_config *declared = port_mappings(run);

    if (!declared)
        return;
    const struct setting *test = &declared->settings[CONFIG_HEALTH_CHECK];
    if (test->presence == PRESENCE_SET && strcmp(test->texts.items[0].text, "NONE") != 0)
        check_pass(run);
    else
        check_fail(run, &test->evidence, "nothing tells whether it still does its work");
}

void answer_docker_socket(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->sockets.count; i++) {
        const struct config_socket *socket = &container->sockets.items[i];
        if (socket->path && socket->runtime && !strncmp(socket->runtime, "docker", 6))
            check_fail(run, &socket->evidence, "Docker's socket is in it, as %s", socket->path);
    }
    pass_when_known(run, &container->sockets, "its sockets were not looked for");
}
