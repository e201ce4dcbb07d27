/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/guard.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "sensor/filter_maps.h"
#include "sensor/guard_cgroup.h"
#include "sensor/libbpf_words.h"
#include "sensor/object.h"
#include "sensor/sensor_internal.h"

#include "guard_skeleton.skel.h"

#define HOOKS_MAX      64
#define PROGRAM_PREFIX "guard_"

struct guard {
    struct guard_skeleton *skeleton;
    struct filter_maps maps;
    bool types[EVENT_TYPE_MAX]; /* that are hooked */
    enum guard_means means;
    int cgroup_fd; /* of the root, or -1 */
    struct bpf_link *links[HOOKS_MAX];
    const char *names[HOOKS_MAX];
    size_t count;
};

static const struct hook {
    const char *name;
    enum event_type type;
    enum guard_means means;
} hooks[] = {
#define HOOK_ROW(name, type) {#name, type, GUARD_BY_LSM},
    GUARD_LIST(HOOK_ROW)
#undef HOOK_ROW
#define HOOK_ROW(name, type) {#name, type, GUARD_BY_CGROUP},
        GUARD_CGROUP_LIST(HOOK_ROW)
#undef HOOK_ROW
};

DEFINE_CLEANUP(struct guard *, guard_close);
DEFINE_CLEANUP(struct btf *, btf__free);

static bool is_wanted(const char *hook, const struct guard_rules *rules)
{
    for (size_t i = 0; i < sizeof(hooks) / sizeof(hooks[0]); i++)
        if (hooks[i].means == rules->means && !strcmp(hooks[i].name, hook) &&
            rules->types[hooks[i].type])
            return true;
    return false;
}

static bool has_function(const struct btf *btf, const char *hook)
{
    char name[64];

    snprintf(name, sizeof(name), "bpf_lsm_%s", hook);
    return btf && btf__find_by_name_kind(btf, name, BTF_KIND_FUNC) > 0;
}

static int probe_lsm(struct error *ret_error)
{
    static const struct bpf_insn allow[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT},
    };
    _cleanup_(btf__freep) struct btf *btf = btf__load_vmlinux_btf();
    _cleanup_free_ char *modules = NULL;
    struct bpf_prog_load_opts opts = {.sz = sizeof(opts), .expected_attach_type = BPF_LSM_MAC};

    /* A program may be attached where no BPF LSM is active: nobody would ask it. */
    if (read_file("/sys/kernel/security/lsm", 4096, &modules, NULL) == 0 && !strstr(modules, "bpf"))
        return error_set(ret_error, -EOPNOTSUPP,
                         "bpf is not among the kernel's LSMs: boot with lsm=...,bpf");
    int id = btf ? btf__find_by_name_kind(btf, "bpf_lsm_file_open", BTF_KIND_FUNC) : -1;
    if (id <= 0)
        return error_set(ret_error, -EOPNOTSUPP, "the kernel has no BPF LSM");
    opts.attach_btf_id = (__u32)id;
    _cleanup_close_ int program = bpf_prog_load(BPF_PROG_TYPE_LSM, "guard_probe", "GPL", allow,
                                                sizeof(allow) / sizeof(allow[0]), &opts);
    if (program < 0)
        return error_set(ret_error, program, "the kernel refuses LSM programs: %s",
                         strerror(-program));
    _cleanup_close_ int link = bpf_raw_tracepoint_open(NULL, program);
    if (link < 0)
        return error_set(ret_error, -errno, "the kernel refuses to attach an LSM program: %s",
                         strerror(errno));
    return 0;
}

int guard_probe(enum guard_means means, struct error *ret_error)
{
    return means == GUARD_BY_LSM ? probe_lsm(ret_error) : guard_cgroup_probe(ret_error);
}

/* Programs of hooks that no rule needs are not loaded. */
static int choose(struct guard *guard, const struct guard_rules *rules, const struct btf *btf,
                  struct error *ret_error)
{
    struct bpf_program *program;
    int r = 0;

