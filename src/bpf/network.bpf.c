/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Sockets being made, connected, bound, listened on, accepted from. */
#include "lib/args.h"
#include "lib/filter.h"

/* What a call works on. */
struct socket_call {
    s64 fd;
    u64 name, name_len; /* of the peer's address, 0 when it gives none */
    u32 role;           /* that it tells of the socket */
};

static __always_inline struct socket_call socket_call(const struct scratch *s)
{
    struct socket_call call = {.fd = (s32)s->args[0], .role = SOCKET_ROLE_UNKNOWN};

    switch (s->type) {
    case EVENT_SOCKET: call.fd = s->result; break;
    case EVENT_SOCKETPAIR: call.fd = -1; break;
    case EVENT_CONNECT:
        call.name = s->args[1];
        call.name_len = (u32)s->args[2];
        if (s->result == 0 || s->result == -EINPROGRESS)
            call.role = SOCKET_ROLE_CLIENT;
        break;
    case EVENT_LISTEN:
        if (s->result == 0)
            call.role = SOCKET_ROLE_SERVER;
        break;
    case EVENT_ACCEPT:
    case EVENT_ACCEPT4:
        call.role = SOCKET_ROLE_SERVER;
        call.fd = s->result;
        break;
    }
    return call;
}

/* To be called for every call of this family, sent or not. */
__noinline int network_learn(struct scratch *s)
{
    if (!s)
        return 0;
    struct socket_call call = socket_call(s);
    u64 file = call.role ? file_of_fd(call.fd) : 0;
    if (file && sock_of_file(file))
        socket_learn_role(file, call.role);
    return 0;
}

FAMILY_PROGRAM(network)
{
    struct socket_call call = socket_call(s);
    u64 file = file_of_fd(call.fd);

    if (s->filter_on && file && !filter_socket(s, file, call.name, call.name_len)) {
        record_end(s);
        return 0;
    }
    record_header(s);
    put_args(s, true);
    if (s->type == EVENT_ACCEPT || s->type == EVENT_ACCEPT4 || s->type == EVENT_SOCKET)
        put_number(s, PARAM_FD, call.fd);
    if (file)
        put_socket(s, file);
    return family_end(s);
}
