/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FUZZ_H
#define BASE_FUZZ_H

/* What fuzz targets share: no assert, for that one can be compiled out. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static inline void expect(bool holds)
{
    if (!holds)
        abort();
}

#endif
