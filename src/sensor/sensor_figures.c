/* SPDX-License-Identifier: Apache-2.0 */
/* What the kernel side has counted, and what it is made of. */
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "sensor/sensor_internal.h"

typedef void (*visit_program)(void *data, const char *name, const struct bpf_prog_info *info);

static void each_program(const struct sensor *sensor, visit_program visit, void *data)
{
    struct bpf_program *program;

    bpf_object__for_each_program(program, sensor->skeleton->obj)
    {
        struct bpf_prog_info info = {0};
        __u32 size = sizeof(info);

        if (bpf_program__autoload(program) &&
            bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &size) == 0)
            visit(data, bpf_program__name(program), &info);
    }
}

static void add_missed(void *data, const char *name, const struct bpf_prog_info *info)
{
    *(uint64_t *)data += info->recursion_misses;
}

/* Events that the kernel ran no program for, since the CPU was in the midst of the same. */
static uint64_t programs_missed(const struct sensor *sensor)
{
    uint64_t missed = sensor->hooks ? call_hooks_missed(sensor->hooks) : 0;

    each_program(sensor, add_missed, &missed);
    return missed;
}

int counters_read(int map, uint64_t ret_counters[COUNTER_MAX])
{
    int cpus = libbpf_num_possible_cpus();
    uint64_t sums[COUNTER_MAX] = {0};

    if (cpus < 0)
        return cpus;
    _cleanup_free_ uint64_t *values = calloc((size_t)cpus, sizeof(*values));
    if (!values)
        return -ENOMEM;
    for (__u32 id = 0; id < COUNTER_MAX; id++) {
        if (bpf_map_lookup_elem(map, &id, values) < 0)
            return -errno;
        for (int cpu = 0; cpu < cpus; cpu++)
            sums[id] += values[cpu];
    }
    memcpy(ret_counters, sums, sizeof(sums));
    return 0;
}

int sensor_counters(const struct sensor *sensor, uint64_t ret_counters[COUNTER_MAX])
{
    int r = counters_read(bpf_map__fd(sensor->skeleton->maps.counters), ret_counters);

    if (r == 0)
        ret_counters[COUNTER_DROP_PROGRAM_BUSY] += programs_missed(sensor);
    return r;
}

const char *sensor_counter_name(enum counter_id id)
{
    static const char *const names[COUNTER_MAX] = {
#define COUNTER_NAME(name, text) [COUNTER_##name] = text,
        COUNTER_LIST(COUNTER_NAME)
#undef COUNTER_NAME
    };

    return id < COUNTER_MAX ? names[id] : NULL;
}

uint64_t sensor_map_bytes(const struct sensor *sensor)
{
    struct bpf_map *map;
    uint64_t bytes = 0;
    int cpus = libbpf_num_possible_cpus();

    bpf_object__for_each_map(map, sensor->skeleton->obj)
    {
        uint64_t entries = bpf_map__max_entries(map);

        if (bpf_map__map_flags(map) & BPF_F_NO_PREALLOC) /* one entry at a time */
            continue;
        switch (bpf_map__type(map)) {
        case BPF_MAP_TYPE_RINGBUF: bytes += entries; break;
        case BPF_MAP_TYPE_PERCPU_ARRAY:
            bytes += entries * bpf_map__value_size(map) * (uint64_t)(cpus > 0 ? cpus : 1);
            break;
        default: bytes += entries * (bpf_map__key_size(map) + bpf_map__value_size(map));
        }
    }
    return bytes +
           sensor->filter.entries * (sizeof(struct filter_path_key) + sizeof(struct filter_vector));
}

size_t sensor_hooks(const struct sensor *sensor)
{
    return sensor->hooks ? call_hooks_count(sensor->hooks) : 0;
}

struct telling {
    sensor_program callback;
    void *data;
};

static void tell_program(void *data, const char *name, const struct bpf_prog_info *info)
{
    const struct telling *telling = data;

    telling->callback(telling->data, name, info->verified_insns);
}

void sensor_programs(const struct sensor *sensor, sensor_program callback, void *data)
{
    each_program(sensor, tell_program, &(struct telling){callback, data});
}
