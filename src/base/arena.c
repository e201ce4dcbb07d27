/* SPDX-License-Identifier: Apache-2.0 */
#include "base/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ARENA_BLOCK 65536u
#define ARENA_ALIGN 16u

struct arena_block {
    struct arena_block *next;
    size_t used, size;
    _Alignas(ARENA_ALIGN) char data[];
};

static struct arena_block *add_block(struct arena *arena, size_t size)
{
    size_t max = arena->max ? arena->max : ARENA_MAX_DEFAULT;
    size_t want = size > ARENA_BLOCK ? size : ARENA_BLOCK;

    if (want > max || arena->total > max - want)
        return NULL;
    struct arena_block *block = calloc(1, sizeof(*block) + want);
    if (!block)
        return NULL;
    block->size = want;
    arena->total += want;
    /* A big block goes behind the current one, which still has room. */
    if (arena->blocks && size > ARENA_BLOCK / 4) {
        block->next = arena->blocks->next;
        arena->blocks->next = block;
    } else {
        block->next = arena->blocks;
        arena->blocks = block;
    }
    return block;
}

void *arena_alloc(struct arena *arena, size_t size)
{
    if (size > SIZE_MAX - ARENA_ALIGN)
        return NULL;
    size = (size + ARENA_ALIGN - 1) & ~(size_t)(ARENA_ALIGN - 1);

    struct arena_block *block = arena->blocks;
    if (!block || size > block->size - block->used)
        block = add_block(arena, size);
    if (!block)
        return NULL;
    void *at = block->data + block->used;
    block->used += size;
    return at;
}

void *arena_array(struct arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return arena_alloc(arena, count * size);
}

char *arena_copy(struct arena *arena, const void *data, size_t len)
{
    char *copy = len < SIZE_MAX ? arena_alloc(arena, len + 1) : NULL;

    if (copy && len)
        memcpy(copy, data, len);
    return copy;
}

void *arena_grow(struct arena *arena, void *items, size_t *count, size_t size)
{
    char **slot = items;
    bool full = (*count & (*count - 1)) == 0 && (*count == 0 || *count >= 4);

    if (full) {
        char *bigger = arena_array(arena, *count ? *count * 2 : 4, size);
        if (!bigger)
            return NULL;
        if (*count)
            memcpy(bigger, *slot, *count * size);
        *slot = bigger;
    }
    return *slot + size * (*count)++;
}

void arena_done(struct arena *arena)
{
    while (arena->blocks) {
        struct arena_block *block = arena->blocks;
        arena->blocks = block->next;
        free(block);
    }
    arena->total = 0;
}
