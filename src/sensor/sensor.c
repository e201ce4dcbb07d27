/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sensor.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "event/filter.h"
#include "event/table.h"
#include "sensor/filter.h"
#include "sensor/filter_maps.h"
#include "sensor/noise.h"
#include "sensor/privileges.h"
#include "sensor/ring.h"

#include "bulwark.skel.h"

#define NS_PER_S              1000000000ull
#define CRITICAL_RING_DEFAULT (1u << 20)
#define BULK_RING_DEFAULT     (1u << 22)
#define RING_MIN              (1u << 18) /* one record of the largest size fits */
#define RING_MAX              (1u << 28)
#define RECORD_USUAL          256 /* bytes of a usual event of the bulk ring */
#define BURST_SHARE           16  /* of the ring, that one cgroup may fill at once by default */
#define SCRATCHES_PER_CPU     2   /* NESTING of bpf/lib/maps.h */

/* How long after the last record the rings are looked at without a wake-up: several times
 * WAKEUP_INTERVAL_NS of bpf/lib/record.h. */
#define BUSY_NS 20000000ull

struct sensor {
    struct bulwark *skeleton;
    struct ring rings[2]; /* bulk, critical */
    struct filter_maps filter;
    struct noise noise;
    int epoll_fd;
    uint64_t last_record; /* CLOCK_MONOTONIC ns */
};

/* The end of what libbpf complained about while the object loaded: there the verifier says why. */
static char libbpf_words[2048];

static int keep_libbpf_words(enum libbpf_print_level level, const char *format, va_list args)
{
    _cleanup_free_ char *text = NULL;

    if (level != LIBBPF_WARN)
        return 0;
    int len = vasprintf(&text, format, args);
    if (len < 0) {
        text = NULL;
        return 0;
    }
    size_t room = sizeof(libbpf_words) - 1, add = (size_t)len < room ? (size_t)len : room;
    size_t keep = strlen(libbpf_words);
    if (keep > room - add)
        keep = room - add;
    memmove(libbpf_words, libbpf_words + strlen(libbpf_words) - keep, keep);
    memcpy(libbpf_words + keep, text + (size_t)len - add, add);
    libbpf_words[keep + add] = '\0';
    return 0;
}

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

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

/* The v1 hierarchy whose cgroups name containers: the first of these that is mounted as v1. */
static void find_v1_hierarchy(struct bulwark *skeleton)
{
    static const char *const controllers[] = {"memory", "pids", "cpuset", "cpu", "devices"};
    _cleanup_free_ char *cgroups = NULL;

    skeleton->rodata->v1_subsystem = -1;
    if (read_file("/proc/cgroups", 65536, &cgroups, NULL) < 0)
        return;
    for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++) {
        int hierarchy = controller_hierarchy(cgroups, controllers[i]);

        if (!hierarchy)
            continue;
        struct btf *btf = btf__load_vmlinux_btf();
        skeleton->rodata->v1_subsystem = btf ? subsystem_index(btf, controllers[i]) : -1;
        skeleton->rodata->v1_hierarchy = hierarchy;
        btf__free(btf);
        return;
    }
}

static int check_ring_size(uint32_t *size, uint32_t default_size, struct error *ret_error)
{
    if (!*size)
        *size = default_size;
    if (*size < RING_MIN || *size > RING_MAX || (*size & (*size - 1)))
        return error_set(ret_error, -EINVAL,
                         "ring of %u bytes: a power of two from %u to %u is needed", *size,
                         RING_MIN, RING_MAX);
    return 0;
}

static int fill_event_rows(struct bulwark *skeleton)
{
    int map = bpf_map__fd(skeleton->maps.event_rows);

    for (__u32 type = 0; type < EVENT_TYPE_MAX; type++) {
        const struct event_type_info *info = event_type_info(type);
        struct event_row row = {0};

        if (!info)
            continue;
        row.family = (__u8)info->family;
        row.critical = info->critical;
        memcpy(row.args, info->args, sizeof(row.args));
        if (bpf_map_update_elem(map, &type, &row, BPF_ANY) < 0)
            return -errno;
    }
    return 0;
}

