/* SPDX-License-Identifier: Apache-2.0 */
/* A policy of the hook; what is refused says where, what is taken asks for something. */
#include <string.h>

#include "base/fuzz.h"
#include "posture/hook_policy.h"

#define FILE_NAME "hook.yaml"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_arena_ struct arena arena = {0};
    struct hook_policy policy;
    struct error error = {0};

    int r = hook_policy_load(FILE_NAME, (const char *)data, size, &arena, &policy, &error);
    if (r < 0) {
        expect(error.code == r && error.message[0]);
        expect(strcmp(error.file, FILE_NAME) == 0 && error.line > 0 && error.column > 0);
        expect(!policy.by_severity && !policy.ids.count && !policy.by_image && !policy.audit);
        return 0;
    }
    expect(policy.by_severity || policy.ids.count || policy.by_image);
    for (size_t t = 0; t < check_table_count; t++)
        for (size_t i = 0; i < check_tables[t]->count; i++)
            hook_policy_has(&policy, &check_tables[t]->checks[i]);
    expect(!policy.by_image || policy.images.count ||
           !hook_policy_allows_image(&policy, "registry.example/web:1", NULL));
    return 0;
}
