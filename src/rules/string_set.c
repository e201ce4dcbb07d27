/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/string_set.h"

#include <string.h>

struct entry {
    uint64_t hash;
    const char *data;
    size_t len;
};

struct string_set {
    uint64_t lengths; /* bit per length, the last for all from 63 on */
    size_t mask;
    struct entry entries[];
};

static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;

    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint64_t string_hash(const char *data, size_t len)
{
    uint64_t hash = len ^ 0x9e3779b97f4a7c15ull, word;

    for (; len >= 8; data += 8, len -= 8) {
        memcpy(&word, data, 8);
        hash = mix(hash ^ word, 0xd6e8feb86659fd93ull);
    }
    word = 0;
    if (len)
        memcpy(&word, data, len);
    return mix(hash ^ word, 0xa0761d6478bd642full);
}

struct string_set *string_set_new(struct arena *arena, size_t count)
{
    size_t size = 4;

    while (size < count * 2)
        size *= 2;
    struct string_set *set = arena_alloc(arena, sizeof(*set) + size * sizeof(set->entries[0]));
    if (set)
        set->mask = size - 1;
    return set;
}

void string_set_add(struct string_set *set, const char *data, size_t len)
{
    uint64_t hash = string_hash(data, len);
    size_t i = hash & set->mask;

    if (string_set_has(set, hash, data, len))
        return;
    while (set->entries[i].data)
        i = (i + 1) & set->mask;
    set->entries[i] = (struct entry){hash, data, len};
    set->lengths |= string_length_bit(len);
}

bool string_set_has_length(const struct string_set *set, size_t len)
{
    return set->lengths & string_length_bit(len);
}

bool string_set_has(const struct string_set *set, uint64_t hash, const char *data, size_t len)
{
    for (size_t i = hash & set->mask; set->entries[i].data; i = (i + 1) & set->mask) {
        const struct entry *entry = &set->entries[i];
        if (entry->hash == hash && entry->len == len && memcmp(entry->data, data, len) == 0)
            return true;
    }
    return false;
}
