/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef EVENT_ABI_H
#define EVENT_ABI_H

#include <linux/types.h>

/*
 * What the kernel side and user space agree on. Included by BPF programs and by user space: plain
 * structs, fixed widths, no padding holes.
 *
 * A record is an event_header followed by parameters. A parameter is a param_header, `len` bytes of
 * value, and zero bytes up to the next multiple of 8. Parameters come in any order, each id at most
 * once. The same format carries kernel events, the facts user space adds (processes found in /proc,
 * container metadata, user names), and recordings. Numbers are stable and never reused.
 */

#define EVENT_COMM_LEN    16
#define EVENT_PATH_MAX    4096  /* with the terminating NUL; longer is marked truncated */
#define EVENT_ARGV_MAX    32768 /* bytes of argv kept, NUL separated */
#define EVENT_ENVP_MAX    16384
#define EVENT_DATA_MAX    2048         /* payload bytes, for DNS answers */
#define EVENT_RECORD_MAX  (128 * 1024) /* no record is longer */
#define EVENT_SYSCALL_MAX 512          /* system call numbers looked at, per ABI */
#define EVENT_ARGS        6

struct event_header {
    __u32 size;          /* of the whole record, a multiple of 8 */
    __u16 type;          /* enum event_type */
    __u16 flags;         /* EVENT_FLAG_* */
    __u64 time;          /* CLOCK_BOOTTIME, ns */
    __u64 start_time;    /* of the thread group, CLOCK_BOOTTIME, ns: with pid, the exec id */
    __u64 cgroup_id;     /* of the task, see PARAM_CGROUP and CGROUP_ID; 0 when unknown */
    __s64 result;        /* of the system call; negative is -errno */
    __u64 cap_effective; /* credentials of the thread when the event was taken */
    __u64 cap_permitted;
    __u64 cap_inheritable;
    __u32 pid; /* thread group, in the initial pid namespace */
    __u32 tid; /* thread */
    __u32 uid; /* in the initial user namespace, all six */
    __u32 euid;
    __u32 fsuid;
    __u32 gid;
    __u32 egid;
    __u32 login_uid;       /* audit's; 0xffffffff when unset */
    __u32 mount_namespace; /* inode numbers */
    __u32 pid_namespace;
    __u16 cpu;
    __u16 syscall;             /* number in its own ABI */
    char comm[EVENT_COMM_LEN]; /* the thread's; NUL terminated */
    __u32 actor;               /* see event/filter.h; 0: none */
};

/*
 * Inode numbers of cgroups are unique only within one hierarchy: its number (the first field of
 * /proc/PID/cgroup, cgroup_root.hierarchy_id; 0 for v2) goes above them.
 */
#define CGROUP_ID(hierarchy, inode) ((__u64)(hierarchy) << 48 ^ (__u64)(inode))

/* PROC_PID_INIT_INO of the kernel's include/linux/proc_ns.h: the same since it exists. */
#define INITIAL_PID_NAMESPACE 0xEFFFFFFCu

/* event_header.flags */
#define EVENT_FLAG_COMPAT     0x0001 /* 32-bit system call (ia32) */
#define EVENT_FLAG_X32        0x0002 /* x32 system call */
#define EVENT_FLAG_TRUNCATED  0x0004 /* some parameter is truncated or missing for want of room */
#define EVENT_FLAG_CRITICAL   0x0008 /* came through the critical ring */
#define EVENT_FLAG_SYNTHETIC  0x0010 /* made by user space, not by the kernel */
#define EVENT_FLAG_KTHREAD    0x0020 /* the task is a kernel thread */
#define EVENT_FLAG_IO_WORKER  0x0040 /* the task is an io_uring worker of this process */
#define EVENT_FLAG_MASKS_VOID 0x0100 /* it voids filter masks; `actor` is their epoch now */
#define EVENT_FLAG_DENIED     0x0200 /* refused before the act, by rules: event/guard.h */
#define EVENT_FLAG_TO_AGENT   0x0400 /* a signal that the agent itself is to get */
#define EVENT_FLAG_FILTERED   0x0080 /* FILTER_CHECK: no rule can match, so the tables say */

struct param_header {
    __u16 id;    /* enum param_id */
    __u8 flags;  /* PARAM_FLAG_* */
    __u8 unused; /* 0 */
    __u32 len;   /* bytes of value, without the padding */
};

