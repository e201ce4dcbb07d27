/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>

#include "world/json_get.h"
#include "world/oci.h"
#include "world/runtime.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct container_facts found;
    struct event_writer writer = {0};
    struct event event;
    struct event_header header = {.type = EVENT_CONTAINER};
    _cleanup_json_ json_t *config = json_loadb((const char *)data, size, 0, NULL);

    container_facts_init(&found);
    container_facts_text(&found, FACT_BUNDLE, "/bundle");
    oci_apply(config, &found);
    oci_apply_image(config, &found);
    oci_apply_umoci(config, &found);
    runtime_labels(json_at(config, "annotations"), FACT_LABELS, &found);
    runtime_kubernetes_labels(&found);
    if (container_facts_record(&found, "id", &header, &writer) != 0 ||
        event_decode(writer.data, writer.len, &event) != 0)
        __builtin_trap();
    container_facts_done(&found);
    event_writer_done(&writer);
    return 0;
}
