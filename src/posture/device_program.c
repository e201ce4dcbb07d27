/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/device_program.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"

#define REGISTERS 11

struct machine {
    uint64_t registers[REGISTERS];
    bool context[REGISTERS]; /* it points to the context */
    struct bpf_cgroup_dev_ctx device;
};

/* Loads of 1, 2 or 4 bytes from the context. */
static int load(struct machine *machine, const struct bpf_insn *insn)
{
    static const struct {
        unsigned code;
        size_t len;
    } sizes[] = {{BPF_B, 1}, {BPF_H, 2}, {BPF_W, 4}};
    size_t len = 0;

    for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++)
        if (sizes[i].code == BPF_SIZE(insn->code))
            len = sizes[i].len;
    if (!len || BPF_MODE(insn->code) != BPF_MEM || !machine->context[insn->src_reg] ||
        insn->off < 0 || (size_t)insn->off + len > sizeof(machine->device))
        return -ENOTSUP;
    uint64_t value = 0;
    memcpy(&value, (const char *)&machine->device + insn->off, len);
    machine->registers[insn->dst_reg] = value;
    machine->context[insn->dst_reg] = false;
    return 0;
}

static int compute(unsigned operation, unsigned bits, uint64_t a, uint64_t b, uint64_t *ret_value)
{
    switch (operation) {
    case BPF_ADD: *ret_value = a + b; return 0;
    case BPF_SUB: *ret_value = a - b; return 0;
    case BPF_MUL: *ret_value = a * b; return 0;
    case BPF_OR: *ret_value = a | b; return 0;
    case BPF_AND: *ret_value = a & b; return 0;
    case BPF_XOR: *ret_value = a ^ b; return 0;
    case BPF_LSH: *ret_value = a << (b & (bits - 1)); return 0;
    case BPF_RSH: *ret_value = a >> (b & (bits - 1)); return 0;
    case BPF_MOV: *ret_value = b; return 0;
    default: return -ENOTSUP;
    }
}

static int arithmetic(struct machine *machine, const struct bpf_insn *insn)
{
    bool narrow = BPF_CLASS(insn->code) == BPF_ALU, from = BPF_SRC(insn->code) == BPF_X;
    uint64_t a = machine->registers[insn->dst_reg];
    uint64_t b = from ? machine->registers[insn->src_reg] : (uint64_t)(int64_t)insn->imm;

    /* The offset makes some operations signed ones. */
    if (insn->off)
        return -ENOTSUP;
    if (BPF_OP(insn->code) == BPF_MOV && from && !narrow && machine->context[insn->src_reg]) {
        machine->context[insn->dst_reg] = true;
        return 0;
    }
    if ((from && machine->context[insn->src_reg]) ||
        (machine->context[insn->dst_reg] && BPF_OP(insn->code) != BPF_MOV))
        return -ENOTSUP;
    if (narrow) {
        a = (uint32_t)a;
        b = (uint32_t)b;
    }
    int r = compute(BPF_OP(insn->code), narrow ? 32 : 64, a, b, &a);
    if (r < 0)
        return r;
    machine->registers[insn->dst_reg] = narrow ? (uint32_t)a : a;
    machine->context[insn->dst_reg] = false;
    return 0;
}

static int is_true(const struct machine *machine, const struct bpf_insn *insn, bool *ret_true)
{
    bool narrow = BPF_CLASS(insn->code) == BPF_JMP32, from = BPF_SRC(insn->code) == BPF_X;
    uint64_t a = machine->registers[insn->dst_reg];
    uint64_t b = from ? machine->registers[insn->src_reg] : (uint64_t)(int64_t)insn->imm;

    if (machine->context[insn->dst_reg] || (from && machine->context[insn->src_reg]))
        return -ENOTSUP;
    if (narrow) {
        a = (uint32_t)a;
        b = (uint32_t)b;
    }
    switch (BPF_OP(insn->code)) {
    case BPF_JEQ: *ret_true = a == b; return 0;
    case BPF_JNE: *ret_true = a != b; return 0;
    case BPF_JGT: *ret_true = a > b; return 0;
    case BPF_JGE: *ret_true = a >= b; return 0;
    case BPF_JLT: *ret_true = a < b; return 0;
    case BPF_JLE: *ret_true = a <= b; return 0;
    case BPF_JSET: *ret_true = a & b; return 0;
    default: return -ENOTSUP;
    }
}

/* The next instruction's place, SIZE_MAX at the end of the program. */
static int jump(const struct machine *machine, const struct bpf_insn *insn, size_t *at)
{
    bool taken = true;

    if (BPF_OP(insn->code) == BPF_EXIT) {
        *at = SIZE_MAX;
        return 0;
    }
    if (BPF_OP(insn->code) != BPF_JA) {
        int r = is_true(machine, insn, &taken);
        if (r < 0)
            return r;
    } else if (BPF_CLASS(insn->code) == BPF_JMP32) {
        return -ENOTSUP;
    }
    /* Forward only: so it ends. */
    if (taken && insn->off < 0)
        return -ENOTSUP;
    *at += 1 + (taken ? (size_t)insn->off : 0);
    return 0;
}

