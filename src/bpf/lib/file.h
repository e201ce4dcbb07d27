/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_FILE_H
#define BPF_FILE_H

/* Facts of files, from struct file and inode; descriptors are looked up in the task's own table. */

#include "task.h"

/* struct file of a descriptor of the current task, 0 when it is not open. */
static __always_inline u64 file_of_fd(struct task_struct *task, s64 fd)
{
    struct files_struct *files = task->files;
    struct file **slots;
    u64 file = 0;

    if (!files || fd < 0)
        return 0;
    struct fdtable *table = BPF_CORE_READ(files, fdt);
    if (fd >= BPF_CORE_READ(table, max_fds))
        return 0;
    slots = BPF_CORE_READ(table, fd);
    if (bpf_probe_read_kernel(&file, sizeof(file), &slots[fd]) < 0)
        return 0;
    return file;
}

static __always_inline u64 inode_ctime(struct inode *inode)
{
    struct inode___6_6 *v6_6 = (void *)inode;
    struct inode___old *old = (void *)inode;

    if (bpf_core_field_exists(inode->i_ctime_sec))
        return (u64)BPF_CORE_READ(inode, i_ctime_sec) * 1000000000 +
               BPF_CORE_READ(inode, i_ctime_nsec);
    if (bpf_core_field_exists(v6_6->__i_ctime))
        return (u64)BPF_CORE_READ(v6_6, __i_ctime.tv_sec) * 1000000000 +
               BPF_CORE_READ(v6_6, __i_ctime.tv_nsec);
    return (u64)BPF_CORE_READ(old, i_ctime.tv_sec) * 1000000000 +
           BPF_CORE_READ(old, i_ctime.tv_nsec);
}

static __always_inline u64 inode_mtime(struct inode *inode)
{
    struct inode___6_6 *v6_6 = (void *)inode;
    struct inode___old *old = (void *)inode;

    if (bpf_core_field_exists(inode->i_mtime_sec))
        return (u64)BPF_CORE_READ(inode, i_mtime_sec) * 1000000000 +
               BPF_CORE_READ(inode, i_mtime_nsec);
    if (bpf_core_field_exists(v6_6->__i_mtime))
        return (u64)BPF_CORE_READ(v6_6, __i_mtime.tv_sec) * 1000000000 +
               BPF_CORE_READ(v6_6, __i_mtime.tv_nsec);
    return (u64)BPF_CORE_READ(old, i_mtime.tv_sec) * 1000000000 +
           BPF_CORE_READ(old, i_mtime.tv_nsec);
}

static __always_inline bool dentry_is_memfd(struct dentry *dentry)
{
    const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
    char start[6] = {};

    bpf_probe_read_kernel(start, sizeof(start), name);
    return start[0] == 'm' && start[1] == 'e' && start[2] == 'm' && start[3] == 'f' &&
           start[4] == 'd' && start[5] == ':';
}

