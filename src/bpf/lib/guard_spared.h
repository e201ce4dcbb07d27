/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_GUARD_SPARED_H
#define BPF_GUARD_SPARED_H

/*
 * Threads of whose opens no column is left by who acts, remembered at a place by their id: opens
 * are the most frequent act, and to find what is kept with a task takes as long as the hook itself.
 * A place holds for one state of one thread. Compared are values that no other state has (id and
 * start, executions, cgroup) and the epoch of the tables. Who finds no place of its own is looked
 * up, and takes it.
 */

#include "filter.h"

#include "event/guard.h"

#ifdef GUARD_MAPS_DEFINED_HERE
#define GUARD_LINKAGE
#else
#define GUARD_LINKAGE extern
#endif

GUARD_LINKAGE struct guard_spared guard_spared[GUARD_SPARED];

/* cgroup_id(cgroup_of_task(task)), with one look at how cgroups are named. */
static __always_inline u64 guard_cgroup_of(struct task_struct *task)
{
    if (v1_subsystem < 0)
        return task->cgroups->dfl_cgrp->kn->id;
    return cgroup_id(cgroup_of_task(task));
}

static __always_inline bool guard_is_spared(void)
{
    struct task_struct *task = bpf_get_current_task_btf();
    u32 tid = task->pid;
    volatile struct guard_spared *place = &guard_spared[tid & (GUARD_SPARED - 1)];

    if (place->tid != tid || place->start_time != task->start_boottime ||
        place->exec != task->self_exec_id || place->cgroup != guard_cgroup_of(task))
        return false;
#if defined(__TARGET_ARCH_x86) /* loads are in order */
    u32 epoch = place->epoch;
#else
    u32 epoch = __sync_fetch_and_or(&place->epoch, 0);
#endif
    /* Whose place it was may have become another's in between, but not the other way round. */
    return epoch == *(volatile u32 *)&filter_state.epoch && place->tid == tid;
}

/* `epoch`: of the tables by which the thread, in this state, was looked up. */
static __always_inline void guard_spare(struct task_struct *task, u64 cgroup, u32 epoch)
{
    u32 tid = task->pid;
    volatile struct guard_spared *place = &guard_spared[tid & (GUARD_SPARED - 1)];

    if (__sync_val_compare_and_swap(&place->taken, 0, 1))
        return;
    __sync_lock_test_and_set(&place->epoch, ~epoch);
    place->tid = tid;
    place->start_time = task->start_boottime;
    place->exec = task->self_exec_id;
    place->cgroup = cgroup;
    __sync_lock_test_and_set(&place->epoch, epoch);
    __sync_lock_test_and_set(&place->taken, 0);
}

/* Of the current thread, who alone writes its own id. */
static __always_inline void guard_unspare(struct task_struct *task)
{
    u32 tid = task->pid;
    volatile struct guard_spared *place = &guard_spared[tid & (GUARD_SPARED - 1)];

    if (place->tid == tid)
        place->tid = 0;
}

#endif
