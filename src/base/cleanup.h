/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLEANUP_H
#define BASE_CLEANUP_H

/*
 * Ownership that shows in the declaration: a variable marked _cleanup_(f) is released by f when it
 * leaves its scope, unless TAKE_PTR or TAKE_FD handed it on.
 */

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define _cleanup_(f) __attribute__((cleanup(f)))

#define TAKE_PTR(p)                                                                                \
    ({                                                                                             \
        __auto_type _slot = &(p);                                                                  \
        __auto_type _taken = *_slot;                                                               \
        *_slot = NULL;                                                                             \
        _taken;                                                                                    \
    })

#define TAKE_FD(fd)                                                                                \
    ({                                                                                             \
        int *_slot = &(fd);                                                                        \
        int _taken = *_slot;                                                                       \
        *_slot = -1;                                                                               \
        _taken;                                                                                    \
    })

/* Defines NAMEp, the cleanup function of a TYPE pointer whose destructor is NAME. */
#define DEFINE_CLEANUP(type, name)                                                                 \
    static inline void name##p(type *slot)                                                         \
    {                                                                                              \
        if (*slot)                                                                                 \
            name(*slot);                                                                           \
    }                                                                                              \
    struct base_cleanup_semicolon

static inline void freep(void *slot)
{
    free(*(void **)slot);
}

static inline void closep(const int *fd)
{
    if (*fd >= 0)
        close(*fd);
}

static inline void fclosep(FILE **file)
{
    if (*file)
        fclose(*file);
}

static inline void closedirp(DIR **dir)
{
    if (*dir)
        closedir(*dir);
}

#define _cleanup_free_     _cleanup_(freep)
#define _cleanup_close_    _cleanup_(closep)
#define _cleanup_fclose_   _cleanup_(fclosep)
#define _cleanup_closedir_ _cleanup_(closedirp)

#endif
