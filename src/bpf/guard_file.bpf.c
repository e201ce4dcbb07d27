/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Files that are executed, opened and mapped, and names that are made, moved and taken away. What
 * decides is the file the kernel has found, not how the caller called it.
 */
#include "lib/guard.h"
#include "lib/known.h"

#define PROT_EXEC 0x4
#define O_WRONLY  1

/* Whether a file lies on a second mount of the container's root file system (bind). */
static __always_inline bool is_bound(struct scratch *s, struct vfsmount *mount)
{
    struct fs_struct *fs = bpf_get_current_task_btf()->fs;

    s->root_mount = fs ? (u64)fs->root.mnt : 0;
    struct vfsmount *root = (void *)AS_NUMBER(s->root_mount);
    return root && mount != root && KERNEL_READ(mount, mnt_sb) == KERNEL_READ(root, mnt_sb) &&
           KERNEL_READ(mount, mnt_root) != KERNEL_READ(root, mnt_root);
}

/* By the path of a file. One that is bound has the path it would have on the first mount as well:
 * what is true of either is true of the file. */
CHECKED_ONCE int guard_by_file(struct scratch *s, u64 dentry, u64 mount)
{
    if (!s)
        return true;
    if (!filter_asks_text(s, FILTER_TEXT_PATH))
        return true;
    struct filter_vector before = s->candidates;
    u32 left = guard_by_path(s, FILTER_TEXT_PATH, dentry, mount);
    if (left || !is_bound(s, (void *)mount))
        return left;
    s->candidates = before;
    filter_and(&s->candidates, &guard_slots[s->filter_slot & 1].protects);
    s->filter_on = 1;
    /* From the dentry alone: the walk ends where no parent is. */
    u32 start = path_build(s, dentry, s->root_mount);
    return start < PATH_ROOM && filter_by_text(s, FILTER_TEXT_PATH, start, PATH_ROOM - start);
}

/* Whether path and name of a file that was opened before are known to leave nothing. */
CHECKED_ONCE int guard_known(struct scratch *s, u64 address)
{
    struct file *file = (void *)address;

    if (!s || !address || is_bound(s, KERNEL_READ(file, f_path.mnt)) || !known_file(s, address))
        return false;
    struct filter_vector left = s->candidates;
    return !filter_and(&left, &s->known_columns);
}

/* A file that an overlay opens below what its user opened: that was looked at. */
static __always_inline bool opened_below(struct file *file)
{
    return mount_flags(KERNEL_READ(file, f_path.mnt)) & FILE_FLAG_KERNEL_MNT;
}

static __always_inline bool guard_opened(struct scratch *s, struct file *file)
{
    struct open_asked asked = {.flags = KERNEL_READ(file, f_flags)};
    struct dentry *dentry = KERNEL_READ(file, f_path.dentry);
    struct vfsmount *mount = KERNEL_READ(file, f_path.mnt);

    if (KERNEL_READ(file, f_mode) & FMODE_CREATED)
        asked.mode = BPF_CORE_READ(file, f_inode, i_mode) & 0777;
    return filter_opened(s, (u64)file, &asked) && !guard_known(s, (u64)file) &&
           guard_by_layer(s, FILTER_FILE_AT, guard_file_flags((u64)file)) &&
           filter_by_name(s, &filter_slots[s->filter_slot & 1], dentry, mount) &&
           guard_by_file(s, (u64)dentry, (u64)mount);
}

CHECKED_ONCE int guard_open(u64 address)
{
    struct file *file = (void *)address;
    u32 flags = KERNEL_READ(file, f_flags);

    /* What is opened to be executed is no open to rules. */
    if (flags & FMODE_EXEC || opened_below(file))
        return 0;
    GUARD(s, EVENT_OPENAT, false);
    bool refused = guard_opened(s, file);
    if (refused) {
        guard_record(s);
        put_number(s, PARAM_OPEN_FLAGS, flags);
        put_file(s, address);
        guard_send(s);
    }
    GUARD_END(s, refused);
}

SEC("lsm/file_open")
int guard_file_open(void *context)
{
    if (guard_is_spared())
        return 0;
    VERDICT(guard_open(hook_argument(context, 0)));
}

CHECKED_ONCE int refuse_program(struct scratch *s, u64 file, u64 name)
{
    struct file_facts facts;

    if (!s)
        return 0;
    file_facts(s, file, &facts);
    guard_record(s);
    put_path(s, PARAM_EXE_PATH, (u64)facts.path.dentry, (u64)facts.path.mnt, 0);
    put_number(s, PARAM_EXE_FLAGS, facts.flags);
    put_number(s, PARAM_EXE_INODE, facts.number);
    put_number(s, PARAM_EXE_DEVICE, facts.device);
    put_kernel_string(s, PARAM_FILENAME, name, EVENT_PATH_MAX);
    return guard_send(s);
}

