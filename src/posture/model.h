/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_MODEL_H
#define POSTURE_MODEL_H

/*
 * How a container is configured, whoever tells: an OCI config.json, a runtime's files, a Kubernetes
 * manifest or the kernel. Each source fills a model of its own, so that two can be compared.
 *
 * What no source spoke of is PRESENCE_UNKNOWN, which is the zero: a model that nobody filled says
 * nothing, rather than that all is at its default. A source that reads a whole declaration calls
 * config_set_unset first: what the declaration leaves out is known to be left out.
 *
 * A model borrows all its texts, they live as long as the arena it was made in.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"

enum presence {
    PRESENCE_UNKNOWN, /* not looked at, or could not be read */
    PRESENCE_UNSET,   /* looked at: nothing is set, the default holds */
    PRESENCE_SET,
};

enum source {
    SOURCE_NONE,
    SOURCE_OCI,      /* config.json of a bundle */
    SOURCE_RUNTIME,  /* files of Docker, podman, CRI-O, containerd */
    SOURCE_MANIFEST, /* Kubernetes, before it runs */
    SOURCE_KERNEL,   /* what is */
    SOURCE_NODE,     /* a file or a process of the node itself */
};

/* Where a value was found. A file without a line is one of the kernel, or one that has no lines. */
struct evidence {
    enum source source;
    const char *file;      /* as people can open it; NULL: none */
    unsigned line, column; /* 1-based; 0: none */
    const char *field;     /* spec.containers[0].securityContext.privileged; NULL: none */
    const char *text;      /* what is written there, or why it is unknown; NULL: none */
};

enum setting_kind {
    SETTING_FLAG,   /* flag */
    SETTING_NUMBER, /* number */
    SETTING_TEXT,   /* text */
    SETTING_TEXTS,  /* texts */
    SETTING_MASK,   /* mask: bit n is capability n */
};

struct setting_text {
    const char *text;
    struct evidence evidence;
};

struct setting {
    enum presence presence;
    struct evidence evidence;
    union {
        bool flag;
        int64_t number;
        const char *text;
        uint64_t mask;
        struct {
            const struct setting_text *items;
            size_t count;
        } texts;
    };
};

/*
 * Every setting that is one value: X(NAME, kind, "how people call it"). Those of a pod that its
 * containers inherit have the same name in both. Add rows at the end of their group.
 */