#define IA32_SOCKETCALL 102

/*
 * Clones have a tracepoint of their own; failed execs are told by their call, always looked at;
 * names come from what is received, whether or not a rule asks for that.
 */
static bool wanted(const struct sensor_needs *needs, uint8_t type)
{
    const struct event_type_info *info = event_type_info(type);

    if (type == EVENT_EXECVE || type == EVENT_EXECVEAT)
        return true;
    if (!info || info->family == FAMILY_PROCESS)
        return false;
    return needs->types[type] || (needs->dns && (type == EVENT_RECVFROM || type == EVENT_RECVMSG ||
                                                 type == EVENT_RECVMMSG));
}

int sensor_set_needs(struct sensor *sensor, const struct sensor_needs *needs)
{
    struct bulwark__bss *globals = sensor->skeleton->bss;
    uint8_t types[EVENT_SYSCALL_MAX];

    globals->settings.want_env = needs->env;
    globals->settings.want_dns = needs->dns;
    for (int compat = 0; compat < 2; compat++) {
        uint8_t *table = compat ? globals->compat_types : globals->native_types;

        event_syscall_table(compat, types);
        for (unsigned number = 0; number < EVENT_SYSCALL_MAX; number++) {
            uint8_t type = wanted(needs, types[number]) ? types[number] : EVENT_NONE;
            __atomic_store_n(&table[number], type, __ATOMIC_RELAXED);
        }
    }
    /* The kernel side takes socketcall apart and looks at what it stands for. */
    for (unsigned type = EVENT_SOCKET; type <= EVENT_RECVMMSG; type++)
        if (wanted(needs, (uint8_t)type))
            globals->compat_types[IA32_SOCKETCALL] = EVENT_SOCKET;
    for (unsigned number = 0; number < EVENT_SYSCALL_MAX; number++)
        globals->wanted_numbers[number] =
            globals->native_types[number] || globals->compat_types[number];
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
        globals->wanted_types[type] = wanted(needs, (uint8_t)type);
    return 0;
}

static void fill_clone_types(struct bulwark *skeleton)
{
    uint8_t types[EVENT_SYSCALL_MAX];

    for (int compat = 0; compat < 2; compat++) {
        event_syscall_table(compat, types);
        for (unsigned number = 0; number < EVENT_SYSCALL_MAX; number++)
            if (types[number] >= EVENT_CLONE && types[number] <= EVENT_CLONE3)
                skeleton->rodata->clone_types[compat][number] = types[number];
    }
}

static int configure(struct bulwark *skeleton, const struct sensor_config *config)
{
    int cpus = libbpf_num_possible_cpus();
    int r;

    if (cpus < 0)
        return cpus;
    find_v1_hierarchy(skeleton);
    fill_clone_types(skeleton);
    r = bpf_map__set_max_entries(skeleton->maps.scratches, SCRATCHES_PER_CPU * (__u32)cpus);
    if (r == 0)
        r = bpf_map__set_max_entries(skeleton->maps.critical_ring, config->critical_ring_bytes);
    if (r == 0)
        r = bpf_map__set_max_entries(skeleton->maps.bulk_ring, config->bulk_ring_bytes);
    return r;
}

static int attach(struct bulwark *skeleton, struct error *ret_error)
{
    const struct {
        struct bpf_program *program;
        struct bpf_link **link;
    } hooks[] = {
        {skeleton->progs.process_fork, &skeleton->links.process_fork},
        {skeleton->progs.process_exec, &skeleton->links.process_exec},
        {skeleton->progs.process_exit, &skeleton->links.process_exit},
        {skeleton->progs.cgroup_attach, &skeleton->links.cgroup_attach},
        {skeleton->progs.syscall_exit, &skeleton->links.syscall_exit},
    };

    for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
        *hooks[i].link = bpf_program__attach(hooks[i].program);
        if (!*hooks[i].link)
            return error_set(ret_error, -errno, "can't attach %s: %s",
                             bpf_program__name(hooks[i].program), strerror(errno));
    }
    return 0;
}

