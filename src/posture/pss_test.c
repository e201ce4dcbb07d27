/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every rule of the Pod Security Standards and its boundaries: for each pod the versions of
 * Kubernetes in which each level refuses it. A pod that a row does not change is fine everywhere.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "posture/manifest.h"
#include "posture/report.h"

#define MINOR_LAST 40

struct range {
    unsigned first, last; /* of the versions that refuse; first > last: none does */
};

#define NEVER         {1, 0}
#define ALWAYS        {0, MINOR_LAST}
#define FROM(n)       {n, MINOR_LAST}
#define UNTIL(n)      {0, n} /* the last one that refuses */
#define FROM_TO(a, b) {a, b}

/* Flow mappings' insides. NULL: what makes a pod fine at both levels. */
struct row {
    const char *annotations, *spec, *pod, *security, *container;
    struct range baseline, restricted;
};

#define POD_FINE       "runAsNonRoot: true, seccompProfile: {type: RuntimeDefault}"
#define SECURITY_FINE  "allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}"
#define POD(more)      .pod = POD_FINE ", " more
#define SECURITY(more) .security = SECURITY_FINE ", " more
#define VOLUME(text)   .spec = "volumes: [{name: v, " text "}]"
#define WINDOWS        "os: {name: windows}"

static const struct row rows[] = {
    {.baseline = NEVER, .restricted = NEVER},
    /* host namespaces */
    {.spec = "hostNetwork: true", .baseline = ALWAYS, .restricted = ALWAYS},
    {.spec = "hostPID: true", .baseline = ALWAYS, .restricted = ALWAYS},
    {.spec = "hostIPC: true", .baseline = ALWAYS, .restricted = ALWAYS},
    {.spec = "hostNetwork: false, hostPID: false, hostIPC: false",
     .baseline = NEVER,
     .restricted = NEVER},
    {.spec = "hostNetwork: null, hostPID: ~, hostIPC: ", .baseline = NEVER, .restricted = NEVER},
    {.spec = "hostNetwork: on", .baseline = ALWAYS, .restricted = ALWAYS},
    {.spec = "hostPID: Yes", .baseline = ALWAYS, .restricted = ALWAYS},
    {.spec = "hostIPC: y", .baseline = ALWAYS, .restricted = ALWAYS},
    {.spec = "hostUsers: true", .baseline = NEVER, .restricted = NEVER},
    {.spec = "hostUsers: false, hostNetwork: true", .baseline = ALWAYS, .restricted = ALWAYS},
    /* privileged */
    {SECURITY("privileged: true"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("privileged: TRUE"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("privileged: !!bool \"true\""), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("privileged: false"), .baseline = NEVER, .restricted = NEVER},
    {SECURITY("privileged: null"), .baseline = NEVER, .restricted = NEVER},
    {SECURITY("privileged: true"), .spec = "hostUsers: false", .baseline = ALWAYS,
     .restricted = ALWAYS},
    {SECURITY("privileged: true"), .spec = WINDOWS, .baseline = ALWAYS, .restricted = ALWAYS},
    /* capabilities */
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [AUDIT_WRITE, CHOWN, "
                 "DAC_OVERRIDE, FOWNER, FSETID, KILL, MKNOD, NET_BIND_SERVICE, SETFCAP, SETGID, "
                 "SETPCAP, SETUID, SYS_CHROOT], drop: [ALL]}",
     .baseline = NEVER,
     .restricted = FROM(22)},
    {.security =
         "allowPrivilegeEscalation: false, capabilities: {add: [NET_BIND_SERVICE], drop: [ALL]}",
     .baseline = NEVER,
     .restricted = NEVER},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [NET_RAW], drop: [ALL]}",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [SYS_ADMIN], drop: [ALL]}",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [chown], drop: [ALL]}",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [CAP_CHOWN], drop: [ALL]}",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [ALL], drop: [ALL]}",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [''], drop: [ALL]}",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [], drop: [ALL]}",
     .baseline = NEVER,
     .restricted = NEVER},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: null, drop: [ALL]}",
     .baseline = NEVER,
     .restricted = NEVER},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [NET_RAW]}",
     .spec = WINDOWS,
     .baseline = ALWAYS,
     .restricted = UNTIL(24)},
    {.security = "allowPrivilegeEscalation: false, capabilities: {add: [SYS_ADMIN], drop: [ALL]}",
     .spec = "hostUsers: false",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.security = "allowPrivilegeEscalation: false", .baseline = NEVER, .restricted = FROM(22)},
    {.security = "allowPrivilegeEscalation: false, capabilities: {}",
     .baseline = NEVER,
     .restricted = FROM(22)},
    {.security = "allowPrivilegeEscalation: false, capabilities: {drop: []}",
     .baseline = NEVER,
     .restricted = FROM(22)},
    {.security = "allowPrivilegeEscalation: false, capabilities: {drop: [all]}",
     .baseline = NEVER,
     .restricted = FROM(22)},
    {.security = "allowPrivilegeEscalation: false, capabilities: {drop: [NET_RAW, SYS_ADMIN]}",
     .baseline = NEVER,
     .restricted = FROM(22)},
    {.security = "allowPrivilegeEscalation: false, capabilities: {drop: [NET_RAW, ALL]}",
     .baseline = NEVER,
     .restricted = NEVER},
    {.security = "allowPrivilegeEscalation: false",
     .spec = WINDOWS,
     .baseline = NEVER,
     .restricted = FROM_TO(22, 24)},
    {.security = "allowPrivilegeEscalation: false",
     .spec = "os: {name: linux}",
     .baseline = NEVER,
     .restricted = FROM(22)},
    {.security = "allowPrivilegeEscalation: false",
     .spec = "os: {}",
     .baseline = NEVER,
     .restricted = FROM(22)},
    {.security = "allowPrivilegeEscalation: false",
     .spec = "hostUsers: false",
     .baseline = NEVER,
     .restricted = FROM(22)},
    /* volumes */
    {VOLUME("hostPath: {path: /}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {VOLUME("hostPath: {}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {VOLUME("hostPath: null"), .baseline = NEVER, .restricted = NEVER},
    {.spec = "volumes: [{name: v}]", .baseline = NEVER, .restricted = NEVER},
    {.spec = "volumes: []", .baseline = NEVER, .restricted = NEVER},
    {.spec = "volumes: null", .baseline = NEVER, .restricted = NEVER},
    {.spec = "volumes: [{name: v, emptyDir: {}}, {name: w, hostPath: {path: /}}]",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {VOLUME("configMap: {name: x}"), .baseline = NEVER, .restricted = NEVER},
    {VOLUME("csi: {driver: x}"), .baseline = NEVER, .restricted = NEVER},
    {VOLUME("downwardAPI: {}"), .baseline = NEVER, .restricted = NEVER},
    {VOLUME("emptyDir: {medium: Memory}"), .baseline = NEVER, .restricted = NEVER},
    {VOLUME("ephemeral: {}"), .baseline = NEVER, .restricted = NEVER},
    {VOLUME("image: {reference: x}"), .baseline = NEVER, .restricted = NEVER},
    {VOLUME("persistentVolumeClaim: {claimName: x}"), .baseline = NEVER, .restricted = NEVER},
    {VOLUME("projected: {sources: []}"), .baseline = NEVER, .restricted = NEVER},
    {VOLUME("secret: {secretName: x}"), .baseline = NEVER, .restricted = NEVER},
    {VOLUME("awsElasticBlockStore: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("azureDisk: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("azureFile: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("cephfs: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("cinder: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("fc: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("flexVolume: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("flocker: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("gcePersistentDisk: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("gitRepo: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("glusterfs: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("iscsi: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("nfs: {server: x, path: /}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("photonPersistentDisk: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("portworxVolume: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("quobyte: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("rbd: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("scaleIO: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("storageos: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("vsphereVolume: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {VOLUME("ofTheFuture: {}"), .baseline = NEVER, .restricted = ALWAYS},
    {.spec = "volumes: [null]", .baseline = NEVER, .restricted = NEVER},
    /* host ports */
    {.container = "ports: [{hostPort: 80, containerPort: 80}]",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.container = "ports: [{containerPort: 80}, {hostPort: 1, containerPort: 2}]",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.container = "ports: [{containerPort: 80}]", .baseline = NEVER, .restricted = NEVER},
    {.container = "ports: [{hostPort: 0, containerPort: 80}]",
     .baseline = NEVER,
     .restricted = NEVER},
    {.container = "ports: [{hostPort: null, containerPort: 80}]",
     .baseline = NEVER,
     .restricted = NEVER},
    {.container = "ports: null", .baseline = NEVER, .restricted = NEVER},
    {.container = "ports: [null]", .baseline = NEVER, .restricted = NEVER},
    /* AppArmor */
    {.annotations = "container.apparmor.security.beta.kubernetes.io/a: unconfined",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.annotations = "container.apparmor.security.beta.kubernetes.io/nobody: unconfined",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.annotations = "container.apparmor.security.beta.kubernetes.io/a: runtime/default",
     .baseline = NEVER,
     .restricted = NEVER},
    {.annotations = "container.apparmor.security.beta.kubernetes.io/a: localhost/x",
     .baseline = NEVER,
     .restricted = NEVER},
    {.annotations = "container.apparmor.security.beta.kubernetes.io/a: ''",
     .baseline = NEVER,
     .restricted = NEVER},
    {.annotations = "container.apparmor.security.beta.kubernetes.io/a: null",
     .baseline = NEVER,
     .restricted = NEVER},
    {.annotations = "container.apparmor.security.beta.kubernetes.io/a: docker/default",
     .baseline = ALWAYS,
     .restricted = ALWAYS},
    {POD("appArmorProfile: {type: Unconfined}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {POD("appArmorProfile: {type: RuntimeDefault}"), .baseline = NEVER, .restricted = NEVER},
    {POD("appArmorProfile: {type: Localhost, localhostProfile: x}"), .baseline = NEVER,
     .restricted = NEVER},
    {POD("appArmorProfile: {}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {POD("appArmorProfile: null"), .baseline = NEVER, .restricted = NEVER},
    {SECURITY("appArmorProfile: {type: Unconfined}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("appArmorProfile: {type: runtimeDefault}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("appArmorProfile: {type: RuntimeDefault}"), .baseline = NEVER, .restricted = NEVER},
    /* SELinux */
    {POD("seLinuxOptions: {}"), .baseline = NEVER, .restricted = NEVER},
    {POD("seLinuxOptions: {type: container_t, level: 's0:c1'}"), .baseline = NEVER,
     .restricted = NEVER},
    {POD("seLinuxOptions: {type: container_init_t}"), .baseline = NEVER, .restricted = NEVER},
    {POD("seLinuxOptions: {type: container_kvm_t}"), .baseline = NEVER, .restricted = NEVER},
    {POD("seLinuxOptions: {type: container_engine_t}"), .baseline = UNTIL(30),
     .restricted = UNTIL(30)},
    {POD("seLinuxOptions: {type: spc_t}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {POD("seLinuxOptions: {type: '', user: '', role: ''}"), .baseline = NEVER, .restricted = NEVER},
    {POD("seLinuxOptions: {user: u}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {POD("seLinuxOptions: {role: r}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("seLinuxOptions: {type: spc_t}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("seLinuxOptions: {type: container_engine_t}"), .baseline = UNTIL(30),
     .restricted = UNTIL(30)},
    {SECURITY("seLinuxOptions: {user: u}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("seLinuxOptions: {role: r}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("seLinuxOptions: {level: 's0:c1'}"), .baseline = NEVER, .restricted = NEVER},
    /* procMount */
    {SECURITY("procMount: Unmasked"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("procMount: Default"), .baseline = NEVER, .restricted = NEVER},
    {SECURITY("procMount: ''"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("procMount: null"), .baseline = NEVER, .restricted = NEVER},
    {SECURITY("procMount: Unmasked"), .spec = "hostUsers: false", .baseline = UNTIL(34),
     .restricted = ALWAYS},
    {SECURITY("procMount: Unmasked"), .spec = "hostUsers: true", .baseline = ALWAYS,
     .restricted = ALWAYS},
    {SECURITY("procMount: Unmasked"), .spec = "hostUsers: null", .baseline = ALWAYS,
     .restricted = ALWAYS},
    {SECURITY("procMount: other"), .spec = "hostUsers: false", .baseline = UNTIL(34),
     .restricted = ALWAYS},
    /* seccomp: annotations, then fields */
    {.annotations = "seccomp.security.alpha.kubernetes.io/pod: unconfined",
     .baseline = UNTIL(18),
     .restricted = UNTIL(18)},
    {.annotations = "seccomp.security.alpha.kubernetes.io/pod: ''",
     .baseline = UNTIL(18),
     .restricted = UNTIL(18)},
    {.annotations = "seccomp.security.alpha.kubernetes.io/pod: runtime/default",
     .baseline = NEVER,
     .restricted = NEVER},
    {.annotations = "seccomp.security.alpha.kubernetes.io/pod: docker/default",
     .baseline = NEVER,
     .restricted = NEVER},
    {.annotations = "seccomp.security.alpha.kubernetes.io/pod: localhost/x",
     .baseline = NEVER,
     .restricted = NEVER},
    {.annotations = "container.seccomp.security.alpha.kubernetes.io/a: unconfined",
     .baseline = UNTIL(18),
     .restricted = UNTIL(18)},
    {.annotations = "container.seccomp.security.alpha.kubernetes.io/b: unconfined",
     .baseline = UNTIL(18),
     .restricted = UNTIL(18)},
    {.annotations = "container.seccomp.security.alpha.kubernetes.io/nobody: unconfined",
     .baseline = NEVER,
     .restricted = NEVER},
    {.pod = "runAsNonRoot: true", .baseline = NEVER, .restricted = FROM(19)},
    {.pod = "runAsNonRoot: true, seccompProfile: null", .baseline = NEVER, .restricted = FROM(19)},
    {.pod = "runAsNonRoot: true, seccompProfile: {}", .baseline = FROM(19), .restricted = FROM(19)},
    {.pod = "runAsNonRoot: true, seccompProfile: {type: Unconfined}",
     .baseline = FROM(19),
     .restricted = FROM(19)},
    {.pod = "runAsNonRoot: true, seccompProfile: {type: Localhost, localhostProfile: x}",
     .baseline = NEVER,
     .restricted = NEVER},
    {.pod = "runAsNonRoot: true",
     .spec = WINDOWS,
     .baseline = NEVER,
     .restricted = FROM_TO(19, 24)},
    {.pod = "runAsNonRoot: true, seccompProfile: {type: Unconfined}",
     .spec = WINDOWS,
     .baseline = FROM(19),
     .restricted = FROM_TO(19, 24)},
    {SECURITY("seccompProfile: {type: Unconfined}"), .baseline = FROM(19), .restricted = FROM(19)},
    {SECURITY("seccompProfile: {}"), .baseline = FROM(19), .restricted = FROM(19)},
    {SECURITY("seccompProfile: null"), .baseline = NEVER, .restricted = NEVER},
    {SECURITY("seccompProfile: {type: RuntimeDefault}"), .pod = "runAsNonRoot: true",
     .baseline = NEVER, .restricted = FROM(19)},
    /* sysctls */
    {POD("sysctls: [{name: kernel.shm_rmid_forced, value: '1'}, {name: "
         "net.ipv4.ip_local_port_range, value: ''}, "
         "{name: net.ipv4.tcp_syncookies, value: ''}, {name: net.ipv4.ping_group_range, value: "
         "''}, "
         "{name: net.ipv4.ip_unprivileged_port_start, value: ''}]"),
     .baseline = NEVER, .restricted = NEVER},
    {POD("sysctls: [{name: net.ipv4.ip_local_reserved_ports, value: ''}]"), .baseline = UNTIL(26),
     .restricted = UNTIL(26)},
    {POD("sysctls: [{name: net.ipv4.tcp_keepalive_time, value: ''}]"), .baseline = UNTIL(28),
     .restricted = UNTIL(28)},
    {POD("sysctls: [{name: net.ipv4.tcp_fin_timeout, value: ''}]"), .baseline = UNTIL(28),
     .restricted = UNTIL(28)},
    {POD("sysctls: [{name: net.ipv4.tcp_keepalive_intvl, value: ''}]"), .baseline = UNTIL(28),
     .restricted = UNTIL(28)},
    {POD("sysctls: [{name: net.ipv4.tcp_keepalive_probes, value: ''}]"), .baseline = UNTIL(28),
     .restricted = UNTIL(28)},
    {POD("sysctls: [{name: net.ipv4.tcp_rmem, value: ''}]"), .baseline = UNTIL(31),
     .restricted = UNTIL(31)},
    {POD("sysctls: [{name: net.ipv4.tcp_wmem, value: ''}]"), .baseline = UNTIL(31),
     .restricted = UNTIL(31)},
    {POD("sysctls: [{name: net.ipv4.tcp_notsent_lowat, value: ''}]"), .baseline = UNTIL(36),
     .restricted = UNTIL(36)},
    {POD("sysctls: [{name: net.ipv4.tcp_slow_start_after_idle, value: ''}]"), .baseline = UNTIL(36),
     .restricted = UNTIL(36)},
    {POD("sysctls: [{name: kernel.msgmax, value: '1'}]"), .baseline = ALWAYS, .restricted = ALWAYS},
    {POD("sysctls: [{value: '1'}]"), .baseline = ALWAYS, .restricted = ALWAYS},
    {POD("sysctls: []"), .baseline = NEVER, .restricted = NEVER},
    {POD("sysctls: null"), .baseline = NEVER, .restricted = NEVER},
    {POD("sysctls: [null]"), .baseline = ALWAYS, .restricted = ALWAYS},
    /* probes and life-cycle hooks */
    {.container = "livenessProbe: {httpGet: {port: 1, host: 127.0.0.1}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "readinessProbe: {httpGet: {port: 1, host: x.example}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "startupProbe: {httpGet: {port: 1, host: 8.8.8.8}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "livenessProbe: {tcpSocket: {port: 1, host: '::1'}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "readinessProbe: {tcpSocket: {port: 1, host: localhost}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "startupProbe: {tcpSocket: {port: 1, host: localhost}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "lifecycle: {postStart: {httpGet: {port: 1, host: a}}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "lifecycle: {preStop: {httpGet: {port: 1, host: a}}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "lifecycle: {postStart: {tcpSocket: {port: 1, host: a}}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "lifecycle: {preStop: {tcpSocket: {port: 1, host: a}}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container =
         "livenessProbe: {httpGet: {port: 1, host: ''}}, readinessProbe: {tcpSocket: {port: 1}}, "
         "startupProbe: {exec: {command: [a]}}, lifecycle: {preStop: {httpGet: {host: null}}, "
         "postStart: {}}",
     .baseline = NEVER,
     .restricted = NEVER},
    {.container = "livenessProbe: {grpc: {port: 1, service: host}}",
     .baseline = NEVER,
     .restricted = NEVER},
    {.container = "livenessProbe: null, lifecycle: null", .baseline = NEVER, .restricted = NEVER},
    {.container = "restartPolicy: Always, readinessProbe: {tcpSocket: {port: 1, host: 8.8.8.8}}",
     .baseline = FROM(34),
     .restricted = FROM(34)},
    {.container = "livenessProbe: {httpGet: {port: http, host: }}, lifecycle: {}",
     .baseline = NEVER,
     .restricted = NEVER},
    /* Windows host processes */
    {POD("windowsOptions: {hostProcess: true}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {POD("windowsOptions: {hostProcess: false}"), .baseline = NEVER, .restricted = NEVER},
    {POD("windowsOptions: {hostProcess: null}"), .baseline = NEVER, .restricted = NEVER},
    {POD("windowsOptions: {runAsUserName: ContainerUser}"), .baseline = NEVER, .restricted = NEVER},
    {POD("windowsOptions: {}"), .baseline = NEVER, .restricted = NEVER},
    {POD("windowsOptions: {hostProcess: true}"), .spec = WINDOWS, .baseline = ALWAYS,
     .restricted = ALWAYS},
    {.pod = "runAsNonRoot: true",
     .security = "",
     .spec = WINDOWS,
     .baseline = NEVER,
     .restricted = FROM_TO(8, 24)},
    {SECURITY("windowsOptions: {hostProcess: true}"), .baseline = ALWAYS, .restricted = ALWAYS},
    {SECURITY("windowsOptions: {hostProcess: false}"), .baseline = NEVER, .restricted = NEVER},
    /* privilege escalation */
    {.security = "capabilities: {drop: [ALL]}", .baseline = NEVER, .restricted = FROM(8)},
    {.security = "allowPrivilegeEscalation: true, capabilities: {drop: [ALL]}",
     .baseline = NEVER,
     .restricted = FROM(8)},
    {.security = "allowPrivilegeEscalation: null, capabilities: {drop: [ALL]}",
     .baseline = NEVER,
     .restricted = FROM(8)},
    {.security = "capabilities: {drop: [ALL]}",
     .spec = WINDOWS,
     .baseline = NEVER,
     .restricted = FROM_TO(8, 24)},
    {.security = "capabilities: {drop: [ALL]}",
     .spec = "os: {name: Windows}",
     .baseline = NEVER,
     .restricted = FROM(8)},
    {.security = "", .baseline = NEVER, .restricted = FROM(8)},
    /* runAsNonRoot */
    {.pod = "seccompProfile: {type: RuntimeDefault}", .baseline = NEVER, .restricted = ALWAYS},
    {.pod = "runAsNonRoot: false, seccompProfile: {type: RuntimeDefault}",
     .baseline = NEVER,
     .restricted = ALWAYS},
    {.pod = "runAsNonRoot: null, seccompProfile: {type: RuntimeDefault}",
     .baseline = NEVER,
     .restricted = ALWAYS},
    {.pod = "seccompProfile: {type: RuntimeDefault}",
     SECURITY("runAsNonRoot: true"),
     .baseline = NEVER,
     .restricted = ALWAYS},
    {SECURITY("runAsNonRoot: true"), .baseline = NEVER, .restricted = NEVER},
    {SECURITY("runAsNonRoot: false"), .baseline = NEVER, .restricted = ALWAYS},
    {SECURITY("runAsNonRoot: null"), .baseline = NEVER, .restricted = NEVER},
    {SECURITY("runAsNonRoot: false"), .spec = "hostUsers: false", .baseline = NEVER,
     .restricted = UNTIL(34)},
    {.pod = "seccompProfile: {type: RuntimeDefault}",
     .spec = "hostUsers: false",
     .baseline = NEVER,
     .restricted = UNTIL(34)},
    {.pod = "seccompProfile: {type: RuntimeDefault}",
     .spec = WINDOWS,
     .baseline = NEVER,
     .restricted = ALWAYS},
    /* runAsUser */
    {POD("runAsUser: 0"), .baseline = NEVER, .restricted = FROM(23)},
    {POD("runAsUser: 0x0"), .baseline = NEVER, .restricted = FROM(23)},
    {POD("runAsUser: 0.0"), .baseline = NEVER, .restricted = FROM(23)},
    {POD("runAsUser: -0"), .baseline = NEVER, .restricted = FROM(23)},
    {POD("runAsUser: 0_0"), .baseline = NEVER, .restricted = FROM(23)},
    {POD("runAsUser: 1000"), .baseline = NEVER, .restricted = NEVER},
    {POD("runAsUser: 010"), .baseline = NEVER, .restricted = NEVER},
    {POD("runAsUser: null"), .baseline = NEVER, .restricted = NEVER},
    {POD("runAsUser: 0"), .spec = "hostUsers: false", .baseline = NEVER,
     .restricted = FROM_TO(23, 34)},
    {POD("runAsUser: 0"), .spec = WINDOWS, .baseline = NEVER, .restricted = FROM(23)},
    {SECURITY("runAsUser: 0"), .baseline = NEVER, .restricted = FROM(23)},
    {SECURITY("runAsUser: 1"), .baseline = NEVER, .restricted = NEVER},
    {SECURITY("runAsUser: 0"), .spec = "hostUsers: false", .baseline = NEVER,
     .restricted = FROM_TO(23, 34)},
    {POD("runAsGroup: 0, fsGroup: 0, supplementalGroups: [0]"), .baseline = NEVER,
     .restricted = NEVER},
};

/* The three lists of containers; the row's is put into one of them, the others are fine. */
static void add_containers(struct buf *text, const struct row *row, unsigned place)
{
    static const char *const lists[][2] = {
        {"containers", "a"}, {"initContainers", "b"}, {"ephemeralContainers", "c"}};

    for (unsigned i = 0; i < 3; i++) {
        const char *security = i == place && row->security ? row->security : SECURITY_FINE;
        const char *more = i == place && row->container ? row->container : "";
        buf_printf(text, "  %s: [{name: %s, image: i, securityContext: {%s}, %s}]\n", lists[i][0],
                   lists[i][1], security, more);
    }
}

static void make_pod(struct buf *text, const struct row *row, unsigned place)
{
    buf_reset(text);
    buf_printf(text,
               "apiVersion: v1\nkind: Pod\nmetadata: {name: x, annotations: {%s}}\n"
               "spec:\n  securityContext: {%s}\n",
               row->annotations ? row->annotations : "", row->pod ? row->pod : POD_FINE);
    if (row->spec)
        buf_printf(text, "  <<: {%s}\n", row->spec);
    add_containers(text, row, place);
    assert_int_equal(text->failed, 0);
}

/* What each level says in each version. */
struct context {
    bool failed[STANDARD_RESTRICTED + 1][MINOR_LAST + 1];
};

static bool judge_by(const struct subject *subject, enum standard standard, unsigned minor)
{
    const struct check_options options = {.kubernetes_minor = minor};
    _cleanup_arena_ struct arena arena = {0};
    bool failed = false;

    for (size_t t = 0; t < check_table_count; t++) {
        for (size_t i = 0; i < check_tables[t]->count; i++) {
            const struct check *check = &check_tables[t]->checks[i];
            struct check_run run;
            if (!check_applies(check, subject, &options) ||
                !check_is_of_standard(check, standard, &options))
                continue;
            check_evaluate(check, subject, &options, &arena, &run);
            assert_int_not_equal(run.verdict, VERDICT_UNKNOWN);
            assert_true(run.answered);
            if (run.verdict != VERDICT_FAIL)
                continue;
            assert_true(run.note_count > 0);
            assert_true(run.notes[0].evidence.line > 0);
            failed = true;
        }
    }
    return failed;
}

static int judge(void *data, const struct pod_config *pod)
{
    const struct subject subject = {SUBJECT_POD, SOURCE_MANIFEST, .name = "x", .pod = pod};
    struct context *context = data;

    for (unsigned minor = 0; minor <= MINOR_LAST; minor++) {
        for (enum standard i = STANDARD_BASELINE; i <= STANDARD_RESTRICTED; i++)
            context->failed[i][minor] = judge_by(&subject, i, minor);
    }
    return 0;
}

static void compare(const struct context *context, enum standard standard,
                    const struct range *range, const char *text)
{
    for (unsigned minor = 0; minor <= MINOR_LAST; minor++) {
        bool failed = context->failed[standard][minor];
        if (failed != (minor >= range->first && minor <= range->last))
            fail_msg("%s v1.%u %s this pod, and should not:\n%s", standard_name(standard), minor,
                     failed ? "refuses" : "takes", text);
    }
}

static void expect(const struct row *row, unsigned place)
{
    _cleanup_buf_ struct buf text = {0};
    struct manifest_counts counts;
    struct context context = {0};
    struct error error = {0};

    make_pod(&text, row, place);
    if (manifest_read("pod.yaml", text.data, text.len, judge, &context, &counts, &error) < 0)
        fail_msg("%u:%u: %s\n%s", error.line, error.column, error.message, text.data);
    assert_int_equal(counts.pods, 1);
    compare(&context, STANDARD_BASELINE, &row->baseline, text.data);
    compare(&context, STANDARD_RESTRICTED, &row->restricted, text.data);
}

static void every_rule_has_its_versions(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        /* rows that don't speak of a container need not be tried in all three places */
        unsigned places = rows[i].security || rows[i].container ? 3 : 1;
        for (unsigned place = 0; place < places; place++)
            expect(&rows[i], place);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_rule_has_its_versions),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
