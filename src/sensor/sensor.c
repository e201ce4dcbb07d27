/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/sensor_internal.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <sys/epoll.h>
#include <sys/random.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "event/filter.h"
#include "event/table.h"
#include "sensor/filter.h"
#include "sensor/hook_check.h"
#include "sensor/libbpf_words.h"
#include "sensor/object.h"
#include "sensor/privileges.h"

#define NS_PER_S              1000000000ull
#define CRITICAL_RING_DEFAULT (1u << 20)
#define BULK_RING_DEFAULT     (1u << 22)
#define RING_MIN              (1u << 18) /* one record of the largest size fits */
#define RING_MAX              (1u << 28)
#define RECORD_USUAL          256 /* bytes of a usual event of the bulk ring */
#define BURST_SHARE           16  /* of the ring, that one cgroup may fill at once by default */

/* How long after the last record the rings are looked at without a wake-up: several times
 * WAKEUP_INTERVAL_NS of bpf/lib/record.h. */
#define BUSY_NS 20000000ull

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
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

    if (event_executes(type))
        return true;
    if (!info || info->family == FAMILY_PROCESS)
        return false;
    return needs->types[type] || (needs->dns && (type == EVENT_RECVFROM || type == EVENT_RECVMSG ||
                                                 type == EVENT_RECVMMSG));
}

/* setns is looked at for breaches of isolation, whatever rules ask for. */
static bool looked_at(const struct sensor_needs *needs, uint8_t type)
{
    return type == EVENT_SETNS || wanted(needs, type);
}

/* Before the tables say that a call is wanted. */
static int hook_calls(struct sensor *sensor, const struct sensor_needs *needs,
                      struct error *ret_error)
{
    uint8_t types[EVENT_SYSCALL_MAX];

    if (!sensor->hooks)
        return 0;
    event_syscall_table(false, types);
    for (unsigned number = 0; number < EVENT_SYSCALL_MAX; number++)
        types[number] = looked_at(needs, types[number]);
    return call_hooks_want(sensor->hooks, types, ret_error);
}

int sensor_check_calls(struct sensor *sensor, unsigned *ret_number)
{
    struct bulwark__bss *globals = sensor->skeleton->bss;
    const struct hook_view view = {&globals->settings.self, (uint64_t *)&globals->calls_of_self};

    return hook_check(&view, globals->native_types, ret_number);
}

static int check_hooks(struct sensor *sensor, struct error *ret_error)
{
    unsigned number;

    if (!sensor->hooks || sensor_check_calls(sensor, &number) == 0)
        return 0;
    return error_set(ret_error, -ENOENT, "the hook of %s is passed by",
                     event_syscall_function(number));
}

/* Stores only. */
static void set_wanted(struct sensor *sensor, const struct sensor_needs *needs)
{
    struct bulwark__bss *globals = sensor->skeleton->bss;
    uint8_t types[EVENT_SYSCALL_MAX];

    globals->settings.want_env = needs->env;
    globals->settings.want_dns = needs->dns;
    for (int compat = 0; compat < 2; compat++) {
        uint8_t *table = compat ? globals->compat_types : globals->native_types;

        event_syscall_table(compat, types);
        for (unsigned number = 0; number < EVENT_SYSCALL_MAX; number++) {
            uint8_t type = looked_at(needs, types[number]) ? types[number] : EVENT_NONE;
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
}

int sensor_set_needs(struct sensor *sensor, const struct sensor_needs *needs)
{
    struct error error;

    int r = hook_calls(sensor, needs, &error);
    if (r < 0)
        return r;
    set_wanted(sensor, needs);
    return check_hooks(sensor, &error);
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

static int configure(struct bulwark *skeleton, const struct sensor_config *config,
                     const struct btf *btf)
{
    const struct object_machine machine = OBJECT_MACHINE(skeleton);

    if (getrandom((void *)(uintptr_t)skeleton->rodata->noise_secret,
                  sizeof(skeleton->rodata->noise_secret), 0) < 0)
        return -errno;
    fill_clone_types(skeleton);
    skeleton->rodata->agent_pid = (__u32)getpid();
    skeleton->rodata->apparmor_sizes_at = isolation_find_apparmor(btf);
    int r = object_fit(&machine, btf);
    if (r == 0)
        r = bpf_map__set_max_entries(skeleton->maps.critical_ring, config->critical_ring_bytes);
    if (r == 0)
        r = bpf_map__set_max_entries(skeleton->maps.bulk_ring, config->bulk_ring_bytes);
    return r;
}

/* Programs by the means that is not used are not even loaded. */
static int choose_programs(struct bulwark *skeleton, bool fexit)
{
    const struct {
        struct bpf_program *program;
        bool fexit;
    } calls[] = {
        {skeleton->progs.syscall_exit, false},
        {skeleton->progs.syscall_returned_regs, true},
        {skeleton->progs.syscall_returned_unused, true},
        {skeleton->progs.syscall_stub_regs, true},
        {skeleton->progs.syscall_stub_unused, true},
        {skeleton->progs.syscall_compat, true},
        {skeleton->progs.syscall_denied, true},
    };
    int r = 0;

    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]) && r == 0; i++)
        r = bpf_program__set_autoload(calls[i].program, calls[i].fexit == fexit);
    return r;
}

