/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_GUARD_H
#define BPF_GUARD_H

/*
 * Deciding before the act: event/guard.h. A hook begins with GUARD, narrows the columns by what it
 * knows of the act, and ends with GUARD_END: refused when a column is left. The columns that who
 * acts leaves are kept with the task until its container, its executable or the tables change.
 */

#include "filter.h"
#include "guard_spared.h"

#include "event/guard.h"

#define EPERM           1
#define CGROUP_LEVELS   8    /* above a task's own, that are looked at for its container */
#define FMODE_EXEC      0x20 /* in f_flags: __FMODE_EXEC */
#define PTRACE_ATTACHES 0x02 /* PTRACE_MODE_ATTACH */

struct guard_actor {
    u64 cgroup, exec;
    /* That in which its program was executed: a runtime that enters a container is not of it before
     * it executes something there, and who leaves its cgroup stays of it. 0: before the guards. */
    u64 exec_cgroup;
    /* The mount namespace at that time. A runtime that was moved to the cgroup and executes itself
     * again, in the namespace it came from, has not entered yet. */
    u64 exec_mount;
    u64 mount; /* now, of which `executing` was learnt */
    u32 epoch, slot;
    struct filter_vector executing; /* columns that the container leaves of what it will execute */
    struct filter_vector columns;   /* and of all else: its executable leaves them too */
};

GUARD_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct guard_actor);
} guard_actors SEC(".maps");

/* The same where programs can't reach what is stored with a task. One that gave way is judged by
 * the cgroup it is in. */
struct guard_thread {
    u64 start_time;
    u64 tid;
};

GUARD_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, GUARD_THREADS);
    __type(key, struct guard_thread);
    __type(value, struct guard_actor);
} guard_threads SEC(".maps");

/* Whether they do: chosen when the programs are loaded. */
GUARD_LINKAGE const volatile bool guard_by_thread;

GUARD_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, GUARD_CONTAINERS);
    __type(key, u64);
    __type(value, struct guard_container);
} guard_containers SEC(".maps");

GUARD_LINKAGE struct guard_slot guard_slots[2];
GUARD_LINKAGE struct guard_self guard_self;

/* What is kept of a task; with `create` it is made. */
static __always_inline struct guard_actor *guard_actor_of(struct task_struct *task, bool create)
{
    if (!guard_by_thread)
        return bpf_task_storage_get(&guard_actors, task, NULL,
                                    create ? BPF_LOCAL_STORAGE_GET_F_CREATE : 0);
    struct guard_thread key = {.start_time = task->start_boottime, .tid = task->pid};
    struct guard_actor *actor = bpf_map_lookup_elem(&guard_threads, &key);
    if (actor || !create)
        return actor;
    struct guard_actor none = {};
    bpf_map_update_elem(&guard_threads, &key, &none, BPF_NOEXIST);
    return bpf_map_lookup_elem(&guard_threads, &key);
}

/* The container of a cgroup or of the nearest one above that is one's. */
static __always_inline struct guard_container *guard_container_above(u64 cgroup)
{
    for (u32 level = 0; level <= CGROUP_LEVELS && cgroup; level++) {
        u64 id = cgroup_id_at(cgroup);
        struct guard_container *known = bpf_map_lookup_elem(&guard_containers, &id);
        if (known)
            return known;
        cgroup = cgroup_parent(cgroup);
    }
    return NULL;
}

static __always_inline u64 mount_namespace_of(struct task_struct *task)
{
    struct nsproxy *namespaces = task->nsproxy;

    return namespaces ? namespaces->mnt_ns->ns.inum : 0;
}

/* Whether what it executes will be of the container that its program is of, not of its cgroup's. */
static __always_inline bool guard_not_entered(const struct guard_actor *actor, u64 mount)
{
    return actor->exec_cgroup && actor->exec_mount == mount;
}

static __always_inline void guard_by_container(struct task_struct *task, struct guard_actor *actor,
                                               struct filter_vector *ret)
{
    bool stays = !actor->exec_cgroup || actor->exec_cgroup == actor->cgroup;
    struct guard_container *here = guard_container_above((u64)cgroup_of_task(task));
    u64 key = actor->exec_cgroup;
    struct guard_container *own = stays ? here : bpf_map_lookup_elem(&guard_containers, &key);
    u32 slot = actor->slot & 1;
    struct filter_vector *other = &guard_slots[slot].host;

