/* SPDX-License-Identifier: Apache-2.0 */
#include "base/utf8.h"

#include <stdint.h>

static uint32_t decode(const unsigned char *text, size_t len)
{
    static const unsigned char masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t code = text[0] & masks[len];

    for (size_t i = 1; i < len; i++)
        code = code << 6 | (text[i] & 0x3fu);
    return code;
}

size_t utf8_length(const char *text, size_t len)
{
    static const uint32_t smallest[] = {0, 0, 0x80, 0x800, 0x10000};
    const unsigned char *bytes = (const unsigned char *)text;

    if (!len)
        return 0;
    size_t need = bytes[0] < 0x80   ? 1
                  : bytes[0] < 0xc0 ? 0
                  : bytes[0] < 0xe0 ? 2
                  : bytes[0] < 0xf0 ? 3
                  : bytes[0] < 0xf8 ? 4
                                    : 0;
    if (!need || need > len)
        return 0;
    for (size_t i = 1; i < need; i++)
        if (!utf8_is_continuation(text[i]))
            return 0;
    uint32_t code = decode(bytes, need);
    if (code < smallest[need] || code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    return need;
}

size_t utf8_valid_prefix(const char *text, size_t len)
{
    size_t at = 0;

    while (at < len) {
        size_t n = utf8_length(text + at, len - at);
        if (!n)
            break;
        at += n;
    }
    return at;
}

size_t utf8_line_break(const char *text, size_t len)
{
    const unsigned char *bytes = (const unsigned char *)text;

    if (!len)
        return 0;
    if (bytes[0] == '\n')
        return 1;
    if (bytes[0] == '\r')
        return len > 1 && bytes[1] == '\n' ? 2 : 1;
    if (len > 1 && bytes[0] == 0xc2 && bytes[1] == 0x85)
        return 2;
    if (len > 2 && bytes[0] == 0xe2 && bytes[1] == 0x80 && (bytes[2] == 0xa8 || bytes[2] == 0xa9))
        return 3;
    return 0;
}

bool utf8_printable(const char *text, size_t len)
{
    size_t n = utf8_length(text, len);
    if (!n)
        return false;

    uint32_t code = decode((const unsigned char *)text, n);
    if (code < 0x20 || (code >= 0x7f && code < 0xa0))
        return false;
    /* line and paragraph separators; marks, embeddings, overrides and isolates of direction */
    if ((code >= 0x2028 && code <= 0x202e) || (code >= 0x2066 && code <= 0x2069) ||
        code == 0x200e || code == 0x200f || code == 0x061c)
        return false;
    return true;
}