#define CONFIG_SETTING_LIST(X)                                                                     \
    X(NAME, TEXT, "name")                                                                          \
    X(RUNTIME, TEXT, "runtime")                                                                    \
    X(IMAGE, TEXT, "image")                                                                        \
    X(IMAGE_DIGEST, TEXT, "image digest")                                                          \
    X(IMAGE_PULL_POLICY, TEXT, "image pull policy")                                                \
    /* rights */                                                                                   \
    X(PRIVILEGED, FLAG, "privileged")                                                              \
    X(CAPABILITIES_ADD, TEXTS, "capabilities added")                                               \
    X(CAPABILITIES_DROP, TEXTS, "capabilities dropped")                                            \
    X(CAPABILITIES_BOUNDING, MASK, "bounding capabilities")                                        \
    X(CAPABILITIES_PERMITTED, MASK, "permitted capabilities")                                      \
    X(CAPABILITIES_EFFECTIVE, MASK, "effective capabilities")                                      \
    X(CAPABILITIES_INHERITABLE, MASK, "inheritable capabilities")                                  \
    X(CAPABILITIES_AMBIENT, MASK, "ambient capabilities")                                          \
    X(USER, TEXT, "user")                                                                          \
    X(UID, NUMBER, "user id")                                                                      \
    X(GID, NUMBER, "group id")                                                                     \
    X(GROUPS, TEXTS, "supplementary groups")                                                       \
    X(RUN_AS_NON_ROOT, FLAG, "runAsNonRoot")                                                       \
    X(ALLOW_PRIVILEGE_ESCALATION, FLAG, "allowPrivilegeEscalation")                                \
    X(NO_NEW_PRIVILEGES, FLAG, "no_new_privs")                                                     \
    /* filters and labels */                                                                       \
    X(SECCOMP_TYPE, TEXT, "seccomp profile type")                                                  \
    X(SECCOMP_PATH, TEXT, "seccomp profile path")                                                  \
    X(SECCOMP_MODE, NUMBER, "seccomp mode")                                                        \
    X(SECCOMP_FILTERS, NUMBER, "number of seccomp filters")                                        \
    X(APPARMOR_TYPE, TEXT, "AppArmor profile type")                                                \
    X(APPARMOR_PROFILE, TEXT, "AppArmor profile")                                                  \
    X(SELINUX_USER, TEXT, "SELinux user")                                                          \
    X(SELINUX_ROLE, TEXT, "SELinux role")                                                          \
    X(SELINUX_TYPE, TEXT, "SELinux type")                                                          \
    X(SELINUX_LEVEL, TEXT, "SELinux level")                                                        \
    X(LSM_LABEL, TEXT, "LSM label")                                                                \
    /* namespaces; the rest of them is in `namespaces` */                                          \
    X(HOST_PID, FLAG, "host's pid namespace")                                                      \
    X(HOST_IPC, FLAG, "host's ipc namespace")                                                      \
    X(HOST_NETWORK, FLAG, "host's network namespace")                                              \
    X(HOST_UTS, FLAG, "host's uts namespace")                                                      \
    X(HOST_USERS, FLAG, "host's user namespace")                                                   \
    X(HOST_CGROUP, FLAG, "host's cgroup namespace")                                                \
    X(HOST_MOUNT, FLAG, "host's mount namespace")                                                  \
    X(SHARE_PROCESS_NAMESPACE, FLAG, "pid namespace shared within the pod")                        \
    /* files */                                                                                    \
    X(READ_ONLY_ROOT, FLAG, "read-only root file system")                                          \
    X(ROOT_PATH, TEXT, "root file system")                                                         \
    X(ROOT_PROPAGATION, TEXT, "propagation of the root file system")                               \
    X(PROC_MOUNT, TEXT, "procMount")                                                               \
    X(MASKED_PATHS, TEXTS, "masked paths")                                                         \
    X(READ_ONLY_PATHS, TEXTS, "read-only paths")                                                   \
    /* limits */                                                                                   \
    X(CGROUP_PATH, TEXT, "cgroup")                                                                 \
    X(CGROUP_PARENT, TEXT, "cgroup parent")                                                        \
    X(MEMORY_LIMIT, NUMBER, "memory limit")                                                        \
    X(CPU_QUOTA, NUMBER, "cpu quota")                                                              \
    X(CPU_PERIOD, NUMBER, "cpu period")                                                            \
    X(CPU_SHARES, NUMBER, "cpu shares")                                                            \
    X(PIDS_LIMIT, NUMBER, "pids limit")                                                            \
    X(OOM_KILL_DISABLE, FLAG, "OOM killer disabled")                                               \
    X(OOM_SCORE_ADJ, NUMBER, "OOM score adjustment")                                               \
    X(ULIMITS, TEXTS, "ulimits")                                                                   \
    /* life */                                                                                     \
    X(RESTART_POLICY, TEXT, "restart policy")                                                      \
    X(RESTART_MAX, NUMBER, "restarts at most")                                                     \
    X(HEALTH_CHECK, TEXTS, "health check")                                                         \
    X(COMMAND, TEXTS, "command")                                                                   \
    X(ARGUMENTS, TEXTS, "arguments")                                                               \
    /* Kubernetes */                                                                               \
    X(OS, TEXT, "operating system")                                                                \
    X(SERVICE_ACCOUNT, TEXT, "service account")                                                    \
    X(SERVICE_ACCOUNT_TOKEN, FLAG, "service account token mounted")                                \
    X(WINDOWS_HOST_PROCESS, FLAG, "Windows host process")                                          \
    X(WINDOWS_USER, TEXT, "Windows user")

enum config_setting {
#define CONFIG_SETTING_ENUM(name, kind, text) CONFIG_##name,
    CONFIG_SETTING_LIST(CONFIG_SETTING_ENUM)
#undef CONFIG_SETTING_ENUM
        CONFIG_SETTINGS
};

/* A list of things; `presence` and `evidence` are those of the list as a whole. */
#define CONFIG_LIST(type)                                                                          \
    struct {                                                                                       \
        enum presence presence;                                                                    \
        struct evidence evidence;                                                                  \
        type *items;                                                                               \
        size_t count;                                                                              \
    }

