/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Reading kernel memory by a load. From 6.2 on a program may call any address a pointer to a type
 * of the kernel's, and read through it: a fault gives 0. A helper that does the same costs a call
 * and its checks. In an object of its own, since only one of those that are linked may name the
 * function.
 */
#include "lib/object.h"

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

/* Fields of an object as NEAR_FIELD reads them, without a call for each. */
#define STEP_READ(s, by_loads, address)                                                            \
    do {                                                                                           \
        if (!(by_loads))                                                                           \
            window_read(s, (void *)(address), NEAR_BYTES);                                         \
    } while (0)

#define STEP_FIELD(s, by_loads, type, address, field)                                              \
    ((by_loads) ? load((address) + bpf_core_field_offset(struct type, field))                      \
                : (u64)WINDOW_FIELD(s, NEAR_BYTES, (struct type *)(address), field))

/* Two sums of which neither can be foretold: the addresses are the kernel's. A step is taken by one
 * word of all that tells it from others. */
#define WAY_ADD(first, second, word)                                                               \
    do {                                                                                           \
        u64 _word = (word);                                                                        \
        (first) = ((first) ^ _word) * 0x9e3779b97f4a7c15ull;                                       \
        (first) ^= (first) >> 29;                                                                  \
        (second) = ((second) << 7 ^ (second) >> 57) + _word;                                       \
    } while (0)

#define WAY_STEPS 32 /* components and mounts; what lies deeper is not remembered */

static __always_inline bool way_end(struct scratch *s, u64 first, u64 second, u64 word)
{
    WAY_ADD(first, second, word);
    s->walk.hash[0] = first;
    s->walk.hash[1] = second;
    return true;
}

/* Whatever is read on a way that is just being changed, it ends. */
static __always_inline int way_walk(struct scratch *s, const bool by_loads)
{
    u64 dentry = s->walk.dentry, mount = s->walk.mount, mount_root = s->walk.mount_root;
    u64 first = s->walk.hash[0], second = s->walk.hash[1];

    for (u32 i = 0; i < WAY_STEPS; i++) {
        u64 parent;

        if (dentry == s->walk.root_dentry && mount == s->walk.root_mount)
            return way_end(s, first, second, dentry + mount);
        if (dentry == mount_root) {
            WAY_ADD(first, second, mount);
            STEP_READ(s, by_loads, mount);
            parent = STEP_FIELD(s, by_loads, mount, mount, mnt_parent);
            /* The top of its namespace: there the paths of guards begin. */
            if (!parent || parent == mount)
                return is_guard && way_end(s, first, second, dentry);
            dentry = STEP_FIELD(s, by_loads, mount, mount, mnt_mountpoint);
            mount = parent;
            STEP_READ(s, by_loads, mount);
            mount_root = STEP_FIELD(s, by_loads, mount, mount, mnt.mnt_root);
            continue;
        }
        STEP_READ(s, by_loads, dentry);
        u64 name = STEP_FIELD(s, by_loads, dentry, dentry, d_name.hash_len);
        u32 sequence = STEP_FIELD(s, by_loads, dentry, dentry, d_seq.seqcount.sequence);
        WAY_ADD(first, second, dentry + name * 0xc2b2ae3d27d4eb4full + ((u64)sequence << 40));
        parent = STEP_FIELD(s, by_loads, dentry, dentry, d_parent);
        if (parent == dentry) /* a root that is not its mount's: memfd, pipe, disconnected */
            return false;
        dentry = parent;
    }
    return false;
}

__noinline int way_hash(struct scratch *s)
{
    if (!s)
        return false;
    return can_load ? way_walk(s, true) : way_walk(s, false);
}
