/* SPDX-License-Identifier: Apache-2.0 */
#include "world/timestamp.h"

#include <string.h>
#include <time.h>

static bool digits(const char **cursor, unsigned count, int *ret_value)
{
    int value = 0;

    for (unsigned i = 0; i < count; i++) {
        char c = (*cursor)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *cursor += count;
    *ret_value = value;
    return true;
}

static bool literal(const char **cursor, char c)
{
    if (**cursor != c)
        return false;
    (*cursor)++;
    return true;
}

static uint64_t fraction(const char **cursor)
{
    uint64_t ns = 0, unit = 100000000;

    if (!literal(cursor, '.'))
        return 0;
    for (; **cursor >= '0' && **cursor <= '9'; (*cursor)++, unit /= 10)
        ns += (uint64_t)(**cursor - '0') * unit;
    return ns;
}

bool timestamp_parse(const char *text, uint64_t *ret_ns)
{
    struct tm tm = {0};
    int hours = 0, minutes = 0;
    const char *p = text;

    if (!digits(&p, 4, &tm.tm_year) || !literal(&p, '-') || !digits(&p, 2, &tm.tm_mon) ||
        !literal(&p, '-') || !digits(&p, 2, &tm.tm_mday) || !literal(&p, 'T') ||
        !digits(&p, 2, &tm.tm_hour) || !literal(&p, ':') || !digits(&p, 2, &tm.tm_min) ||
        !literal(&p, ':') || !digits(&p, 2, &tm.tm_sec))
        return false;
    if (tm.tm_year < 1970 || tm.tm_year > 2500 || tm.tm_mon < 1 || tm.tm_mon > 12)
        return false;
    tm.tm_year -= 1900;
    tm.tm_mon -= 1;
    uint64_t ns = fraction(&p);

    bool west = *p == '-';
    if (!literal(&p, 'Z')) {
        if (*p != '+' && *p != '-')
            return false;
        p++;
        if (!digits(&p, 2, &hours) || !literal(&p, ':') || !digits(&p, 2, &minutes))
            return false;
    }
    int64_t offset = (hours * 60 + minutes) * (west ? 60 : -60);
    int64_t seconds = timegm(&tm) + offset;
    if (*p || seconds < 0)
        return false;
    *ret_ns = (uint64_t)seconds * 1000000000 + ns;
    return true;
}
