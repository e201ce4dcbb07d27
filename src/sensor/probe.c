/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/probe.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <stdio.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "sensor/call_hooks.h"
#include "sensor/privileges.h"

struct probe {
    const char *name;
    bool required;
    enum probe_result (*run)(const struct probe *probe, const struct btf *btf, char *detail,
                             size_t size);
    int type;             /* of program or map */
    int attach;           /* expected attach type */
    const char *function; /* the kernel's BTF name of what a program attaches to */
    const char *absent;   /* what it means that the name is missing */
};

DEFINE_CLEANUP(struct btf *, btf__free);

static enum probe_result from_errno(int error, char *detail, size_t size)
{
    snprintf(detail, size, "%s", strerror(error));
    return error == EPERM || error == EACCES ? PROBE_REFUSED : PROBE_NO;
}

static enum probe_result probe_btf(const struct probe *probe, const struct btf *btf, char *detail,
                                   size_t size)
{
    if (privileges_btf())
        return PROBE_YES;
    snprintf(detail, size, "/sys/kernel/btf/vmlinux is missing");
    return PROBE_NO;
}

static enum probe_result probe_capabilities(const struct probe *probe, const struct btf *btf,
                                            char *detail, size_t size)
{
    if (privileges_bpf())
        return PROBE_YES;
    snprintf(detail, size, "neither CAP_BPF and CAP_PERFMON nor CAP_SYS_ADMIN");
    return PROBE_REFUSED;
}

static enum probe_result probe_pid_namespace(const struct probe *probe, const struct btf *btf,
                                             char *detail, size_t size)
{
    if (privileges_initial_pid_namespace())
        return PROBE_YES;
    snprintf(detail, size, "not in the initial pid namespace");
    return PROBE_NO;
}

static enum probe_result probe_map(const struct probe *probe, const struct btf *btf, char *detail,
                                   size_t size)
{
    struct bpf_map_create_opts opts = {.sz = sizeof(opts)};
    __u32 key = 4, value = 8, entries = 1;

    if (probe->type == BPF_MAP_TYPE_RINGBUF) {
        key = value = 0;
        entries = (__u32)sysconf(_SC_PAGESIZE);
    }
    int fd = bpf_map_create((enum bpf_map_type)probe->type, NULL, key, value, entries, &opts);
    if (fd < 0)
        return from_errno(errno, detail, size);
    close(fd);
    return PROBE_YES;
}

static enum probe_result probe_calls(const struct probe *probe, const struct btf *btf, char *detail,
                                     size_t size)
{
    struct call_hooks *hooks = NULL;
    struct error why = {0};

    if (call_hooks_new(btf, &hooks, &why) < 0)
        snprintf(detail, size, "by tracepoint: %s", why.message);
    else
        snprintf(detail, size, "by fexit");
    call_hooks_free(hooks);
    return PROBE_YES;
}

/* Load (and attach, where that is a raw tracepoint open) a program that does nothing. */
static enum probe_result probe_program(const struct probe *probe, const struct btf *btf,
                                       char *detail, size_t size)
{
    static const struct bpf_insn nothing[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT},
    };
    struct bpf_prog_load_opts opts = {
        .sz = sizeof(opts),
        .expected_attach_type = (enum bpf_attach_type)probe->attach,
    };

    if (probe->function) {
        int kind = probe->attach == BPF_TRACE_RAW_TP ? BTF_KIND_TYPEDEF : BTF_KIND_FUNC;
        int id = btf ? btf__find_by_name_kind(btf, probe->function, (__u32)kind) : -ENOENT;

        if (id < 0) {
            snprintf(detail, size, "%s", probe->absent ? probe->absent : "no such hook here");
            return PROBE_NO;
        }
        opts.attach_btf_id = (__u32)id;
    }
    int program = bpf_prog_load((enum bpf_prog_type)probe->type, NULL, "GPL", nothing,
                                sizeof(nothing) / sizeof(nothing[0]), &opts);
    if (program < 0)
        return from_errno(errno, detail, size);

    enum probe_result result = PROBE_YES;
    if (probe->type == BPF_PROG_TYPE_TRACING || probe->type == BPF_PROG_TYPE_LSM) {
        int link = bpf_raw_tracepoint_open(NULL, program);
        if (link < 0)
            result = from_errno(errno, detail, size);
        else
            close(link);
    }
    close(program);
    return result;
}

