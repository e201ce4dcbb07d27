/* SPDX-License-Identifier: Apache-2.0 */
/* Names of fields, as rules write them. */
#include <stdint.h>

#include "base/cleanup.h"
#include "rules/field.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct field_ref ref;
    struct error error;

    if (field_find((const char *)data, size, &ref, &error) < 0)
        return 0;
    _cleanup_free_ char *key = (char *)ref.key;
    if (!ref.field || (ref.field->argument == FIELD_NO_ARGUMENT && (key || ref.index >= 0)))
        abort();
    (void)field_ref_type(&ref);
    return 0;
}
