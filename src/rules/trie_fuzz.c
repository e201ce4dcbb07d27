/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Words and a text, one a line, the text last: each way finds just the words that are there, each
 * at all its places but for those that were told before.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/cleanup.h"
#include "rules/trie.h"

#define WORDS_MAX  64
#define STATES_MAX 65536

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool is_there(enum trie_way way, const struct field_string *word,
                     const struct field_string *text)
{
    if (word->len > text->len)
        return false;
    switch (way) {
    case TRIE_BEGINS: return !memcmp(text->data, word->data, word->len);
    case TRIE_ENDS: return !memcmp(text->data + text->len - word->len, word->data, word->len);
    case TRIE_CONTAINS: return memmem(text->data, text->len, word->data, word->len);
    case TRIE_CONTAINS_FOLDED:
        for (size_t at = 0; at + word->len <= text->len; at++) {
            size_t same = 0;
            while (same < word->len && (text->data[at + same] == word->data[same] ||
                                        !strncasecmp(text->data + at + same, word->data + same, 1)))
                same++;
            if (same == word->len)
                return true;
        }
    }
    return false;
}

struct seen {
    bool words[WORDS_MAX];
    size_t text_len;
};

static bool found(void *data, uint32_t id, size_t at)
{
    struct seen *seen = data;
    bool is_new = !seen->words[id];

    if (at > seen->text_len)
        abort();
    seen->words[id] = true;
    return is_new;
}

static void check(enum trie_way way, const struct trie_word *words, size_t count,
                  const struct field_string *text)
{
    _cleanup_arena_ struct arena arena = {0};
    struct trie_word sorted[WORDS_MAX];
    struct seen seen = {.text_len = text->len};
    struct trie *trie;
    size_t states;

    memcpy(sorted, words, count * sizeof(*words));
    if (trie_new(&arena, way, sorted, count, STATES_MAX, &trie, &states) < 0)
        return;
    trie_walk(trie, text, found, &seen);
    for (size_t i = 0; i < count; i++)
        if (seen.words[i] != is_there(way, &words[i].text, text))
            abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct trie_word words[WORDS_MAX];
    const char *at = (const char *)data, *end = at + size;
    size_t count = 0;

    for (const char *line; size && count < WORDS_MAX; at = line + 1, count++) {
        line = memchr(at, '\n', (size_t)(end - at));
        if (!line)
            break;
        words[count] = (struct trie_word){{at, (size_t)(line - at)}, (uint32_t)count};
    }
    struct field_string text = {size ? at : "", (size_t)(end - at)};
    for (enum trie_way way = TRIE_BEGINS; way <= TRIE_CONTAINS_FOLDED; way++)
        check(way, words, count, &text);
    return 0;
}
