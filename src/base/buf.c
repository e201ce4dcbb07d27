/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void buf_done(struct buf *buf)
{
    free(buf->data);
    *buf = (struct buf){.max = buf->max};
}

void buf_reset(struct buf *buf)
{
    buf->len = 0;
    buf->failed = 0;
    if (buf->data)
        buf->data[0] = '\0';
}

static int reserve(struct buf *buf, size_t extra)
{
    size_t max = buf->max ? buf->max : BUF_MAX_DEFAULT;

    if (buf->failed)
        return buf->failed;
    if (extra > max || buf->len > max - extra)
        return buf->failed = -E2BIG;

    size_t need = buf->len + extra + 1;
    if (need <= buf->capacity)
        return 0;

    size_t capacity = buf->capacity ? buf->capacity : 64;
    while (capacity < need)
        capacity *= 2;
    char *data = realloc(buf->data, capacity);
    if (!data)
        return buf->failed = -ENOMEM;
    buf->data = data;
    buf->capacity = capacity;
    return 0;
}

int buf_add(struct buf *buf, const void *data, size_t len)
{
    int r = reserve(buf, len);

    if (r < 0)
        return r;
    if (len)
        memcpy(buf->data + buf->len, data, len);
    buf->len += len;
    buf->data[buf->len] = '\0';
    return 0;
}

int buf_add_string(struct buf *buf, const char *string)
{
    return buf_add(buf, string, strlen(string));
}

int buf_add_char(struct buf *buf, char c)
{
    return buf_add(buf, &c, 1);
}

int buf_printf(struct buf *buf, const char *format, ...)
{
    va_list args;
    int len, r;

    va_start(args, format);
    len = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (len < 0)
        return buf->failed = -EINVAL;

    r = reserve(buf, (size_t)len);
    if (r < 0)
        return r;
    va_start(args, format);
    vsnprintf(buf->data + buf->len, (size_t)len + 1, format, args);
    va_end(args);
    buf->len += (size_t)len;
    return 0;
}

char *buf_take(struct buf *buf)
{
    if (reserve(buf, 0) < 0)
        return NULL;
    buf->data[buf->len] = '\0';

    char *data = buf->data;
    *buf = (struct buf){.max = buf->max};
    return data;
}
