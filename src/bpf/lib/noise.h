/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_NOISE_H
#define BPF_NOISE_H

/* What a container's flood may take of the ring, and whose events were not sent: event/noise.h. */

#include "count.h"

/* The row of a cgroup; nothing is ever moved, so a row may be counted in while it is looked at. */
static __always_inline struct noise_container *noise_container(u64 cgroup)
{
    u32 start = cgroup * 0x9e3779b97f4a7c15ull >> 40;

    for (u32 i = 0; cgroup && i < NOISE_PROBES; i++) {
        u32 index = (start + i) & (NOISE_CONTAINERS - 1);
        struct noise_container *row = &noise_containers[index];
        u64 held = row->cgroup;

        if (!held)
            held = __sync_val_compare_and_swap(&row->cgroup, 0, cgroup);
        if (!held || held == cgroup)
            return row;
    }
    return &noise_containers[NOISE_OTHERS];
}

static __always_inline void noise_count(const struct event_header *header, u32 cause)
{
    struct noise_container *row = noise_container(header->cgroup_id);

    __sync_fetch_and_add(&row->counts[cause], 1);
}

/*
 * Whether the event is beyond its container's share. The bucket is kept as the time at which it is
 * full again (the generic cell rate algorithm): one number, taken from by one exchange. Whoever
 * loses that race to another processor passes for free.
 */
CHECKED_ONCE int noise_limits(struct scratch *s)
{
    if (!s || !noise_settings.cost ||
        bpf_ringbuf_query(&bulk_ring, BPF_RB_AVAIL_DATA) < noise_settings.mark)
        return false;
    struct event_header *header = (void *)s->data;
    struct noise_container *row = noise_container(header->cgroup_id);
    u64 now = header->time, old = row->due, due = old > now ? old : now;

    if (due + noise_settings.cost - now > noise_settings.burst) {
        __sync_fetch_and_add(&row->counts[NOISE_RATE_LIMITED], 1);
        count(COUNTER_DROP_RATE_LIMITED);
        return true;
    }
    __sync_val_compare_and_swap(&row->due, old, due + noise_settings.cost);
    return false;
}

#endif
