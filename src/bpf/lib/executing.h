/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_EXECUTING_H
#define BPF_EXECUTING_H

/* What an exec's record tells of the task and of the program. */

#include "file.h"

static __always_inline void put_ids(struct scratch *s, struct task_struct *task)
{
    struct task_struct *parent = task->real_parent;
    u64 session = (u64)BPF_CORE_READ(task, signal, pids[PIDTYPE_SID]);
    u64 group = (u64)BPF_CORE_READ(task, signal, pids[PIDTYPE_PGID]);
    struct tty_struct *tty = BPF_CORE_READ(task, signal, tty);
    u32 device = 0;

    if (parent) {
        put_number(s, PARAM_PARENT_PID, parent->tgid);
        put_number(s, PARAM_PARENT_START, BPF_CORE_READ(parent, group_leader, start_boottime));
    }
    put_number(s, PARAM_SID, pid_number(session));
    put_number(s, PARAM_VSID, pid_number_inner(session));
    put_number(s, PARAM_PGID, pid_number(group));
    put_number(s, PARAM_VPGID, pid_number_inner(group));
    put_number(s, PARAM_VPID, pid_number_inner((u64)BPF_CORE_READ(task, group_leader, thread_pid)));
    put_number(s, PARAM_VTID, pid_number_inner((u64)BPF_CORE_READ(task, thread_pid)));
    if (tty) {
        u32 major = BPF_CORE_READ(tty, driver, major);
        u32 minor = BPF_CORE_READ(tty, driver, minor_start) + BPF_CORE_READ(tty, index);

        /* new_encode_dev: as /proc/PID/stat prints it */
        device = (minor & 0xff) | (major << 8) | ((minor & ~0xffu) << 12);
    }
    put_number(s, PARAM_TTY, device);
}

static __always_inline void put_namespaces(struct scratch *s, struct task_struct *task)
{
    struct nsproxy *namespaces = task->nsproxy;

    if (!namespaces)
        return;
    put_number(s, PARAM_NET_NAMESPACE, BPF_CORE_READ(namespaces, net_ns, ns.inum));
    put_number(s, PARAM_IPC_NAMESPACE, BPF_CORE_READ(namespaces, ipc_ns, ns.inum));
    put_number(s, PARAM_UTS_NAMESPACE, BPF_CORE_READ(namespaces, uts_ns, ns.inum));
    put_number(s, PARAM_CGROUP_NAMESPACE, BPF_CORE_READ(namespaces, cgroup_ns, ns.inum));
    put_number(s, PARAM_USER_NAMESPACE, BPF_CORE_READ(task, cred, user_ns, ns.inum));
}

static __always_inline void put_privileges(struct scratch *s, struct task_struct *task)
{
    const struct cred *cred = task->cred;
    u64 bounding = 0, ambient = 0;

    put_number(s, PARAM_SUID, cred->suid.val);
    put_number(s, PARAM_SGID, cred->sgid.val);
    bpf_core_read(&bounding, sizeof(bounding), &cred->cap_bset);
    bpf_core_read(&ambient, sizeof(ambient), &cred->cap_ambient);
    put_number(s, PARAM_CAP_BOUNDING, bounding);
    put_number(s, PARAM_CAP_AMBIENT, ambient);
    put_number(s, PARAM_SECCOMP, BPF_CORE_READ(task, seccomp.mode));
    put_number(s, PARAM_NO_NEW_PRIVS, task->atomic_flags & PFA_NO_NEW_PRIVS);
}

/* Of who executes, but for the program. */
static __always_inline void put_executing(struct scratch *s, struct task_struct *task)
{
    struct fs_struct *fs = task->fs;

    if (fs)
        put_path(s, PARAM_CWD, (u64)BPF_CORE_READ(fs, pwd.dentry), (u64)BPF_CORE_READ(fs, pwd.mnt),
                 0);
    put_cgroup(s, PARAM_CGROUP, cgroup_of_task(task));
    put_ids(s, task);
    put_namespaces(s, task);
    put_privileges(s, task);
}

/* By the owner's and the others' bits alone: what the file system adds (ACLs, read-only mounts)
 * is not looked at. */
static __always_inline bool may_write(struct task_struct *task, const struct file_facts *facts)
{
    u32 uid = task->cred->fsuid.val;

    if (uid == 0)
        return true;
    return facts->mode & (uid == facts->uid ? 0200 : 0002);
}

static __always_inline void put_executable(struct scratch *s, struct task_struct *task, u64 file)
{
    struct file_facts facts;

    file_facts(s, file, &facts);
    u32 flags = facts.flags & ~(FILE_FLAG_WRITABLE | FILE_FLAG_CREATED);
    if (may_write(task, &facts))
        flags |= FILE_FLAG_WRITABLE;
    put_path(s, PARAM_EXE_PATH, (u64)facts.path.dentry, (u64)facts.path.mnt,
             flags & FILE_FLAG_UNLINKED ? PARAM_FLAG_DELETED : 0);
    put_number(s, PARAM_EXE_FLAGS, flags);
    put_number(s, PARAM_EXE_INODE, facts.number);
    put_number(s, PARAM_EXE_DEVICE, facts.device);
    put_number(s, PARAM_EXE_CTIME, inode_ctime(facts.inode));
    put_number(s, PARAM_EXE_MTIME, inode_mtime(facts.inode));
}

#endif
