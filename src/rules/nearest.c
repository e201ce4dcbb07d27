/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/nearest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NEAREST_MAX 64 /* longer names are not compared */

struct nearest nearest_start(const char *text, size_t len)
{
    return (struct nearest){.text = text, .len = len, .distance = len / 3 + 2};
}

static size_t smallest(size_t a, size_t b, size_t c)
{
    size_t least = a < b ? a : b;

    return least < c ? least : c;
}

/* Levenshtein's distance, regardless of case. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[NEAREST_MAX + 1];

    for (size_t j = 0; j <= b_len; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_len; j++) {
            int differs = tolower((unsigned char)a[i - 1]) != tolower((unsigned char)b[j - 1]);
            size_t above = row[j];
            row[j] = smallest(row[j - 1] + 1, above + 1, diagonal + (size_t)differs);
            diagonal = above;
        }
    }
    return row[b_len];
}

void nearest_offer(struct nearest *nearest, const char *candidate)
{
    size_t len = strlen(candidate);

    if (len > NEAREST_MAX || nearest->len > NEAREST_MAX)
        return;
    size_t d = distance(nearest->text, nearest->len, candidate, len);
    if (d < nearest->distance) {
        nearest->distance = d;
        nearest->best = candidate;
    }
}

const char *nearest_hint(const struct nearest *nearest, char *buffer, size_t size)
{
    if (nearest->best)
        snprintf(buffer, size, "; did you mean '%.64s'?", nearest->best);
    else
        buffer[0] = '\0';
    return buffer;
}