/* param_header.flags */
#define PARAM_FLAG_TRUNCATED    0x01 /* the value goes on beyond what is kept */
#define PARAM_FLAG_OUTSIDE_ROOT 0x02 /* path from another mount tree than the task's root */
#define PARAM_FLAG_USER         0x04 /* read from user memory after the call: may have been changed */
#define PARAM_FLAG_UNREADABLE   0x08 /* the value could not be read, or only in part */
#define PARAM_FLAG_DELETED      0x10 /* path of a file whose name is gone */

/* How a parameter's bytes are read. */
enum param_kind {
    PARAM_KIND_NUMBER = 1, /* 8 bytes, two's complement */
    PARAM_KIND_STRING,     /* bytes without NUL */
    PARAM_KIND_STRINGS, /* strings, each followed by a NUL (the last may lack it when truncated) */
    PARAM_KIND_BYTES,
    PARAM_KIND_SOCKET, /* struct event_socket */
};

/* X(number, name, kind) */
#define PARAM_LIST(X)                                                                              \
    /* files */                                                                                    \
    X(1, PATH, STRING)      /* of the object, from dentry and mount */                             \
    X(2, NAME, STRING)      /* path as given by the caller */                                      \
    X(3, NAME_BASE, STRING) /* directory a relative NAME starts from, from the kernel */           \
    X(4, NAME2, STRING)     /* second path as given by the caller */                               \
    X(5, NAME2_BASE, STRING)                                                                       \
    X(6, FD, NUMBER)                                                                               \
    X(7, DIRFD, NUMBER)                                                                            \
    X(8, DIRFD2, NUMBER)                                                                           \
    X(9, FD2, NUMBER)                                                                              \
    X(10, OPEN_FLAGS, NUMBER)  /* the caller's O_* */                                              \
    X(11, MODE, NUMBER)        /* the caller's mode */                                             \
    X(12, FILE_MODE, NUMBER)   /* S_IFMT type and permissions of the inode */                      \
    X(13, FILE_DEVICE, NUMBER) /* kernel's dev_t: major << 20 | minor */                           \
    X(14, FILE_INODE, NUMBER)                                                                      \
    X(15, FILE_FLAGS, NUMBER)      /* FILE_FLAG_* */                                               \
    X(16, FILE_FILESYSTEM, NUMBER) /* superblock magic */                                          \
    X(17, FILE_UID, NUMBER)                                                                        \
    X(18, RESOLVE, NUMBER)         /* openat2's RESOLVE_* */                                       \
    X(19, FILE_OPEN_FLAGS, NUMBER) /* f_flags of the open file, the kernel's own */                \
    /* sockets */                                                                                  \
    X(20, SOCKET, SOCKET)        /* from struct sock */                                            \
    X(21, SOCKET_ADDRESS, BYTES) /* struct sockaddr given by the caller, at most 128 bytes */      \
    X(22, SOCKET_PATH, STRING)   /* of the unix socket's own address; "@" first when abstract */   \
    X(23, SOCKET_PEER_PATH, STRING)                                                                \
    X(24, DATA, BYTES)                                                                             \
    X(25, DOMAIN, NUMBER)                                                                          \
    X(26, SOCKET_TYPE, NUMBER)                                                                     \
    X(27, PROTOCOL, NUMBER)                                                                        \
    X(28, BACKLOG, NUMBER)                                                                         \
    X(29, SIZE, NUMBER)                                                                            \
    /* processes: exec, clone, and the snapshot of a process found in /proc */                     \
    X(30, EXE_PATH, STRING) /* of mm->exe_file */                                                  \
    X(31, FILENAME, STRING) /* as given to execve, the kernel's copy */                            \
    X(32, ARGV, STRINGS)                                                                           \
    X(33, ENVP, STRINGS)                                                                           \
    X(34, CWD, STRING)                                                                             \
    X(35, CGROUP, STRING) /* path in its hierarchy; its id is the header's cgroup_id */            \
    X(36, TTY, NUMBER)    /* device number as in /proc/PID/stat, 0 for none */                     \
    X(37, SID, NUMBER)    /* initial pid namespace, like all without V */                          \
    X(38, PGID, NUMBER)                                                                            \
    X(39, PARENT_PID, NUMBER)   /* thread group of the real parent */                              \
    X(40, PARENT_START, NUMBER) /* its start time: with PARENT_PID, its exec id */                 \
    X(41, VPID, NUMBER)         /* in the task's own pid namespace, like all with V */             \
    X(42, VTID, NUMBER)                                                                            \
    X(43, VPPID, NUMBER)                                                                           \
    X(44, VSID, NUMBER)                                                                            \
    X(45, VPGID, NUMBER)                                                                           \
    X(46, EXE_INODE, NUMBER)                                                                       \
    X(47, EXE_DEVICE, NUMBER)                                                                      \
    X(48, EXE_CTIME, NUMBER) /* CLOCK_REALTIME, ns */                                              \
    X(49, EXE_MTIME, NUMBER)                                                                       \
    X(50, EXE_FLAGS, NUMBER)   /* FILE_FLAG_* */                                                   \
    X(51, INTERPRETER, STRING) /* bprm->interp when it is not FILENAME */                          \
    X(52, CHILD_PID, NUMBER)                                                                       \
    X(53, CHILD_TID, NUMBER)                                                                       \
    X(54, CHILD_START, NUMBER)                                                                     \
    X(55, CLONE_FLAGS, NUMBER)                                                                     \
    X(56, CHILD_VPID, NUMBER)                                                                      \
    X(57, CHILD_VTID, NUMBER)                                                                      \
    X(58, EXIT_CODE, NUMBER) /* as waitpid's status */                                             \
    X(59, STDIO, NUMBER)     /* 3 bytes, lowest fd 0: enum file_type of fds 0, 1, 2 */             \
    X(60, SUID, NUMBER)                                                                            \
    X(61, SGID, NUMBER)                                                                            \
    X(62, NET_NAMESPACE, NUMBER)                                                                   \
    X(63, USER_NAMESPACE, NUMBER)                                                                  \
    X(64, CGROUP_NAMESPACE, NUMBER)                                                                \
    X(65, IPC_NAMESPACE, NUMBER)                                                                   \
    X(66, UTS_NAMESPACE, NUMBER)                                                                   \
    X(67, SECCOMP, NUMBER) /* mode: 0 none, 1 strict, 2 filter */                                  \
    X(68, NO_NEW_PRIVS, NUMBER)                                                                    \
    X(69, CAP_BOUNDING, NUMBER)                                                                    \
    X(70, CAP_AMBIENT, NUMBER)                                                                     \
    /* arguments of other calls */                                                                 \
    X(80, UID, NUMBER)                                                                             \
    X(81, EUID, NUMBER)                                                                            \
    X(82, SUID_ARG, NUMBER)                                                                        \
    X(83, GID, NUMBER)                                                                             \
    X(84, EGID, NUMBER)                                                                            \
    X(85, SGID_ARG, NUMBER)                                                                        \
    X(86, FLAGS, NUMBER)                                                                           \
    X(87, ADDRESS, NUMBER)                                                                         \
    X(88, LENGTH, NUMBER)                                                                          \
    X(89, PROT, NUMBER)                                                                            \
    X(90, OFFSET, NUMBER)                                                                          \
    X(91, REQUEST, NUMBER)                                                                         \
    X(92, TARGET_PID, NUMBER) /* as given by the caller, in its own pid namespace */               \
    X(93, SIGNAL, NUMBER)                                                                          \
    X(94, COMMAND, NUMBER)                                                                         \
    X(95, OPTION, NUMBER)                                                                          \
    X(96, ARG2, NUMBER)                                                                            \
    X(97, TEXT, STRING) /* text from the caller: module parameters, thread name, ... */            \
    X(98, TEXT2, STRING)                                                                           \
    X(99, NS_TYPE, NUMBER)                                                                         \
    X(100, ENTRIES, NUMBER)                                                                        \
    X(101, ARG3, NUMBER)                                                                           \
    X(102, ARG4, NUMBER)                                                                           \
    X(103, CAP_EFFECTIVE, NUMBER) /* capset's arguments */                                         \
    X(104, CAP_PERMITTED, NUMBER)                                                                  \
    X(105, CAP_INHERITABLE, NUMBER)                                                                \
    X(106, TARGET_START, NUMBER)                                                                   \
    X(107, DEVICE, NUMBER) /* mknod's */                                                           \
    X(108, COLUMNS, BYTES) /* struct filter_left: rules that may match */                          \
    /* a breach of isolation: event/isolation.h */                                                 \
    X(109, ISOLATION_KIND, NUMBER)                                                                 \
    X(110, ISOLATION_ALLOWED, NUMBER)                                                              \
    X(111, ISOLATION_NOW, NUMBER)                                                                  \
    X(112, ISOLATION_CAPABILITIES, NUMBER) /* gained */                                            \
    X(113, ISOLATION_OWNER, NUMBER)        /* cgroup of whose namespace it is */                   \
    /* facts about a container, from the runtime's files */                                        \
    X(120, CONTAINER_ID, STRING) /* full */                                                        \
    X(121, CONTAINER_NAME, STRING)                                                                 \
    X(122, CONTAINER_RUNTIME, STRING) /* docker, containerd, cri-o, podman, runc, crun, ... */     \
    X(123, CONTAINER_IMAGE, STRING)   /* full reference as declared */                             \
    X(124, CONTAINER_IMAGE_ID, STRING)                                                             \
    X(125, CONTAINER_IMAGE_DIGEST, STRING)                                                         \
    X(126, CONTAINER_LABELS, STRINGS) /* key=value */                                              \
    X(127, CONTAINER_MOUNTS, STRINGS) /* source:destination:mode:rw:propagation */                 \
    X(128, CONTAINER_ENV, STRINGS)                                                                 \
    X(129, CONTAINER_FLAGS, NUMBER) /* CONTAINER_FLAG_* */                                         \
    X(130, CONTAINER_START, NUMBER) /* CLOCK_REALTIME, ns */                                       \
    X(131, CONTAINER_USER, STRING)                                                                 \
    X(132, CONTAINER_IP, STRING)                                                                   \
    X(133, POD_NAME, STRING)                                                                       \
    X(134, POD_NAMESPACE, STRING)                                                                  \
    X(135, POD_UID, STRING)                                                                        \
    X(136, POD_SANDBOX_ID, STRING)                                                                 \
    X(137, POD_LABELS, STRINGS)                                                                    \
    X(138, CONTAINER_ROOTFS, STRING) /* host path, when the runtime tells */                       \
    X(139, CONTAINER_ENTRYPOINT, STRINGS)                                                          \
    X(140, CONTAINER_CAPS, NUMBER) /* bounding set declared */                                     \
    X(141, CONTAINER_BUNDLE, STRING)                                                               \
    /* a container that has more than it was declared to have: posture/declared_actual.h */        \
    X(142, DRIFT_SETTING, STRING)                                                                  \
    X(143, DRIFT_OBJECT, STRING) /* which of them: a path, a device */                             \
    X(144, DRIFT_DECLARED, STRING)                                                                 \
    X(145, DRIFT_ACTUAL, STRING)                                                                   \
    X(146, DRIFT_WANTED, STRING)                                                                   \
    X(147, DRIFT_BASELINE, STRING) /* "declaration" or "start" */                                  \
    /* names of users and groups */                                                                \
    X(150, PASSWD, BYTES) /* text of a passwd file, at most 64 KiB */                              \
    X(151, GROUP, BYTES)                                                                           \
    /* what was not sent of a container's events: event/noise.h */                                 \
    X(152, DEDUPLICATED, NUMBER)                                                                   \
    X(153, RATE_LIMITED, NUMBER)                                                                   \
    X(154, RING_FULL, NUMBER)                                                                      \
    X(155, CRITICAL_RING_FULL, NUMBER)                                                             \
    X(156, REPEATED, NUMBER) /* in any event: so many of its kind were not sent before it */

