/* SPDX-License-Identifier: Apache-2.0 */
/* Docker's two files with a line "---" between them; each is tried as a bundle's config.json too.
 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "posture/check.h"
#include "posture/oci_config.h"
#include "world/json_get.h"

static const char separator[] = "\n---\n";

/* Each check must have an answer for whatever was read. */
static void ask(const struct container_config *container, struct arena *arena)
{
    struct subject subject = {
        .kind = SUBJECT_CONTAINER,
        .source = container->source,
        .name = "container/fuzz",
        .container = container,
        .declared = container,
    };
    struct check_options options = {.kubernetes_minor = KUBERNETES_MINOR_NEWEST};

    for (size_t t = 0; t < check_table_count; t++) {
        for (size_t i = 0; i < check_tables[t]->count; i++) {
            struct check_run run;
            if (!check_applies(&check_tables[t]->checks[i], &subject, &options))
                continue;
            check_evaluate(&check_tables[t]->checks[i], &subject, &options, arena, &run);
            if (!run.answered)
                __builtin_trap();
        }
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    const char *middle = size ? memmem(text, size, separator, strlen(separator)) : NULL;
    size_t len = middle ? (size_t)(middle - text) : size;
    size_t rest = middle ? size - len - strlen(separator) : 0;
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_json_ json_t *config = json_loadb(text, len, 0, NULL);
    _cleanup_json_ json_t *host =
        middle ? json_loadb(middle + strlen(separator), rest, 0, NULL) : NULL;
    struct container_config docker = {0}, bundle = {0};

    if (oci_config_read(config, "/bundle/config.json", "/bundle", &arena, &bundle) == 0)
        ask(&bundle, &arena);
    if (docker_config_read(config, "config.v2.json", host, "hostconfig.json", &arena, &docker) == 0)
        ask(&docker, &arena);
    if (docker_config_read(config, "config.v2.json", host, "hostconfig.json", &arena, &bundle) == 0)
        ask(&bundle, &arena);
    return 0;
}
