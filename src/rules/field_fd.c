/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/field_fd.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "event/endpoints.h"
#include "event/names.h"
#include "event/table.h"

static const char *const types[] = {
    [FD_KIND_UNKNOWN] = NULL,
    [FD_KIND_FILE] = "file",
    [FD_KIND_DIRECTORY] = "directory",
    [FD_KIND_IPV4] = "ipv4",
    [FD_KIND_IPV6] = "ipv6",
    [FD_KIND_UNIX] = "unix",
    [FD_KIND_NETLINK] = "netlink",
    [FD_KIND_PIPE] = "pipe",
    [FD_KIND_EVENT] = "event",
    [FD_KIND_EVENTPOLL] = "eventpoll",
    [FD_KIND_INOTIFY] = "inotify",
    [FD_KIND_SIGNALFD] = "signalfd",
    [FD_KIND_TIMERFD] = "timerfd",
    [FD_KIND_BPF] = "bpf",
    [FD_KIND_USERFAULTFD] = "userfaultfd",
    [FD_KIND_IO_URING] = "io_uring",
    [FD_KIND_MEMFD] = "memfd",
    [FD_KIND_PIDFD] = "pidfd",
    [FD_KIND_OTHER] = "unknown",
};

const char *field_fd_type(enum fd_kind kind)
{
    return types[kind];
}

const char *field_stdio_type(const struct process *process, unsigned fd)
{
    static const enum fd_kind kinds[] = {
        [FILE_TYPE_NONE] = FD_KIND_UNKNOWN,        [FILE_TYPE_REGULAR] = FD_KIND_FILE,
        [FILE_TYPE_DIRECTORY] = FD_KIND_DIRECTORY, [FILE_TYPE_CHARACTER] = FD_KIND_FILE,
        [FILE_TYPE_BLOCK] = FD_KIND_FILE,          [FILE_TYPE_FIFO] = FD_KIND_PIPE,
        [FILE_TYPE_SOCKET_INET] = FD_KIND_IPV4,    [FILE_TYPE_SOCKET_INET6] = FD_KIND_IPV6,
        [FILE_TYPE_SOCKET_UNIX] = FD_KIND_UNIX,    [FILE_TYPE_SOCKET_OTHER] = FD_KIND_OTHER,
        [FILE_TYPE_ANONYMOUS] = FD_KIND_OTHER,     [FILE_TYPE_OTHER] = FD_KIND_OTHER,
    };
    unsigned type = fd < 3 ? process->stdio >> (8 * fd) & 0xff : 0;

    return type < sizeof(kinds) / sizeof(kinds[0]) ? types[kinds[type]] : NULL;
}

/* What a call's result is a descriptor of, when the record holds nothing of the file. */
static enum fd_kind kind_of_call(enum event_type type)
{
    switch (type) {
    case EVENT_MEMFD_CREATE: return FD_KIND_MEMFD;
    case EVENT_BPF: return FD_KIND_BPF;
    case EVENT_PIDFD_OPEN: return FD_KIND_PIDFD;
    case EVENT_USERFAULTFD: return FD_KIND_USERFAULTFD;
    case EVENT_IO_URING_SETUP: return FD_KIND_IO_URING;
    default: return FD_KIND_UNKNOWN;
    }
}

static enum fd_kind kind_of_anonymous(const struct event_param *path)
{
    static const struct {
        const char *name;
        enum fd_kind kind;
    } rows[] = {
        {"[eventfd]", FD_KIND_EVENT},
        {"[eventpoll]", FD_KIND_EVENTPOLL},
        {"inotify", FD_KIND_INOTIFY},
        {"[signalfd]", FD_KIND_SIGNALFD},
        {"[timerfd]", FD_KIND_TIMERFD},
        {"bpf", FD_KIND_BPF},
        {"[userfaultfd]", FD_KIND_USERFAULTFD},
        {"[io_uring]", FD_KIND_IO_URING},
        {"[pidfd]", FD_KIND_PIDFD},
    };

    for (size_t i = 0; path && i < sizeof(rows) / sizeof(rows[0]); i++)
        if (memmem(path->data, path->len, rows[i].name, strlen(rows[i].name)))
            return rows[i].kind;
    return FD_KIND_OTHER;
}

static enum fd_kind kind_of_family(const struct event *event, unsigned family)
{
    struct endpoints ends;

    switch (family) {
    case AF_UNIX: return FD_KIND_UNIX;
    case AF_NETLINK: return FD_KIND_NETLINK;
    case AF_INET:
    case AF_INET6:
        if (endpoints_of_event(event, &ends))
            return ends.address_len == 4 ? FD_KIND_IPV4 : FD_KIND_IPV6;
        return family == AF_INET ? FD_KIND_IPV4 : FD_KIND_IPV6;
    default: return FD_KIND_OTHER;
    }
}

static enum fd_kind kind_of_file(const struct event *event)
{
    const struct event_type_info *info = event_type_info(event->header->type);
    int64_t flags = event_number(event, PARAM_FILE_FLAGS, 0);
    unsigned mode = (unsigned)event_number(event, PARAM_FILE_MODE, 0);

