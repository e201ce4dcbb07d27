/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef EVENT_GUARD_H
#define EVENT_GUARD_H

#include <linux/types.h>

#include "event/abi.h"
#include "event/filter.h"

/*
 * Rules with `action: deny`, kept by LSM programs before the act. Their tables are those of
 * event/filter.h with these differences. They are exact: no condition counts as true for want of
 * knowledge. A hook stands for several calls (file_open for open, openat, ...) and has the columns
 * of them all, under the type GUARD_LIST names. Who acts is known to the kernel side itself: the
 * columns that a container leaves are told by user space, by cgroup; the executable is looked up.
 */

/* X(function of the LSM, a type whose columns it has) */
#define GUARD_LIST(X)                                                                              \
    X(bprm_check_security, EVENT_EXECVE)                                                           \
    X(file_open, EVENT_OPENAT)                                                                     \
    X(mmap_file, EVENT_MMAP)                                                                       \
    X(path_rename, EVENT_RENAMEAT2)                                                                \
    X(path_link, EVENT_LINKAT)                                                                     \
    /* by another name it would be another file to rules */                                        \
    X(path_rename, EVENT_OPENAT)                                                                   \
    X(path_link, EVENT_OPENAT)                                                                     \
    /* an open makes the file first */                                                             \
    X(path_mknod, EVENT_OPENAT)                                                                    \
    X(path_symlink, EVENT_SYMLINKAT)                                                               \
    X(path_unlink, EVENT_UNLINKAT)                                                                 \
    X(path_rmdir, EVENT_RMDIR)                                                                     \
    X(path_mkdir, EVENT_MKDIRAT)                                                                   \
    X(path_mknod, EVENT_MKNODAT)                                                                   \
    X(path_chmod, EVENT_FCHMODAT)                                                                  \
    X(path_chown, EVENT_FCHOWNAT)                                                                  \
    X(path_truncate, EVENT_TRUNCATE)                                                               \
    X(path_chroot, EVENT_CHROOT)                                                                   \
    X(sb_mount, EVENT_MOUNT)                                                                       \
    X(move_mount, EVENT_MOVE_MOUNT)                                                                \
    X(sb_umount, EVENT_UMOUNT2)                                                                    \
    X(sb_pivotroot, EVENT_PIVOT_ROOT)                                                              \
    X(socket_create, EVENT_SOCKET)                                                                 \
    X(socket_connect, EVENT_CONNECT)                                                               \
    X(unix_stream_connect, EVENT_CONNECT)                                                          \
    X(socket_bind, EVENT_BIND)                                                                     \
    X(socket_listen, EVENT_LISTEN)                                                                 \
    X(socket_sendmsg, EVENT_SENDMSG)                                                               \
    X(ptrace_access_check, EVENT_PTRACE)                                                           \
    X(task_kill, EVENT_KILL)                                                                       \
    X(task_fix_setuid, EVENT_SETUID)                                                               \
    X(capset, EVENT_CAPSET)                                                                        \
    X(bpf, EVENT_BPF)                                                                              \
    X(perf_event_open, EVENT_PERF_EVENT_OPEN)                                                      \
    X(kernel_read_file, EVENT_INIT_MODULE)                                                         \
    X(kernel_load_data, EVENT_INIT_MODULE)                                                         \
    X(kernel_read_file, EVENT_KEXEC_LOAD)                                                          \
    X(kernel_load_data, EVENT_KEXEC_LOAD)                                                          \
    X(key_alloc, EVENT_ADD_KEY)                                                                    \
    X(inode_setxattr, EVENT_SETXATTR)                                                              \
    X(inode_init_security_anon, EVENT_USERFAULTFD)                                                 \
    X(inode_init_security_anon, EVENT_IO_URING_SETUP)

/*
 * The same for programs of the root cgroup, which know of some acts of IPv4 and IPv6 sockets alone,
 * for kernels where LSM programs can't be had.
 */
#define GUARD_CGROUP_LIST(X)                                                                       \
    X(connect4, EVENT_CONNECT)                                                                     \
    X(connect6, EVENT_CONNECT)                                                                     \
    X(bind4, EVENT_BIND)                                                                           \
    X(bind6, EVENT_BIND)                                                                           \
    X(sendmsg4, EVENT_SENDMSG)                                                                     \
    X(sendmsg6, EVENT_SENDMSG)

/* The columns that the container of a cgroup leaves, by slot. */
struct guard_container {
    struct filter_vector columns[2];
};
#define GUARD_CONTAINERS 16384 /* cgroups */
#define GUARD_THREADS    32768 /* the one that acted longest ago gives way */

/* Of tasks in cgroups that user space has told nothing of, and what else goes with a slot. */
struct guard_slot {
    struct filter_vector host;
    struct filter_vector unknown;  /* in a pid namespace of their own: in some container */
    struct filter_vector protects; /* columns that are about files named by the rule alone */
};

/*
 * A thread, in the state it was looked up in: bpf/lib/guard_spared.h. All is compared but `taken`,
 * the epoch last: while the rest is written it is one that is far away.
 */
struct guard_spared {
    __u64 start_time;
    __u64 exec;
    __u64 cgroup;
    __u32 tid;
    __u32 epoch;
    __u32 taken; /* by who writes */
    __u32 unused[7];
};
#define GUARD_SPARED 2048 /* a power of two; the thread that came last has the place */

/* Whose acts no guard looks at: the agent's. By its start too: its pid may be another's by now. */
#define GUARD_TICK_NS 10000000 /* of /proc/PID/stat */
struct guard_self {
    __u64 start_time; /* since boot, in those ticks */
    __u32 pid;
    __u32 unused;
};

#endif
