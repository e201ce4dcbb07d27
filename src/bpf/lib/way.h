/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_WAY_H
#define BPF_WAY_H

/* The way from a file up to the task's root, as known.h knows it. */

#include "object.h"

#define KNOWN_STEPS 32 /* components and mounts; what lies deeper is not remembered */

/*
 * Two sums of which neither can be foretold: the addresses are the kernel's. A step is taken by one
 * word of all that tells it from others.
 */
#define KNOWN_ADD(first, second, word)                                                             \
    do {                                                                                           \
        u64 _word = (word);                                                                        \
        (first) = ((first) ^ _word) * 0x9e3779b97f4a7c15ull;                                       \
        (first) ^= (first) >> 29;                                                                  \
        (second) = ((second) << 7 ^ (second) >> 57) + _word;                                       \
    } while (0)

#define KNOWN_COMPONENT(dentry, hash_len, sequence)                                                \
    ((dentry) + (hash_len) * 0xc2b2ae3d27d4eb4full + ((u64)(sequence) << 40))

/* load.bpf.c */
extern int known_way_by_loads(struct scratch *s);

#endif