enum namespace_kind {
    NAMESPACE_PID,
    NAMESPACE_IPC,
    NAMESPACE_NETWORK,
    NAMESPACE_UTS,
    NAMESPACE_USER,
    NAMESPACE_CGROUP,
    NAMESPACE_MOUNT,
    NAMESPACE_TIME,
    NAMESPACE_KINDS
};

struct config_namespace {
    enum namespace_kind kind;
    bool host;               /* the host's own */
    uint64_t inode;          /* 0: not known */
    const char *path;        /* declared to be joined; NULL: a new one */
    const char *shared_with; /* another container's name or id; NULL: nobody known */
    struct evidence evidence;
};

struct config_id_map {
    bool group; /* of gids, else of uids */
    uint32_t inside, outside, count;
    struct evidence evidence;
};

struct config_mount {
    const char *source;      /* path on the host where `host_path`, else a device or a name */
    const char *destination; /* path in the container; NULL: a volume that is mounted nowhere */
    const char *type;        /* "bind", "tmpfs", a file system; NULL: not known */
    const char *options;     /* as written, by commas; NULL: none */
    const char *propagation; /* "private", "slave", "shared", and "r..." as runtimes write them */
    bool host_path;          /* source is a file or directory of the host */
    bool read_only;
    bool no_suid, no_exec, no_dev;
    uint64_t device, inode; /* of what is mounted; 0: not known */
    struct evidence evidence;
};

struct config_device {
    const char *path; /* in the container; NULL: only a rule of the device cgroup */
    const char *host_path;
    char type;            /* 'c', 'b', 'a' for all; 0: not known */
    int64_t major, minor; /* -1: any */
    const char *access;   /* of "rwm" */
    bool allow;
    struct evidence evidence;
};

struct config_pair { /* a sysctl, a variable of the environment, an annotation, a label */
    const char *name;
    const char *value;
    struct evidence evidence;
};

struct config_port {
    int64_t host; /* 0: none */
    int64_t container;
    const char *protocol; /* NULL: the default */
    const char *address;  /* of the host; NULL: every */
    struct evidence evidence;
};

struct config_socket {
    const char *path;    /* of a unix socket; NULL */
    const char *address; /* that is listened at; NULL for a unix socket */
    int64_t port;
    const char *runtime; /* whose API this is ("docker", "containerd", ...); NULL: no runtime's */
    uint64_t inode;
    struct evidence evidence;
};

/* A host that a probe or a life-cycle hook speaks to. */
struct config_peer {
    const char *host; /* "" where the field is left out */
    const char *kind; /* "livenessProbe.httpGet", "lifecycle.preStop.tcpSocket", ... */
    struct evidence evidence;
};

struct config_file { /* setuid, setgid or with file capabilities */
    const char *path;
    mode_t mode;
    uint64_t capabilities;
    struct evidence evidence;
};

struct config_step { /* of the making of an image */
    const char *text;
    struct evidence evidence;
};

/* A directory of the host that a process of the container has open. */
struct config_descriptor {
    pid_t pid;
    int fd;
    const char *path;
    struct evidence evidence;
};

enum container_kind { CONTAINER_REGULAR, CONTAINER_INIT, CONTAINER_EPHEMERAL };

struct pod_config;

struct container_config {
    enum source source;
    enum container_kind kind;
    const char *id;               /* NULL: not running */
    const struct pod_config *pod; /* NULL: of no pod, or not known */
    struct evidence evidence;     /* of the container as a whole */
    struct setting settings[CONFIG_SETTINGS];
    CONFIG_LIST(struct config_namespace) namespaces;
    CONFIG_LIST(struct config_id_map) id_maps;
    CONFIG_LIST(struct config_mount) mounts;
    CONFIG_LIST(struct config_device) devices;
    CONFIG_LIST(struct config_pair) sysctls;
    CONFIG_LIST(struct config_pair) environment;
    CONFIG_LIST(struct config_pair) annotations;
    CONFIG_LIST(struct config_port) ports;
    CONFIG_LIST(struct config_socket) sockets;
    CONFIG_LIST(struct config_peer) peers;
    CONFIG_LIST(struct config_file) privileged_files;
    CONFIG_LIST(struct config_descriptor) host_directories;
    CONFIG_LIST(struct config_step) image_steps; /* of the image's history */
};

