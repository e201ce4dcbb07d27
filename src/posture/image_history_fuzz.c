/* SPDX-License-Identifier: Apache-2.0 */
/* An image's configuration, and what the check of its history says of it. */
#include <stddef.h>
#include <stdint.h>

#include "posture/check.h"
#include "posture/image_history.h"
#include "world/json_get.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct check *check = check_find("BULWARK-SECRET-IMAGE-HISTORY");
    _cleanup_json_ json_t *image = json_loadb((const char *)data, size, 0, NULL);
    struct container_config container = {.source = SOURCE_KERNEL};
    struct subject subject = {
        .kind = SUBJECT_CONTAINER,
        .source = SOURCE_KERNEL,
        .name = "container/fuzz",
        .container = &container,
    };
    struct check_options options = {.kubernetes_minor = KUBERNETES_MINOR_NEWEST};
    _cleanup_arena_ struct arena arena = {0};
    struct check_run run;

    if (!check || image_history_parse(image, "config", &arena, &container) < 0)
        return 0;
    check_evaluate(check, &subject, &options, &arena, &run);
    if (!run.answered)
        __builtin_trap();
    return 0;
}
