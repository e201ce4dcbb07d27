/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_CGROUP_H
#define BPF_CGROUP_H

/*
 * The cgroup that names a task's container: its v2 cgroup, or where that is the root and v1
 * hierarchies exist (hybrid, legacy), the one of the v1 hierarchy user space chose.
 */

#include "path.h"

/* One element of css_set.subsys: the index must be a constant where the verifier follows types. */
static __always_inline struct cgroup_subsys_state *subsystem_state(struct css_set *set)
{
#define SUBSYSTEM(i)                                                                               \
    case i: return set->subsys[i];
    switch (v1_subsystem) {
        SUBSYSTEM(0)
        SUBSYSTEM(1)
        SUBSYSTEM(2)
        SUBSYSTEM(3)
        SUBSYSTEM(4)
        SUBSYSTEM(5)
        SUBSYSTEM(6)
        SUBSYSTEM(7)
        SUBSYSTEM(8)
        SUBSYSTEM(9)
        SUBSYSTEM(10)
        SUBSYSTEM(11)
        SUBSYSTEM(12)
        SUBSYSTEM(13)
    }
#undef SUBSYSTEM
    return NULL;
}

static __always_inline struct cgroup *cgroup_of_task(struct task_struct *task)
{
    struct css_set *set = task->cgroups;
    struct cgroup *cgroup = set->dfl_cgrp;

    if (v1_subsystem < 0 || cgroup->level > 0)
        return cgroup;
    struct cgroup_subsys_state *state = subsystem_state(set);
    if (!state)
        return cgroup;
    struct cgroup *v1 = state->cgroup;
    return v1->level > 0 ? v1 : cgroup;
}

static __always_inline u64 cgroup_id(struct cgroup *cgroup)
{
    if (v1_subsystem < 0)
        return cgroup->kn->id;
    return CGROUP_ID(cgroup->root->hierarchy_id, cgroup->kn->id);
}

/* The same of one that is known by its address alone, and the cgroup above it. */
static __always_inline u64 cgroup_id_at(u64 address)
{
    struct cgroup *cgroup = (void *)address;
    u64 inode = BPF_CORE_READ(cgroup, kn, id);

    return v1_subsystem < 0 ? inode : CGROUP_ID(BPF_CORE_READ(cgroup, root, hierarchy_id), inode);
}

static __always_inline u64 cgroup_parent(u64 address)
{
    struct cgroup *cgroup = (void *)address;

    return (u64)BPF_CORE_READ(cgroup, self.parent, cgroup);
}

static long cgroup_step(u64 index, void *data)
{
    struct scratch *s = *(struct scratch **)data;
    struct path_walk *walk = &s->walk;
    struct kernfs_node *node = (void *)walk->dentry;
    u64 parent;
    char *name = (char *)BPF_CORE_READ(node, name);

    if (bpf_core_field_exists(node->__parent))
        parent = (u64)BPF_CORE_READ(node, __parent);
    else
        parent = (u64)BPF_CORE_READ((struct kernfs_node___old *)node, parent);
    if (!parent) {
        walk->done = 1;
        return 1;
    }

    /* The length of a kernfs name is not kept: read it behind the middle of the buffer first. */
    long n = bpf_probe_read_kernel_str(&s->path[PATH_ROOM], 256, name);
    if (n <= 0) {
        count(COUNTER_FAILED_READ_KERNEL);
        walk->flags |= PARAM_FLAG_UNREADABLE;
        walk->done = 1;
        return 1;
    }
    path_prepend(s, (u64)name, (u32)n - 1, true);
    walk->dentry = parent;
    return walk->done & 1;
}

/* The path within its hierarchy, from the kernfs nodes. */
static __noinline u32 cgroup_path_build(struct scratch *s, u64 address)
{
    struct cgroup *cgroup = (void *)address;
    struct path_walk *walk = &s->walk;

    *walk = (struct path_walk){
        .dentry = (u64)BPF_CORE_READ(cgroup, kn),
        .start = PATH_ROOM,
    };
    s->path_flags = PARAM_FLAG_UNREADABLE;
    if (bpf_loop(64, cgroup_step, &s, 0) < 0) {
        count(COUNTER_FAILED_LOOP);
        return PATH_ROOM;
    }
    if (!walk->done)
        walk->flags |= PARAM_FLAG_TRUNCATED;
    if (walk->start == PATH_ROOM) {
        walk->start = PATH_ROOM - 1;
        s->path[PATH_ROOM - 1] = '/';
    }
    s->path_flags = walk->flags;
    return walk->start;
}

static __always_inline void put_cgroup(struct scratch *s, u32 id, struct cgroup *cgroup)
{
    u32 start = cgroup_path_build(s, (u64)cgroup);

    put_built_path(s, id, start, s->path_flags);
}

#endif