struct config_volume {
    const char *name;
    const char *type;      /* "hostPath", "configMap", ...; NULL: none is given */
    const char *host_path; /* NULL: no hostPath */
    struct evidence evidence;
};

struct pod_config {
    enum source source;
    const char *kind;           /* "Pod", "Deployment", ...: what the pod is written in */
    const char *name;           /* "" where a template or generateName leaves it out */
    const char *namespace_name; /* NULL: none given */
    struct evidence evidence;
    struct setting settings[CONFIG_SETTINGS]; /* what containers inherit, and the pod's own */
    CONFIG_LIST(struct config_volume) volumes;
    CONFIG_LIST(struct config_pair) sysctls;
    CONFIG_LIST(struct config_pair) annotations;
    struct container_config **containers; /* in the order init, regular, ephemeral */
    size_t container_count;
};

/* ---- the node: what a runtime or a component of Kubernetes is told, and its files ---- */

struct node_option {
    const char *component; /* "dockerd", "kubelet", "kube-apiserver", "etcd", ... */
    const char *name;      /* as a flag without dashes, or a key with dots of its config file */
    const char *value;     /* "" for a flag without a value */
    struct evidence evidence;
};

struct node_file {
    const char *component;
    const char *path;
    enum presence presence; /* UNSET: there is no such file */
    mode_t mode;
    uid_t uid;
    gid_t gid;
    struct evidence evidence;
};

struct node_config {
    const char *name;
    CONFIG_LIST(struct node_option) options;
    CONFIG_LIST(struct node_file) files;
    CONFIG_LIST(struct config_pair) facts; /* anything else: "kernel.release", "docker.version" */
    CONFIG_LIST(const char *) components;  /* those that run or are configured here */
};

extern const enum setting_kind config_setting_kinds[CONFIG_SETTINGS];
extern const char *const config_setting_names[CONFIG_SETTINGS];

/* Every setting and list that is unknown becomes unset: the source is a whole declaration. */
void container_config_set_unset(struct container_config *container);
void pod_config_set_unset(struct pod_config *pod);

/* The container's own, else its pod's where it inherits and the container's is unset. */
const struct setting *container_setting(const struct container_config *container,
                                        enum config_setting id);

/* Set a value with its evidence, which is copied as it is; texts are borrowed. */
void config_set_flag(struct setting *settings, enum config_setting id, bool flag,
                     struct evidence evidence);
void config_set_number(struct setting *settings, enum config_setting id, int64_t number,
                       struct evidence evidence);
void config_set_text(struct setting *settings, enum config_setting id, const char *text,
                     struct evidence evidence);
void config_set_mask(struct setting *settings, enum config_setting id, uint64_t mask,
                     struct evidence evidence);

/* One text more. 0 or -ENOMEM. */
int config_add_text(struct arena *arena, struct setting *settings, enum config_setting id,
                    const char *text, struct evidence evidence);

/*
 * Make room for one more in a CONFIG_LIST, which is then set: the new item, zeroed, or NULL. The
 * list's own evidence is left to the caller.
 */
#define config_list_add(arena, list)                                                               \
    ({                                                                                             \
        __auto_type _list = (list);                                                                \
        typeof(_list->items) _item =                                                               \
            arena_grow((arena), &_list->items, &_list->count, sizeof(*_list->items));              \
        if (_item)                                                                                 \
            _list->presence = PRESENCE_SET;                                                        \
        _item;                                                                                     \
    })

/* The setting's evidence, NULL when it has none. */
const struct evidence *setting_evidence(const struct setting *setting);

/* Whether it is set to a list that has this text. */
bool setting_has_text(const struct setting *setting, const char *text);

/* "FILE:LINE:COLUMN" as far as it is known, "" when nothing is; returns `buffer`. */
const char *evidence_place(const struct evidence *evidence, char *buffer, size_t size);

/* "kernel", "manifest", ... */
const char *source_name(enum source source);

/* The value as people read it ("unset", "unknown", "true", "CAP_SYS_ADMIN CAP_KILL", ...), cut to
 * `size`; returns `buffer`. */
const char *setting_format(const struct setting *setting, enum setting_kind kind, char *buffer,
                           size_t size);

#endif
