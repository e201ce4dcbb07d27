/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/libbpf_words.h"

#include <bpf/libbpf.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"

static char words[2048];

static int keep(enum libbpf_print_level level, const char *format, va_list args)
{
    _cleanup_free_ char *text = NULL;

    if (level != LIBBPF_WARN)
        return 0;
    int len = vasprintf(&text, format, args);
    if (len < 0) {
        text = NULL;
        return 0;
    }
    size_t room = sizeof(words) - 1, add = (size_t)len < room ? (size_t)len : room;
    size_t keep = strlen(words);
    if (keep > room - add)
        keep = room - add;
    memmove(words, words + strlen(words) - keep, keep);
    memcpy(words + keep, text + (size_t)len - add, add);
    words[keep + add] = '\0';
    return 0;
}

void libbpf_words_keep(void)
{
    words[0] = '\0';
    libbpf_set_print(keep);
}

const char *libbpf_words(void)
{
    return words;
}
