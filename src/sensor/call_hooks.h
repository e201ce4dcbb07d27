/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_CALL_HOOKS_H
#define SENSOR_CALL_HOOKS_H

/*
 * System calls by fexit: a copy of one small program at the end of each function of the kernel that
 * a wanted call comes to, so that a call nobody asks for costs nothing. All copies go on to the
 * same program (bpf/dispatch.bpf.c). 32-bit calls have one function in common and need no copies.
 */

#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "event/abi.h"

struct btf;
struct call_hooks;

/*
 * By the kernel's BTF, which may be NULL. Fails, with the reason, where the kernel does not let
 * programs be attached so or may not run each of them to its end. Attaches nothing: taking a hook
 * away takes the kernel a tenth of a second.
 */
int call_hooks_new(const struct btf *btf, struct call_hooks **ret_hooks, struct error *ret_error);

/* The parameter's name in the types of the functions, which tells them apart: bpf/dispatch.bpf.c */
enum call_kind { CALL_REGS, CALL_UNUSED, CALL_KINDS };

/* What is copied for each function of a kind; the caller keeps it until the hooks are freed. */
void call_hooks_set_stub(struct call_hooks *hooks, enum call_kind kind, const struct bpf_insn *stub,
                         size_t length);

/* Gives all hooks back: a child process does, which ends when the kernel has taken them. Accepts
 * NULL. */
void call_hooks_free(struct call_hooks *hooks);

/*
 * Hook what these 64-bit calls (numbers with a type) come to and is not hooked yet. What no longer
 * is wanted stays hooked: the kernel takes a tenth of a second to give back each, and the programs
 * look at the number. On failure those already made stay.
 */
int call_hooks_want(struct call_hooks *hooks, const uint8_t types[EVENT_SYSCALL_MAX],
                    struct error *ret_error);

size_t call_hooks_count(const struct call_hooks *hooks);

/* How often a copy was not run because its CPU was running it already. */
uint64_t call_hooks_missed(const struct call_hooks *hooks);

#endif