enum param_id {
#define PARAM_ENUM(number, name, kind) PARAM_##name = number,
    PARAM_LIST(PARAM_ENUM)
#undef PARAM_ENUM
        PARAM_ID_MAX = 160, /* all ids are below */
};

/* FILE_FLAGS and EXE_FLAGS */
#define FILE_FLAG_UPPER_LAYER 0x0001 /* overlayfs: lives in the upper layer */
#define FILE_FLAG_MEMFD       0x0002 /* memfd_create's */
#define FILE_FLAG_UNLINKED    0x0004 /* no name is left: i_nlink is 0 */
#define FILE_FLAG_WRITABLE    0x0008 /* the caller may write it */
#define FILE_FLAG_SETUID      0x0010
#define FILE_FLAG_SETGID      0x0020
#define FILE_FLAG_OVERLAY     0x0040 /* on an overlay file system */
#define FILE_FLAG_CREATED     0x0080 /* this open made it (FMODE_CREATED) */
#define FILE_FLAG_LOWER_LAYER 0x0100 /* overlayfs: has a lower layer under the upper one */
#define FILE_FLAG_KERNEL_MNT  0x0200 /* on a mount of the kernel's own (pipes, anonymous inodes) */
#define FILE_FLAG_DETACHED    0x0400 /* on a mount attached to no namespace */