static int open_rings(struct sensor *sensor, const struct sensor_config *config)
{
    struct bulwark *skeleton = sensor->skeleton;
    const struct {
        int fd;
        uint32_t size;
    } rings[2] = {
        {bpf_map__fd(skeleton->maps.bulk_ring), config->bulk_ring_bytes},
        {bpf_map__fd(skeleton->maps.critical_ring), config->critical_ring_bytes},
    };

    sensor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    if (sensor->epoll_fd < 0)
        return -errno;
    for (int i = 0; i < 2; i++) {
        struct epoll_event watch = {.events = EPOLLIN, .data.u32 = (uint32_t)i};
        int r = ring_open(&sensor->rings[i], rings[i].fd, rings[i].size);

        if (r < 0)
            return r;
        if (epoll_ctl(sensor->epoll_fd, EPOLL_CTL_ADD, rings[i].fd, &watch) < 0)
            return -errno;
    }
    return 0;
}

static int open_filter(struct sensor *sensor)
{
    struct bulwark *skeleton = sensor->skeleton;

    sensor->filter = (struct filter_maps){
        .paths = bpf_map__fd(skeleton->maps.filter_paths),
        .names = bpf_map__fd(skeleton->maps.filter_names),
        .addresses = bpf_map__fd(skeleton->maps.filter_addresses),
        .ports = bpf_map__fd(skeleton->maps.filter_ports),
        .slots = skeleton->bss->filter_slots,
        .state = &skeleton->bss->filter_state,
    };
    return filter_maps_open(&sensor->filter, bpf_map__fd(skeleton->maps.filter_masks));
}

void sensor_set_rate(struct sensor *sensor, uint32_t rate, uint32_t burst)
{
    struct noise_settings *settings = &sensor->skeleton->bss->noise_settings;
    size_t ring = sensor->rings[0].size;
    uint64_t cost = rate && rate < NS_PER_S ? NS_PER_S / rate : !!rate;

    if (!burst)
        burst = (uint32_t)(ring / BURST_SHARE / RECORD_USUAL);
    settings->mark = ring / 2;
    settings->burst = cost * burst;
    __atomic_store_n(&settings->cost, cost, __ATOMIC_RELEASE);
}

void sensor_read_noise(struct sensor *sensor, uint64_t now, noise_visit visit, void *data)
{
    noise_read(&sensor->noise, now, wait_for_programs, visit, data);
}

void sensor_list_noise(const struct sensor *sensor, noise_visit visit, void *data)
{
    noise_list(&sensor->noise, visit, data);
}

DEFINE_CLEANUP(struct sensor *, sensor_close);

int sensor_open(const struct sensor_config *given, struct sensor **ret_sensor,
                struct error *ret_error)
{
    struct sensor_config config = *given;
    _cleanup_(sensor_closep) struct sensor *sensor = NULL;
    int r;

    r = privileges_check(ret_error);
    if (r == 0)
        r = check_ring_size(&config.critical_ring_bytes, CRITICAL_RING_DEFAULT, ret_error);
    if (r == 0)
        r = check_ring_size(&config.bulk_ring_bytes, BULK_RING_DEFAULT, ret_error);
    if (r < 0)
        return r;

    sensor = calloc(1, sizeof(*sensor));
    if (!sensor)
        return error_set(ret_error, -ENOMEM, "out of memory");
    sensor->epoll_fd = -1;

