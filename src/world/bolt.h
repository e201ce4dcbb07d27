/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_BOLT_H
#define WORLD_BOLT_H

/*
 * A reader of bolt databases (containerd's metadata, podman's state) that takes no lock, so that it
 * can never hold up the runtime. A database is a tree of pages which are never changed in place
 * while a transaction that is still the newest uses them: what was read is good if the newest
 * transaction is the same before and after. The format is that of bbolt's page.go and bucket.go.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

struct bolt {
    int fd; /* the caller's */
    uint32_t page_size;
    uint32_t pages_left; /* bounds the work of a lookup in a damaged file */
    uint64_t root;       /* page of the root bucket */
    uint64_t high_water; /* no page is at or above */
    uint64_t transaction;
};

/* Start reading: -EBADMSG when it is no bolt database of a known version. */
int bolt_begin(int fd, struct bolt *ret_bolt);

/* 0 when all that was read since bolt_begin was whole; -EAGAIN when the file changed. */
int bolt_end(const struct bolt *bolt);

/*
 * The value of the last key of `path` (NULL-terminated), the others being nested buckets.
 * -ENOENT when there is none, -EBADMSG for a damaged file. *value is overwritten.
 */
int bolt_get(struct bolt *bolt, const char *const path[], struct buf *value);

/* Each key of the bucket at `path`; `value` is NULL for a bucket. Stops when it returns non-zero.
 */
typedef int (*bolt_each_key)(void *data, const char *key, size_t key_len, const char *value,
                             size_t value_len);
int bolt_each(struct bolt *bolt, const char *const path[], bolt_each_key callback, void *data);

#endif