#define CONTAINER_FLAG_PRIVILEGED   0x01
#define CONTAINER_FLAG_HOST_PID     0x02
#define CONTAINER_FLAG_HOST_NETWORK 0x04
#define CONTAINER_FLAG_HOST_IPC     0x08
#define CONTAINER_FLAG_POD_SANDBOX  0x10 /* the pause container of a pod */
#define CONTAINER_FLAG_PARTIAL      0x20 /* metadata did not arrive in time, or only in part */
/* What its OCI configuration says that its program is to run under. */
#define CONTAINER_FLAG_SECCOMP      0x40
#define CONTAINER_FLAG_NO_NEW_PRIVS 0x80
#define CONTAINER_FLAG_APPARMOR     0x100 /* a profile other than "unconfined" */

/* What an open file is, from its inode and operations. */
enum file_type {
    FILE_TYPE_NONE = 0, /* not open */
    FILE_TYPE_REGULAR,
    FILE_TYPE_DIRECTORY,
    FILE_TYPE_CHARACTER,
    FILE_TYPE_BLOCK,
    FILE_TYPE_FIFO,
    FILE_TYPE_SOCKET_INET,
    FILE_TYPE_SOCKET_INET6,
    FILE_TYPE_SOCKET_UNIX,
    FILE_TYPE_SOCKET_OTHER,
    FILE_TYPE_ANONYMOUS, /* anon_inode: eventfd, epoll, io_uring, bpf, ... */
    FILE_TYPE_OTHER,
};

