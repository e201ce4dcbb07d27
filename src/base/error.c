/* SPDX-License-Identifier: Apache-2.0 */
#include "base/error.h"

#include <stdio.h>
#include <string.h>

static int set(struct error *error, int code, const char *file, unsigned line, unsigned column,
               const char *format, va_list args)
{
    if (!error)
        return code;
    error->code = code;
    error->line = line;
    error->column = column;
    snprintf(error->file, sizeof(error->file), "%s", file ? file : "");
    vsnprintf(error->message, sizeof(error->message), format, args);
    return code;
}

int error_set(struct error *error, int code, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set(error, code, NULL, 0, 0, format, args);
    va_end(args);
    return code;
}

int error_set_at(struct error *error, int code, const char *file, unsigned line, unsigned column,
                 const char *format, ...)
{
    va_list args;

    va_start(args, format);
    set(error, code, file, line, column, format, args);
    va_end(args);
    return code;
}

const char *error_format(const struct error *error, char *buffer, size_t size)
{
    if (!error->file[0])
        snprintf(buffer, size, "%s", error->message);
    else if (!error->line)
        snprintf(buffer, size, "%s: %s", error->file, error->message);
    else
        snprintf(buffer, size, "%s:%u:%u: %s", error->file, error->line, error->column,
                 error->message);
    return buffer;
}
