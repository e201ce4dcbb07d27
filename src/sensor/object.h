/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_OBJECT_H
#define SENSOR_OBJECT_H

/* What the BPF objects have in common, since they are made of the same headers (bpf/lib). */

#include <stdbool.h>
#include <stddef.h>

struct bpf_map;
struct bpf_object;
struct btf;

/* What of an object hangs on the machine. */
struct object_machine {
    bool *can_load;
    int *v1_subsystem, *v1_hierarchy;
    struct bpf_map *scratches;
};

#define OBJECT_MACHINE(skeleton)                                                                   \
    ((struct object_machine){                                                                      \
        .can_load = &(skeleton)->rodata->can_load,                                                 \
        .v1_subsystem = &(skeleton)->rodata->v1_subsystem,                                         \
        .v1_hierarchy = &(skeleton)->rodata->v1_hierarchy,                                         \
        .scratches = (skeleton)->maps.scratches,                                                   \
    })

/* Fill it in before the object is loaded. `btf`: the kernel's, NULL where it can't be read. */
int object_fit(const struct object_machine *machine, const struct btf *btf);

/* Maps that are not among these are not made: an object has those of all headers. */
int object_keep_maps(struct bpf_object *object, const struct bpf_map *const *kept, size_t count);

#endif
