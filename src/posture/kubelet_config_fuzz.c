/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>

#include "posture/check.h"
#include "posture/kubelet_config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_arena_ struct arena arena = {0};
    struct node_config node = {.name = "node"};
    struct node_reader reader = {.root_fd = -1, .arena = &arena, .node = &node};
    struct subject subject = {
        .kind = SUBJECT_NODE, .source = SOURCE_NODE, .name = "node", .node = &node};
    struct check_options options = {0};
    struct error error = {0};

    if (node_add_component(&reader, "kubelet") < 0 ||
        kubelet_config_read("config.yaml", (const char *)data, size, &reader, &error) < 0)
        return 0;
    for (size_t i = 0; i < node_kubernetes_checks.count; i++) {
        struct check_run run;
        check_evaluate(&node_kubernetes_checks.checks[i], &subject, &options, &arena, &run);
        if (!run.answered)
            __builtin_trap();
    }
    return 0;
}
