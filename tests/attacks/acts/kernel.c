/* SPDX-License-Identifier: Apache-2.0 */
/* Calls that widen what of the kernel can be reached. */
#include "acts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/io_uring.h>
#include <linux/keyctl.h>
#include <linux/perf_event.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#ifndef UFFD_USER_MODE_ONLY
#define UFFD_USER_MODE_ONLY 1
#endif

static int bpf_load(int argc, char **argv)
{
    struct bpf_insn program[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT},
    };
    union bpf_attr attr = {
        .prog_type = BPF_PROG_TYPE_SOCKET_FILTER,
        .insn_cnt = 2,
        .insns = (unsigned long)program,
        .license = (unsigned long)"GPL",
    };
    return did("bpf-load", syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr)));
}

static int bpf_map(int argc, char **argv)
{
    union bpf_attr attr = {
        .map_type = BPF_MAP_TYPE_ARRAY, .key_size = 4, .value_size = 4, .max_entries = 1};
    return did("bpf-map", syscall(SYS_bpf, BPF_MAP_CREATE, &attr, sizeof(attr)));
}

/* The first link of all there are. */
static int bpf_link(int argc, char **argv)
{
    union bpf_attr attr = {0};
    return did("bpf-link", syscall(SYS_bpf, BPF_LINK_GET_NEXT_ID, &attr, sizeof(attr)));
}

static int finit_module(int argc, char **argv)
{
    int fd = open(argv[0], O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return impossible("finit-module");
    return did("finit-module", syscall(SYS_finit_module, fd, "", 0));
}

static int init_module(int argc, char **argv)
{
    static const char nothing[4096]; /* long enough to be looked at */

    return did("init-module", syscall(SYS_init_module, nothing, sizeof(nothing), ""));
}

static int delete_module(int argc, char **argv)
{
    return did("delete-module", syscall(SYS_delete_module, argv[0], O_NONBLOCK));
}

static int userfaultfd(int argc, char **argv)
{
    return did("userfaultfd", syscall(SYS_userfaultfd, O_CLOEXEC | UFFD_USER_MODE_ONLY));
}

static int io_uring(int argc, char **argv)
{
    struct io_uring_params params = {0};
    return did("io-uring", syscall(SYS_io_uring_setup, 2U, &params));
}

static int perf_event(int argc, char **argv)
{
    struct perf_event_attr attr = {
        .type = PERF_TYPE_SOFTWARE,
        .size = sizeof(attr),
        .config = PERF_COUNT_SW_CPU_CLOCK,
        .exclude_kernel = 1,
    };
    return did("perf-event", syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0UL));
}

static int add_key(int argc, char **argv)
{
    long key = syscall(SYS_add_key, "user", "harmless", "x", 1UL, KEY_SPEC_PROCESS_KEYRING);
    int result = did("add-key", key);
    if (key >= 0)
        syscall(SYS_keyctl, KEYCTL_UNLINK, key, KEY_SPEC_PROCESS_KEYRING);
    return result;
}

/* Without a file the call fails before anything is looked at. */
static int kexec(int argc, char **argv)
{
    int fd = argc ? open(argv[0], O_RDONLY | O_CLOEXEC) : -1;

    return did("kexec", syscall(SYS_kexec_file_load, fd, -1, 1UL, "", 4UL /* no initrd */));
}

/* The new kernel, which there is none of, is taken away. */
static int kexec_unload(int argc, char **argv)
{
    return did("kexec-unload", syscall(SYS_kexec_load, 0UL, 0UL, NULL, 0UL));
}

const struct act kernel_acts[] = {
    {"bpf-load", 0, bpf_load, ""},
    {"bpf-map", 0, bpf_map, ""},
    {"bpf-link", 0, bpf_link, ""},
    {"finit-module", 1, finit_module, "FILE"},
    {"init-module", 0, init_module, ""},
    {"delete-module", 1, delete_module, "NAME"},
    {"userfaultfd", 0, userfaultfd, ""},
    {"io-uring", 0, io_uring, ""},
    {"perf-event", 0, perf_event, ""},
    {"add-key", 0, add_key, ""},
    {"kexec", 0, kexec, "[FILE]"},
    {"kexec-unload", 0, kexec_unload, ""},
    {0},
};
