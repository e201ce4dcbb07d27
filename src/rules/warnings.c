/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/warnings.h"

#include <stdio.h>
#include <stdlib.h>

void warnings_add(struct rules_warnings *warnings, const char *code, const struct error *at)
{
    if (!warnings)
        return;
    size_t count = warnings->count;
    if (count >= WARNINGS_MAX) {
        warnings->dropped++;
        return;
    }
    if ((count & (count - 1)) == 0) {
        size_t room = count ? count * 2 : 1;
        struct rules_warning *items = realloc(warnings->items, room * sizeof(*items));
        if (!items) {
            warnings->dropped++;
            return;
        }
        warnings->items = items;
    }
    warnings->items[warnings->count++] = (struct rules_warning){.code = code, .at = *at};
}

void warnings_add_origin(struct rules_warnings *warnings, const char *code,
                         const struct origin *origin, size_t offset, const char *format, ...)
{
    char message[ERROR_MESSAGE_MAX];
    struct error at = {0};
    va_list args;

    /* to find a place takes time, which nobody would see here */
    if (!warnings || warnings->count >= WARNINGS_MAX) {
        warnings_add(warnings, code, &at);
        return;
    }
    va_start(args, format);
    vsnprintf(message, sizeof(message), format, args);
    va_end(args);
    origin_error(&at, origin, offset, 0, "%s", message);
    warnings_add(warnings, code, &at);
}

void rules_warnings_done(struct rules_warnings *warnings)
{
    free(warnings->items);
    *warnings = (struct rules_warnings){0};
}
