/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_ISOLATION_H
#define BPF_ISOLATION_H

/*
 * Where the threads of a container are held against what it was given: event/isolation.h. Each
 * thread carries its allowance with it, so that it stays the container's wherever it goes.
 */

#include "task.h"

/* The address of a kernel object that was stored: no longer one to the verifier, who lets functions
 * that it checks once have none. */
#define AS_NUMBER(stored) (*(volatile u64 *)&(stored))

/* isolation.bpf.c. Compares the current thread; `executed`: at an exec, with the program's mode. */
extern int isolation_look(u32 executed, u32 mode);
extern int isolation_cgroup_among(u64 cgroup, u64 container);
extern int isolation_record(struct scratch *s, struct isolation_thread *thread, u32 kind);

/* The allowance of the container that a cgroup is in, NULL for none. */
static __always_inline struct isolation_allowance *isolation_of_cgroup(u64 cgroup)
{
    for (u32 i = 0; i < ISOLATION_DEPTH && cgroup; i++) {
        u64 id = cgroup_id_at(cgroup);
        struct isolation_allowance *allowed = bpf_map_lookup_elem(&isolation_allowances, &id);
        if (allowed)
            return allowed;
        cgroup = cgroup_parent(cgroup);
    }
    return NULL;
}

/*
 * A thread that is new to a container's cgroup. One that comes just now is its runtime's, or has
 * been put there by the host, and so is one that is younger than what is known of the container:
 * those that the container forks are known, and a move is told of only once it is done. Runtimes
 * come before they enter the namespaces or after.
 */
static __always_inline void isolation_meet(struct task_struct *task, bool comes)
{
    struct isolation_allowance *allowed = isolation_of_cgroup((u64)cgroup_of_task(task));

    if (!allowed)
        return;
    struct isolation_thread *thread =
        bpf_task_storage_get(&isolation_threads, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (!thread) {
        count(COUNTER_FAILED_TASK_STORAGE);
        return;
    }
    thread->allowed = *allowed;
    if (comes || task->group_leader->start_boottime > allowed->since)
        thread->flags = ISOLATION_ENTERING;
}

/*
 * What is kept of a thread. One that began before its container was known is its first thread's or
 * its parent's, as it would be had it been seen at its fork; so are the others of a process that
 * comes, for such a move is told of the first thread alone. NULL: of no container.
 */
static __always_inline struct isolation_thread *isolation_known(struct task_struct *task)
{
    struct task_struct *leader = task->group_leader, *parent = task->real_parent;
    struct isolation_thread *thread = bpf_task_storage_get(&isolation_threads, task, NULL, 0);

    if (thread)
        return thread;
    struct isolation_thread *from = bpf_task_storage_get(&isolation_threads, leader, NULL, 0);
    if (!from)
        from = bpf_task_storage_get(&isolation_threads, parent, NULL, 0);
    if (!from)
        return NULL;
    thread = bpf_task_storage_get(&isolation_threads, task, from, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (thread)
        thread->flags &= ~ISOLATION_MET; /* its ids may be others */
    else
        count(COUNTER_FAILED_TASK_STORAGE);
    return thread;
}

/* At a fork, `parent` being the current thread. */
static __always_inline void isolation_fork(struct task_struct *parent, struct task_struct *child)
{
    isolation_look(false, 0);
    struct isolation_thread *thread = bpf_task_storage_get(&isolation_threads, parent, NULL, 0);
    if (thread) {
        if (!bpf_task_storage_get(&isolation_threads, child, thread,
                                  BPF_LOCAL_STORAGE_GET_F_CREATE))
            count(COUNTER_FAILED_TASK_STORAGE);
    } else if (child->cgroups != parent->cgroups) {
        isolation_meet(child, true);
    }
}

/* At a move to another cgroup. */
static __always_inline void isolation_move(struct task_struct *task)
{
    struct isolation_thread *thread = isolation_known(task);

    if (!thread) {
        isolation_meet(task, true);
        return;
    }
    thread->cgroup_at = (u64)cgroup_of_task(task);
    if (isolation_cgroup_among(AS_NUMBER(thread->cgroup_at), thread->allowed.cgroup))
        return;
    if (thread->flags & ISOLATION_ENTERING) {
        bpf_task_storage_delete(&isolation_threads, task);
        isolation_meet(task, true);
        return;
    }
    if (thread->told & ISOLATION_BIT(CGROUP))
        return;
    struct scratch *s = record_begin(EVENT_ISOLATION_BREACH, task);
    if (!s)
        return;
    thread->told |= ISOLATION_BIT(CGROUP);
    isolation_record(s, thread, ISOLATION_KIND_CGROUP);
    record_end(s);
}

#endif
