/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_OBJECT_H
#define BPF_OBJECT_H

/*
 * Several fields of one kernel object by one read: its first bytes are copied to a window in the
 * scratch memory (the stack is too small), and the fields taken from there. Where a kernel keeps a
 * field behind the window it is read by itself; the choice is made when the program is loaded.
 */

#include "count.h"

/* load.bpf.c: eight bytes of kernel memory at the cost of a load, where the kernel lets us. What is
 * not there reads as 0. */
extern u64 kernel_load(u64 address);

/* One field of at most eight bytes: by a load or, where `can_load` is not, by a helper. */
#define KERNEL_READ(pointer, field)                                                                \
    ({                                                                                             \
        typeof((pointer)->field) _value;                                                           \
        if (can_load)                                                                              \
            _value = (typeof(_value))kernel_load(                                                  \
                (u64)(pointer) + bpf_core_field_offset(typeof(*(pointer)), field));                \
        else                                                                                       \
            bpf_core_read(&_value, sizeof(_value), &(pointer)->field);                             \
        _value;                                                                                    \
    })

static __always_inline void window_read(struct scratch *s, const void *address, const u32 size)
{
    if (bpf_probe_read_kernel(s->window, size, address) < 0)
        count(COUNTER_FAILED_READ_KERNEL);
}

/* `size` is that of the read before. */
#define WINDOW_FIELD(s, size, pointer, field)                                                      \
    ({                                                                                             \
        typeof((pointer)->field) _value;                                                           \
        u32 _offset = bpf_core_field_offset(typeof(*(pointer)), field);                            \
        if (_offset <= (size) - sizeof(_value))                                                    \
            __builtin_memcpy(&_value, (s)->window + _offset, sizeof(_value));                      \
        else                                                                                       \
            bpf_core_read(&_value, sizeof(_value), &(pointer)->field);                             \
        _value;                                                                                    \
    })

/* Fields that lie together: loads, or one read of the window before. Of a dentry d_seq, d_parent
 * and d_name, of a mount mnt_parent, mnt_mountpoint and mnt_root lie within NEAR_BYTES. */
#define NEAR_BYTES 64

#define NEAR_READ(s, size, pointer)                                                                \
    do {                                                                                           \
        if (!can_load)                                                                             \
            window_read(s, pointer, size);                                                         \
    } while (0)

#define NEAR_FIELD(s, size, pointer, field)                                                        \
    (can_load ? KERNEL_READ(pointer, field) : WINDOW_FIELD(s, size, pointer, field))

#endif
