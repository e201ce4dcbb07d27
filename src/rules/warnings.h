/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_WARNINGS_H
#define RULES_WARNINGS_H

#include "rules/origin.h"
#include "rules/rules.h"

#define WARNINGS_MAX 1000

/* Add a warning with the place and text of `at`; one without memory or past the maximum counts as
 * dropped. `warnings` may be NULL. */
void warnings_add(struct rules_warnings *warnings, const char *code, const struct error *at);

void warnings_add_origin(struct rules_warnings *warnings, const char *code,
                         const struct origin *origin, size_t offset, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

#endif