SEC("lsm/bprm_check_security")
int guard_bprm_check_security(void *context)
{
    struct task_struct *task = bpf_get_current_task_btf();

    GUARD(s, EVENT_EXECVE, true);
    struct linux_binprm *bprm = (void *)hook_argument(context, 0);
    u64 file = (u64)BPF_CORE_READ(bprm, file);
    bool refused = guard_by_program(s, file, FILTER_TEXT_EXECUTABLE) &&
                   guard_by_program(s, executable_of(task->real_parent), FILTER_TEXT_PARENT);
    if (refused)
        refuse_program(s, file, (u64)BPF_CORE_READ(bprm, filename));
    GUARD_END(s, refused);
}

SEC("lsm/mmap_file")
int guard_mmap_file(void *context)
{
    struct file *file = (void *)hook_argument(context, 0);
    u64 prot = hook_argument(context, 2);

    if (!file || !(prot & PROT_EXEC))
        return 0;
    GUARD(s, EVENT_MMAP, false);
    bool refused =
        guard_by_layer(s, FILTER_FILE_AT, guard_file_flags((u64)file)) &&
        guard_by_file(s, (u64)KERNEL_READ(file, f_path.dentry), (u64)KERNEL_READ(file, f_path.mnt));
    if (refused) {
        guard_record(s);
        put_number(s, PARAM_PROT, prot);
        put_file(s, (u64)file);
        guard_send(s);
    }
    GUARD_END(s, refused);
}

/* The paths that a call names, as the record has them. */
CHECKED_ONCE int refuse_names(struct scratch *s, u64 first, u64 first_mount, u64 second,
                              u64 second_mount)
{
    if (!s)
        return 0;
    guard_record(s);
    if (first)
        put_path(s, PARAM_NAME, first, first_mount, 0);
    if (second)
        put_path(s, PARAM_NAME2, second, second_mount, 0);
    return guard_send(s);
}

/* One name, the first that the call has or, FILTER_TEXT_ARGUMENT2, the second. */
CHECKED_ONCE int guard_name(u32 type, u32 text, u64 dentry, u64 mount)
{
    GUARD(s, type, false);
    bool refused = guard_by_path(s, text, dentry, mount);
    if (refused && text == FILTER_TEXT_ARGUMENT)
        refuse_names(s, dentry, mount, 0, 0);
    else if (refused)
        refuse_names(s, 0, 0, dentry, mount);
    GUARD_END(s, refused);
}

/* Both names of a call. */
CHECKED_ONCE int guard_names(struct path *first, struct path *second, u32 type)
{
    if (!first || !second)
        return 0;
    u64 dentry = (u64)first->dentry, mount = (u64)first->mnt;
    u64 other = (u64)second->dentry, other_mount = (u64)second->mnt;
    GUARD(s, type, false);
    bool refused = guard_by_path(s, FILTER_TEXT_ARGUMENT, dentry, mount) &&
                   guard_by_path(s, FILTER_TEXT_ARGUMENT2, other, other_mount);
    if (refused)
        refuse_names(s, dentry, mount, other, other_mount);
    GUARD_END(s, refused);
}

/*
 * A file that a rule names would have another name, by which the rule would not know it: a link, or
 * a move of it or of a directory above. Refused to whom opening it would be; `text`: what it is
 * looked up by.
 */
CHECKED_ONCE int guard_keeps_name(struct path *first, struct path *second, u32 type, u32 text)
{
    if (!first || !second)
        return 0;
    u64 dentry = (u64)first->dentry, mount = (u64)first->mnt;
    u64 other = (u64)second->dentry, other_mount = (u64)second->mnt;
    GUARD(s, EVENT_OPENAT, false);
    bool refused = filter_and(&s->candidates, &guard_slots[s->filter_slot & 1].protects) &&
                   guard_by_path(s, text, dentry, mount);
    if (refused) {
        s->type = type;
        refuse_names(s, dentry, mount, other, other_mount);
    }
    GUARD_END(s, refused);
}

static __always_inline struct path hook_path(void *context, u32 index)
{
    struct path *path = (void *)hook_argument(context, index);
    struct path copy = {.mnt = KERNEL_READ(path, mnt), .dentry = KERNEL_READ(path, dentry)};

    return copy;
}

SEC("lsm/path_rename")
int guard_path_rename(void *context)
{
    struct path first = hook_path(context, 0), second = hook_path(context, 2);

    first.dentry = (void *)hook_argument(context, 1);
    second.dentry = (void *)hook_argument(context, 3);
    VERDICT(guard_names(&first, &second, EVENT_RENAMEAT2) ||
            guard_keeps_name(&first, &second, EVENT_RENAMEAT2, FILTER_TEXT_ANCESTOR));
}

