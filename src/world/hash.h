/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_HASH_H
#define WORLD_HASH_H

/*
 * uthash that fails instead of ending the program: after HASH_ADD, a handle whose `tbl` is NULL was
 * not added for want of memory. Its hash is seeded anew in every run, since container ids and
 * addresses are chosen by those who are watched.
 */

#include <stddef.h>
#include <stdint.h>
#include <string.h>

extern uint64_t hash_seed;

static inline uint64_t hash_mix(uint64_t hash)
{
    /* An odd constant with well spread bits: 2^64 divided by the golden ratio. */
    hash *= 0x9e3779b97f4a7c15ull;
    return hash ^ hash >> 32;
}

static inline unsigned hash_bytes(const void *data, size_t len)
{
    const char *at = data;
    uint64_t hash = hash_seed + len;
    uint64_t word;

    for (; len >= sizeof(word); len -= sizeof(word), at += sizeof(word)) {
        memcpy(&word, at, sizeof(word));
        hash = hash_mix(hash ^ word);
    }
    word = 0;
    for (size_t i = 0; i < len; i++)
        word = word << 8 | (unsigned char)at[i];
    return (unsigned)hash_mix(hash_mix(hash ^ word));
}

#define HASH_FUNCTION(key, len, value) ((value) = hash_bytes((key), (len)))
#define HASH_NONFATAL_OOM              1
#include <uthash.h>

#endif
