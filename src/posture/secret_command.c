/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/secret_command.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "posture/secret_value.h"

#define BLANKS       " \t\r\n"
#define QUOTES       "\"'"
#define KEY_START    "-----BEGIN"
#define KEY_MAX      128 /* of it is enough to know it */
#define WORD_MAX     4096
#define NAME_LETTERS "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.-"

/* NAME of "NAME=VALUE", with underscores for the dashes of "--some-name"; false for other words. */
static bool take_name(const char *word, char name[SECRET_NAME_MAX], const char **ret_value)
{
    word += strspn(word, "-");
    size_t len = strspn(word, NAME_LETTERS);

    if (!len || len >= SECRET_NAME_MAX || word[len] != '=')
        return false;
    for (size_t i = 0; i < len; i++)
        name[i] = (char)(word[i] == '-' ? '_' : word[i]);
    name[len] = '\0';
    *ret_value = word + len + 1;
    return true;
}

static void cut_end(char *word)
{
    size_t len = strlen(word);

    while (len && strchr(QUOTES "`;,&|)]}", word[len - 1]))
        word[--len] = '\0';
}

static void copy_text(char *to, size_t size, const char *text, size_t len)
{
    size_t count = len < size - 1 ? len : size - 1;

    memcpy(to, text, count);
    to[count] = '\0';
}

const char *secret_in_command(const char **at, char name[SECRET_NAME_MAX])
{
    for (;;) {
        const char *word = *at + strspn(*at, BLANKS QUOTES "([{,;");
        size_t len = strcspn(word, BLANKS);
        char copy[WORD_MAX];
        const char *value = copy;
        if (!len)
            return NULL;
        *at = word + len;
        copy_text(copy, sizeof(copy), word, len);
        /* a key in PEM has blanks: it goes on past the word that it begins in */
        const char *key = strstr(copy, KEY_START);
        if (key) {
            word += key - copy;
            copy_text(copy, KEY_MAX, word, strnlen(word, KEY_MAX));
        }
        cut_end(copy);
        if (!take_name(copy, name, &value))
            *name = '\0';
        value += strspn(value, QUOTES);
        const char *what = secret_value(name, value);
        if (what)
            return what;
    }
}
