/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * The end of system calls, by one of two means. By tracepoint: of every call on the machine; the
 * common case is one byte looked at. By fexit: of those calls alone that a rule asks for, each
 * hooked where its function returns; see sensor/call_hooks.h. A call that is asked for goes on to
 * its family.
 */
#include "lib/args.h"
#include "lib/families.h"
#include "lib/filter.h"

#define ERESTARTSYS           512
#define ERESTART_RESTARTBLOCK 516
#define EPERM                 1
#define SIGSYS                31
#define NR_COMPAT_SOCKETCALL  102
#define NR_COMPAT_OLD_MMAP    90
#define NR_X32_FIRST          512
#define SECCOMP_SKIPPED       (-1) /* what __secure_computing returns then */

/* Sub-calls of the 32-bit socketcall, by number (uapi/linux/net.h), and how many arguments. */
static __always_inline u32 socketcall_type(u64 call)
{
    switch (call) {
    case 1: return EVENT_SOCKET;
    case 2: return EVENT_BIND;
    case 3: return EVENT_CONNECT;
    case 4: return EVENT_LISTEN;
    case 5: return EVENT_ACCEPT;
    case 8: return EVENT_SOCKETPAIR;
    case 11: return EVENT_SENDTO;
    case 12: return EVENT_RECVFROM;
    case 16: return EVENT_SENDMSG;
    case 17: return EVENT_RECVMSG;
    case 18: return EVENT_ACCEPT4;
    default: return EVENT_NONE;
    }
}

/* The calls that x32 has numbers of its own for (syscall_64.tbl), as x86-64 numbers them. */
static const u16 x32_numbers[64] = {13,  15,  16,  19,  20,  45,  46,  47,  59,  101, 127, 128,
                                    129, 131, 222, 244, 246, 247, 273, 274, 278, 279, 295, 296,
                                    297, 299, 307, 310, 311, 54,  55,  206, 209, 322, 327, 328};

/* Arguments that lie in memory at `address`, as those of socketcall and of the first mmap do. */
static __always_inline void unwrap_args(struct scratch *s, u64 address)
{
    u32 args[EVENT_ARGS] = {};

    if (bpf_probe_read_user(args, sizeof(args), (void *)address) < 0) {
        /* Fewer than six may lie at the end of a page: three serve the commonest calls. */
        if (bpf_probe_read_user(args, 3 * sizeof(args[0]), (void *)address) < 0)
            count(COUNTER_FAILED_READ_USER);
    }
    for (u32 i = 0; i < EVENT_ARGS; i++)
        s->args[i] = args[i];
}

#define FAMILY(NUMBER, name)                                                                       \
    case FAMILY_##NUMBER: return family_##name(s);

/* `unfiltered` leaves out the look at what was opened, which is half of the verifier's work. */
static __always_inline int call_family(struct scratch *s, u32 family, bool unfiltered)
{
    if (unfiltered && family == FAMILY_OPEN)
        return family_open_unfiltered(s);
    switch (family) {
        FAMILIES(FAMILY)
    }
    record_end(s);
    count(COUNTER_DROP_NO_FAMILY);
    return 0;
}

