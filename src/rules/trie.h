/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TRIE_H
#define RULES_TRIE_H

/*
 * Which of many words a text begins with, ends with or contains, found by one walk over the text
 * however many words there are. Containing is the automaton of Aho and Corasick (1975). States are
 * rows of a double array (Aoe, 1989): 16 bytes each, and no search among a state's successors.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "rules/field.h"

enum trie_way {
    TRIE_BEGINS,
    TRIE_ENDS,
    TRIE_CONTAINS,
    TRIE_CONTAINS_FOLDED, /* ASCII letters of either case are the same */
};

struct trie_word {
    struct field_string text; /* only read while the trie is made */
    uint32_t id;              /* what is told of it */
};

struct trie;

/*
 * A trie in the arena; words may be equal or empty and are put in order. -E2BIG when it would have
 * more than `max_states` rows. *ret_states: how many it has.
 */
int trie_new(struct arena *arena, enum trie_way way, struct trie_word *words, size_t count,
             size_t max_states, struct trie **ret_trie, size_t *ret_states);

/*
 * A word was found, `at` bytes from where the walk began. False: it was found before, and with it
 * all words that it ends with.
 */
typedef bool (*trie_found)(void *data, uint32_t id, size_t at);

/* Steps are at most two for each byte of the text, besides what is told. */
void trie_walk(const struct trie *trie, const struct field_string *text, trie_found found,
               void *data);

#endif
