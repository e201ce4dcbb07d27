/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_DEVICE_PROGRAM_H
#define POSTURE_DEVICE_PROGRAM_H

/*
 * What a BPF program of type cgroup_device answers for one device. The kernel can't be asked to run
 * such a program for a trial, so its instructions are carried out here: those that runtimes and
 * systemd make (loads from the context, arithmetic, jumps forward). A program that does more gives
 * -ENOTSUP, and what it allows is then unknown.
 */

#include <linux/bpf.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DEVICE_PROGRAM_INSNS_MAX 65536
#define DEVICE_PROGRAMS_MAX      64

struct device_request {
    bool block;
    uint32_t major, minor;
    uint32_t access; /* BPF_DEVCG_ACC_* */
};

int device_program_run(const struct bpf_insn *insns, size_t count,
                       const struct device_request *request, bool *ret_allowed);

/* Ids of the device programs of a cgroup, as BPF_PROG_QUERY gives them: how many, or -errno. */
int device_program_ids(int cgroup_fd, uint32_t flags, uint32_t ids[DEVICE_PROGRAMS_MAX]);

/*
 * The device programs in force for the cgroup whose directory is open: its own and all above.
 * *ret_count 0 means that none limits devices. *ret_allowed when each of them allows.
 * -EPERM and other errors of bpf(2) when it can't be asked.
 */
struct device_programs;
int device_programs_open(int cgroup_fd, struct device_programs **ret_programs);
size_t device_programs_count(const struct device_programs *programs);
int device_programs_run(const struct device_programs *programs,
                        const struct device_request *request, bool *ret_allowed);
void device_programs_free(struct device_programs *programs);

#endif
