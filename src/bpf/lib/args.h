/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_ARGS_H
#define BPF_ARGS_H

/* System call arguments as the event table's row describes them. */

#include "socket.h"

/* The six arguments, as the ABI that was called by has them in registers. */
static __always_inline void load_args(struct scratch *s, struct pt_regs *regs, bool compat)
{
    if (compat) {
        s->args[0] = (u32)regs->bx;
        s->args[1] = (u32)regs->cx;
        s->args[2] = (u32)regs->dx;
        s->args[3] = (u32)regs->si;
        s->args[4] = (u32)regs->di;
        s->args[5] = (u32)regs->bp;
    } else {
        s->args[0] = regs->di;
        s->args[1] = regs->si;
        s->args[2] = regs->dx;
        s->args[3] = regs->r10;
        s->args[4] = regs->r8;
        s->args[5] = regs->r9;
    }
}

#define CREAT_FLAGS 01101 /* O_CREAT | O_WRONLY | O_TRUNC: what creat means */

struct open_how_user {
    u64 flags, mode, resolve;
};

static __always_inline void put_path_base(struct scratch *s, u32 id, s64 dirfd)
{
    struct path base = path_base(dirfd);

    if (base.dentry)
        put_path(s, id, (u64)base.dentry, (u64)base.mnt, 0);
}

static __always_inline void put_user_path(struct scratch *s, u32 id, u64 address, s64 dirfd,
                                          bool with_base)
{
    char first = 0;

    put_user_string(s, id, address, EVENT_PATH_MAX);
    if (!with_base)
        return;
    bpf_probe_read_user(&first, 1, (void *)address);
    if (first != '/')
        put_path_base(s, id == PARAM_NAME2 ? PARAM_NAME2_BASE : PARAM_NAME_BASE, dirfd);
}

struct args_walk {
    struct scratch *s;
    struct event_row *row;
    s64 dirfd; /* for the next ARG_PATH */
    u32 with_base;
    u32 unused;
};

static __always_inline void put_open_how(struct scratch *s, u64 address)
{
    struct open_how_user how = {};

    if (bpf_probe_read_user(&how, sizeof(how), (void *)address) < 0) {
        count(COUNTER_FAILED_READ_USER);
        return;
    }
    put_number(s, PARAM_OPEN_FLAGS, how.flags);
    put_number(s, PARAM_MODE, how.mode);
    put_number(s, PARAM_RESOLVE, how.resolve);
}

static long arg_step(u64 index, void *data)
{
    struct args_walk *walk = data;
    struct scratch *s = walk->s;
    u64 i = index;

    BOUNDED(i); /* else 6.1 loses the bound when the compiler narrows it */
    if (i >= EVENT_ARGS)
        return 1;
    u64 value = s->args[i];
    u32 param = walk->row->args[i].param;

    switch (walk->row->args[i].kind) {
    case ARG_NONE: return 1;
    case ARG_SKIP: return 0;
    case ARG_STRING: put_user_string(s, param, value, EVENT_PATH_MAX); return 0;
    case ARG_PATH:
        put_user_path(s, param, value, walk->dirfd, walk->with_base);
        walk->dirfd = AT_FDCWD;
        return 0;
    case ARG_SOCKADDR:
        if (i + 1 < EVENT_ARGS)
            put_user_sockaddr(s, value, (u32)s->args[i + 1]);
        return 0;
    case ARG_OPEN_HOW: put_open_how(s, value); return 0;
    case ARG_DIRFD: walk->dirfd = (s32)value; /* fall through */
    case ARG_FD:
    case ARG_S32: value = (s64)(s32)value; break;
    case ARG_U32: value = (u32)value; break;
    }
    put_number(s, param, value);
    return 0;
}

/*
 * Append every argument of the call. `with_base` false leaves out the directories relative paths
 * start from, for calls whose object is known better.
 */
CHECKED_ONCE int put_args(struct scratch *s, u32 with_base)
{
    if (!s)
        return 0;
    u32 type = s->type;
    struct args_walk walk = {
        .s = s,
        .row = bpf_map_lookup_elem(&event_rows, &type),
        .dirfd = AT_FDCWD,
        .with_base = with_base,
    };

    if (walk.row && bpf_loop(EVENT_ARGS, arg_step, &walk, 0) < 0)
        count(COUNTER_FAILED_LOOP);
    return 0;
}

/* The end of every family: the record goes out, the scratch is given back. */
static __always_inline int family_end(struct scratch *s)
{
    record_submit(s);
    record_end(s);
    return 0;
}

/*
 * A family: called by the dispatcher for the events of its calls, with their scratch filled.
 * Checked once by the verifier; separate programs, tail called, would each be checked with all they
 * share, which took most of the time to start.
 */
#define FAMILY_PROGRAM(name)                                                                       \
    static __always_inline int name##_body(struct scratch *s);                                     \
    __noinline int family_##name(struct scratch *s)                                                \
    {                                                                                              \
        return s ? name##_body(s) : 0;                                                             \
    }                                                                                              \
    static __always_inline int name##_body(struct scratch *s)

#endif