static int attach(struct bulwark *skeleton, bool fexit, struct error *ret_error)
{
    const struct {
        struct bpf_program *program;
        struct bpf_link **link;
        bool used;
    } hooks[] = {
        {skeleton->progs.process_fork, &skeleton->links.process_fork, true},
        {skeleton->progs.process_exec, &skeleton->links.process_exec, true},
        {skeleton->progs.process_exit, &skeleton->links.process_exit, true},
        {skeleton->progs.cgroup_attach, &skeleton->links.cgroup_attach, true},
        {skeleton->progs.syscall_exit, &skeleton->links.syscall_exit, !fexit},
        {skeleton->progs.syscall_compat, &skeleton->links.syscall_compat, fexit},
        {skeleton->progs.syscall_denied, &skeleton->links.syscall_denied, fexit},
    };

    for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++) {
        if (!hooks[i].used)
            continue;
        *hooks[i].link = bpf_program__attach(hooks[i].program);
        if (!*hooks[i].link)
            return error_set(ret_error, -errno, "can't attach %s: %s",
                             bpf_program__name(hooks[i].program), strerror(errno));
    }
    return 0;
}

static int prepare_hooks(struct sensor *sensor, struct error *ret_error)
{
    struct bulwark *skeleton = sensor->skeleton;
    const struct {
        struct bpf_program *stub, *program;
        struct bpf_map *map;
    } kinds[CALL_KINDS] = {
        [CALL_REGS] = {skeleton->progs.syscall_stub_regs, skeleton->progs.syscall_returned_regs,
                       skeleton->maps.syscall_programs_regs},
        [CALL_UNUSED] = {skeleton->progs.syscall_stub_unused,
                         skeleton->progs.syscall_returned_unused,
                         skeleton->maps.syscall_programs_unused},
    };
    const __u32 first = 0;

    for (int kind = 0; kind < CALL_KINDS; kind++) {
        int program = bpf_program__fd(kinds[kind].program);
        if (bpf_map_update_elem(bpf_map__fd(kinds[kind].map), &first, &program, BPF_ANY) < 0)
            return error_set(ret_error, -errno, "can't set up tail calls: %s", strerror(errno));
        call_hooks_set_stub(sensor->hooks, (enum call_kind)kind,
                            bpf_program__insns(kinds[kind].stub),
                            bpf_program__insn_cnt(kinds[kind].stub));
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
        .unsteady = skeleton->bss->noise_unsteady,
        .state = &skeleton->bss->filter_state,
    };
    return filter_maps_open(&sensor->filter, bpf_map__fd(skeleton->maps.filter_masks));
}

