/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/device_program.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"

#define INSN(op, dst, src, offset, number)                                                         \
    {.code = (op), .dst_reg = (dst), .src_reg = (src), .off = (offset), .imm = (number)}

/* As runtimes make it: type and access taken apart, then c 1:3 may be read and written. */
static const struct bpf_insn null_only[] = {
    INSN(BPF_LDX | BPF_MEM | BPF_W, 2, 1, 0, 0),      /* r2 = access << 16 | type */
    INSN(BPF_ALU | BPF_MOV | BPF_X, 3, 2, 0, 0),      /* w3 = w2 */
    INSN(BPF_ALU | BPF_AND | BPF_K, 2, 0, 0, 0xffff), /* w2: type */
    INSN(BPF_ALU | BPF_RSH | BPF_K, 3, 0, 0, 16),     /* w3: access */
    INSN(BPF_LDX | BPF_MEM | BPF_W, 4, 1, 4, 0),      /* major */
    INSN(BPF_LDX | BPF_MEM | BPF_W, 5, 1, 8, 0),      /* minor */
    INSN(BPF_JMP | BPF_JNE | BPF_K, 2, 0, 6, 2),      /* a character device */
    INSN(BPF_ALU | BPF_MOV | BPF_X, 1, 3, 0, 0),      /* w1 = w3 */
    INSN(BPF_ALU | BPF_AND | BPF_K, 1, 0, 0, 2 | 4),  /* r and w */
    INSN(BPF_JMP | BPF_JNE | BPF_X, 1, 3, 3, 0),      /* nothing else is asked for */
    INSN(BPF_JMP | BPF_JNE | BPF_K, 4, 0, 2, 1),
    INSN(BPF_JMP | BPF_JNE | BPF_K, 5, 0, 1, 3),
    INSN(BPF_JMP | BPF_JA, 0, 0, 2, 0),
    INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 0),
    INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
    INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1),
    INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0),
};

#define COUNT(array) (sizeof(array) / sizeof(*(array)))

static const struct {
    struct device_request request;
    bool allowed;
} requests[] = {
    {{false, 1, 3, BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE}, true},
    {{false, 1, 3, BPF_DEVCG_ACC_READ}, true},
    {{false, 1, 3, BPF_DEVCG_ACC_MKNOD}, false},
    {{false, 1, 5, BPF_DEVCG_ACC_READ}, false},
    {{true, 1, 3, BPF_DEVCG_ACC_READ}, false},
    {{true, 8, 0, BPF_DEVCG_ACC_READ}, false},
};

static void test_answers(void **state)
{
    for (size_t i = 0; i < COUNT(requests); i++) {
        bool allowed = !requests[i].allowed;
        assert_int_equal(
            device_program_run(null_only, COUNT(null_only), &requests[i].request, &allowed), 0);
        assert_int_equal(allowed, requests[i].allowed);
    }
}

/* What it can't carry out is no answer. */
static void test_refused(void **state)
{
    static const struct {
        struct bpf_insn insns[3];
        int error;
    } rows[] = {
        {{INSN(BPF_JMP | BPF_CALL, 0, 0, 0, 1)}, -ENOTSUP},
        {{INSN(BPF_LDX | BPF_MEM | BPF_W, 0, 1, 12, 0)}, -ENOTSUP},  /* past the context */
        {{INSN(BPF_LDX | BPF_MEM | BPF_DW, 0, 1, 0, 0)}, -ENOTSUP},  /* no such load */
        {{INSN(BPF_LDX | BPF_MEM | BPF_W, 0, 2, 0, 0)}, -ENOTSUP},   /* not the context */
        {{INSN(BPF_JMP | BPF_JA, 0, 0, -1, 0)}, -ENOTSUP},           /* a loop */
        {{INSN(BPF_ALU64 | BPF_ADD | BPF_K, 1, 0, 0, 4)}, -ENOTSUP}, /* a moved context */
        {{INSN(BPF_ALU64 | BPF_DIV | BPF_X, 2, 3, 0, 0)}, -ENOTSUP},
        {{INSN(BPF_ALU64 | BPF_MOV | BPF_K, 12, 0, 0, 0)}, -EBADMSG}, /* no such register */
        {{INSN(BPF_ALU64 | BPF_MOV | BPF_K, 0, 0, 0, 1)}, -ENOTSUP},  /* no end: then LD */
        {{INSN(BPF_ALU64 | BPF_MOV | BPF_X, 0, 1, 0, 0), INSN(BPF_JMP | BPF_EXIT, 0, 0, 0, 0)},
         -EBADMSG},                                           /* a pointer for an answer */
        {{INSN(BPF_JMP | BPF_JA, 0, 0, 32767, 0)}, -EBADMSG}, /* out of the program */
    };

    for (size_t i = 0; i < COUNT(rows); i++) {
        bool allowed = true;
        struct device_request request = {0};
        int r = device_program_run(rows[i].insns, 3, &request, &allowed);
        if (r != rows[i].error)
            fail_msg("row %zu: %d, not %d", i, r, rows[i].error);
    }
}

static int load(const struct bpf_insn *insns, size_t count)
{
    union bpf_attr attr = {
        .prog_type = BPF_PROG_TYPE_CGROUP_DEVICE,
        .insns = (uintptr_t)insns,
        .insn_cnt = (uint32_t)count,
        .license = (uintptr_t)"Apache-2.0",
        .expected_attach_type = BPF_CGROUP_DEVICE,
    };

    return (int)syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
}

/* The kernel's own copy of the program, in force for a cgroup and for the one below it. */
static void test_kernel(void **state)
{
    static const char *const tops[] = {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"};
    char above[128], below[160];
    const char *top = NULL;

    for (size_t i = 0; i < COUNT(tops) && !top; i++) {
        snprintf(above, sizeof(above), "%s/cgroup.procs", tops[i]);
        if (access(above, W_OK) == 0)
            top = tops[i];
    }
    _cleanup_close_ int program = load(null_only, COUNT(null_only));
    if (!top || program < 0)
        skip();
    snprintf(above, sizeof(above), "%s/bulwark-device-%d", top, (int)getpid());
    snprintf(below, sizeof(below), "%s/below", above);
    if (mkdir(above, 0700) < 0)
        skip();
    assert_int_equal(mkdir(below, 0700), 0);
    _cleanup_close_ int fd = open(above, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    _cleanup_close_ int below_fd = open(below, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    union bpf_attr attr = {.target_fd = (uint32_t)fd,
                           .attach_bpf_fd = (uint32_t)program,
                           .attach_type = BPF_CGROUP_DEVICE,
                           .attach_flags = BPF_F_ALLOW_MULTI};
    long attached = syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr));
    struct device_programs *programs = NULL;
    int r = device_programs_open(below_fd, &programs);
    bool answers[COUNT(requests)] = {0};
    int results[COUNT(requests)] = {0};
    for (size_t i = 0; r == 0 && i < COUNT(requests); i++)
        results[i] = device_programs_run(programs, &requests[i].request, &answers[i]);
    rmdir(below);
    rmdir(above);

    assert_int_equal(attached, 0);
    assert_int_equal(r, 0);
    assert_int_equal(device_programs_count(programs), 1);
    for (size_t i = 0; i < COUNT(requests); i++) {
        assert_int_equal(results[i], 0);
        assert_int_equal(answers[i], requests[i].allowed);
    }
    device_programs_free(programs);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_answers),
        cmocka_unit_test(test_refused),
        cmocka_unit_test(test_kernel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