/* FILE_FLAG_* of a file. */
static __always_inline u32 file_flags(struct file *file, struct inode *inode, u32 mode)
{
    struct super_block *sb = BPF_CORE_READ(inode, i_sb);
    u64 magic = BPF_CORE_READ(sb, s_magic);
    u32 flags = 0;

    if (mode & S_ISUID)
        flags |= FILE_FLAG_SETUID;
    if (mode & S_ISGID)
        flags |= FILE_FLAG_SETGID;
    if (BPF_CORE_READ(inode, i_nlink) == 0)
        flags |= FILE_FLAG_UNLINKED;
    if (magic == OVERLAYFS_MAGIC) {
        /*
         * struct ovl_inode keeps __upperdentry right behind its vfs_inode; it is in the BTF of a
         * module that may not be loaded when the programs are, so its place is computed.
         */
        u64 upper = 0;
        u64 behind = (u64)inode + bpf_core_type_size(struct inode);

        flags |= FILE_FLAG_OVERLAY;
        bpf_probe_read_kernel(&upper, sizeof(upper), (void *)behind);
        if (upper)
            flags |= FILE_FLAG_UPPER_LAYER;
    }
    struct path path = {};
    bpf_core_read(&path.mnt, sizeof(path.mnt), &file->f_path.mnt);
    bpf_core_read(&path.dentry, sizeof(path.dentry), &file->f_path.dentry);
    if (magic == TMPFS_MAGIC && (flags & FILE_FLAG_UNLINKED) && dentry_is_memfd(path.dentry))
        flags |= FILE_FLAG_MEMFD;
    u32 f_mode = BPF_CORE_READ(file, f_mode);
    if (f_mode & FMODE_CREATED)
        flags |= FILE_FLAG_CREATED;
    if (f_mode & FMODE_WRITE)
        flags |= FILE_FLAG_WRITABLE;

    struct mount *mount = (void *)REAL_MOUNT(path.mnt);
    u64 mnt_ns = (u64)BPF_CORE_READ(mount, mnt_ns);
    if (mnt_ns >= (u64)-4095) /* MNT_NS_INTERNAL is an error pointer */
        flags |= FILE_FLAG_KERNEL_MNT;
    else if (!mnt_ns)
        flags |= FILE_FLAG_DETACHED;
    return flags;
}

static __always_inline enum file_type file_type(u64 address)
{
    struct file *file = (void *)address;

    if (!file)
        return FILE_TYPE_NONE;
    struct inode *inode = BPF_CORE_READ(file, f_inode);
    switch (BPF_CORE_READ(inode, i_mode) & S_IFMT) {
    case S_IFREG: return FILE_TYPE_REGULAR;
    case S_IFDIR: return FILE_TYPE_DIRECTORY;
    case S_IFCHR: return FILE_TYPE_CHARACTER;
    case S_IFBLK: return FILE_TYPE_BLOCK;
    case S_IFIFO: return FILE_TYPE_FIFO;
    case S_IFSOCK: break;
    default:
        return BPF_CORE_READ(inode, i_sb, s_magic) == ANON_INODE_FS_MAGIC ? FILE_TYPE_ANONYMOUS
                                                                          : FILE_TYPE_OTHER;
    }
    struct socket *socket = BPF_CORE_READ(file, private_data);
    switch (BPF_CORE_READ(socket, sk, __sk_common.skc_family)) {
    case AF_INET: return FILE_TYPE_SOCKET_INET;
    case AF_INET6: return FILE_TYPE_SOCKET_INET6;
    case AF_UNIX: return FILE_TYPE_SOCKET_UNIX;
    default: return FILE_TYPE_SOCKET_OTHER;
    }
}

/* PATH and FILE_* of an open file. */
static __always_inline void put_file(struct scratch *s, u64 address)
{
    struct file *file = (void *)address;
    struct inode *inode = BPF_CORE_READ(file, f_inode);
    u32 mode = BPF_CORE_READ(inode, i_mode);
    u32 flags = file_flags(file, inode, mode);

    put_path(s, PARAM_PATH, (u64)BPF_CORE_READ(file, f_path.dentry),
             (u64)BPF_CORE_READ(file, f_path.mnt),
             flags & FILE_FLAG_UNLINKED ? PARAM_FLAG_DELETED : 0);
    put_number(s, PARAM_FILE_MODE, mode);
    put_number(s, PARAM_FILE_FLAGS, flags);
    put_number(s, PARAM_FILE_DEVICE, BPF_CORE_READ(inode, i_sb, s_dev));
    put_number(s, PARAM_FILE_INODE, BPF_CORE_READ(inode, i_ino));
    put_number(s, PARAM_FILE_FILESYSTEM, BPF_CORE_READ(inode, i_sb, s_magic));
    put_number(s, PARAM_FILE_UID, BPF_CORE_READ(inode, i_uid.val));
    put_number(s, PARAM_FILE_OPEN_FLAGS, BPF_CORE_READ(file, f_flags));
}

#endif
