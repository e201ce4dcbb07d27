/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_KERNEL_H
#define BPF_KERNEL_H

/*
 * The few kernel types the programs read, with the few fields they read. CO-RE moves every access
 * to where the running kernel keeps the field, so neither the order nor the gaps matter, and no
 * generated vmlinux.h is needed. A name with ___suffix is another kernel's shape of the same type.
 */

#include <linux/bpf.h>
#include <linux/types.h>
#include <stdbool.h>
#include <stddef.h>

#include <bpf/bpf_core_read.h>
#include <bpf/bpf_helpers.h>
#include <bpf/bpf_tracing.h>

typedef __u8 u8;
typedef __u16 u16;
typedef __u32 u32;
typedef __u64 u64;
typedef __s32 s32;
typedef __s64 s64;

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

typedef struct {
    int counter;
} atomic_t;

typedef struct {
    u32 val;
} kuid_t;

typedef struct {
    u32 val;
} kgid_t;

struct ns_common {
    unsigned int inum;
};

struct qstr {
    union {
        struct {
            u32 hash;
            u32 len;
        };
        u64 hash_len;
    };
    const unsigned char *name;
};

struct list_head {
    struct list_head *next;
};

typedef struct {
    unsigned long sig[1];
} sigset_t;

struct sigpending {
    sigset_t signal;
};

struct super_block;
struct inode;
struct mnt_namespace;

typedef struct seqcount {
    unsigned int sequence;
} seqcount_t;

typedef struct seqcount_spinlock {
    seqcount_t seqcount;
} seqcount_spinlock_t;

struct dentry {
    seqcount_spinlock_t d_seq;
    struct dentry *d_parent;
    struct qstr d_name;
    struct inode *d_inode;
};

struct vfsmount {
    struct dentry *mnt_root;
    struct super_block *mnt_sb;
    int mnt_flags;
};

struct mount {
    struct mount *mnt_parent;
    struct dentry *mnt_mountpoint;
    struct vfsmount mnt;
    struct mnt_namespace *mnt_ns;
};

struct mnt_namespace {
    struct ns_common ns;
};

struct path {
    struct vfsmount *mnt;
    struct dentry *dentry;
};

struct super_block {
    u32 s_dev;
    unsigned long s_magic;
};

struct timespec64 {
    s64 tv_sec;
    long tv_nsec;
};

struct inode {
    unsigned short i_mode;
    kuid_t i_uid;
    struct super_block *i_sb;
    unsigned long i_ino;
    unsigned int i_nlink;
    u32 i_rdev;
    s64 i_ctime_sec; /* since 6.11 */
    u32 i_ctime_nsec;
    s64 i_mtime_sec;
    u32 i_mtime_nsec;
};

struct inode___6_6 {
    struct timespec64 __i_ctime;
    struct timespec64 __i_mtime; /* since 6.7 */
    struct timespec64 i_mtime;
};

struct inode___old {
    struct timespec64 i_ctime;
    struct timespec64 i_mtime;
};

struct file {
    struct path f_path;
    struct inode *f_inode;
    unsigned int f_mode;
    unsigned int f_flags;
    void *private_data;
};

struct fdtable {
    unsigned int max_fds;
    struct file **fd;
};

struct files_struct {
    struct fdtable *fdt;
};

struct fs_struct {
    struct path root;
    struct path pwd;
};

struct uid_gid_extent {
    u32 first;
    u32 lower_first;
    u32 count;
};

struct uid_gid_map {
    u32 nr_extents;
    struct uid_gid_extent extent[5];
};

struct user_namespace {
    struct uid_gid_map uid_map;
    struct user_namespace *parent;
    struct ns_common ns;
};

typedef struct {
} kernel_cap_t; /* 8 bytes: two u32 before 6.3, a u64 since */

struct cred {
    kuid_t uid;
    kgid_t gid;
    kuid_t suid;
    kgid_t sgid;
    kuid_t euid;
    kgid_t egid;
    kuid_t fsuid;
    kgid_t fsgid;
    kernel_cap_t cap_inheritable;
    kernel_cap_t cap_permitted;
    kernel_cap_t cap_effective;
    kernel_cap_t cap_bset;
    kernel_cap_t cap_ambient;
    struct user_namespace *user_ns;
    void *security; /* of all LSMs, each at an offset of its own */
};

struct lsm_blob_sizes {
    int lbs_cred; /* once the kernel has booted, AppArmor's offset there */
};

struct aa_label {
    long flags;
};

enum label_flags {
    FLAG_UNCONFINED = 2,
};

struct pid_namespace {
    unsigned int level;
    struct ns_common ns;
};

struct upid {
    int nr;
    struct pid_namespace *ns;
};

struct pid {
    unsigned int level;
    struct upid numbers[1];
};

enum pid_type { PIDTYPE_PID, PIDTYPE_TGID, PIDTYPE_PGID, PIDTYPE_SID, PIDTYPE_MAX };

struct tty_driver {
    int major;
    int minor_start;
};

struct tty_struct {
    struct tty_driver *driver;
    int index;
};

struct signal_struct {
    atomic_t live;
    int group_exit_code;
    struct pid *pids[PIDTYPE_MAX];
    struct tty_struct *tty;
};

