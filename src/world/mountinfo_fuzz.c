/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "world/mountinfo.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char *text = malloc(size + 1);
    struct mount_table table;

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (mountinfo_parse(text, &table) != 0)
        return 0;
    for (size_t i = 0; i < table.count; i++) {
        const struct mount *mount = &table.mounts[i];
        if (!mount->root || !mount->point || !mount->options || !mount->type || !mount->source ||
            !mount->super)
            __builtin_trap();
        mount_read_only(mount);
        /* Nothing that came later can hide behind what came first. */
        const struct mount *at = mount_table_at(&table, mount->point);
        if (!at || at < mount)
            __builtin_trap();
    }
    mount_table_done(&table);
    return 0;
}