SEC("lsm/path_link")
int guard_path_link(void *context)
{
    struct path first = hook_path(context, 1), second = first;

    first.dentry = (void *)hook_argument(context, 0);
    second.dentry = (void *)hook_argument(context, 2);
    VERDICT(guard_names(&first, &second, EVENT_LINKAT) ||
            guard_keeps_name(&first, &second, EVENT_LINKAT, FILTER_TEXT_PATH));
}

/* A name in a directory. */
#define NAME_HOOK(hook, type, text)                                                                \
    SEC("lsm/" #hook) int guard_##hook(void *context)                                              \
    {                                                                                              \
        struct path directory = hook_path(context, 0);                                             \
        VERDICT(guard_name(type, text, hook_argument(context, 1), (u64)directory.mnt));            \
    }

NAME_HOOK(path_symlink, EVENT_SYMLINKAT, FILTER_TEXT_ARGUMENT2)
NAME_HOOK(path_unlink, EVENT_UNLINKAT, FILTER_TEXT_ARGUMENT)
NAME_HOOK(path_rmdir, EVENT_RMDIR, FILTER_TEXT_ARGUMENT)
NAME_HOOK(path_mkdir, EVENT_MKDIRAT, FILTER_TEXT_ARGUMENT)

/* A file is made before it is opened: what may not be opened for writing is not made. */
CHECKED_ONCE int guard_made(u64 address, u64 mount, u32 mode)
{
    struct dentry *dentry = (void *)address, *parent = KERNEL_READ(dentry, d_parent);
    u32 flags = 0;

    GUARD(s, EVENT_OPENAT, false);
    if (BPF_CORE_READ(parent, d_inode, i_sb, s_magic) == OVERLAYFS_MAGIC)
        flags = FILE_FLAG_OVERLAY | FILE_FLAG_UPPER_LAYER;
    u32 index = FILTER_OPEN(O_WRONLY, mode & 0111 ? 1 : 0, FILTER_OPENED_REGULAR);
    bool refused = filter_narrow(s, filter_small(s->filter_slot, FILTER_OPEN_AT + index),
                                 COUNTER_FILTERED_OPEN) &&
                   guard_by_layer(s, FILTER_FILE_AT, flags) &&
                   filter_by_name(s, &filter_slots[s->filter_slot & 1], dentry, (void *)mount) &&
                   guard_by_file(s, address, mount);
    if (refused) {
        guard_record(s);
        put_number(s, PARAM_OPEN_FLAGS, O_CREAT | O_WRONLY);
        put_number(s, PARAM_MODE, mode);
        put_path(s, PARAM_PATH, address, mount, 0);
        guard_send(s);
    }
    GUARD_END(s, refused);
}

CHECKED_ONCE int guard_node(u64 dentry, u64 mount, u32 mode)
{
    GUARD(s, EVENT_MKNODAT, false);
    bool refused =
        filter_narrow(s, filter_small(s->filter_slot, FILTER_KIND_AT + FILTER_KIND(mode)),
                      COUNTER_FILTERED_OPEN) &&
        guard_by_path(s, FILTER_TEXT_ARGUMENT, dentry, mount);
    if (refused) {
        guard_record(s);
        put_number(s, PARAM_MODE, mode);
        put_path(s, PARAM_NAME, dentry, mount, 0);
        guard_send(s);
    }
    GUARD_END(s, refused);
}

/* Of every file that an open makes too, and of a socket that is bound. */
SEC("lsm/path_mknod")
int guard_path_mknod(void *context)
{
    struct path directory = hook_path(context, 0);
    u64 dentry = hook_argument(context, 1);
    u32 mode = hook_argument(context, 2), kind = mode & S_IFMT;

    if (!kind || kind == S_IFREG)
        VERDICT(guard_made(dentry, (u64)directory.mnt, mode));
    if (kind == S_IFSOCK)
        return 0;
    VERDICT(guard_node(dentry, (u64)directory.mnt, mode));
}

#define PATH_HOOK(hook, type)                                                                      \
    SEC("lsm/" #hook) int guard_##hook(void *context)                                              \
    {                                                                                              \
        struct path path = hook_path(context, 0);                                                  \
        VERDICT(guard_name(type, FILTER_TEXT_ARGUMENT, (u64)path.dentry, (u64)path.mnt));          \
    }

PATH_HOOK(path_chmod, EVENT_FCHMODAT)
PATH_HOOK(path_chown, EVENT_FCHOWNAT)
PATH_HOOK(path_truncate, EVENT_TRUNCATE)
PATH_HOOK(path_chroot, EVENT_CHROOT)
