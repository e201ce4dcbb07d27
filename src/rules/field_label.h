/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FIELD_LABEL_H
#define RULES_FIELD_LABEL_H

#include "rules/field_row.h"
#include "world/container.h"

/* The value of one label; false when there is none of this key. */
bool field_label(const struct label *labels, uint32_t count, const char *key,
                 struct field_value *value);

/* All: "key:value, key:value"; false when there is none. */
bool field_labels(struct field_context *context, const struct label *labels, uint32_t count,
                  struct field_value *value);

#endif
