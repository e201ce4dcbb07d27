/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/*
 * Memory that is released all at once. A rule set lives in one; what is only needed while loading
 * (YAML nodes, syntax trees) lives in another.
 */

#include <stddef.h>

struct arena_block;

struct arena {
    struct arena_block *blocks;
    size_t total; /* bytes taken from the system */
    size_t max;   /* 0 means ARENA_MAX_DEFAULT */
};

#define ARENA_MAX_DEFAULT ((size_t)256 << 20)

/* Zeroed and aligned for any type; NULL when out of memory or past the maximum. */
void *arena_alloc(struct arena *arena, size_t size);

/* An array of `count` zeroed elements; NULL also when the product overflows. */
void *arena_array(struct arena *arena, size_t count, size_t size);

/* A copy followed by a NUL that is not counted. */
char *arena_copy(struct arena *arena, const void *data, size_t len);

/*
 * Make room for one element more in an array that grows by doubling: returns the new element, or
 * NULL. `*items` is moved as needed, `*count` is raised by one.
 */
void *arena_grow(struct arena *arena, void *items, size_t *count, size_t size);

void arena_done(struct arena *arena);

#define _cleanup_arena_ __attribute__((cleanup(arena_done)))

#endif
