/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_PATH_H
#define BPF_PATH_H

/*
 * The path of a dentry on a mount, walked up to the task's root as d_path does, without its locks:
 * a rename at the same moment can give a mixture, as it can for d_path's reader a moment later.
 * Built backwards, ending in the middle of scratch.path; longer than PATH_ROOM - 1 is cut at the
 * *front* and marked, so that the file's own name survives.
 */

#include "object.h"
#include "record.h"

#define PATH_COMPONENTS 2048 /* a path of 4,095 bytes has no more */

#define REAL_MOUNT(vfsmount) ((u64)(vfsmount) - bpf_core_field_offset(struct mount, mnt))

static __always_inline void path_prepend(struct scratch *s, u64 name, u32 len, bool slash)
{
    struct path_walk *walk = &s->walk;
    u32 start = walk->start;

    if (len > 255)
        len = 255; /* NAME_MAX */
    if (start > PATH_ROOM || start < len + 1) {
        walk->flags |= PARAM_FLAG_TRUNCATED;
        walk->done = 1;
        return;
    }
    start -= len;
    BOUNDED(start);
    start &= 2 * PATH_ROOM - 1;
    BOUNDED(len);
    len &= 255;
    if (bpf_probe_read_kernel(&s->path[start], len, (void *)name) < 0) {
        count(COUNTER_FAILED_READ_KERNEL);
        walk->flags |= PARAM_FLAG_UNREADABLE;
        walk->done = 1;
        return;
    }
    if (slash) {
        start = (start - 1) & (2 * PATH_ROOM - 1);
        s->path[start] = '/';
    }
    walk->start = start;
}

static long path_step(u64 index, void *data)
{
    struct scratch *s = *(struct scratch **)data;
    struct path_walk *walk = &s->walk;
    struct dentry *dentry = (void *)walk->dentry;

    if (walk->dentry == walk->root_dentry && walk->mount == walk->root_mount) {
        walk->done = 1;
        return 1;
    }

    if (walk->dentry == walk->mount_root) {
        struct mount *mount = (void *)walk->mount;
        NEAR_READ(s, NEAR_BYTES, mount);
        u64 parent = (u64)NEAR_FIELD(s, NEAR_BYTES, mount, mnt_parent);

        if (!parent || parent == walk->mount) { /* the top of its namespace, not the task's root */
            walk->flags |= PARAM_FLAG_OUTSIDE_ROOT;
            walk->done = 1;
            return 1;
        }
        walk->dentry = (u64)NEAR_FIELD(s, NEAR_BYTES, mount, mnt_mountpoint);
        walk->mount = parent;
        mount = (void *)parent;
        walk->mount_root = (u64)KERNEL_READ(mount, mnt.mnt_root);
        return 0;
    }

    NEAR_READ(s, NEAR_BYTES, dentry);
    u64 name = (u64)NEAR_FIELD(s, NEAR_BYTES, dentry, d_name.name);
    u32 len = NEAR_FIELD(s, NEAR_BYTES, dentry, d_name.len);
    u64 parent = (u64)NEAR_FIELD(s, NEAR_BYTES, dentry, d_parent);

    if (parent == walk->dentry) { /* a root that is not its mount's: memfd, pipe, disconnected */
        path_prepend(s, name, len, false);
        walk->flags |= PARAM_FLAG_OUTSIDE_ROOT;
        walk->done = 1;
        return 1;
    }
    path_prepend(s, name, len, true);
    walk->dentry = parent;
    return walk->done & 1;
}

/* Set scratch.walk to go from here to the task's root. */
static __always_inline bool path_begin(struct scratch *s, u64 dentry, u64 vfsmount)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct path_walk *walk = &s->walk;

    *walk = (struct path_walk){
        .dentry = dentry,
        .mount = REAL_MOUNT(vfsmount),
        .start = PATH_ROOM,
    };
    if (!dentry || !vfsmount)
        return false;
    struct mount *mount = (void *)walk->mount;
    walk->mount_root = (u64)KERNEL_READ(mount, mnt.mnt_root);

    struct fs_struct *fs = task->fs;
    if (describes_another) {
        walk->root_dentry = s->root_dentry;
        walk->root_mount = s->root_mount;
    } else if (fs && !is_guard) {
        walk->root_dentry = (u64)fs->root.dentry;
        walk->root_mount = REAL_MOUNT(fs->root.mnt);
    }
    return true;
}

/* Build the path into scratch.path; returns the offset of its first byte, flags in
 * scratch.path_flags. */
static __always_inline u32 path_build(struct scratch *s, u64 dentry, u64 vfsmount)
{
    struct path_walk *walk = &s->walk;

    s->path_flags = PARAM_FLAG_UNREADABLE;
    if (!path_begin(s, dentry, vfsmount))
        return PATH_ROOM;
    if (bpf_loop(PATH_COMPONENTS, path_step, &s, 0) < 0) {
        count(COUNTER_FAILED_LOOP);
        return PATH_ROOM;
    }
    if (!walk->done)
        walk->flags |= PARAM_FLAG_TRUNCATED;
    if (walk->flags & PARAM_FLAG_TRUNCATED)
        count(COUNTER_TRUNCATED_PATH);

    u32 start = walk->start;
    if (start == PATH_ROOM && !(walk->flags & PARAM_FLAG_UNREADABLE)) {
        start = PATH_ROOM - 1;
        s->path[PATH_ROOM - 1] = '/';
    }
    s->path_flags = walk->flags;
    return start;
}

/* Append the bytes of scratch.path from `start` to its middle as a parameter. */
static __always_inline void put_built_path(struct scratch *s, u32 id, u32 start, u32 flags)
{
    u32 offset, len = PATH_ROOM - start;

    if (start > PATH_ROOM || !param_room(s, PATH_ROOM, &offset))
        return;
    BOUNDED(offset);
    offset &= RECORD_MASK;
    BOUNDED(len);
    len &= PATH_ROOM - 1;
    BOUNDED(start);
    start &= 2 * PATH_ROOM - 1;
    if (start <= PATH_ROOM && len)
        bpf_probe_read_kernel(&s->data[offset + sizeof(struct param_header)], len, &s->path[start]);
    param_close(s, offset, id, flags, len);
}

/* `flags` are PARAM_FLAG_* that the caller knows of. */
CHECKED_ONCE int put_path(struct scratch *s, u32 id, u64 dentry, u64 vfsmount, u32 flags)
{
    if (!s)
        return 0;
    u32 start = path_build(s, dentry, vfsmount);
    put_built_path(s, id, start, s->path_flags | flags);
    return 0;
}

#endif
