/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_SOCKET_H
#define BPF_SOCKET_H

/* Facts of sockets, from struct sock. */

#include "file.h"

#define SOCKADDR_MAX   128
#define UNIX_PATH_ROOM 128
#define TCP_LISTEN     10
#define LOOPBACK       0x0100007f /* 127.0.0.1, in network order */
#define LOOPBACK_V6    0x01000000 /* the last word of ::1 */
#define MAPPED_WORD    0xffff0000 /* ::ffff, its third word */

static __always_inline struct sock *sock_of_file(u64 address)
{
    struct file *file = (void *)address;

    if (!file || (BPF_CORE_READ(file, f_inode, i_mode) & S_IFMT) != S_IFSOCK)
        return NULL;
    struct socket *socket = BPF_CORE_READ(file, private_data);
    return BPF_CORE_READ(socket, sk);
}

static __always_inline u16 swap16(u16 value)
{
    return __builtin_bswap16(value);
}

static __always_inline void put_unix_path(struct scratch *s, u32 id, struct unix_sock *unix_socket)
{
    struct unix_address *address = BPF_CORE_READ(unix_socket, addr);
    u32 offset, len;

    if (!address || !param_room(s, UNIX_PATH_ROOM, &offset))
        return;
    len = BPF_CORE_READ(address, len) - 2;
    if (len > UNIX_PATH_ROOM - 1)
        return;
    BOUNDED(offset);
    offset &= RECORD_MASK;
    BOUNDED(len);
    len &= UNIX_PATH_ROOM - 1;
    char *value = &s->data[offset + sizeof(struct param_header)];
    /* A struct sockaddr_un follows the length: past its family. */
    char *name = (char *)address + bpf_core_field_offset(struct unix_address, len) + 4 + 2;
    if (bpf_probe_read_kernel(value, len, name) < 0) {
        count(COUNTER_FAILED_READ_KERNEL);
        return;
    }
    if (len && !value[0])
        value[0] = '@'; /* abstract */
    else if (len && !value[len - 1])
        len--; /* the NUL of a path */
    param_close(s, offset, id, 0, len);
}

/* Which end of a connection a socket is, as far as events have told; by its inode's number. */
static __always_inline u32 socket_role(u64 inode)
{
    u32 *known = bpf_map_lookup_elem(&socket_roles, &inode);

    return known ? *known : SOCKET_ROLE_UNKNOWN;
}

static __always_inline void socket_learn_role(u64 file, u32 role)
{
    u64 inode = BPF_CORE_READ((struct file *)file, f_inode, i_ino);

    bpf_map_update_elem(&socket_roles, &inode, &role, BPF_ANY);
}

/* The other end of an IPv4 or IPv6 socket; IPv4 is mapped into IPv6. */
struct peer {
    u8 address[16];
    u32 port;
};

static __always_inline void peer_map(struct peer *peer)
{
    u32 *words = (u32 *)peer->address;

    words[3] = words[0];
    words[2] = MAPPED_WORD;
    words[0] = words[1] = 0;
}

/* 1: IPv4 mapped into IPv6, 2: IPv6 proper, 0: no address. */
static __always_inline u32 address_kind(const u8 address[16])
{
    const u32 *words = (const u32 *)address;

    if (!words[0] && !words[1] && words[2] == MAPPED_WORD)
        return 1;
    return words[0] || words[1] || words[2] || words[3] ? 2 : 0;
}

static __always_inline bool peer_is_set(const struct peer *peer)
{
    const u64 *words = (const u64 *)peer->address;

    return peer->port || words[0] || words[1];
}

static __always_inline bool is_send(u32 type)
{
    return type == EVENT_SENDTO || type == EVENT_SENDMSG || type == EVENT_SENDMMSG;
}

/* The sockaddr at `name`: an address of the same family or one the kernel takes for such. */
static __always_inline bool peer_given(u16 family, u64 name, u64 len, u32 type, struct peer *peer)
{
    struct {
        u16 family, port;
        u32 first; /* IPv4: the address; IPv6: the flow */
        u8 address[16];
    } given = {};
    const u32 start = 8;
    long r = is_guard ? bpf_probe_read_kernel(&given, start, (void *)name)
                      : bpf_probe_read_user(&given, start, (void *)name);

    if (r < 0 || len < start)
        return false;
    /* As udp_sendmsg does. */
    if (given.family == AF_UNSPEC && family == AF_INET && is_send(type))
        given.family = AF_INET;
    peer->port = swap16(given.port);
    if (given.family == AF_INET) {
        *(u32 *)peer->address = given.first;
        if (!peer_is_set(peer))
            return false;
        if (family == AF_INET6)
            peer_map(peer);
        return true;
    }
    r = is_guard ? bpf_probe_read_kernel(&given, sizeof(given), (void *)name)
                 : bpf_probe_read_user(&given, sizeof(given), (void *)name);
    if (r < 0 || len < sizeof(given) || given.family != AF_INET6 || family != AF_INET6)
        return false;
    __builtin_memcpy(peer->address, given.address, sizeof(given.address));
    return peer_is_set(peer);
}

