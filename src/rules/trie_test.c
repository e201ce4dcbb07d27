/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/trie.h"

#define MANY      20000
#define UNBOUNDED ((size_t)1 << 24)

struct told {
    unsigned words, calls;
    bool seen[MANY];
};

static bool note(void *data, uint32_t id, size_t at)
{
    struct told *told = data;

    told->calls++;
    if (told->seen[id])
        return false;
    told->seen[id] = true;
    told->words++;
    return true;
}

static struct trie *make(struct arena *arena, enum trie_way way, char (*texts)[24], size_t count,
                         size_t *states)
{
    struct trie_word *words = calloc(count, sizeof(*words));
    struct trie *trie = NULL;

    assert_non_null(words);
    for (size_t i = 0; i < count; i++)
        words[i] = (struct trie_word){{texts[i], strlen(texts[i])}, (uint32_t)i};
    assert_int_equal(trie_new(arena, way, words, count, UNBOUNDED, &trie, states), 0);
    free(words);
    return trie;
}

static bool is_at(enum trie_way way, const char *word, const char *text)
{
    size_t word_len = strlen(word), len = strlen(text);

    if (word_len > len)
        return false;
    switch (way) {
    case TRIE_BEGINS: return !strncmp(text, word, word_len);
    case TRIE_ENDS: return !strcmp(text + len - word_len, word);
    case TRIE_CONTAINS: return strstr(text, word);
    default: return strcasestr(text, word);
    }
}

static uint32_t state = 1;

static unsigned below(unsigned n)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

static void random_text(char *text, size_t max, unsigned letters)
{
    size_t len = below((unsigned)max);

    for (size_t i = 0; i < len; i++)
        text[i] = (char)((below(2) ? 'a' : 'A') + (int)below(letters));
    text[len] = '\0';
}

/* Few letters make words that hold each other; many make wide states. */
static void random_words_are_found(void **unused)
{
    static char texts[200][24];
    static struct told told;
    char text[64];
    size_t states;

    for (unsigned round = 0; round < 400; round++) {
        enum trie_way way = round % 4;
        unsigned letters = round % 3 ? 2 : 26, count = 1 + below(200);
        struct arena arena = {0};
        for (unsigned i = 0; i < count; i++)
            random_text(texts[i], letters == 2 ? 8 : 3, letters);
        struct trie *trie = make(&arena, way, texts, count, &states);
        for (unsigned i = 0; i < 20; i++) {
            random_text(text, sizeof(text), letters);
            memset(&told, 0, sizeof(told));
            struct field_string string = {text, strlen(text)};
            trie_walk(trie, &string, note, &told);
            for (unsigned word = 0; word < count; word++)
                if (told.seen[word] != is_at(way, texts[word], text))
                    fail_msg("way %d: '%s' in '%s'", way, texts[word], text);
        }
        arena_done(&arena);
    }
}

/* The rows of the array are about as many as the states that the words need. */
static void many_words_take_little(void **unused)
{
    static char texts[MANY][24];
    static struct told told;
    struct arena arena = {0};
    size_t states;

    for (unsigned i = 0; i < MANY; i++)
        snprintf(texts[i], sizeof(texts[i]), "/srv/%u/x", i * 7919);
    struct trie *trie = make(&arena, TRIE_CONTAINS, texts, MANY, &states);
    assert_in_range(states, MANY, 8 * MANY);
    struct field_string text = {"in /srv/7919/x and /srv/15838/xx", 32};
    trie_walk(trie, &text, note, &told);
    assert_int_equal(told.words, 2);
    assert_true(told.seen[1] && told.seen[2]);
    arena_done(&arena);
}

/* A text made to end many words at each place has each told once, not at each place again. */
static void nothing_is_told_again_and_again(void **unused)
{
    static char texts[20][24];
    static struct told told;
    static char text[20000];
    struct arena arena = {0};
    size_t states;

    for (unsigned i = 0; i < 20; i++)
        memset(texts[i], 'a', i + 1);
    struct trie *trie = make(&arena, TRIE_CONTAINS, texts, 20, &states);
    memset(text, 'a', sizeof(text));
    struct field_string string = {text, sizeof(text)};
    trie_walk(trie, &string, note, &told);
    assert_int_equal(told.words, 20);
    assert_in_range(told.calls, 20, sizeof(text) + 40);
    arena_done(&arena);
}

static void states_are_bounded(void **unused)
{
    struct arena arena = {0};
    struct trie_word words[] = {{{"abcdefgh", 8}, 0}, {{"12345678", 8}, 1}};
    struct trie *trie;
    size_t states;

    assert_int_equal(trie_new(&arena, TRIE_CONTAINS, words, 2, 17, &trie, &states), -E2BIG);
    assert_int_equal(trie_new(&arena, TRIE_CONTAINS, words, 2, 8, &trie, &states), -E2BIG);
    assert_int_equal(trie_new(&arena, TRIE_CONTAINS, words, 2, 64, &trie, &states), 0);
    assert_in_range(states, 17, 64);
    assert_int_equal(trie_new(&arena, TRIE_BEGINS, words, 0, 64, &trie, &states), 0);
    arena_done(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_words_are_found),
        cmocka_unit_test(many_words_take_little),
        cmocka_unit_test(nothing_is_told_again_and_again),
        cmocka_unit_test(states_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
