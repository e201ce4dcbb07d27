/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Sockets where no LSM program can be had: programs of the root cgroup, asked before the act. */
#include "lib/guard_socket.h"

#define SOCKADDR_IN  16
#define SOCKADDR_IN6 28

static __always_inline int asked(void *context, u32 type)
{
    struct bpf_sock_addr_kern *kernel = context;
    u64 address = type == EVENT_BIND ? 0 : (u64)BPF_CORE_READ(kernel, uaddr);
    u16 family = AF_UNSPEC;

    bpf_probe_read_kernel(&family, sizeof(family), (void *)address);
    /* The kernel has seen to it that it is as long as its family needs. */
    u32 len = family == AF_INET6 ? SOCKADDR_IN6 : SOCKADDR_IN;
    return guard_socket(type, (u64)BPF_CORE_READ(kernel, sk), address, len);
}

/* 1: go on, 0: EPERM. */
#define CGROUP_HOOK(hook, type)                                                                    \
    SEC("cgroup/" #hook) int guard_##hook(struct bpf_sock_addr *context)                           \
    {                                                                                              \
        if (asked(context, type))                                                                  \
            return 0;                                                                              \
        return 1;                                                                                  \
    }

CGROUP_HOOK(connect4, EVENT_CONNECT)
CGROUP_HOOK(connect6, EVENT_CONNECT)
CGROUP_HOOK(bind4, EVENT_BIND)
CGROUP_HOOK(bind6, EVENT_BIND)
CGROUP_HOOK(sendmsg4, EVENT_SENDMSG)
CGROUP_HOOK(sendmsg6, EVENT_SENDMSG)