    if (flags & FILE_FLAG_MEMFD)
        return FD_KIND_MEMFD;
    switch (mode & S_IFMT) {
    case S_IFDIR: return FD_KIND_DIRECTORY;
    case S_IFREG:
    case S_IFCHR:
    case S_IFBLK: return FD_KIND_FILE;
    case S_IFIFO: return info->family == FAMILY_OPEN ? FD_KIND_FILE : FD_KIND_PIPE;
    case S_IFSOCK: return FD_KIND_OTHER;
    default: break;
    }
    if (event_has(event, PARAM_FILE_MODE))
        return kind_of_anonymous(event_param(event, PARAM_PATH));
    if (info->family != FAMILY_OPEN || info->type == EVENT_MEMFD_CREATE)
        return kind_of_call(info->type);
    return event_number(event, PARAM_OPEN_FLAGS, 0) & O_DIRECTORY ? FD_KIND_DIRECTORY
                                                                  : FD_KIND_FILE;
}

static bool is_socket_family(enum event_family family)
{
    return family == FAMILY_NETWORK || family == FAMILY_SOCKET_DATA;
}

static enum fd_kind kind_of(const struct event *event)
{
    enum event_family of = event_type_info(event->header->type)->family;

    if (of == FAMILY_OPEN) /* opens no socket */
        return kind_of_file(event);
    unsigned family = endpoints_family(event);
    if (!family)
        family = (unsigned)event_number(event, PARAM_DOMAIN, 0);
    if (family)
        return kind_of_family(event, family);
    if (is_socket_family(of))
        return FD_KIND_UNKNOWN;
    return kind_of_file(event);
}

/* Whether the call's result is the descriptor; the event table tells by the first argument. */
static bool makes_fd(const struct event *event)
{
    const struct event_type_info *info = event_type_info(event->header->type);

    switch (info->type) {
    case EVENT_FCNTL: {
        int64_t command = event_number(event, PARAM_COMMAND, -1);
        return command == F_DUPFD || command == F_DUPFD_CLOEXEC;
    }
    case EVENT_USERFAULTFD:
    case EVENT_IO_URING_SETUP: return true;
    case EVENT_BPF: return event->header->result != 0; /* 0: a command that makes none */
    default:
        return info->named[0].name && !info->named[0].param && info->named[0].render == RENDER_FD;
    }
}

/* An act that was refused: the file or socket is known, no descriptor is. */
static bool is_of_denied(const struct event *event)
{
    return event->header->flags & EVENT_FLAG_DENIED &&
           (event_has(event, PARAM_SOCKET) || event_has(event, PARAM_PATH));
}

bool field_fd_view(const struct event *event, struct fd_view *ret_view)
{
    if (is_of_denied(event)) {
        *ret_view = (struct fd_view){.number = -1, .kind = kind_of(event), .exists = true};
        return true;
    }
    if (makes_fd(event)) {
        bool exists = event->header->result >= 0;
        *ret_view = (struct fd_view){
            .number = exists ? event->header->result : -1,
            .kind = exists ? kind_of(event) : FD_KIND_UNKNOWN,
            .exists = exists,
        };
        return true;
    }
    if (!event_has(event, PARAM_FD))
        return false;
    *ret_view = (struct fd_view){
        .number = event_number(event, PARAM_FD, -1),
        .kind = kind_of(event),
        .exists = true,
    };
    return true;
}

/* The path an open asked for, made absolute. */
static bool wanted_name(struct field_context *context, const struct event *event,
                        struct field_value *value)
{
    const struct event_param *name = event_param(event, PARAM_NAME);
    const struct event_param *base = event_param(event, PARAM_NAME_BASE);

    if (!name || ((name->flags & PARAM_FLAG_UNREADABLE) && !name->len))
        return false;
    names_join_path(field_scratch(context), base ? base->data : "", base ? base->len : 0,
                    name->data, name->len);
    return field_set_scratch(context, value);
}

bool field_fd_name(struct field_context *context, struct field_value *value)
{
    const struct event *event = field_event(context);
    const struct event_type_info *info = event_type_info(event->header->type);
    struct fd_view view;

    if (!field_fd_view(event, &view))
        return false;
    if (is_socket_family(info->family) || fd_kind_is_socket(view.kind)) {
        struct buf *buf = field_scratch(context);
        return endpoints_add_name(buf, event) && field_set_scratch(context, value);
    }
    if (view.exists && field_set_param(value, event_param(event, PARAM_PATH)))
        return true;
    if (info->type == EVENT_MEMFD_CREATE) {
        const struct event_param *text = event_param(event, PARAM_TEXT);
        struct buf *buf = field_scratch(context);
        buf_add_string(buf, "memfd:");
        return text && buf_add(buf, text->data, text->len) == 0 &&
               field_set_scratch(context, value);
    }
    return info->family == FAMILY_OPEN && wanted_name(context, event, value);
}
