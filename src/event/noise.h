/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef EVENT_NOISE_H
#define EVENT_NOISE_H

#include <linux/types.h>

/*
 * How one noisy container is kept from costing others their events. Included by BPF programs and by
 * user space. Critical events are exempt from all of it.
 *
 * While the bulk ring has room nothing is held back. Past a mark each cgroup has a bucket of
 * tokens; its events beyond that are counted and not sent, so that what is left of the ring serves
 * the others. Without the mark a limit would only help whoever hides an act behind a flood of its
 * own.
 *
 * Where a window is set, an event whose record is that of one sent within it, but for the time and
 * the processor, is not sent: its thread did the same, with the same result, and nothing changed
 * that rules know of it (the actor's number is in the record, the epoch of masks in the key).
 */

/* What becomes of events that rules could match, counted by cgroup. X(NAME, "name") */
#define NOISE_LIST(X)                                                                              \
    X(DEDUPLICATED, "deduplicated") /* the same again: not lost, counted in the next one sent */   \
    X(RATE_LIMITED, "rate_limited")                                                                \
    X(RING_FULL, "ring_full")                                                                      \
    X(CRITICAL_RING_FULL, "critical_ring_full")

enum noise_cause {
#define NOISE_ENUM(name, text) NOISE_##name,
    NOISE_LIST(NOISE_ENUM)
#undef NOISE_ENUM
        NOISE_MAX,
};

/* A cgroup some event of which was not sent. No holes. */
struct noise_container {
    __u64 cgroup; /* as in event_header; 0: free */
    __u64 due;    /* when its bucket is full again, CLOCK_BOOTTIME, ns */
    __u64 counts[NOISE_MAX];
};

/*
 * A hash table that the kernel side fills and user space empties. Where no place is found the last
 * row counts, for the cgroups it can't tell apart.
 */
#define NOISE_CONTAINERS 2048 /* a power of two */
#define NOISE_PROBES     8
#define NOISE_OTHERS     NOISE_CONTAINERS
#define NOISE_RETIRED    (~0ull) /* being emptied: no cgroup's number */

/*
 * What was sent of late, at one of two places by its hash: a younger one takes the place of an
 * older, which is then sent again sooner than need be. The hash is UMAC's NH (Black and others,
 * 1999) twice, the second with the key moved on by a pair: without the key nobody can make an event
 * that passes for another. Records longer than the key serves are always sent.
 */
#define NOISE_REPEATS    8192 /* a power of two */
#define NOISE_HASHED_MAX 2048 /* bytes of a record */
#define NOISE_KEY_WORDS  (NOISE_HASHED_MAX / 4 + 2)

struct noise_key {
    __u64 hash[2];
    __u32 size;
    __u32 epoch; /* of filter_state */
};

struct noise_repeat {
    struct noise_key key;
    __u64 sent; /* CLOCK_BOOTTIME, ns */
    __u64 held; /* how many of the kind were not sent since */
};

struct noise_settings {
    __u64 window; /* ns; 0: repetitions are sent */
    __u64 mark;   /* bytes waiting in the bulk ring from which on buckets are asked */
    __u64 cost;   /* ns that an event takes from the bucket: a second by the rate; 0: no limit */
    __u64 burst;  /* ns that a full bucket holds */
};

#endif
