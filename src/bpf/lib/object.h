/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_OBJECT_H
#define BPF_OBJECT_H

/*
 * Several fields of one kernel object by one read: its first bytes are copied to a window, and the
 * fields taken from there. Where a kernel keeps a field behind the window it is read by itself; the
 * choice is made when the program is loaded.
 */

#include "count.h"

#define WINDOW_BYTES 208

struct window {
    char bytes[WINDOW_BYTES];
};

#define WINDOW_READ(window, address)                                                               \
    ({                                                                                             \
        long _r = bpf_probe_read_kernel((window), sizeof(*(window)), (void *)(address));           \
        if (_r < 0)                                                                                \
            count(COUNTER_FAILED_READ_KERNEL);                                                     \
        _r;                                                                                        \
    })

#define WINDOW_FIELD(window, pointer, field)                                                       \
    ({                                                                                             \
        typeof((pointer)->field) _value;                                                           \
        u32 _offset = bpf_core_field_offset(typeof(*(pointer)), field);                            \
        if (_offset <= sizeof(*(window)) - sizeof(_value))                                         \
            __builtin_memcpy(&_value, (char *)(window) + _offset, sizeof(_value));                 \
        else                                                                                       \
            bpf_core_read(&_value, sizeof(_value), &(pointer)->field);                             \
        _value;                                                                                    \
    })

#endif
