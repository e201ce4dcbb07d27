/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_RECORD_H
#define BPF_RECORD_H

/*
 * Building one record: record_begin takes this CPU's scratch memory, the put_* functions append
 * parameters, record_submit copies the record to its ring, record_end gives the memory back.
 */

#include "noise.h"

/* Keeps the compiler from re-deriving a value that the verifier has just seen bounded. */
#define BOUNDED(value) asm volatile("" : "+r"(value))

#define RECORD_MASK (RECORD_ROOM - 1)

static __always_inline struct scratch *scratch_of_cpu(void)
{
    u32 cpu = bpf_get_smp_processor_id();
    struct scratch *s;

#pragma unroll
    for (u32 level = 0; level < NESTING; level++) {
        u32 index = cpu * NESTING + level;

        s = bpf_map_lookup_elem(&scratches, &index);
        if (!s)
            return NULL;
        /* At once: programs by fexit may be preempted where root makes the kernel preemptible. */
        if (!__sync_val_compare_and_swap(&s->busy, 0, 1)) {
            s->index = index;
            return s;
        }
    }
    return NULL;
}

static __always_inline void record_end(struct scratch *s)
{
    s->busy = 0;
}

static __always_inline void param_header_put(struct scratch *s, u32 offset, u32 id, u32 flags,
                                             u32 len)
{
    struct param_header *header = (void *)&s->data[offset & RECORD_MASK];

    header->id = id;
    header->flags = flags;
    header->unused = 0;
    header->len = len;
    if (flags & PARAM_FLAG_TRUNCATED)
        s->flags |= EVENT_FLAG_TRUNCATED;
}

/* Where the value of a parameter of at most `max` bytes goes; false (counted) when it can't fit. */
static __always_inline bool param_room(struct scratch *s, u32 max, u32 *ret_offset)
{
    u32 offset = s->offset;

    if (offset > RECORD_ROOM - sizeof(struct param_header) - max - 8) {
        s->flags |= EVENT_FLAG_TRUNCATED;
        count(COUNTER_DROP_RECORD_FULL);
        return false;
    }
    *ret_offset = offset;
    return true;
}

static __always_inline void put_number(struct scratch *s, u32 id, u64 value)
{
    u32 offset = s->offset;

    if (offset > RECORD_ROOM - 16) {
        s->flags |= EVENT_FLAG_TRUNCATED;
        count(COUNTER_DROP_RECORD_FULL);
        return;
    }
    BOUNDED(offset);
    offset &= RECORD_MASK;
    param_header_put(s, offset, id, 0, sizeof(value));
    *(u64 *)&s->data[(offset & RECORD_MASK) + sizeof(struct param_header)] = value;
    s->offset = offset + sizeof(struct param_header) + sizeof(value);
}

/* Close a value of `len` bytes that was written behind the header's place: zero the padding. */
static __always_inline void param_close(struct scratch *s, u32 offset, u32 id, u32 flags, u32 len)
{
    u32 end = (offset & RECORD_MASK) + sizeof(struct param_header) + (len & 0xffff);

    BOUNDED(end);
    if (end > RECORD_ROOM + RECORD_SLACK - 8)
        return;
    *(u64 *)&s->data[end] = 0;
    param_header_put(s, offset, id, flags, len);
    s->offset = offset + sizeof(struct param_header) + ((len + 7) & ~7u);
}

/* A NUL-terminated string from user or kernel memory. `max` is a constant, NUL included. */
static __always_inline void put_string(struct scratch *s, u32 id, u64 address, const u32 max,
                                       const bool user)
{
    u32 offset, flags = user ? PARAM_FLAG_USER : 0, len = 0;

    if (!param_room(s, max, &offset))
        return;
    BOUNDED(offset);
    offset &= RECORD_MASK;

    char *value = &s->data[offset + sizeof(struct param_header)];
    long n = user ? bpf_probe_read_user_str(value, max, (void *)address)
                  : bpf_probe_read_kernel_str(value, max, (void *)address);
    if (n < 0) {
        flags |= PARAM_FLAG_UNREADABLE;
        if (address)
            count(user ? COUNTER_FAILED_READ_USER : COUNTER_FAILED_READ_KERNEL);
    } else if (n > 0) {
        len = (u32)n - 1;
        /* A string of exactly max - 1 bytes looks the same as a longer one: called truncated. */
        if (n == max) {
            flags |= PARAM_FLAG_TRUNCATED;
            count(COUNTER_TRUNCATED_STRING);
        }
    }
    param_close(s, offset, id, flags, len);
}

