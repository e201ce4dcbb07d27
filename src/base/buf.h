/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

/*
 * A growable byte buffer with a hard maximum. The bytes are always followed by a NUL that is not
 * counted, so `data` can be used as a C string once anything was added. A failed append (-ENOMEM,
 * or -E2BIG past the maximum) is remembered in `failed`, leaves the contents as they were, and
 * makes every later append fail: check once, at the end.
 */

#include <stdbool.h>
#include <stddef.h>

struct buf {
    char *data; /* NULL until the first append */
    size_t len;
    size_t capacity;
    size_t max; /* bytes; 0 means BUF_MAX_DEFAULT */
    int failed; /* 0 or the first -errno */
};

#define BUF_MAX_DEFAULT (16u << 20)

void buf_done(struct buf *buf);  /* releases the memory, the buffer can be used again */
void buf_reset(struct buf *buf); /* forgets contents and failure, keeps the memory */

int buf_add(struct buf *buf, const void *data, size_t len);
int buf_add_string(struct buf *buf, const char *string);
int buf_add_char(struct buf *buf, char c);
int buf_printf(struct buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The contents as a string the caller owns (never NULL on success), or NULL with *buf unchanged. */
char *buf_take(struct buf *buf);

#define _cleanup_buf_ __attribute__((cleanup(buf_done)))

#endif
