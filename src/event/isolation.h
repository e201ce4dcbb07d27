/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef EVENT_ISOLATION_H
#define EVENT_ISOLATION_H

#include <linux/types.h>

/*
 * What a container was given and what its threads have now. Included by BPF programs and by user
 * space: the comparison is written once, works on plain values and reads nothing.
 *
 * The kernel side reads a thread's state, and finds out what takes a walk (whose a namespace is,
 * which user namespace lies below which); these functions tell what of it is more than allowed.
 */

enum isolation_namespace {
    ISOLATION_MNT,
    ISOLATION_PID, /* of children: what setns and unshare change */
    ISOLATION_NET,
    ISOLATION_IPC,
    ISOLATION_UTS,
    ISOLATION_CGROUP,
    ISOLATION_USER,
    ISOLATION_NAMESPACES,
};

/*
 * The kinds of a breach. The first are those of enum isolation_namespace. X(NAME, "name")
 *
 * CREDENTIALS and NAMESPACES: no system call leads from what the thread had when it was met last to
 * what it has. Someone wrote kernel memory.
 */
#define ISOLATION_KIND_LIST(X)                                                                     \
    X(MNT_NAMESPACE, "mnt_namespace")                                                              \
    X(PID_NAMESPACE, "pid_namespace")                                                              \
    X(NET_NAMESPACE, "net_namespace")                                                              \
    X(IPC_NAMESPACE, "ipc_namespace")                                                              \
    X(UTS_NAMESPACE, "uts_namespace")                                                              \
    X(CGROUP_NAMESPACE, "cgroup_namespace")                                                        \
    X(USER_NAMESPACE, "user_namespace")                                                            \
    X(CAPABILITY, "capability")                                                                    \
    X(ROOT, "root")                                                                                \
    X(CWD, "cwd")                                                                                  \
    X(SECCOMP, "seccomp")                                                                          \
    X(NO_NEW_PRIVS, "no_new_privs")                                                                \
    X(CGROUP, "cgroup")                                                                            \
    X(UID, "uid") /* that the container's user namespace does not map */                           \
    X(CREDENTIALS, "credentials")                                                                  \
    X(NAMESPACES, "namespaces")                                                                    \
    X(LSM_LABEL, "lsm_label") /* AppArmor's: it is confined no more */

enum isolation_kind {
#define ISOLATION_ENUM(name, text) ISOLATION_KIND_##name,
    ISOLATION_KIND_LIST(ISOLATION_ENUM)
#undef ISOLATION_ENUM
        ISOLATION_KINDS,
};

#define ISOLATION_BIT(name) (1u << ISOLATION_KIND_##name)

/* Those that say whose namespace it is. */
#define ISOLATION_KINDS_OF_OWNER                                                                   \
    (ISOLATION_BIT(MNT_NAMESPACE) | ISOLATION_BIT(PID_NAMESPACE) | ISOLATION_BIT(NET_NAMESPACE) |  \
     ISOLATION_BIT(IPC_NAMESPACE) | ISOLATION_BIT(UTS_NAMESPACE) |                                 \
     ISOLATION_BIT(CGROUP_NAMESPACE) | ISOLATION_BIT(ROOT) | ISOLATION_BIT(CWD))

/* What a container was given, as its first program was executed. */
struct isolation_allowance {
    __u64 cgroup;                           /* the container's outermost; as in event_header */
    __u64 outer;                            /* that of the container it runs in; 0: none */
    __u64 since;                            /* when the kernel side was told, CLOCK_BOOTTIME, ns */
    __u64 bounding;                         /* capabilities, in its own user namespace */
    __u32 namespaces[ISOLATION_NAMESPACES]; /* inode numbers */
    __u32 seccomp;                          /* mode */
    __u32 no_new_privs;
    __u32 confined; /* by a profile of AppArmor's */
};

/* Whose a namespace is: a container's outermost cgroup, or one of these. */
#define ISOLATION_OWNER_HOST    0ull
#define ISOLATION_OWNER_UNKNOWN (~0ull)

#define ISOLATION_CONTAINERS 8192  /* allowances at most */
#define ISOLATION_OWNED      65536 /* namespaces of containers at most */
#define ISOLATION_NESTING    4     /* containers in containers, as far as is looked */

/* isolation_state.facts */
#define ISOLATION_FOREIGN(ns)  (1u << (ns)) /* is the host's or another container's */
#define ISOLATION_ROOT_FOREIGN 0x100u       /* lies on a mount of such a namespace */
#define ISOLATION_CWD_FOREIGN  0x200u
#define ISOLATION_BELOW        0x400u  /* user namespace made below the container's */
#define ISOLATION_BELOW_LAST   0x800u  /* or below the one it had when met last */
#define ISOLATION_MOVED        0x1000u /* its cgroup is not among the container's */
#define ISOLATION_UNMAPPED     0x2000u /* a user id that its user namespace does not map */

enum isolation_id {
    ISOLATION_ID_REAL, /* first: an exec never changes it */
    ISOLATION_ID_EFFECTIVE,
    ISOLATION_ID_SAVED,
    ISOLATION_ID_FILES,
    ISOLATION_IDS,
};

/* What a thread has. No holes: copied and compared whole. */
struct isolation_state {
    __u64 inheritable, permitted, effective, bounding;
    __u32 uids[ISOLATION_IDS], gids[ISOLATION_IDS];
    __u32 namespaces[ISOLATION_NAMESPACES];
    __u32 seccomp, no_new_privs;
    __u32 root_namespace, cwd_namespace; /* mount namespaces they lie in; 0: in none */
    __u32 facts;
    __u32 confined; /* 1 also where nobody can tell */
    __u32 unused;
};

