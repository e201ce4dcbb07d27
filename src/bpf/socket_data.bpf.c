/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Messages, as far as rules and DNS need them: a send that names its destination, and what comes
 * from port 53. Everything else leaves here before a record is built.
 */
#include "lib/args.h"
#include "lib/filter.h"

#define DNS_PORT 53

struct message {
    u64 name, name_len; /* of the peer's address */
    u64 data;           /* first buffer */
};

struct user_msghdr {
    u64 name;
    u32 name_len;
    u32 unused;
    u64 iov;
    u64 iov_len;
};

struct user_msghdr_compat {
    u32 name, name_len, iov, iov_len;
};

/* The parts of a caller's msghdr, in its own ABI. */
static __always_inline bool message_from_msghdr(u64 address, bool compat, struct message *message)
{
    u64 iov;

    if (compat) {
        struct user_msghdr_compat header = {};
        u32 base = 0;

        if (bpf_probe_read_user(&header, sizeof(header), (void *)address) < 0)
            return false;
        message->name = header.name;
        message->name_len = header.name_len;
        iov = header.iov;
        bpf_probe_read_user(&base, sizeof(base), (void *)iov);
        message->data = base;
    } else {
        struct user_msghdr header = {};

        if (bpf_probe_read_user(&header, sizeof(header), (void *)address) < 0)
            return false;
        message->name = header.name;
        message->name_len = header.name_len;
        iov = header.iov;
        bpf_probe_read_user(&message->data, sizeof(message->data), (void *)iov);
    }
    return true;
}

static __always_inline bool message_of_call(struct scratch *s, struct message *message)
{
    switch (s->type) {
    case EVENT_SENDTO:
        message->data = s->args[1];
        message->name = s->args[4];
        message->name_len = (u32)s->args[5];
        return true;
    case EVENT_RECVFROM:
        message->data = s->args[1];
        message->name = s->args[4];
        message->name_len = message->name ? 28 : 0; /* sockaddr_in6: the longest of interest */
        return true;
    default: /* a msghdr, or the first of several */
        return message_from_msghdr(s->args[1], s->flags & (EVENT_FLAG_COMPAT | EVENT_FLAG_X32),
                                   message);
    }
}

FAMILY_PROGRAM(socket_data)
{
    struct message message = {};
    u64 file = file_of_fd((s32)s->args[0]);
    struct sock *sk = sock_of_file(file);
    bool receiving =
        s->type == EVENT_RECVFROM || s->type == EVENT_RECVMSG || s->type == EVENT_RECVMMSG;

    if (!sk || !message_of_call(s, &message))
        goto skip;
    if (receiving) {
        u16 port = BPF_CORE_READ(sk, __sk_common.skc_dport);

        if (!settings.want_dns || s->result <= 0)
            goto skip;
        if (!port && message.name)
            bpf_probe_read_user(&port, sizeof(port), (void *)(message.name + 2));
        if (swap16(port) != DNS_PORT)
            goto skip;
    } else if (!message.name || !message.name_len) {
        goto skip;
    }
    if (s->filter_on && !filter_socket(s, file, receiving ? 0 : message.name, message.name_len))
        goto skip;

    record_header(s);
    if (s->type == EVENT_SENDTO) {
        put_args(s, true);
    } else {
        put_args(s, true);
        put_user_sockaddr(s, message.name, message.name_len);
    }
    put_socket(s, file);
    if (receiving && s->type != EVENT_RECVMMSG)
        put_user_bytes(s, PARAM_DATA, message.data, s->result, EVENT_DATA_MAX,
                       COUNTER_TRUNCATED_STRING);
    return family_end(s);
skip:
    record_end(s);
    return 0;
}
