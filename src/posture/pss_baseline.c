/* SPDX-License-Identifier: Apache-2.0 */
/* Pod Security Standards, level baseline. */
#include <string.h>

#include "posture/pss.h"

#define SECCOMP_FIELD_FIRST  19
#define SELINUX_ENGINE_FIRST 31
#define PEERS_FIRST          34

#define SECCOMP_POD       "seccomp.security.alpha.kubernetes.io/pod"
#define SECCOMP_CONTAINER "container.seccomp.security.alpha.kubernetes.io/"
#define APPARMOR          "container.apparmor.security.beta.kubernetes.io/"

static bool starts_with(const char *text, const char *start)
{
    return strncmp(text, start, strlen(start)) == 0;
}

static void check_true(struct check_run *run, const char *who, const struct setting *setting)
{
    if (setting->flag)
        check_fail(run, &setting->evidence, "%s sets it to true", who);
}

static void privileged(struct check_run *run)
{
    check_pass(run);
    pss_each_setting(run, CONFIG_PRIVILEGED, check_true);
}

static void windows_host_process(struct check_run *run)
{
    check_pass(run);
    pss_each_setting(run, CONFIG_WINDOWS_HOST_PROCESS, check_true);
}

static void host_namespaces(struct check_run *run)
{
    const struct setting *settings = run->subject->pod->settings;

    check_flag(run, &settings[CONFIG_HOST_NETWORK], true, false, "hostNetwork");
    check_flag(run, &settings[CONFIG_HOST_PID], true, false, "hostPID");
    check_flag(run, &settings[CONFIG_HOST_IPC], true, false, "hostIPC");
}

static void check_added(struct check_run *run, const char *who, const struct setting *setting)
{
    static const char *const allowed[] = {
        "AUDIT_WRITE",      "CHOWN",   "DAC_OVERRIDE", "FOWNER",  "FSETID", "KILL",       "MKNOD",
        "NET_BIND_SERVICE", "SETFCAP", "SETGID",       "SETPCAP", "SETUID", "SYS_CHROOT",
    };

    for (size_t i = 0; i < setting->texts.count; i++) {
        const struct setting_text *name = &setting->texts.items[i];
        bool found = false;
        for (size_t k = 0; k < sizeof(allowed) / sizeof(allowed[0]) && !found; k++)
            found = strcmp(allowed[k], name->text) == 0;
        if (!found)
            check_fail(run, &name->evidence, "%s adds '%.100s'", who, name->text);
    }
}

static void capabilities(struct check_run *run)
{
    check_pass(run);
    pss_each_setting(run, CONFIG_CAPABILITIES_ADD, check_added);
}

static void host_path_volumes(struct check_run *run)
{
    const struct pod_config *pod = run->subject->pod;

    if (pod->volumes.presence == PRESENCE_UNKNOWN)
        return check_unknown(run, NULL, "the volumes are not known");
    check_pass(run);
    for (size_t i = 0; i < pod->volumes.count; i++) {
        const struct config_volume *volume = &pod->volumes.items[i];
        if (volume->host_path)
            check_fail(run, &volume->evidence, "volume '%.100s' is the host's '%.200s'",
                       volume->name, volume->host_path);
    }
}

static void check_ports(struct check_run *run, const char *who,
                        const struct container_config *container)
{
    if (container->ports.presence == PRESENCE_UNKNOWN)
        check_unknown(run, NULL, "%s: its ports are not known", who);
    for (size_t i = 0; i < container->ports.count; i++) {
        const struct config_port *port = &container->ports.items[i];
        if (port->host)
            check_fail(run, &port->evidence, "%s takes the host's port %lld", who,
                       (long long)port->host);
    }
}

static void host_ports(struct check_run *run)
{
    check_pass(run);
    pss_each_container(run, check_ports);
}

static void check_apparmor_type(struct check_run *run, const char *who,
                                const struct setting *setting)
{
    if (strcmp(setting->text, "RuntimeDefault") != 0 && strcmp(setting->text, "Localhost") != 0)
        check_fail(run, &setting->evidence, "%s has an AppArmor profile of type '%.100s'", who,
                   setting->text);
}