#define put_user_string(s, id, address, max)   put_string(s, id, address, max, true)
#define put_kernel_string(s, id, address, max) put_string(s, id, (u64)(address), max, false)

/* `len` bytes of user memory, at most `max` (a power of two, constant). */
static __always_inline void put_user_bytes(struct scratch *s, u32 id, u64 address, u64 len,
                                           const u32 max, u32 truncation)
{
    u32 offset, flags = PARAM_FLAG_USER, n = max;

    if (!param_room(s, max, &offset))
        return;
    if (len < max)
        n = len;
    else if (len > max) {
        flags |= PARAM_FLAG_TRUNCATED;
        count(truncation);
    }
    BOUNDED(offset);
    offset &= RECORD_MASK;
    BOUNDED(n);
    if (n > max)
        n = max;
    if (n && bpf_probe_read_user(&s->data[offset + sizeof(struct param_header)], n,
                                 (void *)address) < 0) {
        flags |= PARAM_FLAG_UNREADABLE;
        n = 0;
        count(COUNTER_FAILED_READ_USER);
    }
    param_close(s, offset, id, flags, n);
}

/* For user space to count which rules an event was sent for. */
static __always_inline void put_columns(struct scratch *s)
{
    u32 offset;

    if (!s->filter_on || !param_room(s, sizeof(struct filter_left), &offset))
        return;
    BOUNDED(offset);
    offset &= RECORD_MASK;
    struct filter_left *out = (void *)&s->data[offset + sizeof(struct param_header)];
    out->tables = filter_slots[s->filter_slot & 1].number;
    out->columns = s->candidates;
    param_close(s, offset, PARAM_COLUMNS, 0, sizeof(*out));
}

/*
 * Wake the reader only when it was not woken within this time: it looks again by itself, every
 * millisecond, for longer than this after each record it finds (sensor_busy). So nothing waits
 * longer, and a storm costs few wake-ups: waking at every event made a fork and exec 17 % slower,
 * waking so 4 % (bench/run prints the present figures).
 */
#define WAKEUP_INTERVAL_NS 5000000

/* How a record of this time goes into a ring. */
static __always_inline u64 ring_flags(u32 critical, u64 time)
{
    u64 *last = &last_wakeup[critical & 1];

    if (time - *last <= WAKEUP_INTERVAL_NS)
        return BPF_RB_NO_WAKEUP;
    *last = time;
    count(COUNTER_WAKEUPS);
    return BPF_RB_FORCE_WAKEUP;
}

static __always_inline void record_submit(struct scratch *s)
{
    u32 critical = !!s->critical;
    struct event_header *header = (void *)s->data;
    u64 size, flags;
    bool once = !critical && noise_settings.window;

    if (once) {
        header->size = 0; /* that of the record before, as yet */
        header->flags = s->flags;
        if (noise_repeats_itself(s))
            return;
        if (s->repeated)
            put_number(s, PARAM_REPEATED, s->repeated);
    }
    if (!critical)
        put_columns(s);
    size = s->offset;
    if (size < sizeof(*header) || size > RECORD_ROOM)
        return;
    header->size = size;
    header->flags = s->flags | (critical ? EVENT_FLAG_CRITICAL : 0);
    if (!critical && noise_limits(s))
        return;

    long r;
    flags = ring_flags(critical, header->time);
    if (critical)
        r = bpf_ringbuf_output(&critical_ring, s->data, size, flags);
    else
        r = bpf_ringbuf_output(&bulk_ring, s->data, size, flags);
    if (r < 0) {
        count(critical ? COUNTER_DROP_CRITICAL_RING_FULL : COUNTER_DROP_BULK_RING_FULL);
        noise_count(header, critical ? NOISE_CRITICAL_RING_FULL : NOISE_RING_FULL);
    } else {
        count(critical ? COUNTER_EVENTS_CRITICAL : COUNTER_EVENTS_BULK);
        if (once)
            noise_sent(s);
    }
}

#endif
