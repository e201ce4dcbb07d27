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

/* Two words of a message, each with one of the key. */
static __always_inline u64 noise_mix(u64 words, u32 at)
{
    u32 low = (u32)words + noise_secret[at], high = (u32)(words >> 32) + noise_secret[at + 1];

    return (u64)low * high;
}

static __always_inline void noise_hash(struct scratch *s, u32 size)
{
    u64 first = 0, second = 0;

    for (u32 at = 0; at < NOISE_HASHED_MAX; at += 8) {
        if (at >= size)
            break;
        u64 words = *(u64 *)&s->data[at];
        first += noise_mix(words, at / 4);
        second += noise_mix(words, at / 4 + 2);
    }
    s->noise_key.hash[0] = first;
    s->noise_key.hash[1] = second;
}

/* Whether a column that is left asks for what the record does not tell: the time, a directory. */
static __always_inline bool noise_is_steady(struct scratch *s)
{
    struct filter_vector *unsteady = &noise_unsteady[s->filter_slot & 1];
    u64 any = 0;

#pragma unroll
    for (u32 i = 0; i < FILTER_WORDS; i++)
        any |= s->candidates.words[i] & unsteady->words[i];
    return !any;
}

static __always_inline bool noise_is_kind(const struct noise_repeat *row, const struct scratch *s)
{
    return row->key.hash[0] == s->noise_key.hash[0] && row->key.hash[1] == s->noise_key.hash[1] &&
           row->key.size == s->noise_key.size;
}

/*
 * The place of the event's kind, else the one of the two it may have whose number is told, else the
 * older: a number that was to be told is lost only where both wait to be.
 */
static __always_inline struct noise_repeat *noise_place(struct scratch *s)
{
    u32 first = s->noise_key.hash[0] & (NOISE_REPEATS - 1), second = first ^ 1;
    struct noise_repeat *one = bpf_map_lookup_elem(&noise_repeats, &first);
    struct noise_repeat *other = bpf_map_lookup_elem(&noise_repeats, &second);

    if (!one || !other)
        return NULL;
    bool switched = noise_is_kind(other, s) ||
                    (!noise_is_kind(one, s) &&
                     (!one->held == !other->held ? other->sent < one->sent : !other->held));
    s->repeat = (switched ? second : first) + 1;
    return switched ? other : one;
}

/*
 * Whether the event is one more of what was just sent. Only one thread has records of one kind, so
 * nobody else counts in its place at the same time; who takes the place for another kind may lose
 * a number that was to be told, never one of the container's account.
 */
CHECKED_ONCE int noise_repeats_itself(struct scratch *s)
{
    if (!s)
        return false;
    s->repeat = 0;
    s->repeated = 0;
    u32 size = s->offset;
    if (!s->filter_on || filter_state.mode != FILTER_ON || size > NOISE_HASHED_MAX ||
        !noise_is_steady(s))
        return false;

    struct event_header *header = (void *)s->data;
    u64 time = header->time;
    u16 cpu = header->cpu;
    header->time = 0;
    header->cpu = 0;
    noise_hash(s, size);
    header->time = time;
    header->cpu = cpu;
    s->noise_key.size = size;
    s->noise_key.epoch = *(volatile u32 *)&filter_state.epoch;

    struct noise_repeat *row = noise_place(s);
    if (!row || !noise_is_kind(row, s))
        return false;
    if (row->key.epoch == s->noise_key.epoch && time - row->sent < noise_settings.window) {
        __sync_fetch_and_add(&row->held, 1);
        noise_count(header, NOISE_DEDUPLICATED);
        count(COUNTER_DEDUPLICATED);
        return true;
    }
    s->repeated = row->held;
    return false;
}

/* It is in the ring: only now may the next one be held back for it. */
static __always_inline void noise_sent(struct scratch *s)
{
    struct event_header *header = (void *)s->data;
    u32 index = s->repeat - 1, cause = COUNTER_DEDUPLICATED_TOLD;
    struct noise_repeat *row = s->repeat ? bpf_map_lookup_elem(&noise_repeats, &index) : NULL;

    if (!row)
        return;
    row->key = s->noise_key;
    row->sent = header->time;
    row->held = 0;
    u64 *told = s->repeated ? bpf_map_lookup_elem(&counters, &cause) : NULL;
    if (told)
        __sync_fetch_and_add(told, s->repeated);
}

#endif
