/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_PATTERN_H
#define POSTURE_PATTERN_H

#include <stdbool.h>

/* A pattern of `*` (anything, slashes too) and `?` against the whole text; case does not count. */
bool pattern_matches(const char *pattern, const char *text);

#endif
