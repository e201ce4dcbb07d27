/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_FILE_H
#define BPF_FILE_H

/* Facts of files, from struct file and inode; descriptors are looked up in the task's own table. */

#include "object.h"
#include "task.h"

/* struct file of a descriptor of the current task, 0 when it is not open. */
CHECKED_ONCE u64 file_of_fd(s64 fd)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct files_struct *files = task->files;

    if (!files || fd < 0)
        return 0;
    struct fdtable *table = files->fdt;
    if (fd >= table->max_fds)
        return 0;
    /* A pointer is read as one kind of pointer is as another. */
    struct list_head *place = (void *)((u64)table->fd + (u64)fd * 8);
    return (u64)KERNEL_READ(place, next);
}

/* Where a relative name starts from; all 0 when there is no such place. */
static __always_inline struct path path_base(s64 dirfd)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct path base = {};

    if (dirfd == AT_FDCWD) {
        struct fs_struct *fs = task->fs;
        if (fs) {
            base.dentry = BPF_CORE_READ(fs, pwd.dentry);
            base.mnt = BPF_CORE_READ(fs, pwd.mnt);
        }
        return base;
    }
    struct file *file = (void *)file_of_fd(dirfd);
    if (file) {
        base.dentry = KERNEL_READ(file, f_path.dentry);
        base.mnt = KERNEL_READ(file, f_path.mnt);
    }
    return base;
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

/* What is read of a file at once. */
struct file_facts {
    struct inode *inode;
    struct path path;
    u32 open_flags;
    u32 mode; /* of the inode */
    u32 uid;
    u32 device;
    u64 number; /* of the inode */
    u64 magic;
    u32 flags; /* FILE_FLAG_* */
    u32 unused;
};

static __always_inline u32 overlay_flags(struct inode *inode)
{
    /*
     * struct ovl_inode keeps __upperdentry right behind its vfs_inode; it is in the BTF of a module
     * that may not be loaded when the programs are, so its place is computed.
     */
    u64 upper = 0;

    bpf_probe_read_kernel(&upper, sizeof(upper),
                          (void *)((u64)inode + bpf_core_type_size(struct inode)));
    return FILE_FLAG_OVERLAY | (upper ? FILE_FLAG_UPPER_LAYER : 0);
}

static __always_inline u32 mount_flags(struct vfsmount *vfsmount)
{
    struct mount *mount = (void *)REAL_MOUNT(vfsmount);
    u64 mnt_ns = (u64)BPF_CORE_READ(mount, mnt_ns);

    if (mnt_ns >= (u64)-4095) /* MNT_NS_INTERNAL is an error pointer */
        return FILE_FLAG_KERNEL_MNT;
    return mnt_ns ? 0 : FILE_FLAG_DETACHED;
}

static __always_inline void file_facts(struct scratch *s, u64 address, struct file_facts *ret)
{
    struct file *file = (void *)address;

    window_read(s, file, WINDOW_BYTES);
    struct inode *inode = ret->inode = WINDOW_FIELD(s, WINDOW_BYTES, file, f_inode);
    ret->path.mnt = WINDOW_FIELD(s, WINDOW_BYTES, file, f_path.mnt);
    ret->path.dentry = WINDOW_FIELD(s, WINDOW_BYTES, file, f_path.dentry);
    ret->open_flags = WINDOW_FIELD(s, WINDOW_BYTES, file, f_flags);
    u32 f_mode = WINDOW_FIELD(s, WINDOW_BYTES, file, f_mode);
    if (describes_another) { /* the file is the agent's own, of the same path */
        ret->open_flags = s->asked_flags & ~OPEN_FLAGS_NOT_KEPT;
        f_mode = s->asked_flags & O_ACCMODE ? FMODE_WRITE : 0;
    }

    window_read(s, inode, WINDOW_BYTES);
    struct super_block *sb = WINDOW_FIELD(s, WINDOW_BYTES, inode, i_sb);
    ret->mode = WINDOW_FIELD(s, WINDOW_BYTES, inode, i_mode);
    ret->uid = WINDOW_FIELD(s, WINDOW_BYTES, inode, i_uid).val;
    ret->number = WINDOW_FIELD(s, WINDOW_BYTES, inode, i_ino);
    u32 links = WINDOW_FIELD(s, WINDOW_BYTES, inode, i_nlink);

    window_read(s, sb, WINDOW_BYTES);
    ret->device = WINDOW_FIELD(s, WINDOW_BYTES, sb, s_dev);
    ret->magic = WINDOW_FIELD(s, WINDOW_BYTES, sb, s_magic);

    u32 flags = mount_flags(ret->path.mnt);
    if (ret->mode & S_ISUID)
        flags |= FILE_FLAG_SETUID;
    if (ret->mode & S_ISGID)
        flags |= FILE_FLAG_SETGID;
    if (!links)
        flags |= FILE_FLAG_UNLINKED;
    if (ret->magic == OVERLAYFS_MAGIC)
        flags |= overlay_flags(inode);
    if (ret->magic == TMPFS_MAGIC && !links && dentry_is_memfd(ret->path.dentry))
        flags |= FILE_FLAG_MEMFD;
    if (f_mode & FMODE_CREATED)
        flags |= FILE_FLAG_CREATED;
    if (f_mode & FMODE_WRITE)
        flags |= FILE_FLAG_WRITABLE;
    ret->flags = flags;
    ret->unused = 0;
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
CHECKED_ONCE int put_file(struct scratch *s, u64 address)
{
    struct file_facts facts;

    if (!s)
        return 0;
    file_facts(s, address, &facts);
    put_path(s, PARAM_PATH, (u64)facts.path.dentry, (u64)facts.path.mnt,
             facts.flags & FILE_FLAG_UNLINKED ? PARAM_FLAG_DELETED : 0);
    put_number(s, PARAM_FILE_MODE, facts.mode);
    put_number(s, PARAM_FILE_FLAGS, facts.flags);
    put_number(s, PARAM_FILE_DEVICE, facts.device);
    put_number(s, PARAM_FILE_INODE, facts.number);
    put_number(s, PARAM_FILE_FILESYSTEM, facts.magic);
    put_number(s, PARAM_FILE_UID, facts.uid);
    put_number(s, PARAM_FILE_OPEN_FLAGS, facts.open_flags);
    return 0;
}

#endif