struct event_socket {
    __u16 family;     /* AF_* */
    __u16 type;       /* SOCK_* */
    __u16 protocol;   /* IPPROTO_* */
    __u8 state;       /* TCP_* state of the kernel, also for UDP: 1 is established */
    __u8 role;        /* enum socket_role */
    __u16 local_port; /* host byte order */
    __u16 remote_port;
    __u32 net_namespace;
    __u8 local_address[16]; /* IPv4 in the first four bytes, network byte order */
    __u8 remote_address[16];
    __u64 cookie; /* identity of the socket while it lives */
};

enum socket_role {
    SOCKET_ROLE_UNKNOWN = 0,
    SOCKET_ROLE_CLIENT, /* connected from here */
    SOCKET_ROLE_SERVER, /* accepted or listening */
};

/* Families: one BPF file and one program each. */
enum event_family {
    FAMILY_NONE = 0,
    FAMILY_PROCESS, /* exec, clone, exit, cgroup moves and what is seen there: no system call's */
    FAMILY_OPEN,
    FAMILY_PATH,       /* calls that name a path and return no file */
    FAMILY_DESCRIPTOR, /* calls on an open file */
    FAMILY_NETWORK,
    FAMILY_CREDENTIALS,
    FAMILY_NAMESPACE, /* setns, unshare, mounts old and new */
    FAMILY_TASK,      /* ptrace, signals, prctl, process_vm_* */
    FAMILY_KERNEL,    /* bpf, modules, io_uring, userfaultfd, perf, keys, kexec */
    FAMILY_MEMORY,    /* mmap, mprotect */
    FAMILY_EXEC_FAILED,
    FAMILY_SOCKET_DATA, /* sendto, recvfrom and their kin */
    FAMILY_FACT,        /* made by user space */
    FAMILY_META,        /* made by user space, and seen by rules */
    FAMILY_MAX,
};