/* What the kernel side keeps of a thread of a container. */
struct isolation_thread {
    struct isolation_allowance allowed;
    struct isolation_state last; /* when it was met last */
    struct isolation_state now;  /* not on the stack: it is full */
    __u64 cgroup_at, user_at;    /* of now, in kernel memory */
    __u64 told_capabilities;
    __u32 told;  /* kinds of breach, as bits: of it and of the threads it comes from */
    __u32 flags; /* ISOLATION_MET, ISOLATION_ENTERING */
};

#define ISOLATION_MET      0x1 /* `last` holds what it had */
#define ISOLATION_ENTERING 0x2 /* from outside, no program of the container's executed yet */

/* Kinds of breach, as bits: what of `now` is more than `allowed`. */
static inline __u32 isolation_breaches(const struct isolation_allowance *allowed,
                                       const struct isolation_state *now)
{
    __u64 has = now->permitted | now->effective | now->bounding;
    __u32 kinds = 0;

    for (__u32 i = 0; i < ISOLATION_USER; i++)
        if (now->namespaces[i] != allowed->namespaces[i] && now->facts & ISOLATION_FOREIGN(i))
            kinds |= 1u << i;
    /* Capabilities count in the container's own user namespace: below, they are worth nothing. */
    if (now->namespaces[ISOLATION_USER] == allowed->namespaces[ISOLATION_USER]) {
        if (has & ~allowed->bounding)
            kinds |= ISOLATION_BIT(CAPABILITY);
        if (now->facts & ISOLATION_UNMAPPED)
            kinds |= ISOLATION_BIT(UID);
    } else if (!(now->facts & ISOLATION_BELOW)) {
        kinds |= ISOLATION_BIT(USER_NAMESPACE);
    }
    if (now->facts & ISOLATION_ROOT_FOREIGN)
        kinds |= ISOLATION_BIT(ROOT);
    if (now->facts & ISOLATION_CWD_FOREIGN)
        kinds |= ISOLATION_BIT(CWD);
    if (now->seccomp < allowed->seccomp)
        kinds |= ISOLATION_BIT(SECCOMP);
    if (now->no_new_privs < allowed->no_new_privs)
        kinds |= ISOLATION_BIT(NO_NEW_PRIVS);
    if (now->confined < allowed->confined)
        kinds |= ISOLATION_BIT(LSM_LABEL);
    if (now->facts & ISOLATION_MOVED)
        kinds |= ISOLATION_BIT(CGROUP);
    return kinds;
}

#define ISOLATION_CAP_SETGID    (1ull << 6)
#define ISOLATION_CAP_SETUID    (1ull << 7)
#define ISOLATION_CAP_SYS_ADMIN (1ull << 21)

/* What the program that was executed in between lets change. */
struct isolation_exec {
    __u32 executed;
    __u32 setuid, setgid; /* its bits */
};

static inline int isolation_id_known(const __u32 ids[ISOLATION_IDS], __u32 id)
{
    int known = 0;

    for (__u32 i = 0; i < ISOLATION_IDS; i++)
        known |= ids[i] == id;
    return known;
}

/* Whether the setuid family, or an exec, leads from one set of ids to the other. */
static inline int isolation_ids_explained(const __u32 before[ISOLATION_IDS],
                                          const __u32 now[ISOLATION_IDS], int any, __u32 by_file)
{
    if (any)
        return 1;
    for (__u32 i = 0; i < ISOLATION_IDS; i++)
        if (!isolation_id_known(before, now[i]) && (i == ISOLATION_ID_REAL || !by_file))
            return 0;
    return 1;
}

/*
 * Kinds of breach, as bits: what the thread can't have come to by system calls alone, however many
 * there were. So none of them need be seen. Ids change by the setuid family, to one the thread has
 * already or, with CAP_SETUID, to any; permitted capabilities grow by an exec alone, within the
 * bounding set, which never grows; namespaces are entered and made with CAP_SYS_ADMIN. All of it
 * anew in a user namespace further down, and the way up is closed.
 */
static inline __u32 isolation_unexplained(const struct isolation_state *before,
                                          const struct isolation_state *now,
                                          const struct isolation_exec *exec)
{
    __u64 gain = exec->executed ? before->bounding | before->inheritable : 0;
    __u32 kinds = 0, entered = 0;

    if (now->namespaces[ISOLATION_USER] != before->namespaces[ISOLATION_USER])
        return now->facts & ISOLATION_BELOW_LAST ? 0 : ISOLATION_BIT(CREDENTIALS);
    if (now->permitted & ~(before->permitted | gain) || now->bounding & ~before->bounding ||
        !isolation_ids_explained(before->uids, now->uids,
                                 !!(before->permitted & ISOLATION_CAP_SETUID), exec->setuid) ||
        !isolation_ids_explained(before->gids, now->gids,
                                 !!(before->permitted & ISOLATION_CAP_SETGID), exec->setgid))
        kinds |= ISOLATION_BIT(CREDENTIALS);
    for (__u32 i = 0; i < ISOLATION_USER; i++)
        entered |= now->namespaces[i] ^ before->namespaces[i];
    if (entered && !(before->permitted & ISOLATION_CAP_SYS_ADMIN))
        kinds |= ISOLATION_BIT(NAMESPACES);
    return kinds;
}

#endif