/* Who is meant by no address: oneself, by the address one is bound to or over the loopback. */
static __always_inline void peer_resolve(struct sock *sk, u16 family, struct peer *peer)
{
    u32 *words = (u32 *)peer->address;
    u8 local[16] = {};

    if (family == AF_INET) {
        if (!words[0])
            words[0] = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
        if (!words[0])
            words[0] = LOOPBACK;
        return;
    }
    if (words[0] || words[1] || words[3] || (words[2] && words[2] != MAPPED_WORD))
        return;
    bpf_core_read(local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
    bool mapped = words[2] || address_kind(local) == 1;
    words[2] = mapped ? MAPPED_WORD : 0;
    words[3] = mapped ? LOOPBACK : LOOPBACK_V6;
}

/*
 * As endpoints_of_event: the socket's own or, where it has none or datagrams are sent, the sockaddr
 * at `name`. Before the act what is named comes first, too: the socket is to have another peer.
 * Only a stream, once connected, heeds no name.
 */
static __always_inline bool socket_peer(struct sock *sk, u16 family, u64 name, u64 len, u32 type,
                                        struct peer *peer)
{
    if (family != AF_INET && family != AF_INET6)
        return false;
    peer->port = swap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
    if (family == AF_INET)
        *(u32 *)peer->address = BPF_CORE_READ(sk, __sk_common.skc_daddr);
    else
        bpf_core_read(peer->address, 16, &sk->__sk_common.skc_v6_daddr);
    bool own = peer_is_set(peer);
    u16 kind = BPF_CORE_READ(sk, sk_type);
    bool first = is_guard ? kind != SOCK_STREAM : kind == SOCK_DGRAM && is_send(type);
    if (name && (!own || first)) {
        struct peer named = {};
        if (peer_given(family, name, len, type, &named))
            *peer = named;
        else if (!own)
            return false;
    } else if (!own) {
        return false;
    }
    if (is_guard)
        peer_resolve(sk, family, peer);
    if (family == AF_INET) {
        peer_map(peer);
        return true;
    }
    u32 other = address_kind(peer->address);
    if (is_guard || !other)
        return other != 0;
    /* Which kind both ends are of is told by both of them: left to user space when they differ. */
    u8 local[16] = {};
    bpf_core_read(local, 16, &sk->__sk_common.skc_v6_rcv_saddr);
    u32 own_kind = address_kind(local);
    return !own_kind || own_kind == other;
}

/* SOCKET, and the paths of a unix socket; `inode`: the number of the socket's file, 0 for none. */
CHECKED_ONCE int put_sock(struct scratch *s, u64 address, u64 inode)
{
    if (!s)
        return 0;
    struct sock *sk = (void *)address;
    u32 offset;

    if (!sk || !param_room(s, sizeof(struct event_socket), &offset))
        return 0;
    BOUNDED(offset);
    offset &= RECORD_MASK;
    struct event_socket *out = (void *)&s->data[offset + sizeof(struct param_header)];
    u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

    __builtin_memset(out, 0, sizeof(*out));
    out->family = family;
    out->type = BPF_CORE_READ(sk, sk_type);
    out->protocol = BPF_CORE_READ(sk, sk_protocol);
    out->state = BPF_CORE_READ(sk, __sk_common.skc_state);
    out->role = is_guard ? SOCKET_ROLE_UNKNOWN : socket_role(inode);
    out->net_namespace = BPF_CORE_READ(sk, __sk_common.skc_net.net, ns.inum);
    out->cookie = inode;
    if (family == AF_INET || family == AF_INET6) {
        out->local_port = BPF_CORE_READ(sk, __sk_common.skc_num);
        out->remote_port = swap16(BPF_CORE_READ(sk, __sk_common.skc_dport));
    }
    if (family == AF_INET) {
        *(u32 *)out->local_address = BPF_CORE_READ(sk, __sk_common.skc_rcv_saddr);
        *(u32 *)out->remote_address = BPF_CORE_READ(sk, __sk_common.skc_daddr);
    } else if (family == AF_INET6) {
        bpf_core_read(out->local_address, 16, &sk->__sk_common.skc_v6_rcv_saddr);
        bpf_core_read(out->remote_address, 16, &sk->__sk_common.skc_v6_daddr);
    }
    param_close(s, offset, PARAM_SOCKET, 0, sizeof(*out));

    if (family == AF_UNIX) {
        struct unix_sock *unix_socket = (void *)sk;

        put_unix_path(s, PARAM_SOCKET_PATH, unix_socket);
        struct unix_sock *peer = (void *)BPF_CORE_READ(unix_socket, peer);
        if (peer)
            put_unix_path(s, PARAM_SOCKET_PEER_PATH, peer);
    }
    return 0;
}

static __always_inline void put_socket(struct scratch *s, u64 file)
{
    struct sock *sk = sock_of_file(file);

    if (sk)
        put_sock(s, (u64)sk, BPF_CORE_READ((struct file *)file, f_inode, i_ino));
}

/* The sockaddr a caller gave. */
static __always_inline void put_user_sockaddr(struct scratch *s, u64 address, u64 len)
{
    if (!address)
        return;
    if (len > SOCKADDR_MAX)
        len = SOCKADDR_MAX;
    put_user_bytes(s, PARAM_SOCKET_ADDRESS, address, len, SOCKADDR_MAX, COUNTER_TRUNCATED_STRING);
}

/* PATH and FILE_* of any file, SOCKET too where it is one. */
static __always_inline void put_descriptor(struct scratch *s, s64 fd)
{
    u64 file = file_of_fd(fd);

    if (!file)
        return;
    if (sock_of_file(file))
        put_socket(s, file);
    else
        put_file(s, file);
}

#endif
