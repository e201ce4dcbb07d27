/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_COUNT_H
#define BPF_COUNT_H

#include "maps.h"

static __always_inline void count(u32 cause)
{
    u64 *value = bpf_map_lookup_elem(&counters, &cause);

    if (value)
        __sync_fetch_and_add(value, 1);
}

#endif