/* Fields and annotations both count in every version. */
static void apparmor_profile(struct check_run *run)
{
    const struct pod_config *pod = run->subject->pod;

    check_pass(run);
    pss_each_setting(run, CONFIG_APPARMOR_TYPE, check_apparmor_type);
    if (pod->annotations.presence == PRESENCE_UNKNOWN)
        check_unknown(run, NULL, "the annotations are not known");
    for (size_t i = 0; i < pod->annotations.count; i++) {
        const struct config_pair *pair = &pod->annotations.items[i];
        if (starts_with(pair->name, APPARMOR) && *pair->value &&
            strcmp(pair->value, "runtime/default") != 0 && !starts_with(pair->value, "localhost/"))
            check_fail(run, &pair->evidence,
                       "the annotation asks for the AppArmor profile '%.100s'", pair->value);
    }
}

static void check_selinux_type(struct check_run *run, const char *who,
                               const struct setting *setting)
{
    static const struct {
        const char *type;
        unsigned first;
    } rows[] = {
        {"", 0},
        {"container_t", 0},
        {"container_init_t", 0},
        {"container_kvm_t", 0},
        {"container_engine_t", SELINUX_ENGINE_FIRST},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (run->options->kubernetes_minor >= rows[i].first &&
            strcmp(rows[i].type, setting->text) == 0)
            return;
    }
    check_fail(run, &setting->evidence, "%s has the SELinux type '%.100s'", who, setting->text);
}

static void check_empty(struct check_run *run, const char *who, const struct setting *setting)
{
    if (*setting->text)
        check_fail(run, &setting->evidence, "%s has an SELinux user or role of its own: '%.100s'",
                   who, setting->text);
}

static void selinux_options(struct check_run *run)
{
    check_pass(run);
    pss_each_setting(run, CONFIG_SELINUX_TYPE, check_selinux_type);
    pss_each_setting(run, CONFIG_SELINUX_USER, check_empty);
    pss_each_setting(run, CONFIG_SELINUX_ROLE, check_empty);
}

static void proc_mount(struct check_run *run)
{
    if (pss_has_user_namespace(run))
        return check_pass(run);
    pss_proc_mount(run);
}

static bool names_container(const struct check_run *run, const char *name)
{
    pss_for_each_container(run, container)
    {
        const struct setting *own = &container->settings[CONFIG_NAME];
        if (strcmp(own->presence == PRESENCE_SET ? own->text : "", name) == 0)
            return true;
    }
    return false;
}

/* Before the fields there were annotations; one for a container that is not there says nothing. */
static void seccomp_annotations(struct check_run *run)
{
    const struct pod_config *pod = run->subject->pod;

    if (pod->annotations.presence == PRESENCE_UNKNOWN)
        return check_unknown(run, NULL, "the annotations are not known");
    for (size_t i = 0; i < pod->annotations.count; i++) {
        const struct config_pair *pair = &pod->annotations.items[i];
        bool asks = strcmp(pair->name, SECCOMP_POD) == 0 ||
                    (starts_with(pair->name, SECCOMP_CONTAINER) &&
                     names_container(run, pair->name + strlen(SECCOMP_CONTAINER)));
        bool allowed = strcmp(pair->value, "runtime/default") == 0 ||
                       strcmp(pair->value, "docker/default") == 0 ||
                       starts_with(pair->value, "localhost/");
        if (asks && !allowed)
            check_fail(run, &pair->evidence, "the annotation asks for the seccomp profile '%.100s'",
                       pair->value);
    }
}

static void seccomp_profile(struct check_run *run)
{
    check_pass(run);
    if (run->options->kubernetes_minor < SECCOMP_FIELD_FIRST)
        seccomp_annotations(run);
    else
        pss_each_setting(run, CONFIG_SECCOMP_TYPE, pss_check_seccomp_type);
}

