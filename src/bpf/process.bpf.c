/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Processes made, executing, ending, and moved between cgroups: the scheduler's own tracepoints. */
#include "lib/actor.h"
#include "lib/args.h"
#include "lib/executing.h"
#include "lib/isolation.h"

/* An address range of the new program's memory: argv or the environment, NUL separated. */
static __always_inline void put_strings(struct scratch *s, u32 id, u64 start, u64 end,
                                        const u32 max)
{
    put_user_bytes(s, id, start, end - start, max, COUNTER_TRUNCATED_ARGV);
}

/* Whose setuid and setgid bits may count: the program's or, by binfmt_misc, the script's. */
static __always_inline u32 executed_mode(struct mm_struct *mm, struct linux_binprm *bprm)
{
    return BPF_CORE_READ(mm, exe_file, f_inode, i_mode) |
           BPF_CORE_READ(bprm, executable, f_inode, i_mode);
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(process_exec, struct task_struct *task, s32 old_pid, struct linux_binprm *bprm)
{
    struct mm_struct *mm = task->mm;
    u32 type = bprm->fdpath ? EVENT_EXECVEAT : EVENT_EXECVE;
    struct scratch *s = record_begin(type, NULL);

    if (!s) {
        isolation_look(true, executed_mode(mm, bprm));
        return 0;
    }
    put_executable(s, task, (u64)BPF_CORE_READ(mm, exe_file));
    put_kernel_string(s, PARAM_FILENAME, bprm->filename, EVENT_PATH_MAX);
    if (bprm->interp != bprm->filename)
        put_kernel_string(s, PARAM_INTERPRETER, bprm->interp, EVENT_PATH_MAX);
    put_strings(s, PARAM_ARGV, mm->arg_start, mm->arg_end, EVENT_ARGV_MAX);
    if (settings.want_env)
        put_strings(s, PARAM_ENVP, mm->env_start, mm->env_end, EVENT_ENVP_MAX);
    put_executing(s, task);

    u32 stdio = 0;
    for (int fd = 0; fd < 3; fd++)
        stdio |= (u32)file_type(file_of_fd(fd)) << (fd * 8);
    put_number(s, PARAM_STDIO, stdio);

    actor_executed(s, task);
    record_submit(s);
    record_end(s);
    isolation_look(true, executed_mode(mm, bprm));
    return 0;
}

#define CLONE_VM_AND_VFORK 0x4100
#define SIGCHLD            17

/* The call that made it, still in the parent's registers. A kernel thread's parent has none. */
static __always_inline u32 clone_type(struct task_struct *parent, struct pt_regs *regs)
{
    bool compat = parent->thread_info.status & TS_COMPAT;
    u64 number = regs->orig_ax;
    u32 type = EVENT_NONE;

    if (number < EVENT_SYSCALL_MAX) {
        BOUNDED(number);
        number &= EVENT_SYSCALL_MAX - 1;
        type = clone_types[compat][number];
    }
    return type ? type : EVENT_CLONE;
}

static __always_inline u64 clone_flags(struct task_struct *parent, struct pt_regs *regs, u32 type)
{
    bool compat = parent->thread_info.status & TS_COMPAT;
    u64 first = compat ? (u32)regs->bx : regs->di, flags = 0;

    switch (type) {
    case EVENT_FORK: return SIGCHLD;
    case EVENT_VFORK: return CLONE_VM_AND_VFORK | SIGCHLD;
    case EVENT_CLONE3: /* the first member of struct clone_args */
        if (bpf_probe_read_user(&flags, sizeof(flags), (void *)first) < 0)
            count(COUNTER_FAILED_READ_USER);
        return flags;
    default: return first;
    }
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(process_fork, struct task_struct *parent, struct task_struct *child)
{
    isolation_fork(parent, child);
    if (child->tgid == parent->tgid)
        return 0; /* a thread */

    struct pt_regs *regs = (void *)bpf_task_pt_regs(parent);
    u32 type = clone_type(parent, regs);
    struct scratch *s = record_begin(type, NULL);
    if (!s)
        return 0;
    struct event_header *header = (void *)s->data;
    u64 parents_cgroup = header->cgroup_id;

    header->result = child->tgid;
    put_number(s, PARAM_CHILD_PID, child->tgid);
    put_number(s, PARAM_CHILD_TID, child->pid);
    put_number(s, PARAM_CHILD_START, child->start_boottime);
    if (!(parent->flags & PF_KTHREAD))
        put_number(s, PARAM_CLONE_FLAGS, clone_flags(parent, regs, type));
    put_number(s, PARAM_CHILD_VPID,
               pid_number_inner((u64)BPF_CORE_READ(child, group_leader, thread_pid)));
    put_number(s, PARAM_CHILD_VTID, pid_number_inner((u64)BPF_CORE_READ(child, thread_pid)));
    record_submit(s);

    /* CLONE_INTO_CGROUP: the child begins elsewhere. */
    struct cgroup *cgroup = cgroup_of_task(child);
    if (cgroup_id(cgroup) != parents_cgroup) {
        s->type = EVENT_CGROUP_ATTACH;
        record_header_of(s, child);
        put_cgroup(s, PARAM_CGROUP, cgroup);
        record_submit(s);
    }
    record_end(s);
    return 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(process_exit, struct task_struct *task)
{
    isolation_look(false, 0);
    if (BPF_CORE_READ(task, signal, live.counter) > 0)
        return 0; /* other threads live on */

    struct scratch *s = record_begin(EVENT_PROCEXIT, NULL);
    if (!s)
        return 0;
    u32 code = BPF_CORE_READ(task, signal, group_exit_code);
    put_number(s, PARAM_EXIT_CODE, code ? code : (u32)task->exit_code);
    record_submit(s);
    record_end(s);
    return 0;
}

/*
 * Told for every hierarchy a task is moved in; only v2 and the v1 hierarchy that names containers
 * are of interest. The header's cgroup is the one moved to, not the one cgroup_of_task would
 * choose: on a hybrid machine a container may have a name in either.
 */
SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(cgroup_attach, struct cgroup *cgroup, const char *path, struct task_struct *task,
             bool threadgroup)
{
    int hierarchy = cgroup->root->hierarchy_id;

    if (task->tgid != task->pid && !threadgroup)
        return 0;
    if (hierarchy != 0 && hierarchy != v1_hierarchy)
        return 0;
    isolation_move(task);

    struct scratch *s = record_begin(EVENT_CGROUP_ATTACH, task);
    if (!s)
        return 0;
    struct event_header *header = (void *)s->data;
    header->cgroup_id = cgroup_id(cgroup);
    put_cgroup(s, PARAM_CGROUP, cgroup);
    /* Who is moved on to where it came from looks the same, and may be in another container: a
     * process stays in its container when the cgroup it comes to names none. */
    masks_void(s);
    record_submit(s);
    record_end(s);
    return 0;
}