struct kernfs_node {
    struct kernfs_node *__parent; /* since 6.15 */
    const char *name;
    u64 id;
};

struct kernfs_node___old {
    struct kernfs_node *parent;
};

struct cgroup_root {
    int hierarchy_id;
};

struct cgroup;

struct cgroup_subsys_state {
    struct cgroup *cgroup;
    struct cgroup_subsys_state *parent;
};

struct cgroup {
    struct cgroup_subsys_state self;
    int level;
    struct kernfs_node *kn;
    struct cgroup_root *root;
};

struct css_set {
    struct cgroup_subsys_state *subsys[16];
    struct cgroup *dfl_cgrp;
};

struct uts_namespace {
    struct ns_common ns;
};

struct ipc_namespace {
    struct ns_common ns;
};

struct net {
    struct ns_common ns;
};

struct cgroup_namespace {
    struct ns_common ns;
};

struct nsproxy {
    struct uts_namespace *uts_ns;
    struct ipc_namespace *ipc_ns;
    struct mnt_namespace *mnt_ns;
    struct pid_namespace *pid_ns_for_children;
    struct net *net_ns;
    struct cgroup_namespace *cgroup_ns;
};

struct mm_struct {
    unsigned long arg_start, arg_end, env_start, env_end;
    struct file *exe_file;
};

struct thread_info {
    u32 status;
};

struct seccomp {
    int mode;
};

struct task_struct {
    struct thread_info thread_info;
    unsigned int flags;
    struct mm_struct *mm;
    int exit_code;
    unsigned long atomic_flags;
    int pid;
    int tgid;
    struct task_struct *real_parent;
    struct task_struct *group_leader;
    struct pid *thread_pid;
    u64 start_boottime;
    u64 self_exec_id; /* counts its execs */
    struct sigpending pending;
    struct list_head children;
    const struct cred *cred;
    char comm[16];
    struct fs_struct *fs;
    struct files_struct *files;
    struct nsproxy *nsproxy;
    struct signal_struct *signal;
    kuid_t loginuid;
    struct seccomp seccomp;
    struct css_set *cgroups;
};

struct linux_binprm {
    struct file *executable;
    struct file *interpreter;
    struct file *file;
    const char *filename;
    const char *interp;
    const char *fdpath;
};

struct in6_addr {
    u8 bytes[16];
};

typedef struct {
    struct net *net;
} possible_net_t;

struct sock_common {
    u32 skc_daddr;
    u32 skc_rcv_saddr;
    u16 skc_dport;
    u16 skc_num;
    u16 skc_family;
    volatile unsigned char skc_state;
    possible_net_t skc_net;
    struct in6_addr skc_v6_daddr;
    struct in6_addr skc_v6_rcv_saddr;
};

struct socket {
    short type;
    struct file *file;
    struct sock *sk;
};

struct sock {
    struct sock_common __sk_common;
    u16 sk_type;
    u16 sk_protocol;
    struct socket *sk_socket;
};

/* What programs at a cgroup's sockets are given; what they see of it is translated. */
struct bpf_sock_addr_kern {
    struct sock *sk;
    struct sockaddr *uaddr;
};

struct unix_address {
    int len; /* and behind it the address, a struct sockaddr_un */
};

struct unix_sock {
    struct unix_address *addr;
    struct path path;
    struct sock *peer;
};

struct msghdr {
    void *msg_name;
    int msg_namelen;
};

#if defined(__TARGET_ARCH_x86)
struct pt_regs {
    unsigned long r10, r9, r8, ax, cx, dx, si, di, orig_ax, bx, bp;
};
#endif

#pragma clang attribute pop

/* Values of the kernel's own that no uapi header has. */
#define AT_FDCWD            (-100)
#define PF_KTHREAD          0x00200000
#define PFA_NO_NEW_PRIVS    0x1
#define PF_IO_WORKER        0x00000010
#define FMODE_WRITE         0x2
#define FMODE_CREATED       0x100000
#define OVERLAYFS_MAGIC     0x794c7630
#define TMPFS_MAGIC         0x01021994
#define ANON_INODE_FS_MAGIC 0x09041934
#define EINPROGRESS         115
#define S_IFMT              0170000
#define S_IFSOCK            0140000
#define S_IFLNK             0120000
#define S_IFREG             0100000
#define S_IFBLK             0060000
#define O_ACCMODE           03
#define O_CREAT             0100
#define O_RDWR              02
#define OPEN_FLAGS_NOT_KEPT 01700 /* O_CREAT, O_EXCL, O_NOCTTY, O_TRUNC: do_dentry_open */
#define O_TMPFILE           020200000
#define S_IFDIR             0040000
#define S_IFCHR             0020000
#define S_IFIFO             0010000
#define S_ISUID             0004000
#define S_ISGID             0002000
#define S_IWUGO             0000222
#define AF_UNSPEC           0
#define AF_UNIX             1
#define AF_INET             2
#define AF_INET6            10
#define SOCK_STREAM         1
#define SOCK_DGRAM          2
#define IPPROTO_TCP         6
#define IPPROTO_UDP         17
#define TS_COMPAT           0x2
#define X32_SYSCALL_BIT     0x40000000
#define CLONE_VFORK         0x4000

#endif
