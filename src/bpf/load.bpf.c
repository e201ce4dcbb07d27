/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Reading kernel memory by a load. From 6.2 on a program may call any address a pointer to a type
 * of the kernel's, and read through it: a fault gives 0. A helper that does the same costs a call
 * and its checks. In an object of its own, since only one of those that are linked may name the
 * function.
 */
#include "lib/way.h"

extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym __weak;

static __always_inline u64 load(u64 address)
{
    /* Any type that begins with eight bytes that are no pointer. */
    struct timespec64 *place =
        bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct timespec64));
    return place->tv_sec;
}

__noinline u64 kernel_load(u64 address)
{
    return can_load ? load(address) : 0;
}

#define LOADED(type, address, field) load((address) + bpf_core_field_offset(struct type, field))

/* known_way for where there are loads. Whatever is read on a way that is just being changed, it
 * ends. */
__noinline int known_way_by_loads(struct scratch *s)
{
    if (!s || !can_load)
        return false;
    u64 dentry = s->walk.dentry, mount = s->walk.mount, mount_root = s->walk.mount_root;
    u64 first = s->walk.hash[0], second = s->walk.hash[1];

    for (u32 i = 0; i < KNOWN_STEPS; i++) {
        u64 parent;

        if (dentry == s->walk.root_dentry && mount == s->walk.root_mount) {
            KNOWN_ADD(first, second, dentry + mount);
            s->walk.hash[0] = first;
            s->walk.hash[1] = second;
            return true;
        }
        if (dentry == mount_root) {
            KNOWN_ADD(first, second, mount);
            parent = LOADED(mount, mount, mnt_parent);
            if (!parent || parent == mount)
                return false;
            dentry = LOADED(mount, mount, mnt_mountpoint);
            mount_root = LOADED(mount, parent, mnt.mnt_root);
            mount = parent;
            continue;
        }
        KNOWN_ADD(first, second,
                  KNOWN_COMPONENT(dentry, LOADED(dentry, dentry, d_name.hash_len),
                                  (u32)LOADED(dentry, dentry, d_seq.seqcount.sequence)));
        parent = LOADED(dentry, dentry, d_parent);
        if (parent == dentry)
            return false;
        dentry = parent;
    }
    return false;
}
