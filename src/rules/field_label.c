/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/field_label.h"

bool field_label(const struct label *labels, uint32_t count, const char *key,
                 struct field_value *value)
{
    for (uint32_t i = 0; i < count; i++)
        if (!strcmp(labels[i].key, key))
            return field_set_string(value, labels[i].value);
    return false;
}

bool field_labels(struct field_context *context, const struct label *labels, uint32_t count,
                  struct field_value *value)
{
    struct buf *buf = field_scratch(context);

    for (uint32_t i = 0; i < count; i++)
        buf_printf(buf, "%s%s:%s", i ? ", " : "", labels[i].key, labels[i].value);
    return count && field_set_scratch(context, value);
}