    bpf_object__for_each_program(program, guard->skeleton->obj)
    {
        const char *hook = bpf_program__name(program) + strlen(PROGRAM_PREFIX);
        bool wanted = is_wanted(hook, rules);
        enum bpf_prog_type type = bpf_program__type(program);

        if (type != BPF_PROG_TYPE_LSM && type != BPF_PROG_TYPE_CGROUP_SOCK_ADDR)
            continue; /* exec and fork: always */
        if (wanted && type == BPF_PROG_TYPE_LSM && !has_function(btf, hook))
            return error_set(ret_error, -EOPNOTSUPP, "the kernel has no LSM hook '%s'", hook);
        r = bpf_program__set_autoload(program, wanted);
        if (r < 0)
            return error_set(ret_error, r, "can't choose programs: %s", strerror(-r));
    }
    return 0;
}

static int configure(struct guard *guard, int ring, const struct btf *btf)
{
    struct guard_skeleton *skeleton = guard->skeleton;
    const struct object_machine machine = OBJECT_MACHINE(skeleton);
    bool by_thread = guard->means == GUARD_BY_CGROUP && !guard_cgroup_stores();
    const struct bpf_map *const kept[] = {
        by_thread ? skeleton->maps.guard_threads : skeleton->maps.guard_actors,
        skeleton->maps.scratches,
        skeleton->maps.counters,
        skeleton->maps.bulk_ring,
        skeleton->maps.filter_paths,
        skeleton->maps.filter_names,
        skeleton->maps.filter_addresses,
        skeleton->maps.filter_ports,
        skeleton->maps.filter_known,
        skeleton->maps.guard_containers,
        skeleton->maps.bss,
        skeleton->maps.rodata,
    };

    if (getrandom((void *)(uintptr_t)skeleton->rodata->noise_secret,
                  sizeof(skeleton->rodata->noise_secret), 0) < 0)
        return -errno;
    skeleton->rodata->is_guard = true;
    skeleton->rodata->guard_by_thread = by_thread;
    int r = object_fit(&machine, btf);
    if (r == 0)
        r = bpf_map__reuse_fd(skeleton->maps.bulk_ring, ring);
    return r < 0 ? r : object_keep_maps(skeleton->obj, kept, sizeof(kept) / sizeof(kept[0]));
}

/* In ticks since boot: field 22 of /proc/self/stat, the 20th behind the name. */
static uint64_t own_start(void)
{
    _cleanup_free_ char *text = NULL;

    if (read_file("/proc/self/stat", 4096, &text, NULL) < 0)
        return 0;
    const char *at = strrchr(text, ')');
    for (int field = 0; at && field < 20; field++)
        at = strchr(at + 1, ' ');
    return at ? strtoull(at + 1, NULL, 10) : 0;
}

static int attach(struct guard *guard, struct error *ret_error)
{
    struct bpf_program *program;

    bpf_object__for_each_program(program, guard->skeleton->obj)
    {
        if (!bpf_program__autoload(program))
            continue;
        if (guard->count == HOOKS_MAX)
            return error_set(ret_error, -ENOSPC, "too many hooks");
        struct bpf_link *link = bpf_program__type(program) == BPF_PROG_TYPE_CGROUP_SOCK_ADDR
                                    ? bpf_program__attach_cgroup(program, guard->cgroup_fd)
                                    : bpf_program__attach(program);
        if (!link)
            return error_set(ret_error, -errno, "can't attach %s: %s", bpf_program__name(program),
                             strerror(errno));
        guard->names[guard->count] = bpf_program__name(program) + strlen(PROGRAM_PREFIX);
        guard->links[guard->count++] = link;
    }
    return 0;
}

static int put_cgroup(struct guard *guard, const struct guard_cgroup *cgroup, unsigned slots)
{
    struct guard_container value = {0};
    int map = bpf_map__fd(guard->skeleton->maps.guard_containers);

    (void)bpf_map_lookup_elem(map, &cgroup->id, &value);
    for (unsigned slot = 0; slot < 2; slot++)
        if (slots >> slot & 1)
            value.columns[slot] = cgroup->columns;
    return bpf_map_update_elem(map, &cgroup->id, &value, BPF_ANY) < 0 ? -errno : 0;
}

/* Written aside; filter_maps_set puts all in force at once. */
static int fill(struct guard *guard, const struct guard_rules *rules,
                const struct guard_cgroup *cgroups, size_t count)
{
    unsigned next = guard->maps.state->slot ^ 1;
    int r = 0;

    guard->skeleton->bss->guard_slots[next] = rules->slot;
    for (size_t i = 0; i < count && r == 0; i++)
        r = put_cgroup(guard, &cgroups[i], 1u << next);
    return r < 0 ? r : filter_maps_set(&guard->maps, rules->tables, FILTER_ON);
}

