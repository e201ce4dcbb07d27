/* SPDX-License-Identifier: Apache-2.0 */
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include "world/cgroup_path.h"
#include "world/cgroupfs.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cgroup_line lines[16];
    struct cgroup_container container;
    char *text = malloc(size + 1);

    if (!text)
        return 0;
    memcpy(text, data, size);
    text[size] = '\0';
    if (cgroup_path_container(text, &container) &&
        (!container.id[0] || strlen(container.id) >= CONTAINER_ID_MAX || strchr(container.id, '/')))
        __builtin_trap();
    size_t count = cgroupfs_lines(text, lines, 16);
    for (size_t i = 0; i < count; i++)
        cgroup_path_container(lines[i].path, &container);
    free(text);
    return 0;
}
