/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_KNOWN_H
#define BPF_KNOWN_H

/*
 * The columns that a file's path and name leave, remembered: most opens are of files that were
 * opened before. A file is known again by its whole way up to the task's root: each dentry by its
 * address, the kernel's hash of its name (salted with the parent's address) and its sequence, which
 * a rename moves on; each mount by its address. So a rename anywhere on the way, other rules or
 * another root make another way. A dentry that was freed, and its address used for another name,
 * could be mistaken only if the same had happened to all that is above it.
 *
 * Remembered is what is seen for the second time: a walk over many files that comes by once is not
 * worth the work.
 */

#include "filter.h"

/* load.bpf.c: from scratch.walk, as path_begin leaves it, to the root; adds to scratch.walk.hash.
 * False for a way that is too long or does not lead there. */
extern int way_hash(struct scratch *s);

/* The way into scratch.walk.hash; false for one that is not remembered. To guards it is that of an
 * inode, too: whatever comes to bear a name, no other file is taken for the one that had it. */
static __always_inline bool known_way(struct scratch *s, struct file *file, u64 dentry,
                                      u64 vfsmount)
{
    struct filter_slot *tables = &filter_slots[s->filter_slot & 1];

    if (!path_begin(s, dentry, vfsmount))
        return false;
    s->walk.hash[0] = tables->number + ((u64)noise_secret[0] << 32);
    s->walk.hash[1] = tables->number + ((u64)noise_secret[1] << 32);
    if (is_guard) {
        struct inode *inode = KERNEL_READ(file, f_inode);
        s->walk.hash[0] ^= (u64)inode;
        s->walk.hash[1] ^= KERNEL_READ(inode, i_ino);
    }
    return way_hash(s);
}

static __always_inline bool known_recall(struct scratch *s, struct filter_known *row)
{
    u64 version = *(volatile u64 *)&row->version;

    if (version & 1 || row->hash[0] != s->walk.hash[0] || row->hash[1] != s->walk.hash[1])
        return false;
    s->known_columns = row->columns;
    asm volatile("" ::: "memory");
    return *(volatile u64 *)&row->version == version;
}

/* Look up path and name as for an event that any column could match, and remember what is left. */
static __always_inline bool known_learn(struct scratch *s, struct filter_known *row, u64 address,
                                        u64 dentry, u64 mount)
{
    struct file *file = (void *)address;
    struct filter_vector candidates = s->candidates;
    u64 first = s->walk.hash[0], second = s->walk.hash[1], version = row->version;

#pragma unroll
    for (u32 i = 0; i < FILTER_WORDS; i++)
        s->candidates.words[i] = ~0ull;
    s->path_flags = 0;
    s->learning = 1;
    if (!filter_file(s, address))
#pragma unroll
        for (u32 i = 0; i < FILTER_WORDS; i++)
            s->candidates.words[i] = 0;
    s->learning = 0;
    s->known_columns = s->candidates;
    s->candidates = candidates;
    if (s->path_flags & (PARAM_FLAG_UNREADABLE | PARAM_FLAG_TRUNCATED))
        return false;
    /* Renamed meanwhile? */
    if (!known_way(s, file, dentry, mount) || s->walk.hash[0] != first || s->walk.hash[1] != second)
        return false;
    if (!(version & 1) &&
        __sync_val_compare_and_swap(&row->version, version, version + 1) == version) {
        row->hash[0] = first;
        row->hash[1] = second;
        row->columns = s->known_columns;
        asm volatile("" ::: "memory");
        *(volatile u64 *)&row->version = version + 2;
    }
    return true;
}

/* Whether scratch.known_columns are those of the file's path and name. */
CHECKED_ONCE int known_file(struct scratch *s, u64 address)
{
    struct file *file = (void *)address;

    if (!s || !address)
        return false;
    u64 dentry = (u64)KERNEL_READ(file, f_path.dentry), mount = (u64)KERNEL_READ(file, f_path.mnt);
    if (!known_way(s, file, dentry, mount))
        return false;
    u32 index = s->walk.hash[0] & (FILTER_KNOWN - 1);
    struct filter_known *row = bpf_map_lookup_elem(&filter_known, &index);
    if (!row)
        return false;
    if (known_recall(s, row))
        return true;
    if (row->seen != s->walk.hash[1]) {
        row->seen = s->walk.hash[1];
        return false;
    }
    return known_learn(s, row, address, dentry, mount);
}

#endif