int sensor_bulk_ring(const struct sensor *sensor)
{
    return bpf_map__fd(sensor->skeleton->maps.bulk_ring);
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

void sensor_set_window(struct sensor *sensor, uint64_t window)
{
    __atomic_store_n(&sensor->skeleton->bss->noise_settings.window, window, __ATOMIC_RELEASE);
}

void sensor_read_noise(struct sensor *sensor, uint64_t now, noise_visit visit, void *data)
{
    noise_read(&sensor->noise, now, wait_for_programs, visit, data);
}

void sensor_list_noise(const struct sensor *sensor, noise_visit visit, void *data)
{
    noise_list(&sensor->noise, visit, data);
}

/* By fexit when there are hooks. */
static int start(struct sensor *sensor, const struct sensor_config *config, const struct btf *btf,
                 struct error *ret_error)
{
    bool fexit = sensor->hooks != NULL;

    libbpf_words_keep();
    sensor->skeleton = bulwark__open();
    if (!sensor->skeleton)
        return error_set(ret_error, -errno, "can't open the BPF object: %s", strerror(errno));
    int r = configure(sensor->skeleton, config, btf);
    if (r == 0)
        r = choose_programs(sensor->skeleton, fexit);
    if (r < 0)
        return error_set(ret_error, r, "can't size the BPF maps: %s", strerror(-r));
    r = bulwark__load(sensor->skeleton);
    if (r < 0)
        return error_set(ret_error, r, "the kernel refused the BPF programs: %s\n%s", strerror(-r),
                         libbpf_words());

    struct bulwark__bss *globals = sensor->skeleton->bss;
    globals->settings.self = config->include_self ? 0 : (__u32)getpid();
    set_wanted(sensor, &config->needs);

    r = isolation_find_host(globals->isolation_host);
    if (r < 0)
        return error_set(ret_error, r, "can't read the namespaces of the host in /proc: %s",
                         strerror(-r));
    r = fill_event_rows(sensor->skeleton);
    if (r == 0)
        r = open_rings(sensor, config);
    if (r == 0)
        r = open_filter(sensor);
    sensor->noise.rows = globals->noise_containers;
    if (r < 0)
        return error_set(ret_error, r, "can't set up the BPF maps: %s", strerror(-r));
    if (fexit)
        r = prepare_hooks(sensor, ret_error);
    if (r == 0)
        r = attach(sensor->skeleton, fexit, ret_error);
    if (r == 0)
        r = hook_calls(sensor, &config->needs, ret_error);
    return r < 0 ? r : check_hooks(sensor, ret_error);
}

/* What start made. */
static void stop(struct sensor *sensor)
{
    call_hooks_free(sensor->hooks);
    sensor->hooks = NULL;
    for (int i = 0; i < 2; i++)
        ring_close(&sensor->rings[i]);
    if (sensor->epoll_fd >= 0)
        close(sensor->epoll_fd);
    sensor->epoll_fd = -1;
    filter_maps_close(&sensor->filter);
    bulwark__destroy(sensor->skeleton);
    sensor->skeleton = NULL;
}

DEFINE_CLEANUP(struct sensor *, sensor_close);
DEFINE_CLEANUP(struct btf *, btf__free);

int sensor_open(const struct sensor_config *given, struct sensor **ret_sensor,
                struct error *ret_error)
{
    struct sensor_config config = *given;
    _cleanup_(sensor_closep) struct sensor *sensor = NULL;
    struct error why = {0};
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
    /* What the kernel says of itself; without it there is less that is made use of. */
    _cleanup_(btf__freep) struct btf *btf = btf__load_vmlinux_btf();

    if (config.tracepoint)
        r = error_set(&why, -EOPNOTSUPP, "it was asked for");
    else
        r = call_hooks_new(btf, &sensor->hooks, &why);
    if (r == 0) {
        r = start(sensor, &config, btf, &why);
        if (r < 0)
            stop(sensor);
    }
    if (r < 0) {
        /* Its first line: behind it stands what the verifier said. */
        log_info("system calls are told of by tracepoint: %.*s", (int)strcspn(why.message, "\n"),
                 why.message);
        r = start(sensor, &config, btf, ret_error);
    }
    if (r < 0)
        return r;

    *ret_sensor = TAKE_PTR(sensor);
    return 0;
}

void sensor_close(struct sensor *sensor)
{
    if (!sensor)
        return;
    stop(sensor);
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
