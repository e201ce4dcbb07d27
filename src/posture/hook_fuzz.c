/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a runtime writes to the hook, and a config.json: up to the first zero byte the state, after
 * it the configuration. Either is refused with a reason, or judged.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/fuzz.h"
#include "posture/hook.h"

static const char policy_text[] = "{checks: {severity: info}, images: {allow: [web*]}}";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_arena_ struct arena arena = {.max = (size_t)64 << 20};
    struct hook_policy policy;
    struct hook_state state = {0};
    struct container_config config;
    struct hook_verdict verdict;
    struct error error = {0};
    const uint8_t *end = size ? memchr(data, 0, size) : NULL;
    size_t len = end ? (size_t)(end - data) : size;

    int r = hook_state_read("state", (const char *)data, len, &arena, &state, &error);
    if (r < 0) {
        expect(error.code == r && error.message[0]);
        state = (struct hook_state){.id = "c", .bundle = "/b", .status = "creating"};
    }
    expect(*state.id && *state.bundle == '/');
    if (!end)
        return 0;
    error = (struct error){0};
    r = hook_config_read("/b/config.json", (const char *)end + 1, size - len - 1, &state, &arena,
                         &config, &error);
    if (r < 0) {
        expect(error.code == r && error.message[0]);
        return 0;
    }
    r = hook_policy_load("p", policy_text, strlen(policy_text), &arena, &policy, &error);
    expect(r == 0);
    r = hook_judge(&policy, &state, &config, 0, &arena, &verdict);
    expect(r == 0 || r == -ENOMEM);
    for (size_t i = 0; r == 0 && i < verdict.count; i++)
        expect(verdict.items[i].text && *verdict.items[i].text);
    return 0;
}
