/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/hierarchy.h"

#include <bpf/btf.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"

/* Number of a controller's v1 hierarchy by /proc/cgroups ("name hierarchy count enabled"), else 0.
 */
static int controller_hierarchy(const char *cgroups, const char *name)
{
    const char *line = cgroups;
    size_t len = strlen(name);

    while (line) {
        if (!strncmp(line, name, len) && line[len] == '\t')
            return (int)strtoul(line + len, NULL, 10);
        line = strchr(line, '\n');
        if (line)
            line++;
    }
    return 0;
}

/* Value of an enumerator of the kernel's enum cgroup_subsys_id, -1 when it has none of the name. */
static int subsystem_index(const struct btf *btf, const char *name)
{
    int id = btf__find_by_name_kind(btf, "cgroup_subsys_id", BTF_KIND_ENUM);
    const struct btf_type *type = id > 0 ? btf__type_by_id(btf, (__u32)id) : NULL;

    for (unsigned n = 0; type && n < btf_vlen(type); n++) {
        const struct btf_enum *value = &btf_enum(type)[n];
        const char *enumerator = btf__name_by_offset(btf, value->name_off);
        size_t len = strlen(name);

        if (!strncmp(enumerator, name, len) && !strcmp(enumerator + len, "_cgrp_id"))
            return value->val;
    }
    return -1;
}

void hierarchy_find(const struct btf *btf, int *ret_subsystem, int *ret_number)
{
    static const char *const controllers[] = {"memory", "pids", "cpuset", "cpu", "devices"};
    _cleanup_free_ char *cgroups = NULL;

    *ret_subsystem = -1;
    *ret_number = 0;
    if (read_file("/proc/cgroups", 65536, &cgroups, NULL) < 0)
        return;
    for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++) {
        int number = controller_hierarchy(cgroups, controllers[i]);

        if (!number)
            continue;
        *ret_subsystem = btf ? subsystem_index(btf, controllers[i]) : -1;
        *ret_number = number;
        return;
    }
}
