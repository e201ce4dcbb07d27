/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

/*
 * One error convention. Functions return 0 or -errno; outputs named ret_* are set only on success.
 * Where a person will read the failure, the last parameter is a `struct error *` (NULL allowed),
 * filled with what went wrong, where, and the offending value. Libraries fill it, programs print
 * it.
 */

#include <stdarg.h>
#include <stddef.h>

#define ERROR_FILE_MAX    256
#define ERROR_MESSAGE_MAX 512

struct error {
    int code;        /* -errno; 0 while no error is held */
    unsigned line;   /* 1-based, 0 when the error has no position */
    unsigned column; /* 1-based, in bytes */
    char file[ERROR_FILE_MAX];
    char message[ERROR_MESSAGE_MAX];
};

/* Fill `error` (may be NULL) and return `code`, so that a caller can `return error_set(...)`. */
int error_set(struct error *error, int code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same with a position; `line` 0 means the file as a whole. */
int error_set_at(struct error *error, int code, const char *file, unsigned line, unsigned column,
                 const char *format, ...) __attribute__((format(printf, 6, 7)));

/* "file:line:column: message" without a newline, always terminated; returns `buffer`. */
const char *error_format(const struct error *error, char *buffer, size_t size);

#endif
