/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_GUARD_SOCKET_H
#define BPF_GUARD_SOCKET_H

/* The acts of a socket, whoever asks: an LSM program or one of a cgroup. */

#include "guard.h"

/* The address that a call names, in the kernel's memory. */
static __always_inline void put_kernel_sockaddr(struct scratch *s, u64 address, u64 len)
{
    u32 offset, size = len < SOCKADDR_MAX ? len : SOCKADDR_MAX;

    if (!address || !size || !param_room(s, SOCKADDR_MAX, &offset))
        return;
    BOUNDED(offset);
    offset &= RECORD_MASK;
    BOUNDED(size);
    if (size > SOCKADDR_MAX)
        size = SOCKADDR_MAX;
    if (bpf_probe_read_kernel(&s->data[offset + sizeof(struct param_header)], size,
                              (void *)address) < 0) {
        count(COUNTER_FAILED_READ_KERNEL);
        return;
    }
    param_close(s, offset, PARAM_SOCKET_ADDRESS, 0, size);
}

/* `address`, of `len` bytes: what the call names, 0 for nothing. */
CHECKED_ONCE int guard_socket(u32 type, u64 sock, u64 address, u64 len)
{
    struct sock *sk = (void *)sock;

    GUARD(s, type, false);
    struct filter_slot *tables = &filter_slots[s->filter_slot & 1];
    /* What asks for a path is about sockets of the same machine: another hook's. */
    bool refused = (!tables->asks_texts[FILTER_TEXT_PATH] ||
                    filter_and(&s->candidates, &tables->texts_unasked[FILTER_TEXT_PATH])) &&
                   filter_sock(s, sock, address, len);
    if (refused) {
        guard_record(s);
        put_sock(s, sock, BPF_CORE_READ(sk, sk_socket, file, f_inode, i_ino));
        put_kernel_sockaddr(s, address, len);
        guard_send(s);
    }
    GUARD_END(s, refused);
}

#endif
