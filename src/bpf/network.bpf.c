/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Sockets being made, connected, bound, listened on, accepted from. */
#include "lib/args.h"

FAMILY_PROGRAM(network)
{
    s64 fd = (s32)s->args[0];
    u32 role = SOCKET_ROLE_UNKNOWN;

    switch (s->type) {
    case EVENT_SOCKET: fd = s->result; break;
    case EVENT_SOCKETPAIR: fd = -1; break;
    case EVENT_CONNECT:
        if (s->result == 0 || s->result == -EINPROGRESS)
            role = SOCKET_ROLE_CLIENT;
        break;
    case EVENT_LISTEN:
        if (s->result == 0)
            role = SOCKET_ROLE_SERVER;
        break;
    case EVENT_ACCEPT:
    case EVENT_ACCEPT4:
        role = SOCKET_ROLE_SERVER;
        fd = s->result;
        break;
    }

    record_header(s);
    put_args(s, true);
    if (s->type == EVENT_ACCEPT || s->type == EVENT_ACCEPT4 || s->type == EVENT_SOCKET)
        put_number(s, PARAM_FD, fd);
    u64 file = file_of_fd(fd);
    if (file)
        put_socket(s, file, role);
    return family_end(s);
}
