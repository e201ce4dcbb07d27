/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Reading kernel memory by a load. From 6.2 on a program may call any address a pointer to a type
 * of the kernel's, and read through it: a fault gives 0. A helper that does the same costs a call
 * and its checks. In an object of its own, since only one of those that are linked may name the
 * function.
 */
#include "lib/object.h"

extern void *bpf_rdonly_cast(const void *object, __u32 type) __ksym __weak;

__noinline u64 kernel_load(u64 address)
{
    if (!can_load)
        return 0;
    /* Any type that begins with eight bytes that are no pointer. */
    struct timespec64 *place =
        bpf_rdonly_cast((void *)address, bpf_core_type_id_kernel(struct timespec64));
    return place->tv_sec;
}