    libbpf_words[0] = '\0';
    libbpf_set_print(keep_libbpf_words);
    sensor->skeleton = bulwark__open();
    if (!sensor->skeleton)
        return error_set(ret_error, -errno, "can't open the BPF object: %s", strerror(errno));
    r = configure(sensor->skeleton, &config);
    if (r < 0)
        return error_set(ret_error, r, "can't size the BPF maps: %s", strerror(-r));
    r = bulwark__load(sensor->skeleton);
    if (r < 0)
        return error_set(ret_error, r, "the kernel refused the BPF programs: %s\n%s", strerror(-r),
                         libbpf_words);

    struct bulwark__bss *globals = sensor->skeleton->bss;
    globals->settings.self = config.include_self ? 0 : (__u32)getpid();
    (void)sensor_set_needs(sensor, &config.needs); /* stores only, so far */

    r = fill_event_rows(sensor->skeleton);
    if (r == 0)
        r = open_rings(sensor, &config);
    if (r == 0)
        r = open_filter(sensor);
    sensor->noise.rows = globals->noise_containers;
    if (r < 0)
        return error_set(ret_error, r, "can't set up the BPF maps: %s", strerror(-r));
    r = attach(sensor->skeleton, ret_error);
    if (r < 0)
        return r;

    *ret_sensor = TAKE_PTR(sensor);
    return 0;
}

void sensor_close(struct sensor *sensor)
{
    if (!sensor)
        return;
    for (int i = 0; i < 2; i++)
        ring_close(&sensor->rings[i]);
    if (sensor->epoll_fd >= 0)
        close(sensor->epoll_fd);
    filter_maps_close(&sensor->filter);
    bulwark__destroy(sensor->skeleton);
    free(sensor);
}

int sensor_set_filter(struct sensor *sensor, const struct filter_tables *tables,
                      enum filter_mode mode)
{
    return filter_maps_set(&sensor->filter, tables, mode);
}

uint64_t sensor_filter_number(const struct sensor *sensor)
{
    return sensor->filter.number;
}

void sensor_set_mask(struct sensor *sensor, uint32_t actor, const struct filter_vector *columns)
{
    struct filter_mask *mask = &sensor->filter.masks[actor % FILTER_MASKS];

    /* The kernel side reads the number before and after the columns. */
    __atomic_store_n(&mask->actor, 0, __ATOMIC_RELAXED);
    __atomic_thread_fence(__ATOMIC_RELEASE);
    mask->columns = *columns;
    mask->epoch = sensor->filter.epoch;
    __atomic_store_n(&mask->actor, actor, __ATOMIC_RELEASE);
}

void sensor_forget_masks(struct sensor *sensor)
{
    filter_maps_void(&sensor->filter);
}

void sensor_masks_voided(struct sensor *sensor, uint32_t epoch)
{
    filter_maps_voided(&sensor->filter, epoch);
}

void sensor_resume_masks(struct sensor *sensor)
{
    filter_maps_resume(&sensor->filter);
}

int sensor_fd(const struct sensor *sensor)
{
    return sensor->epoll_fd;
}

int sensor_read(struct sensor *sensor, size_t limit, sensor_record callback, void *data)
{
    int taken = 0;

    while (!limit || (size_t)taken < limit) {
        const struct event_header *next[2];
        size_t sizes[2];

        for (int i = 0; i < 2; i++)
            next[i] = ring_peek(&sensor->rings[i], &sizes[i]);
        if (!next[0] && !next[1])
            break;

        int oldest = !next[0] || (next[1] && next[1]->time <= next[0]->time);
        int r = callback(data, next[oldest], sizes[oldest]);
        ring_take(&sensor->rings[oldest], sizes[oldest]);
        if (r < 0)
            return r;
        taken++;
    }
    if (taken)
        sensor->last_record = now_ns();
    return taken;
}

bool sensor_busy(const struct sensor *sensor)
{
    return now_ns() - sensor->last_record < BUSY_NS;
}

int sensor_counters(const struct sensor *sensor, uint64_t ret_counters[COUNTER_MAX])
{
    int cpus = libbpf_num_possible_cpus();
    int map = bpf_map__fd(sensor->skeleton->maps.counters);
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
