/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/object.h"

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "sensor/hierarchy.h"

#define SCRATCHES_PER_CPU 2 /* NESTING of bpf/lib/maps.h */

int object_fit(const struct object_machine *machine, const struct btf *btf)
{
    int cpus = libbpf_num_possible_cpus();

    if (cpus < 0)
        return cpus;
    *machine->can_load = btf && btf__find_by_name_kind(btf, "bpf_rdonly_cast", BTF_KIND_FUNC) > 0;
    hierarchy_find(btf, machine->v1_subsystem, machine->v1_hierarchy);
    return bpf_map__set_max_entries(machine->scratches, SCRATCHES_PER_CPU * (__u32)cpus);
}

int object_keep_maps(struct bpf_object *object, const struct bpf_map *const *kept, size_t count)
{
    struct bpf_map *map;
    int r = 0;

    bpf_object__for_each_map(map, object)
    {
        bool keep = false;
        for (size_t i = 0; i < count; i++)
            keep |= map == kept[i];
        if (r == 0 && !keep)
            r = bpf_map__set_autocreate(map, false);
    }
    return r;
}