static enum probe_result probe_lsm_active(const struct probe *probe, const struct btf *btf,
                                          char *detail, size_t size)
{
    _cleanup_free_ char *list = NULL;

    int r = read_file("/sys/kernel/security/lsm", 4096, &list, NULL);
    if (r < 0) {
        snprintf(detail, size, "can't read /sys/kernel/security/lsm: %s", strerror(-r));
        return PROBE_NO;
    }
    snprintf(detail, size, "%s", list);
    return strstr(list, "bpf") ? PROBE_YES : PROBE_NO;
}

#define TRACING(text, need, function_name)                                                         \
    {.name = text,                                                                                 \
     .required = need,                                                                             \
     .run = probe_program,                                                                         \
     .type = BPF_PROG_TYPE_TRACING,                                                                \
     .attach = BPF_TRACE_RAW_TP,                                                                   \
     .function = "btf_trace_" function_name}
#define FENTRY(text, function_name)                                                                \
    {.name = text,                                                                                 \
     .run = probe_program,                                                                         \
     .type = BPF_PROG_TYPE_TRACING,                                                                \
     .attach = BPF_TRACE_FENTRY,                                                                   \
     .function = function_name}
#define LSM(hook)                                                                                  \
    {.name = "lsm " hook,                                                                          \
     .run = probe_program,                                                                         \
     .type = BPF_PROG_TYPE_LSM,                                                                    \
     .attach = BPF_LSM_MAC,                                                                        \
     .function = "bpf_lsm_" hook}
#define MAP(text, need, map_type)                                                                  \
    {.name = text, .required = need, .run = probe_map, .type = map_type}

static const struct probe probes[] = {
    {.name = "capabilities", .required = true, .run = probe_capabilities},
    {.name = "btf", .required = true, .run = probe_btf},
    {.name = "initial pid namespace", .required = true, .run = probe_pid_namespace},
    MAP("ring buffer", true, BPF_MAP_TYPE_RINGBUF),
    TRACING("tp_btf sys_exit", true, "sys_exit"),
    TRACING("tp_btf sched_process_exec", true, "sched_process_exec"),
    TRACING("tp_btf sched_process_fork", true, "sched_process_fork"),
    TRACING("tp_btf sched_process_exit", true, "sched_process_exit"),
    TRACING("tp_btf cgroup_attach_task", true, "cgroup_attach_task"),
    FENTRY("fentry", "security_file_open"),
    {.name = "system calls", .run = probe_calls},
    {.name = "lsm list has bpf", .run = probe_lsm_active},
    LSM("bprm_check_security"),
    LSM("file_open"),
    LSM("socket_connect"),
    LSM("userns_create"),
};

_Static_assert(sizeof(probes) / sizeof(probes[0]) <= PROBE_FEATURES_MAX, "room for every row");

size_t probe_run(struct probe_feature features[PROBE_FEATURES_MAX])
{
    size_t count = sizeof(probes) / sizeof(probes[0]);

    libbpf_set_print(NULL);
    _cleanup_(btf__freep) struct btf *btf = btf__load_vmlinux_btf();
    for (size_t i = 0; i < count; i++) {
        features[i] =
            (struct probe_feature){.name = probes[i].name, .required = probes[i].required};
        features[i].result =
            probes[i].run(&probes[i], btf, features[i].detail, sizeof(features[i].detail));
    }
    return count;
}

const char *probe_tier(const struct probe_feature *features, size_t count)
{
    bool lsm = false;

    for (size_t i = 0; i < count; i++) {
        if (features[i].required && features[i].result != PROBE_YES)
            return "none";
        if (!strcmp(features[i].name, "lsm bprm_check_security"))
            lsm = features[i].result == PROBE_YES;
    }
    return lsm ? "lsm" : "tracing";
}