int guard_open(const struct guard_rules *rules, const struct guard_cgroup *cgroups, size_t count,
               int ring, struct guard **ret_guard, struct error *ret_error)
{
    _cleanup_(guard_closep) struct guard *guard = calloc(1, sizeof(*guard));
    _cleanup_(btf__freep) struct btf *btf = btf__load_vmlinux_btf();

    if (!guard)
        return error_set(ret_error, -ENOMEM, "out of memory");
    guard->means = rules->means;
    guard->cgroup_fd = rules->means == GUARD_BY_CGROUP ? guard_cgroup_open(ret_error) : -1;
    if (rules->means == GUARD_BY_CGROUP && guard->cgroup_fd < 0)
        return guard->cgroup_fd;
    libbpf_words_keep();
    guard->skeleton = guard_skeleton__open();
    if (!guard->skeleton)
        return error_set(ret_error, -errno, "can't open the guards' object: %s", strerror(errno));
    memcpy(guard->types, rules->types, sizeof(guard->types));
    int r = choose(guard, rules, btf, ret_error);
    if (r < 0)
        return r;
    r = configure(guard, ring, btf);
    if (r < 0)
        return error_set(ret_error, r, "can't size the guards' maps: %s", strerror(-r));
    r = guard_skeleton__load(guard->skeleton);
    if (r < 0)
        return error_set(ret_error, r, "the kernel refused the guards: %s\n%s", strerror(-r),
                         libbpf_words());
    struct guard_skeleton__bss *globals = guard->skeleton->bss;
    globals->guard_self = (struct guard_self){.start_time = own_start(), .pid = (__u32)getpid()};
    guard->maps = (struct filter_maps){
        .paths = bpf_map__fd(guard->skeleton->maps.filter_paths),
        .names = bpf_map__fd(guard->skeleton->maps.filter_names),
        .addresses = bpf_map__fd(guard->skeleton->maps.filter_addresses),
        .ports = bpf_map__fd(guard->skeleton->maps.filter_ports),
        .slots = globals->filter_slots,
        .unsteady = globals->noise_unsteady,
        .state = &globals->filter_state,
    };
    r = fill(guard, rules, cgroups, count);
    if (r < 0)
        return error_set(ret_error, r, "can't fill the guards' tables: %s", strerror(-r));
    r = attach(guard, ret_error);
    if (r < 0)
        return r;
    *ret_guard = TAKE_PTR(guard);
    return 0;
}

void guard_close(struct guard *guard)
{
    if (!guard)
        return;
    for (size_t i = 0; i < guard->count; i++)
        bpf_link__destroy(guard->links[i]);
    guard_skeleton__destroy(guard->skeleton);
    if (guard->cgroup_fd >= 0)
        close(guard->cgroup_fd);
    free(guard);
}

enum guard_means guard_means(const struct guard *guard)
{
    return guard->means;
}

int guard_each_link(const struct guard *guard, guard_link visit, void *data)
{
    int r = 0;

    for (size_t i = 0; i < guard->count && r == 0; i++)
        r = visit(data, guard->names[i], guard->links[i]);
    return r;
}

int guard_set_rules(struct guard *guard, const struct guard_rules *rules,
                    const struct guard_cgroup *cgroups, size_t count)
{
    for (size_t i = 0; i < EVENT_TYPE_MAX; i++)
        if (rules->types[i] && !guard->types[i])
            return -ENOENT;
    return fill(guard, rules, cgroups, count);
}

int guard_set_cgroups(struct guard *guard, const struct guard_cgroup *cgroups, size_t count,
                      const uint64_t *gone, size_t gone_count)
{
    int r = 0;

    for (size_t i = 0; i < count && r == 0; i++)
        r = put_cgroup(guard, &cgroups[i], 1u << guard->maps.state->slot);
    for (size_t i = 0; i < gone_count; i++)
        bpf_map_delete_elem(bpf_map__fd(guard->skeleton->maps.guard_containers), &gone[i]);
    filter_maps_void(&guard->maps);
    return r;
}

uint64_t guard_number(const struct guard *guard)
{
    return guard->maps.number;
}

size_t guard_hooks(const struct guard *guard)
{
    return guard->count;
}

int guard_counters(const struct guard *guard, uint64_t ret_counters[COUNTER_MAX])
{
    return counters_read(bpf_map__fd(guard->skeleton->maps.counters), ret_counters);
}
