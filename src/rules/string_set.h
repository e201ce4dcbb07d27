/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_STRING_SET_H
#define RULES_STRING_SET_H

/* A set of strings, made once and asked often. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "rules/field.h"

struct string_set;

/* A bit for a length, of a word of bits that says which lengths there are. */
static inline uint64_t string_length_bit(size_t len)
{
    return 1ull << (len < 63 ? len : 63);
}

uint64_t string_hash(const char *data, size_t len);

/* A set with room for `count` strings, in the arena; NULL when out of memory. */
struct string_set *string_set_new(struct arena *arena, size_t count);

/* The bytes are not copied. At most `count` calls. */
void string_set_add(struct string_set *set, const char *data, size_t len);

/* Whether some member has this length: asked first, it saves the hash. */
bool string_set_has_length(const struct string_set *set, size_t len);

bool string_set_has(const struct string_set *set, uint64_t hash, const char *data, size_t len);

#endif