/* X(number, NAME, "name", family) */
#define EVENT_LIST(X)                                                                              \
    X(1, EXECVE, "execve", PROCESS)                                                                \
    X(2, EXECVEAT, "execveat", PROCESS)                                                            \
    X(3, CLONE, "clone", PROCESS)                                                                  \
    X(4, FORK, "fork", PROCESS)                                                                    \
    X(5, VFORK, "vfork", PROCESS)                                                                  \
    X(6, CLONE3, "clone3", PROCESS)                                                                \
    X(7, PROCEXIT, "procexit", PROCESS)                                                            \
    X(8, CGROUP_ATTACH, "cgroup_attach", PROCESS)                                                  \
    X(9, ISOLATION_BREACH, "isolation_breach", PROCESS)                                            \
    X(10, OPEN, "open", OPEN)                                                                      \
    X(11, OPENAT, "openat", OPEN)                                                                  \
    X(12, OPENAT2, "openat2", OPEN)                                                                \
    X(13, CREAT, "creat", OPEN)                                                                    \
    X(14, OPEN_BY_HANDLE_AT, "open_by_handle_at", OPEN)                                            \
    X(15, MEMFD_CREATE, "memfd_create", OPEN)                                                      \
    X(20, RENAME, "rename", PATH)                                                                  \
    X(21, RENAMEAT, "renameat", PATH)                                                              \
    X(22, RENAMEAT2, "renameat2", PATH)                                                            \
    X(23, LINK, "link", PATH)                                                                      \
    X(24, LINKAT, "linkat", PATH)                                                                  \
    X(25, SYMLINK, "symlink", PATH)                                                                \
    X(26, SYMLINKAT, "symlinkat", PATH)                                                            \
    X(27, UNLINK, "unlink", PATH)                                                                  \
    X(28, UNLINKAT, "unlinkat", PATH)                                                              \
    X(29, RMDIR, "rmdir", PATH)                                                                    \
    X(30, MKDIR, "mkdir", PATH)                                                                    \
    X(31, MKDIRAT, "mkdirat", PATH)                                                                \
    X(32, MKNOD, "mknod", PATH)                                                                    \
    X(33, MKNODAT, "mknodat", PATH)                                                                \
    X(34, CHMOD, "chmod", PATH)                                                                    \
    X(35, FCHMODAT, "fchmodat", PATH)                                                              \
    X(36, FCHMODAT2, "fchmodat2", PATH)                                                            \
    X(37, CHOWN, "chown", PATH)                                                                    \
    X(38, LCHOWN, "lchown", PATH)                                                                  \
    X(39, FCHOWNAT, "fchownat", PATH)                                                              \
    X(40, TRUNCATE, "truncate", PATH)                                                              \
    X(41, CHDIR, "chdir", PATH)                                                                    \
    X(42, SETXATTR, "setxattr", PATH)                                                              \
    X(43, LSETXATTR, "lsetxattr", PATH)                                                            \
    X(50, FCHMOD, "fchmod", DESCRIPTOR)                                                            \
    X(51, FCHOWN, "fchown", DESCRIPTOR)                                                            \
    X(52, FTRUNCATE, "ftruncate", DESCRIPTOR)                                                      \
    X(53, DUP, "dup", DESCRIPTOR)                                                                  \
    X(54, DUP2, "dup2", DESCRIPTOR)                                                                \
    X(55, DUP3, "dup3", DESCRIPTOR)                                                                \
    X(56, FCNTL, "fcntl", DESCRIPTOR)                                                              \
    X(57, SPLICE, "splice", DESCRIPTOR)                                                            \
    X(58, FCHDIR, "fchdir", DESCRIPTOR)                                                            \
    X(59, FSETXATTR, "fsetxattr", DESCRIPTOR)                                                      \
    X(60, PIDFD_GETFD, "pidfd_getfd", DESCRIPTOR)                                                  \
    X(61, TEE, "tee", DESCRIPTOR)                                                                  \
    X(62, SENDFILE, "sendfile", DESCRIPTOR)                                                        \
    X(70, SOCKET, "socket", NETWORK)                                                               \
    X(71, CONNECT, "connect", NETWORK)                                                             \
    X(72, BIND, "bind", NETWORK)                                                                   \
    X(73, LISTEN, "listen", NETWORK)                                                               \
    X(74, ACCEPT, "accept", NETWORK)                                                               \
    X(75, ACCEPT4, "accept4", NETWORK)                                                             \
    X(76, SOCKETPAIR, "socketpair", NETWORK)                                                       \
    X(80, SENDTO, "sendto", SOCKET_DATA)                                                           \
    X(81, SENDMSG, "sendmsg", SOCKET_DATA)                                                         \
    X(82, SENDMMSG, "sendmmsg", SOCKET_DATA)                                                       \
    X(83, RECVFROM, "recvfrom", SOCKET_DATA)                                                       \
    X(84, RECVMSG, "recvmsg", SOCKET_DATA)                                                         \
    X(85, RECVMMSG, "recvmmsg", SOCKET_DATA)                                                       \
    X(90, SETUID, "setuid", CREDENTIALS)                                                           \
    X(91, SETGID, "setgid", CREDENTIALS)                                                           \
    X(92, SETREUID, "setreuid", CREDENTIALS)                                                       \
    X(93, SETREGID, "setregid", CREDENTIALS)                                                       \
    X(94, SETRESUID, "setresuid", CREDENTIALS)                                                     \
    X(95, SETRESGID, "setresgid", CREDENTIALS)                                                     \
    X(96, SETFSUID, "setfsuid", CREDENTIALS)                                                       \
    X(97, SETFSGID, "setfsgid", CREDENTIALS)                                                       \
    X(98, SETGROUPS, "setgroups", CREDENTIALS)                                                     \
    X(99, CAPSET, "capset", CREDENTIALS)                                                           \
    X(110, SETNS, "setns", NAMESPACE)                                                              \
    X(111, UNSHARE, "unshare", NAMESPACE)                                                          \
    X(112, MOUNT, "mount", NAMESPACE)                                                              \
    X(113, UMOUNT2, "umount2", NAMESPACE)                                                          \
    X(114, PIVOT_ROOT, "pivot_root", NAMESPACE)                                                    \
    X(115, CHROOT, "chroot", NAMESPACE)                                                            \
    X(116, FSOPEN, "fsopen", NAMESPACE)                                                            \
    X(117, FSCONFIG, "fsconfig", NAMESPACE)                                                        \
    X(118, FSMOUNT, "fsmount", NAMESPACE)                                                          \
    X(119, FSPICK, "fspick", NAMESPACE)                                                            \
    X(120, MOVE_MOUNT, "move_mount", NAMESPACE)                                                    \
    X(121, OPEN_TREE, "open_tree", NAMESPACE)                                                      \
    X(122, MOUNT_SETATTR, "mount_setattr", NAMESPACE)                                              \
    X(123, UMOUNT, "umount", NAMESPACE)                                                            \
    X(130, PTRACE, "ptrace", TASK)                                                                 \
    X(131, KILL, "kill", TASK)                                                                     \
    X(132, TKILL, "tkill", TASK)                                                                   \
    X(133, TGKILL, "tgkill", TASK)                                                                 \
    X(134, PIDFD_SEND_SIGNAL, "pidfd_send_signal", TASK)                                           \
    X(135, PRCTL, "prctl", TASK)                                                                   \
    X(136, PROCESS_VM_READV, "process_vm_readv", TASK)                                             \
    X(137, PROCESS_VM_WRITEV, "process_vm_writev", TASK)                                           \
    X(138, PIDFD_OPEN, "pidfd_open", TASK)                                                         \
    X(139, SETSID, "setsid", TASK)                                                                 \
    X(140, SETPGID, "setpgid", TASK)                                                               \
    X(150, BPF, "bpf", KERNEL)                                                                     \
    X(151, INIT_MODULE, "init_module", KERNEL)                                                     \
    X(152, FINIT_MODULE, "finit_module", KERNEL)                                                   \
    X(153, DELETE_MODULE, "delete_module", KERNEL)                                                 \
    X(154, USERFAULTFD, "userfaultfd", KERNEL)                                                     \
    X(155, IO_URING_SETUP, "io_uring_setup", KERNEL)                                               \
    X(156, IO_URING_REGISTER, "io_uring_register", KERNEL)                                         \
    X(157, PERF_EVENT_OPEN, "perf_event_open", KERNEL)                                             \
    X(158, ADD_KEY, "add_key", KERNEL)                                                             \
    X(159, KEYCTL, "keyctl", KERNEL)                                                               \
    X(160, KEXEC_LOAD, "kexec_load", KERNEL)                                                       \
    X(161, KEXEC_FILE_LOAD, "kexec_file_load", KERNEL)                                             \
    X(162, SECCOMP, "seccomp", KERNEL)                                                             \
    X(170, MMAP, "mmap", MEMORY)                                                                   \
    X(171, MPROTECT, "mprotect", MEMORY)                                                           \
    X(172, PKEY_MPROTECT, "pkey_mprotect", MEMORY)                                                 \
    /* what was not sent of the events of one cgroup, the header's; RESULT of them are lost */     \
    X(180, CONTAINER_DROP, "drop", META)                                                           \
    /* what is differs from what was declared, found by user space */                              \
    X(181, CONFIG_DRIFT, "config_drift", META)                                                     \
    /* facts user space adds to the stream; never seen by rules */                                 \
    X(200, PROCESS_FOUND, "process_found", FACT) /* a process that was running at start */         \
    X(201, CONTAINER, "container", FACT)         /* metadata of one container */                   \
    X(202, USERS, "users", FACT) /* passwd and group of CONTAINER_ID or the host */                \
    /* first record: OFFSET is CLOCK_REALTIME minus CLOCK_BOOTTIME in ns, TEXT the host name, the  \
     * header's mount namespace the host's */                                                      \
    X(203, START, "start", FACT)                                                                   \
    X(204, DROP, "lost", FACT) /* so many events were lost: RESULT, by cause */                    \
    /* header.cgroup_id is at CGROUP; with CONTAINER_ID and CONTAINER_RUNTIME if a container's */  \
    X(205, CGROUP_FOUND, "cgroup_found", FACT)

