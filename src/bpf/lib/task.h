/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_TASK_H
#define BPF_TASK_H

/* Who acts: the record's header, from the task and its credentials at this moment. */

#include "cgroup.h"

/* The last of a struct pid's numbers: in its innermost namespace. `address` is a plain number. */
static __always_inline void pid_innermost(u64 address, struct upid *ret_upid)
{
    struct pid *pid = (void *)address;
    u32 level = BPF_CORE_READ(pid, level);

    bpf_probe_read_kernel(ret_upid, sizeof(*ret_upid),
                          (void *)(address + bpf_core_field_offset(struct pid, numbers) +
                                   (level & 63) * bpf_core_type_size(struct upid)));
}

static __always_inline u32 pid_number_inner(u64 pid)
{
    struct upid upid = {};

    pid_innermost(pid, &upid);
    return upid.nr;
}

/* And in the initial one. */
static __always_inline u32 pid_number(u64 address)
{
    struct pid *pid = (void *)address;

    return BPF_CORE_READ(pid, numbers[0].nr);
}

static __always_inline void record_header_of(struct scratch *s, struct task_struct *task)
{
    struct event_header *header = (void *)s->data;
    const struct cred *cred = task->cred;
    struct nsproxy *namespaces = task->nsproxy;

    header->type = s->type;
    header->time = bpf_ktime_get_boot_ns();
    header->start_time = task->group_leader->start_boottime;
    header->cgroup_id = cgroup_id(cgroup_of_task(task));
    header->result = s->result;
    struct {
        u64 inheritable, permitted, effective;
    } caps = {}; /* neighbours in struct cred in every kernel */
    bpf_core_read(&caps, sizeof(caps), &cred->cap_inheritable);
    header->cap_effective = caps.effective;
    header->cap_permitted = caps.permitted;
    header->cap_inheritable = caps.inheritable;
    header->pid = task->tgid;
    header->tid = task->pid;
    header->uid = cred->uid.val;
    header->euid = cred->euid.val;
    header->fsuid = cred->fsuid.val;
    header->gid = cred->gid.val;
    header->egid = cred->egid.val;
    header->login_uid = task->loginuid.val;
    header->mount_namespace = 0;
    header->pid_namespace = 0;
    if (namespaces) /* gone while a task exits */
        header->mount_namespace = namespaces->mnt_ns->ns.inum;
    header->cpu = bpf_get_smp_processor_id();
    header->syscall = s->syscall;
    header->actor = s->actor;
    /* What is behind its NUL would be of the record before. */
    __builtin_memset(header->comm, 0, sizeof(header->comm));
    bpf_probe_read_kernel_str(header->comm, sizeof(header->comm), task->comm);

    struct pid *pid = task->thread_pid;
    if (pid && pid->level == 0) {
        header->pid_namespace = pid->numbers[0].ns->ns.inum;
    } else if (pid) {
        struct upid upid = {};

        pid_innermost((u64)BPF_CORE_READ(task, thread_pid), &upid);
        header->pid_namespace = BPF_CORE_READ(upid.ns, ns.inum);
    }
    if (task->flags & PF_KTHREAD)
        s->flags |= EVENT_FLAG_KTHREAD;
    if (task->flags & PF_IO_WORKER)
        s->flags |= EVENT_FLAG_IO_WORKER;
    s->offset = sizeof(*header);
}

/* The acting thread is the current one nearly always; checked once, for the checks take long. */
CHECKED_ONCE int record_header(struct scratch *s)
{
    if (s)
        record_header_of(s, bpf_get_current_task_btf());
    return 0;
}

/* For what is no system call. */
static __always_inline void scratch_reset(struct scratch *s, u32 type, u32 critical)
{
    s->type = type;
    s->flags = 0;
    s->result = 0;
    s->syscall = 0;
    s->critical = critical;
    s->actor = 0;
}

/* Begin a record of an event that is no system call, by `task` or, NULL, the current thread. */
static __always_inline struct scratch *record_begin(u32 type, struct task_struct *task)
{
    struct scratch *s = scratch_of_cpu();

    if (!s) {
        count(COUNTER_DROP_SCRATCH_BUSY);
        return NULL;
    }
    scratch_reset(s, type, 1);
    if (task)
        record_header_of(s, task);
    else
        record_header(s);
    return s;
}

#endif
