/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FIELD_FD_H
#define RULES_FIELD_FD_H

/* The open file an event is about: fd.*. */

#include "rules/field_row.h"

enum fd_kind {
    FD_KIND_UNKNOWN, /* nothing is known of it, or it was never opened */
    FD_KIND_FILE,    /* devices and named pipes too, as in Falco */
    FD_KIND_DIRECTORY,
    FD_KIND_IPV4,
    FD_KIND_IPV6,
    FD_KIND_UNIX,
    FD_KIND_NETLINK,
    FD_KIND_PIPE,
    FD_KIND_EVENT,
    FD_KIND_EVENTPOLL,
    FD_KIND_INOTIFY,
    FD_KIND_SIGNALFD,
    FD_KIND_TIMERFD,
    FD_KIND_BPF,
    FD_KIND_USERFAULTFD,
    FD_KIND_IO_URING,
    FD_KIND_MEMFD,
    FD_KIND_PIDFD,
    FD_KIND_OTHER,
};

struct fd_view {
    int64_t number; /* -1 when the call that should have made it failed */
    enum fd_kind kind;
    bool exists; /* false: the call failed to make it */
};

/* False when the event is not about an open file. */
bool field_fd_view(const struct event *event, struct fd_view *ret_view);

/* "file", "ipv4", ... for fd.type; NULL for UNKNOWN. */
const char *field_fd_type(enum fd_kind kind);

/* fd.name: path, addresses; false when the event tells none. */
bool field_fd_name(struct field_context *context, struct field_value *value);

/* fd.type of standard input (0), output (1) or error (2), as of the exec; NULL when closed. */
const char *field_stdio_type(const struct process *process, unsigned fd);

static inline bool fd_kind_is_socket(enum fd_kind kind)
{
    return kind >= FD_KIND_IPV4 && kind <= FD_KIND_NETLINK;
}

#endif
