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

#define MESSAGES_MAX 1024 /* UIO_MAXIOV: of one sendmmsg */

/* Size of a struct mmsghdr. */
#define MMSGHDR_BYTES        64
#define MMSGHDR_COMPAT_BYTES 32

static __always_inline bool is_compat(const struct scratch *s)
{
    return s->flags & (EVENT_FLAG_COMPAT | EVENT_FLAG_X32);
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
        return message_from_msghdr(s->args[1], is_compat(s), message);
    }
}

/* One that is sent. `several`: from within a loop, where the stack has no room for put_args. */
static __always_inline void tell_sent(struct scratch *s, u64 file, u64 name, u64 name_len,
                                      const bool several)
{
    if (!name || !name_len || (s->filter_on && !filter_socket(s, file, name, name_len)))
        return;
    record_header(s);
    if (several) {
        put_number(s, PARAM_FD, (s64)(s32)s->args[0]);
        put_number(s, PARAM_FLAGS, (u32)s->args[3]);
    } else {
        put_args(s, true);
    }
    if (several || s->type != EVENT_SENDTO)
        put_user_sockaddr(s, name, name_len);
    put_socket(s, file);
    record_submit(s);
}

static long message_step(u64 index, void *data)
{
    struct scratch *s = *(struct scratch **)data;
    struct messages_walk *walk = &s->messages;
    struct message message = {};

    s->candidates = walk->candidates;
    s->filter_on = walk->filter_on;
    s->flags = walk->flags;
    if (!message_from_msghdr(walk->address, is_compat(s), &message))
        return 1;
    walk->address += is_compat(s) ? MMSGHDR_COMPAT_BYTES : MMSGHDR_BYTES;
    tell_sent(s, walk->file, message.name, message.name_len, true);
    return 0;
}

/* Each message of a sendmmsg that was sent names whom it goes to; of a failed one, the first. */
static __always_inline void tell_messages(struct scratch *s, u64 file)
{
    u32 messages = s->result > 0 ? s->result : 1;

    s->messages = (struct messages_walk){.file = file,
                                         .address = s->args[1],
                                         .candidates = s->candidates,
                                         .filter_on = s->filter_on,
                                         .flags = s->flags};
    if (bpf_loop(messages < MESSAGES_MAX ? messages : MESSAGES_MAX, message_step, &s, 0) < 0)
        count(COUNTER_FAILED_LOOP);
}

/* What comes from port 53, with its bytes. */
static __always_inline void tell_received(struct scratch *s, u64 file, struct sock *sk,
                                          const struct message *message)
{
    u16 port = BPF_CORE_READ(sk, __sk_common.skc_dport);

    if (!settings.want_dns || s->result <= 0)
        return;
    if (!port && message->name)
        bpf_probe_read_user(&port, sizeof(port), (void *)(message->name + 2));
    if (swap16(port) != DNS_PORT || (s->filter_on && !filter_socket(s, file, 0, 0)))
        return;
    record_header(s);
    put_args(s, true);
    put_user_sockaddr(s, message->name, message->name_len);
    put_socket(s, file);
    if (s->type != EVENT_RECVMMSG)
        put_user_bytes(s, PARAM_DATA, message->data, s->result, EVENT_DATA_MAX,
                       COUNTER_TRUNCATED_STRING);
    record_submit(s);
}

FAMILY_PROGRAM(socket_data)
{
    struct message message = {};
    u64 file = file_of_fd((s32)s->args[0]);
    struct sock *sk = sock_of_file(file);

    if (sk && s->type == EVENT_SENDMMSG) {
        tell_messages(s, file);
    } else if (sk && message_of_call(s, &message)) {
        if (s->type == EVENT_RECVFROM || s->type == EVENT_RECVMSG || s->type == EVENT_RECVMMSG)
            tell_received(s, file, sk, &message);
        else
            tell_sent(s, file, message.name, message.name_len, false);
    }
    record_end(s);
    return 0;
}
