/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

/*
 * Calls that are too easily wrong become compile errors. Included by the build in front of every
 * user-space file; the system headers that declare these names come first.
 */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Macros under clang's _FORTIFY_SOURCE, and a macro can't be poisoned without a warning. */
#undef sprintf
#undef vsprintf

#pragma GCC poison strcpy strcat strncpy strncat sprintf vsprintf strtok gets atoi atol atoll

#endif