enum event_type {
    EVENT_NONE = 0,
#define EVENT_ENUM(number, name, text, family) EVENT_##name = number,
    EVENT_LIST(EVENT_ENUM)
#undef EVENT_ENUM
        EVENT_TYPE_MAX = 256, /* all types are below */
};

/* How the kernel side reads one system call argument; a row of the event table, handed to BPF. */
enum arg_kind {
    ARG_NONE = 0,
    ARG_U64, /* as it is */
    ARG_S32, /* sign-extended int */
    ARG_U32,
    ARG_STRING,   /* user string */
    ARG_PATH,     /* user string that names a file, relative to the last ARG_DIRFD or to the cwd */
    ARG_DIRFD,    /* int, remembered for the next ARG_PATH */
    ARG_FD,       /* int; the family adds facts of the open file */
    ARG_SOCKADDR, /* user struct sockaddr whose length is the next argument */
    ARG_OPEN_HOW, /* user struct open_how */
    ARG_SKIP,     /* not read */
};

struct arg_row {
    __u8 kind;  /* enum arg_kind */
    __u8 param; /* enum param_id the value is sent as */
};

struct event_row {
    __u8 family;   /* enum event_family */
    __u8 critical; /* goes through the critical ring */
    __u8 unused[2];
    struct arg_row args[EVENT_ARGS];
};