static __always_inline int syscall_ended(struct pt_regs *regs, long result, bool unfiltered)
{
    unsigned long number = regs->orig_ax;
    u32 flags = 0, type;

    if (number >= EVENT_SYSCALL_MAX) {
        if (number >> 30 != 1) /* not X32_SYSCALL_BIT */
            return 0;
        number &= ~(unsigned long)X32_SYSCALL_BIT;
        flags = EVENT_FLAG_X32;
        if (number >= NR_X32_FIRST)
            number = number - NR_X32_FIRST < 64 ? x32_numbers[(number - NR_X32_FIRST) & 63] : 0;
        if (number >= EVENT_SYSCALL_MAX)
            return 0;
    }
    BOUNDED(number);
    number &= EVENT_SYSCALL_MAX - 1;
    if (!wanted_numbers[number])
        return 0;

    struct task_struct *task = bpf_get_current_task_btf();
    bool compat = task->thread_info.status & TS_COMPAT;
    type = compat ? compat_types[number] : native_types[number];
    if (!type)
        return 0;
    if ((u32)task->tgid == settings.self) {
        calls_of_self++;
        return 0;
    }
    /* Trapped by seccomp: all registers are as before, the call's number where results are. */
    if ((u64)result == regs->orig_ax && task->pending.signal.sig[0] >> (SIGSYS - 1) & 1)
        result = -EPERM;
    if (result <= -ERESTARTSYS && result >= -ERESTART_RESTARTBLOCK) {
        /* It will be made again; but a connection that was begun goes on by itself, made again or
         * not. */
        if (type != EVENT_CONNECT)
            return 0;
        result = -EINPROGRESS;
    }
    /* Looked at whether or not a rule asks for it. */
    if (type == EVENT_SETNS) {
        if (result >= 0)
            isolation_look(false, 0);
        if (!wanted_types[EVENT_SETNS])
            return 0;
    }
    if (result >= 0 && (type == EVENT_EXECVE || type == EVENT_EXECVEAT))
        return 0; /* process_exec tells */

    struct scratch *s = scratch_of_cpu();
    if (!s) {
        count(COUNTER_DROP_SCRATCH_BUSY);
        return 0;
    }
    load_args(s, regs, compat);
    s->flags = flags;
    if (compat) {
        s->flags |= EVENT_FLAG_COMPAT;
        if (number == NR_COMPAT_SOCKETCALL) {
            type = socketcall_type(s->args[0]) & (EVENT_TYPE_MAX - 1);
            if (!wanted_types[type])
                type = EVENT_NONE;
            unwrap_args(s, s->args[1]);
        } else if (number == NR_COMPAT_OLD_MMAP) {
            unwrap_args(s, s->args[0]);
        }
    }
    if (s->flags && type)
        count(COUNTER_SYSCALLS_COMPAT);
    s->type = type;
    s->result = result;
    s->syscall = number;

    struct event_row *row = bpf_map_lookup_elem(&event_rows, &type);
    if (row && type) {
        u32 family = row->family;

        if (family == FAMILY_NETWORK)
            network_learn(s);
        /* Who acts costs more to find out than what is known of a file. */
        if (!filter_begin(s) || (family == FAMILY_OPEN && !unfiltered && !family_open_early(s)) ||
            !filter_actor(s)) {
            record_end(s);
            return 0;
        }
        s->critical = row->critical;
        if (type == EVENT_EXECVE || type == EVENT_EXECVEAT)
            family = FAMILY_EXEC_FAILED;
        return call_family(s, family, unfiltered);
    }
    record_end(s);
    return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(syscall_exit, struct pt_regs *regs, long result)
{
    return syscall_ended(regs, result, false);
}

/*
 * Where the stubs of all calls go on: checking this once for each of them would take long. Newer
 * kernels let programs go on to each other only when their functions' types are one and the same.
 * Those of system calls are of two: the parameter has one name or the other.
 */
#define RETURNED(kind, function)                                                                   \
    SEC("fexit/" function)                                                                         \
    int BPF_PROG(syscall_returned_##kind, struct pt_regs *regs, long result)                       \
    {                                                                                              \
        syscall_ended(regs, result, false);                                                        \
        return 0; /* the verifier wants to see it */                                               \
    }                                                                                              \
                                                                                                   \
    /* User space makes a copy for each function. The target named here is the pattern's alone. */ \
    SEC("fexit/" function) int syscall_stub_##kind(void *context)                                  \
    {                                                                                              \
        bpf_tail_call(context, &syscall_programs_##kind, 0);                                       \
        count(COUNTER_DROP_NO_FAMILY);                                                             \
        return 0;                                                                                  \
    }

RETURNED(regs, "__x64_sys_execve")
RETURNED(unused, "__do_sys_setsid")

/* All calls of the 32-bit ABI go through it: whoever makes none pays nothing. */
SEC("fexit/ia32_sys_call")
int BPF_PROG(syscall_compat, struct pt_regs *regs, unsigned int number, long result)
{
    syscall_ended(regs, result, false);
    return 0;
}

/* A call that seccomp refused or answered comes to no function. */
SEC("fexit/__secure_computing")
int syscall_denied(void *context)
{
    u64 denied = 0;

    bpf_get_func_ret(context, &denied);
    if ((s32)denied != SECCOMP_SKIPPED)
        return 0;
    struct pt_regs *regs = (void *)bpf_task_pt_regs(bpf_get_current_task_btf());
    syscall_ended(regs, regs->ax, true); /* rare */
    return 0;
}
