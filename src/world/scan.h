/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_SCAN_H
#define WORLD_SCAN_H

/* Numbers and lists out of the kernel's texts, with no sign, locale or overflow to think of. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Blanks and tabs, then digits of base 8, 10 or 16, at least one. On success *cursor is behind
 * them; false, with *cursor as it was, when there are none or the number does not fit.
 */
bool scan_number(const char **cursor, unsigned base, uint64_t *ret_number);

/* The same in base 10 for numbers that fit 32 bits. */
bool scan_u32(const char **cursor, uint32_t *ret_number);

/* Whether a list "a,b=c" has the word of `len` bytes. */
bool scan_list_has(const char *list, const char *word, size_t len);

/* A uid in ".../user-1000.slice/...": whose session a rootless container runs in. */
bool scan_user_slice(const char *cgroup_path, uint32_t *ret_uid);

#endif
