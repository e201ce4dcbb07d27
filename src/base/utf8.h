/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

static inline bool utf8_is_continuation(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/* Bytes of the character that starts `text` (1 to 4), 0 when it is not valid UTF-8. */
size_t utf8_length(const char *text, size_t len);

/* How many bytes from the start are valid UTF-8. */
size_t utf8_valid_prefix(const char *text, size_t len);

/* Bytes of the line break that starts `text`: LF, CR, CR LF, NEL, LS, PS; 0 when it is none. */
size_t utf8_line_break(const char *text, size_t len);

/* Whether a terminal or a log may show the character as it is: no control, no change of direction.
 */
bool utf8_printable(const char *text, size_t len);

#endif
