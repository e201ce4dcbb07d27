/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_ACTOR_H
#define BPF_ACTOR_H

/*
 * The actor number of event/filter.h: it stays while nothing changes that a field of the class
 * PROCESS can tell of the thread. Compared are values, not addresses: those are used again.
 */

#include "isolation.h"

static __always_inline void actor_credentials(struct actor *actor, const struct cred *cred)
{
    struct {
        u64 inheritable, permitted, effective;
    } caps = {}; /* neighbours in struct cred in every kernel */

    bpf_core_read(&caps, sizeof(caps), &cred->cap_inheritable);
    actor->cap_inheritable = caps.inheritable;
    actor->cap_permitted = caps.permitted;
    actor->cap_effective = caps.effective;
    actor->euid = cred->euid.val;
    actor->egid = cred->egid.val;
}

CHECKED_ONCE int actor_number(void)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct task_struct *parent = task->real_parent;
    struct nsproxy *namespaces = task->nsproxy;
    struct actor now = {};

    struct actor_state *known =
        bpf_task_storage_get(&actors, task, NULL, BPF_LOCAL_STORAGE_GET_F_CREATE);
    if (!known) {
        count(COUNTER_FAILED_TASK_STORAGE);
        return 0;
    }
    actor_credentials(&now, task->cred);
    now.login_uid = task->loginuid.val;
    now.cgroup = cgroup_id(cgroup_of_task(task));
    if (namespaces)
        now.mount_namespace = namespaces->mnt_ns->ns.inum;
    now.exec = task->self_exec_id;
    now.parent = parent->tgid;
    now.parent_start = parent->group_leader->start_boottime;
    now.parent_exec = parent->self_exec_id;

    u64 *old = (u64 *)&known->actor, *new = (u64 *)&now, differ = 0;
#pragma unroll
    for (u32 i = 0; i < sizeof(now) / 8; i++)
        differ |= old[i] ^ new[i];
    if (known->number && !differ)
        return known->number;
    known->actor = now;
    known->number = __sync_fetch_and_add(&last_actor, 1) + 1;
    count(COUNTER_FILTER_ACTORS);
    isolation_look(false, 0);
    return known->number;
}

/* For who acts without its number being asked for: threads that carry an allowance are looked at.
 */
static __always_inline void actor_look(void)
{
    if (bpf_task_storage_get(&isolation_threads, bpf_get_current_task_btf(), NULL, 0))
        actor_number();
}

/* Makes all masks void; the record tells user space, which makes none until it has read it. */
static __always_inline void masks_void(struct scratch *s)
{
    struct event_header *header = (void *)s->data;

    s->flags |= EVENT_FLAG_MASKS_VOID;
    header->actor = __sync_fetch_and_add(&filter_state.epoch, 1) + 1;
}

/* A process that has children has executed something: they are called otherwise now by proc.pname.
 */
static __always_inline void actor_executed(struct scratch *s, struct task_struct *task)
{
    if ((u64)BPF_CORE_READ(task, children.next) !=
        (u64)task + bpf_core_field_offset(struct task_struct, children))
        masks_void(s);
}

#endif
