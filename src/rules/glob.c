/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/glob.h"

#include <ctype.h>
#include <string.h>
#include <wctype.h>

struct pattern {
    const char *text;
    size_t len;
    bool ignore_case;
};

static unsigned char fold(const struct pattern *pattern, char c)
{
    return (unsigned char)(pattern->ignore_case ? tolower((unsigned char)c) : c);
}

/* Length of a class like "[:alpha:]" that starts at `at`, 0 when none does. */
static size_t class_len(const struct pattern *pattern, size_t at)
{
    const char *text = pattern->text + at;
    size_t left = pattern->len - at;

    if (left < 4 || text[0] != '[' || text[1] != ':')
        return 0;
    const char *end = memmem(text + 2, left - 2, ":]", 2);
    return end ? (size_t)(end - text) + 2 : 0;
}

/* No case is ignored here: a class says what it means. */
static bool in_class(const struct pattern *pattern, size_t at, size_t len, char c)
{
    char name[16] = "";

    if (len - 4 >= sizeof(name))
        return false;
    memcpy(name, pattern->text + at + 2, len - 4);
    return iswctype((wint_t)(unsigned char)c, wctype(name));
}

/* Offset behind the set that starts at `at` ("["), 0 when it does not end: then "[" is itself. */
static size_t set_end(const struct pattern *pattern, size_t at)
{
    size_t i = at + 1;

    if (i < pattern->len && (pattern->text[i] == '!' || pattern->text[i] == '^'))
        i++;
    for (size_t first = i; i < pattern->len; i++) {
        size_t class = class_len(pattern, i);
        if (class)
            i += class - 1;
        else if (pattern->text[i] == '\\')
            i++;
        else if (pattern->text[i] == ']' && i != first)
            return i + 1;
    }
    return 0;
}

static char set_char(const struct pattern *pattern, size_t *i)
{
    if (pattern->text[*i] == '\\')
        ++*i;
    return pattern->text[(*i)++];
}

static bool in_set(const struct pattern *pattern, size_t at, size_t end, char c)
{
    bool negated = pattern->text[at + 1] == '!' || pattern->text[at + 1] == '^', found = false;
    unsigned char wanted = fold(pattern, c);

    for (size_t i = at + 1 + negated; i < end - 1;) {
        size_t class = class_len(pattern, i);
        if (class) {
            found |= in_class(pattern, i, class, c);
            i += class;
            continue;
        }
        unsigned char low = fold(pattern, set_char(pattern, &i)), high = low;
        if (i + 1 < end - 1 && pattern->text[i] == '-') {
            i++;
            high = fold(pattern, set_char(pattern, &i));
        }
        if (low <= wanted && wanted <= high)
            found = true;
    }
    return found != negated;
}

/* Match one character; returns the offset in the pattern behind what matched it, 0 for no match. */
static size_t match_one(const struct pattern *pattern, size_t at, char c)
{
    size_t end;

    if (at >= pattern->len)
        return 0;
    switch (pattern->text[at]) {
    case '?': return at + 1;
    case '[':
        end = set_end(pattern, at);
        if (end)
            return in_set(pattern, at, end, c) ? end : 0;
        break;
    case '\\':
        if (++at == pattern->len)
            return 0; /* it escapes nothing */
        break;
    default: break;
    }
    return fold(pattern, pattern->text[at]) == fold(pattern, c) ? at + 1 : 0;
}

bool glob_match(const char *pattern_text, size_t pattern_len, const char *text, size_t len,
                bool ignore_case)
{
    struct pattern pattern = {pattern_text, pattern_len, ignore_case};
    size_t p = 0, t = 0, star = 0, star_text = 0;
    bool starred = false;

    while (t < len) {
        if (p < pattern_len && pattern_text[p] == '*') {
            starred = true;
            star = ++p;
            star_text = t;
            continue;
        }
        size_t next = match_one(&pattern, p, text[t]);
        if (next) {
            p = next;
            t++;
        } else if (starred) {
            p = star;
            t = ++star_text;
        } else {
            return false;
        }
    }
    while (p < pattern_len && pattern_text[p] == '*')
        p++;
    return p == pattern_len;
}

size_t glob_literal_len(const char *pattern, size_t len)
{
    size_t at = 0;

    while (at < len && !strchr("*?[\\", pattern[at]))
        at++;
    return at;
}