    if (BPF_CORE_READ(task, thread_pid, level))
        actor->executing = here ? here->columns[slot] : guard_slots[slot].unknown;
    else
        actor->executing = here ? here->columns[slot] : *other;
    if (own) {
        *ret = own->columns[slot];
#pragma unroll
        for (u32 i = 0; i < FILTER_WORDS; i++)
            actor->executing.words[i] |= ret->words[i];
    } else {
        *ret = stays ? actor->executing : *other;
    }
    if (!stays && guard_not_entered(actor, actor->mount))
        actor->executing = *ret;
}

CHECKED_ONCE int guard_by_path(struct scratch *s, u32 text, u64 dentry, u64 mount)
{
    return !s || filter_by_path(s, text, dentry, mount);
}

/* Those FILE_FLAG_* that FILTER_LAYER tells apart. */
CHECKED_ONCE u32 guard_file_flags(u64 address)
{
    struct file *file = (void *)address;
    struct inode *inode = KERNEL_READ(file, f_inode);
    struct super_block *sb = KERNEL_READ(inode, i_sb);
    u64 magic = KERNEL_READ(sb, s_magic);
    u32 flags = KERNEL_READ(inode, i_nlink) ? 0 : FILE_FLAG_UNLINKED;

    if (magic == OVERLAYFS_MAGIC)
        flags |= overlay_flags(inode);
    if (magic == TMPFS_MAGIC && flags && dentry_is_memfd(KERNEL_READ(file, f_path.dentry)))
        flags |= FILE_FLAG_MEMFD;
    return flags;
}

static __always_inline bool guard_by_layer(struct scratch *s, u32 at, u32 flags)
{
    return filter_narrow(s, filter_small(s->filter_slot, at + FILTER_LAYER(flags)),
                         COUNTER_FILTERED_OPEN);
}

/* By a program: that of a process or, at an exec, that it will be. */
CHECKED_ONCE int guard_by_program(struct scratch *s, u64 address, u32 text)
{
    struct file *file = (void *)address;

    if (!s || !file)
        return true;
    if (text == FILTER_TEXT_EXECUTABLE &&
        !guard_by_layer(s, FILTER_IMAGE_AT, guard_file_flags(address)))
        return false;
    return guard_by_path(s, text, (u64)KERNEL_READ(file, f_path.dentry),
                         (u64)KERNEL_READ(file, f_path.mnt));
}

static __always_inline u64 executable_of(struct task_struct *task)
{
    struct mm_struct *mm = BPF_CORE_READ(task, mm);

    return mm ? (u64)BPF_CORE_READ(mm, exe_file) : 0;
}

/* What a scratch memory must be for a look-up. */
static __always_inline void guard_prepare(struct scratch *s, u32 type, u32 slot,
                                          const struct filter_vector *columns)
{
    scratch_reset(s, type, 0);
    s->filter_on = 1;
    s->filter_slot = slot;
    s->candidates = *columns;
}

/* What who acts leaves, looked up again. False: there was no memory for that. */
CHECKED_ONCE int guard_learn(struct guard_actor *actor)
{
    struct task_struct *task = bpf_get_current_task_btf();

    if (!actor)
        return false;
    struct filter_vector container = {};
    guard_by_container(task, actor, &container);
    actor->columns = container; /* too many, should there be no memory */
    struct scratch *s = scratch_of_cpu();
    if (!s)
        return false;
    guard_prepare(s, EVENT_NONE, actor->slot, &container);
    if (guard_by_program(s, executable_of(task), FILTER_TEXT_EXECUTABLE))
        actor->columns = s->candidates;
    else
        actor->columns = (struct filter_vector){};
    record_end(s);
    return true;
}

/* An argument of a hook as a number: functions that are checked once take no pointer to what the
 * verifier knows the type of. */
static __always_inline u64 hook_argument(void *context, u32 index)
{
    u64 value = 0;

    bpf_probe_read_kernel(&value, sizeof(value), (u64 *)context + index);
    return value;
}