/* What user space tells the kernel side. */
struct sensor_settings {
    __u32 self; /* thread group whose events are left out, 0: none */
    __u8 want_env;
    __u8 want_dns;
    __u8 unused[2];
};

/* What is asked of bpf/permission.bpf.c, and its answer. */
struct permission_request {
    __s32 fd; /* of the calling process: the file */
    __u32 tid;
    __u32 exec; /* it is to be executed, else opened */
    __u32 size; /* of the record; 0: there is none */
};

/* What the program returns; otherwise 0. */
#define PERMISSION_NOT_THERE 1
#define PERMISSION_NO_CALL   2 /* execve opens what it executes: that is told as the exec */

struct permission_record {
    char data[EVENT_RECORD_MAX];
};

/* Counters of the kernel side, one per cause, per CPU. Index into the `counters` map. */
#define COUNTER_LIST(X)                                                                            \
    X(EVENTS_CRITICAL, "events_critical") /* sent */                                               \
    X(EVENTS_BULK, "events_bulk")                                                                  \
    X(DROP_CRITICAL_RING_FULL, "drop_critical_ring_full")                                          \
    X(DROP_BULK_RING_FULL, "drop_bulk_ring_full")                                                  \
    X(DROP_RATE_LIMITED, "drop_rate_limited") /* event/noise.h */                                  \
    X(DROP_SCRATCH_BUSY, "drop_scratch_busy") /* a program interrupted another twice */            \
    X(DROP_RECORD_FULL, "drop_record_full")   /* a parameter did not fit the record */             \
    X(DROP_NO_FAMILY, "drop_no_family")                                                            \
    X(DROP_PROGRAM_BUSY, "drop_program_busy") /* counted by the kernel: recursion_misses */        \
    X(TRUNCATED_PATH, "truncated_path")                                                            \
    X(TRUNCATED_ARGV, "truncated_argv")                                                            \
    X(TRUNCATED_STRING, "truncated_string")                                                        \
    X(FAILED_READ_USER, "failed_read_user") /* bpf_probe_read_user, page not there */              \
    X(FAILED_READ_KERNEL, "failed_read_kernel")                                                    \
    X(FAILED_LOOP, "failed_loop")                                                                  \
    X(SYSCALLS_COMPAT, "syscalls_compat") /* wanted 32-bit and x32 calls seen */                   \
    X(FILTERED_RESULT, "filtered_result") /* not sent: no rule can match, which this told last */  \
    X(FILTERED_ACTOR, "filtered_actor")                                                            \
    X(FILTERED_OPEN, "filtered_open")                                                              \
    X(FILTERED_RAW, "filtered_raw")                                                                \
    X(FILTERED_NAME, "filtered_name")                                                              \
    X(FILTERED_PATH, "filtered_path")                                                              \
    X(FILTERED_ARGUMENT, "filtered_argument")                                                      \
    X(FILTERED_ADDRESS, "filtered_address")                                                        \
    X(FILTERED_PORT, "filtered_port")                                                              \
    X(DEDUPLICATED, "deduplicated")               /* not sent: the same again, event/noise.h */    \
    X(DEDUPLICATED_TOLD, "deduplicated_told")     /* of those, counted in a later event */         \
    X(FILTER_ACTORS, "filter_actors")             /* states of threads given a number */           \
    X(FAILED_TASK_STORAGE, "failed_task_storage") /* then the thread's state counts as unknown */  \
    X(ISOLATION_BREACHES, "isolation_breaches")                                                    \
    X(WAKEUPS, "wakeups")                                                                          \
    X(DENIED, "denied")               /* by guards, event/guard.h */                               \
    X(DENIED_UNSEEN, "denied_unseen") /* guards that had no memory to look: refused */

enum counter_id {
#define COUNTER_ENUM(name, text) COUNTER_##name,
    COUNTER_LIST(COUNTER_ENUM)
#undef COUNTER_ENUM
        COUNTER_MAX,
};

#endif
