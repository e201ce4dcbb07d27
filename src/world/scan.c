/* SPDX-License-Identifier: Apache-2.0 */
#include "world/scan.h"

#include <string.h>

static unsigned digit(char c)
{
    if (c >= '0' && c <= '9')
        return (unsigned)(c - '0');
    if (c >= 'a' && c <= 'f')
        return (unsigned)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F')
        return (unsigned)(c - 'A') + 10;
    return UINT32_MAX;
}

bool scan_number(const char **cursor, unsigned base, uint64_t *ret_number)
{
    const char *p = *cursor + strspn(*cursor, " \t");
    uint64_t number = 0;

    if (digit(*p) >= base)
        return false;
    for (; digit(*p) < base; p++)
        if (__builtin_mul_overflow(number, base, &number) ||
            __builtin_add_overflow(number, digit(*p), &number))
            return false;
    *cursor = p;
    *ret_number = number;
    return true;
}

bool scan_u32(const char **cursor, uint32_t *ret_number)
{
    const char *p = *cursor;
    uint64_t number;

    if (!scan_number(&p, 10, &number) || number > UINT32_MAX)
        return false;
    *cursor = p;
    *ret_number = (uint32_t)number;
    return true;
}

bool scan_user_slice(const char *cgroup_path, uint32_t *ret_uid)
{
    static const char prefix[] = "/user-";
    const char *at = cgroup_path ? strstr(cgroup_path, prefix) : NULL;
    uint32_t uid;

    if (!at)
        return false;
    at += strlen(prefix);
    if (!scan_u32(&at, &uid) || strncmp(at, ".slice", strlen(".slice")) != 0)
        return false;
    *ret_uid = uid;
    return true;
}

bool scan_list_has(const char *list, const char *word, size_t len)
{
    for (const char *at = list; *at;) {
        const char *end = strchrnul(at, ',');
        if ((size_t)(end - at) == len && !memcmp(at, word, len))
            return true;
        at = *end ? end + 1 : end;
    }
    return false;
}