#define GUARD_REFUSES ~0u /* no memory was left to look */

/* By pid and start time of its first thread. */
static __always_inline bool guard_is_agent(u32 tgid, u64 start_time)
{
    return tgid == guard_self.pid && start_time / GUARD_TICK_NS == guard_self.start_time;
}

/*
 * The columns left of `type` by who acts; `executes`: it is about to be another program. 0: none.
 * Else one more than the place of the scratch memory that has them, or GUARD_REFUSES.
 */
CHECKED_ONCE u32 guard_begin(u32 type, u32 executes)
{
    struct filter_state state = filter_state_now();
    struct task_struct *task = bpf_get_current_task_btf();

    if (state.mode == FILTER_OFF)
        return 0;
    if (guard_is_agent(task->tgid, task->group_leader->start_boottime))
        return 0;
    struct guard_actor *actor = guard_actor_of(task, true);
    u64 cgroup = cgroup_id(cgroup_of_task(task)), exec = task->self_exec_id;
    if (!actor) {
        count(COUNTER_DENIED_UNSEEN);
        return GUARD_REFUSES;
    }
    if (actor->epoch != state.epoch || actor->cgroup != cgroup || actor->exec != exec ||
        (executes && actor->mount != mount_namespace_of(task))) {
        actor->mount = mount_namespace_of(task);
        actor->cgroup = cgroup;
        actor->exec = exec;
        actor->slot = state.slot & 1;
        actor->epoch = state.epoch;
        if (!guard_learn(actor))
            actor->epoch--; /* again at its next act */
    }
    u32 slot = actor->slot;
    struct filter_vector columns = *filter_small(slot, FILTER_TYPE_AT + type);
    if (!filter_and(&columns, executes ? &actor->executing : &actor->columns)) {
        if (type == EVENT_OPENAT)
            guard_spare(task, cgroup, actor->epoch);
        return 0;
    }
    struct scratch *s = scratch_of_cpu();
    if (!s) {
        count(COUNTER_DENIED_UNSEEN);
        return GUARD_REFUSES;
    }
    guard_prepare(s, type, slot, &columns);
    return s->index + 1;
}

static __always_inline struct scratch *guard_scratch(u32 begun)
{
    u32 index = begun - 1;

    return bpf_map_lookup_elem(&scratches, &index);
}

/* In a hook, or a function whose answer is its verdict: `s` has the columns left, or it has ended.
 */
#define GUARD(s, type, executes)                                                                   \
    struct scratch *s;                                                                             \
    u32 s##_begun = guard_begin(type, executes);                                                   \
    if (!s##_begun)                                                                                \
        return 0;                                                                                  \
    s = guard_scratch(s##_begun);                                                                  \
    if (!s)                                                                                        \
    return -EPERM

/* The record of an act that is refused: its parameters are put behind it. */
static __always_inline void guard_record(struct scratch *s)
{
    s->result = -EPERM;
    s->flags = EVENT_FLAG_DENIED;
    record_header(s);
    count(COUNTER_DENIED);
}

CHECKED_ONCE int guard_send(struct scratch *s)
{
    if (!s)
        return 0;
    struct event_header *header = (void *)s->data;

    s->filter_on = 1;
    put_columns(s);
    u64 size = s->offset;
    if (size < sizeof(*header) || size > RECORD_ROOM)
        return 0;
    header->size = size;
    header->flags = s->flags;
    if (bpf_ringbuf_output(&bulk_ring, s->data, size, ring_flags(0, header->time)) < 0)
        count(COUNTER_DROP_BULK_RING_FULL);
    return 0;
}

/* Two returns, for older kernels want to see that a verdict is in range. */
#define VERDICT(refused)                                                                           \
    do {                                                                                           \
        if (refused) {                                                                             \
            asm volatile("");                                                                      \
            return -EPERM;                                                                         \
        }                                                                                          \
        return 0;                                                                                  \
    } while (0)

#define GUARD_END(s, refused)                                                                      \
    do {                                                                                           \
        u32 _refused = (refused);                                                                  \
        record_end(s);                                                                             \
        VERDICT(_refused);                                                                         \
    } while (0)

#endif