static bool is_safe_sysctl(const char *name, unsigned minor)
{
    static const struct {
        const char *name;
        unsigned first;
    } rows[] = {
        {"kernel.shm_rmid_forced", 0},
        {"net.ipv4.ip_local_port_range", 0},
        {"net.ipv4.ip_unprivileged_port_start", 0},
        {"net.ipv4.ping_group_range", 0},
        {"net.ipv4.tcp_syncookies", 0},
        {"net.ipv4.ip_local_reserved_ports", 27},
        {"net.ipv4.tcp_fin_timeout", 29},
        {"net.ipv4.tcp_keepalive_intvl", 29},
        {"net.ipv4.tcp_keepalive_probes", 29},
        {"net.ipv4.tcp_keepalive_time", 29},
        {"net.ipv4.tcp_rmem", 32},
        {"net.ipv4.tcp_wmem", 32},
        {"net.ipv4.tcp_notsent_lowat", 37},
        {"net.ipv4.tcp_slow_start_after_idle", 37},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (minor >= rows[i].first && strcmp(rows[i].name, name) == 0)
            return true;
    }
    return false;
}

static void sysctls(struct check_run *run)
{
    const struct pod_config *pod = run->subject->pod;

    if (pod->sysctls.presence == PRESENCE_UNKNOWN)
        return check_unknown(run, NULL, "the sysctls are not known");
    check_pass(run);
    for (size_t i = 0; i < pod->sysctls.count; i++) {
        const struct config_pair *sysctl = &pod->sysctls.items[i];
        if (!is_safe_sysctl(sysctl->name, run->options->kubernetes_minor))
            check_fail(run, &sysctl->evidence, "the sysctl '%.100s' is not among the safe ones",
                       sysctl->name);
    }
}

static void check_probes(struct check_run *run, const char *who,
                         const struct container_config *container)
{
    if (container->peers.presence == PRESENCE_UNKNOWN)
        check_unknown(run, NULL, "%s: its probes are not known", who);
    for (size_t i = 0; i < container->peers.count; i++) {
        const struct config_peer *peer = &container->peers.items[i];
        if (*peer->host)
            check_fail(run, &peer->evidence, "%s: its %s speaks to the host '%.100s'", who,
                       peer->kind, peer->host);
    }
}

static void host_probes(struct check_run *run)
{
    check_pass(run);
    pss_each_container(run, check_probes);
}

#define BASELINE                                                                                   \
    .severity = SEVERITY_HIGH, .subject = SUBJECT_POD, .sources = FROM_MANIFEST,                   \
    .standard = STANDARD_BASELINE