int device_program_run(const struct bpf_insn *insns, size_t count,
                       const struct device_request *request, bool *ret_allowed)
{
    unsigned type = request->block ? BPF_DEVCG_DEV_BLOCK : BPF_DEVCG_DEV_CHAR;
    struct machine machine = {
        .context[1] = true,
        .device = {.access_type = request->access << 16 | type,
                   .major = request->major,
                   .minor = request->minor},
    };

    for (size_t at = 0; at < count;) {
        const struct bpf_insn *insn = &insns[at];
        int r = -ENOTSUP;
        if (insn->dst_reg >= REGISTERS || insn->src_reg >= REGISTERS)
            return -EBADMSG;
        switch (BPF_CLASS(insn->code)) {
        case BPF_LDX:
            r = load(&machine, insn);
            at++;
            break;
        case BPF_ALU:
        case BPF_ALU64:
            r = arithmetic(&machine, insn);
            at++;
            break;
        case BPF_JMP:
        case BPF_JMP32: r = jump(&machine, insn, &at); break;
        default: break;
        }
        if (r < 0)
            return r;
        if (at == SIZE_MAX) {
            if (machine.context[0])
                return -EBADMSG;
            *ret_allowed = machine.registers[0] != 0;
            return 0;
        }
    }
    return -EBADMSG;
}

struct program {
    struct bpf_insn *insns;
    size_t count;
};

struct device_programs {
    size_t count;
    struct program programs[DEVICE_PROGRAMS_MAX];
};

static int bpf(int command, union bpf_attr *attr)
{
    long r = syscall(SYS_bpf, command, attr, sizeof(*attr));

    return r < 0 ? -errno : (int)r;
}

static int info(int fd, struct bpf_prog_info *info)
{
    union bpf_attr attr = {
        .info = {.bpf_fd = (uint32_t)fd, .info_len = sizeof(*info), .info = (uintptr_t)info}};

    return bpf(BPF_OBJ_GET_INFO_BY_FD, &attr);
}

static int read_program(uint32_t id, struct program *ret_program)
{
    union bpf_attr attr = {.prog_id = id};
    struct bpf_prog_info size = {0};

    _cleanup_close_ int fd = bpf(BPF_PROG_GET_FD_BY_ID, &attr);
    if (fd < 0)
        return fd;
    int r = info(fd, &size);
    if (r < 0)
        return r;
    size_t count = size.xlated_prog_len / sizeof(struct bpf_insn);
    if (!count || count > DEVICE_PROGRAM_INSNS_MAX)
        return -ENOTSUP;
    _cleanup_free_ struct bpf_insn *insns = calloc(count, sizeof(*insns));
    if (!insns)
        return -ENOMEM;
    struct bpf_prog_info full = {
        .xlated_prog_len = (uint32_t)(count * sizeof(*insns)),
        .xlated_prog_insns = (uintptr_t)insns,
    };
    r = info(fd, &full);
    if (r < 0)
        return r;
    if (!full.xlated_prog_insns) /* hidden by bpf_jit_harden or kptr_restrict */
        return -EPERM;
    *ret_program = (struct program){.insns = TAKE_PTR(insns), .count = count};
    return 0;
}

int device_program_ids(int cgroup_fd, uint32_t flags, uint32_t ids[DEVICE_PROGRAMS_MAX])
{
    union bpf_attr attr = {.query = {.target_fd = (uint32_t)cgroup_fd,
                                     .attach_type = BPF_CGROUP_DEVICE,
                                     .query_flags = flags,
                                     .prog_ids = (uintptr_t)ids,
                                     .prog_cnt = DEVICE_PROGRAMS_MAX}};
    int r = bpf(BPF_PROG_QUERY, &attr);

    return r < 0 ? r : (int)attr.query.prog_cnt;
}

int device_programs_open(int cgroup_fd, struct device_programs **ret_programs)
{
    uint32_t ids[DEVICE_PROGRAMS_MAX] = {0};
    int count = device_program_ids(cgroup_fd, BPF_F_QUERY_EFFECTIVE, ids);

    if (count < 0)
        return count;
    struct device_programs *programs = calloc(1, sizeof(*programs));
    if (!programs)
        return -ENOMEM;
    for (; programs->count < (size_t)count; programs->count++) {
        int r = read_program(ids[programs->count], &programs->programs[programs->count]);
        if (r < 0) {
            device_programs_free(programs);
            return r;
        }
    }
    *ret_programs = programs;
    return 0;
}

size_t device_programs_count(const struct device_programs *programs)
{
    return programs->count;
}

int device_programs_run(const struct device_programs *programs,
                        const struct device_request *request, bool *ret_allowed)
{
    bool allowed = true;

    for (size_t i = 0; allowed && i < programs->count; i++) {
        int r = device_program_run(programs->programs[i].insns, programs->programs[i].count,
                                   request, &allowed);
        if (r < 0)
            return r;
    }
    *ret_allowed = allowed;
    return 0;
}

void device_programs_free(struct device_programs *programs)
{
    if (!programs)
        return;
    for (size_t i = 0; i < programs->count; i++)
        free(programs->programs[i].insns);
    free(programs);
}
