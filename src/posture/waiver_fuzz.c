/* SPDX-License-Identifier: Apache-2.0 */
/* A file of waivers; what is refused says where, what is taken ends on a day. */
#include <string.h>

#include "base/fuzz.h"
#include "posture/waiver.h"

#define FILE_NAME "waivers.yaml"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_arena_ struct arena arena = {0};
    const struct waiver *expired = NULL;
    struct waivers waivers = {0};
    struct error error = {0};

    int r = waivers_load(FILE_NAME, (const char *)data, size, &arena, &waivers, &error);
    if (r < 0) {
        expect(error.code == r && error.message[0] && !waivers.count);
        expect(strcmp(error.file, FILE_NAME) == 0 && error.line > 0 && error.column > 0);
        return 0;
    }
    for (size_t i = 0; i < waivers.count; i++) {
        const struct waiver *waiver = &waivers.items[i];
        expect(waiver->line > 0 && waiver->ends % 86400 == 0 && *waiver->reason);
        waivers_find(&waivers, waiver->check, waiver->subject, waiver->ends, &expired);
        expect(waivers_find(&waivers, "PSS-PRIVILEGED", "Pod/a", INT64_MAX, &expired) == NULL);
    }
    return 0;
}