static const struct check checks[] = {
    {
        BASELINE,
        .id = "PSS-HOST-PROCESS",
        .title = "Windows containers are not host processes",
        .references = REFERENCES(PSS_BASELINE_PAGE, "ATT&CK T1611"),
        .rationale = "A HostProcess container has the rights of a process of the Windows host.",
        .remedy = "Leave out securityContext.windowsOptions.hostProcess in pod and containers.",
        .evaluate = windows_host_process,
    },
    {
        BASELINE,
        .id = "PSS-HOST-NAMESPACES",
        .title = "The pod has network, pid and ipc namespaces of its own",
        .references = REFERENCES(PSS_BASELINE_PAGE, "CIS Kubernetes 5.2.3", "CIS Kubernetes 5.2.4",
                                 "CIS Kubernetes 5.2.5", "ATT&CK T1611"),
        .rationale =
            "Who shares the host's namespaces sees its processes, its sockets and its shared "
            "memory, and can act on them.",
        .remedy =
            "Leave out spec.hostNetwork, spec.hostPID and spec.hostIPC, or set them to false.",
        .evaluate = host_namespaces,
    },
    {
        BASELINE,
        .id = "PSS-PRIVILEGED",
        .title = "No container is privileged",
        .references = REFERENCES(PSS_BASELINE_PAGE, "CIS Kubernetes 5.2.2", "NSA/CISA Pod security",
                                 "ATT&CK T1611"),
        .rationale =
            "A privileged container has all capabilities, all devices and no seccomp filter "
            "and no AppArmor profile: it is root on the host.",
        .remedy = "Leave out securityContext.privileged; add the one capability that is needed.",
        .evaluate = privileged,
    },
    {
        BASELINE,
        .id = "PSS-CAPABILITIES-BASELINE",
        .title = "No capabilities are added beyond the runtimes' default set",
        .references = REFERENCES(PSS_BASELINE_PAGE, "CIS Kubernetes 5.2.8", "ATT&CK T1611"),
        .rationale =
            "SYS_ADMIN, SYS_PTRACE, SYS_MODULE and others lead out of the container; NET_RAW "
            "lets it forge packets.",
        .remedy = "Take what is not needed out of securityContext.capabilities.add.",
        .evaluate = capabilities,
    },
    {
        BASELINE,
        .id = "PSS-HOST-PATH-VOLUMES",
        .title = "No volume is a path of the host",
        .references = REFERENCES(PSS_BASELINE_PAGE, "CIS Kubernetes 5.2.11", "ATT&CK T1611"),
        .rationale =
            "Files of the host are a way to its secrets and, where they are writable, to run "
            "there.",
        .remedy =
            "Use a persistent volume claim, a config map or an emptyDir in place of hostPath.",
        .evaluate = host_path_volumes,
    },
    {
        BASELINE,
        .id = "PSS-HOST-PORTS",
        .title = "No container takes a port of the host",
        .references = REFERENCES(PSS_BASELINE_PAGE, "CIS Kubernetes 5.2.12"),
        .rationale = "A port of the host passes by network policies and can take the place of a "
                     "service of the node.",
        .remedy = "Leave out ports[].hostPort; use a Service.",
        .evaluate = host_ports,
    },
    {
        BASELINE,
        .id = "PSS-APPARMOR-PROFILE",
        .title = "AppArmor is not turned off",
        .references = REFERENCES(PSS_BASELINE_PAGE, "ATT&CK T1562.001"),
        .rationale = "The runtime's AppArmor profile denies mounts and writes to the kernel's "
                     "interfaces.",
        .remedy = "Use RuntimeDefault or Localhost in securityContext.appArmorProfile.type, and "
                  "runtime/default or localhost/... in the annotation of older versions.",
        .evaluate = apparmor_profile,
    },
    {
        BASELINE,
        .id = "PSS-SELINUX-OPTIONS",
        .title = "SELinux labels are those made for containers",
        .references = REFERENCES(PSS_BASELINE_PAGE, "ATT&CK T1562.001"),
        .rationale = "Another type, user or role can free the container of SELinux's confinement.",
        .remedy = "Use container_t, container_init_t, container_kvm_t or, from 1.31, "
                  "container_engine_t as type; leave out user and role.",
        .evaluate = selinux_options,
    },
    {
        BASELINE,
        .id = "PSS-PROC-MOUNT",
        .title = "/proc is masked as the runtime does by default",
        .references = REFERENCES(PSS_BASELINE_PAGE, "ATT&CK T1611"),
        .rationale = "Without the masks the kernel's settings in /proc can be read and written.",
        .remedy =
            "Leave out securityContext.procMount. From 1.35 it is allowed with hostUsers: false.",
        .evaluate = proc_mount,
    },
    {
        BASELINE,
        .id = "PSS-SECCOMP-PROFILE-BASELINE",
        .title = "Seccomp is not turned off",
        .references = REFERENCES(PSS_BASELINE_PAGE, "CIS Kubernetes 5.7.2", "ATT&CK T1562.001"),
        .rationale = "Without a filter every system call of the kernel can be attacked.",
        .remedy = "Use RuntimeDefault or Localhost in securityContext.seccompProfile.type (before "
                  "1.19: the annotations).",
        .evaluate = seccomp_profile,
    },
    {
        BASELINE,
        .id = "PSS-SYSCTLS",
        .title = "Only safe sysctls are set",
        .references = REFERENCES(PSS_BASELINE_PAGE),
        .rationale = "Other sysctls are the whole node's, or weaken it.",
        .remedy = "Take the sysctl out of spec.securityContext.sysctls.",
        .evaluate = sysctls,
    },
    {
        BASELINE,
        .id = "PSS-HOST-PROBES",
        .title = "Probes and life-cycle hooks speak to the pod alone",
        .minor_first = PEERS_FIRST,
        .references = REFERENCES(PSS_BASELINE_PAGE, "ATT&CK T1090"),
        .rationale =
            "The kubelet makes these requests: with a host in them a pod uses its place in "
            "the network.",
        .remedy = "Leave out host in httpGet and tcpSocket.",
        .evaluate = host_probes,
    },
};

const struct check_table pss_baseline_checks = {
    .name = "Pod Security Standards, baseline",
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
};
