/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_NEAREST_H
#define RULES_NEAREST_H

#include <stddef.h>

/* Finds the name that was probably meant: offer all candidates, then ask. */
struct nearest {
    const char *text;
    size_t len;
    const char *best;
    size_t distance;
};

struct nearest nearest_start(const char *text, size_t len);
void nearest_offer(struct nearest *nearest, const char *candidate);

/* "; did you mean 'x'?" in `buffer`, or "" when nothing is near. */
const char *nearest_hint(const struct nearest *nearest, char *buffer, size_t size);

#endif
