/* SPDX-License-Identifier: Apache-2.0 */
#include <stdint.h>

#include "event/table.h"
#include "rules/field_fd.h"

/* The kernel's dev_t, as PARAM_FILE_DEVICE has it. */
#define DEVICE_MAJOR(device) ((uint64_t)(device) >> 20)
#define DEVICE_MINOR(device) ((uint64_t)(device) & 0xfffff)

static bool view(const struct field_context *context, struct fd_view *ret_view)
{
    return field_fd_view(field_event(context), ret_view);
}

static bool number(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    struct fd_view fd;

    return view(context, &fd) && field_set_number(value, FIELD_NUMBER, fd.number);
}

static bool type(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    struct fd_view fd;

    return view(context, &fd) && fd.exists && field_set_string(value, field_fd_type(fd.kind));
}

/* Falco's guess at what a failed call would have made. */
static enum fd_kind wanted_kind(const struct event *event)
{
    switch (event_type_info(event->header->type)->family) {
    case FAMILY_OPEN: return FD_KIND_FILE;
    case FAMILY_NETWORK: return FD_KIND_IPV4;
    default: return FD_KIND_OTHER;
    }
}

static bool type_char(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    static const char *const chars[] = {
        [FD_KIND_UNKNOWN] = "o",   [FD_KIND_FILE] = "f",    [FD_KIND_DIRECTORY] = "d",
        [FD_KIND_IPV4] = "4",      [FD_KIND_IPV6] = "6",    [FD_KIND_UNIX] = "u",
        [FD_KIND_NETLINK] = "n",   [FD_KIND_PIPE] = "p",    [FD_KIND_EVENT] = "e",
        [FD_KIND_EVENTPOLL] = "l", [FD_KIND_INOTIFY] = "i", [FD_KIND_SIGNALFD] = "s",
        [FD_KIND_TIMERFD] = "t",   [FD_KIND_BPF] = "b",     [FD_KIND_USERFAULTFD] = "u",
        [FD_KIND_IO_URING] = "r",  [FD_KIND_MEMFD] = "m",   [FD_KIND_PIDFD] = "P",
        [FD_KIND_OTHER] = "o",
    };
    struct fd_view fd;

    if (!view(context, &fd))
        return false;
    return field_set_string(value, chars[fd.exists ? fd.kind : wanted_kind(field_event(context))]);
}

static bool name(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    return field_fd_name(context, value);
}

static bool raw_name(struct field_context *context, const struct field_ref *ref,
                     struct field_value *value)
{
    const struct event *event = field_event(context);
    const struct event_param *given = event_param(event, PARAM_NAME);

    if (event_type_info(event->header->type)->family == FAMILY_OPEN && given)
        return field_set_param(value, given);
    return field_fd_name(context, value);
}

/* The directory of `path` in *value, whose bytes are those of `path`. */
static void cut_to_directory(struct field_value *value)
{
    const char *slash = memrchr(value->string.data, '/', value->string.len);
    size_t at = slash ? (size_t)(slash - value->string.data) : 0;

    if (!slash || at == 0)
        field_set_string(value, "/");
    else if (at + 1 < value->string.len)
        value->string.len = at;
}

static bool directory(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    struct fd_view fd;

    if (!view(context, &fd))
        return false;
    enum fd_kind kind = fd.exists ? fd.kind : wanted_kind(field_event(context));
    if ((kind != FD_KIND_FILE && kind != FD_KIND_DIRECTORY) || !field_fd_name(context, value))
        return false;
    if (kind == FD_KIND_FILE)
        cut_to_directory(value);
    return true;
}

static bool filename(struct field_context *context, const struct field_ref *ref,
                     struct field_value *value)
{
    struct fd_view fd;

    if (!view(context, &fd) || !fd.exists || fd.kind != FD_KIND_FILE ||
        !field_fd_name(context, value))
        return false;
    const char *slash = memrchr(value->string.data, '/', value->string.len);
    size_t after = slash ? (size_t)(slash - value->string.data) + 1 : 0;
    if (after >= value->string.len)
        return true;
    return field_set_bytes(value, value->string.data + after, value->string.len - after);
}

enum device { DEVICE_WHOLE, DEVICE_ONLY_MAJOR, DEVICE_ONLY_MINOR, DEVICE_INODE };

/* The number that stat(2) shows: what people compare with. */
static int64_t user_device(int64_t device)
{
    uint64_t major = DEVICE_MAJOR(device), minor = DEVICE_MINOR(device);

    return (int64_t)((minor & 0xff) | major << 8 | (minor & ~0xffull) << 12);
}

static bool device(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    const struct event *event = field_event(context);
    enum device what = (enum device)ref->field->detail;
    enum param_id id = what == DEVICE_INODE ? PARAM_FILE_INODE : PARAM_FILE_DEVICE;
    struct fd_view fd;

    if (!view(context, &fd) || !fd.exists || !event_has(event, id))
        return false;
    int64_t n = event_number(event, id, 0);
    switch (what) {
    case DEVICE_WHOLE: n = user_device(n); break;
    case DEVICE_ONLY_MAJOR: n = (int64_t)DEVICE_MAJOR(n); break;
    case DEVICE_ONLY_MINOR: n = (int64_t)DEVICE_MINOR(n); break;
    case DEVICE_INODE: break;
    }
    return field_set_number(value, FIELD_NUMBER, n);
}

enum layer { LAYER_UPPER, LAYER_LOWER };

static bool layer(struct field_context *context, const struct field_ref *ref,
                  struct field_value *value)
{
    int64_t flags = event_number(field_event(context), PARAM_FILE_FLAGS, 0);
    bool upper = flags & FILE_FLAG_UPPER_LAYER, overlay = flags & FILE_FLAG_OVERLAY;
    struct fd_view fd;

    if (!view(context, &fd) || !fd.exists)
        return false;
    return field_set_bool(value, ref->field->detail == LAYER_UPPER ? upper : overlay && !upper);
}

static bool unique(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    struct fd_view fd;

    if (!view(context, &fd))
        return false;
    buf_printf(field_scratch(context), "%u%lld", field_event(context)->header->tid,
               (long long)fd.number);
    return field_set_scratch(context, value);
}

enum chained { CHAINED_NAME, CHAINED_DIRECTORY };

static bool with_container(struct field_context *context, const struct field_ref *ref,
                           struct field_value *value)
{
    const struct container *container = context->judged->container;
    struct field_value path;

    if (!(ref->field->detail == CHAINED_NAME ? name(context, ref, &path)
                                             : directory(context, ref, &path)))
        return false;
    struct buf *buf = field_scratch(context); /* `path` was copied out of it */
    buf_add_string(buf, container ? container->short_id : "host");
    buf_add_char(buf, ':');
    buf_add(buf, path.string.data, path.string.len);
    return field_set_scratch(context, value);
}

/* fd.types[0]: one; fd.types: those of 0, 1 and 2, each once. */
static bool types(struct field_context *context, const struct field_ref *ref,
                  struct field_value *value)
{
    const struct process *process = context->judged->process;

    if (ref->index >= 0)
        return field_set_string(
            value, ref->index > 2 ? NULL : field_stdio_type(process, (unsigned)ref->index));
    struct field_string *list = field_context_alloc(context, 3 * sizeof(*list));
    size_t count = 0;
    if (!list)
        return false;
    for (unsigned fd = 0; fd < 3; fd++) {
        const char *text = field_stdio_type(process, fd);
        bool seen = !text;
        for (size_t i = 0; i < count && !seen; i++)
            seen = list[i].data == text;
        if (!seen)
            list[count++] = (struct field_string){text, strlen(text)};
    }
    *value = (struct field_value){.type = FIELD_STRINGS, .list = list, .list_len = count};
    return true;
}

static const struct field rows[] = {
    LOOKED_UP_ROW("fd.num", NUMBER, OPEN, number, 0,
                  "number of the open file, -1 when the call failed to make one"),
    LOOKED_UP_ROW(
        "fd.type", STRING, OPEN, type, 0,
        "file, directory, ipv4, ipv6, unix, netlink, pipe, event, eventpoll, inotify, signalfd, "
        "timerfd, bpf, userfaultfd, io_uring, memfd, pidfd or unknown"),
    LOOKED_UP_ROW(
        "fd.typechar", STRING, OPEN, type_char, 0,
        "fd.type in one character: f, d, 4, 6, u, n, p, e, l, i, s, t, b, u, r, m, P or o; what a "
        "failed call would have made too"),
    LOOKED_UP_ROW("fd.name", STRING, PATH, name, 0,
                  "path, or client->server addresses of a socket, or a unix socket's path",
                  .needs = FIELD_NEEDS_ROLES),
    LOOKED_UP_ROW("fd.directory", STRING, PATH, directory, 0, "directory of a file"),
    LOOKED_UP_ROW("fd.filename", STRING, NAME, filename, 0, "name of a file without its directory"),
    LOOKED_UP_ROW("fd.nameraw", STRING, RAW, raw_name, 0, "path as the caller gave it"),
    EVENT_ROW("fd.dev", NUMBER, device, DEVICE_WHOLE, "number of the device the file is on"),
    EVENT_ROW("fd.dev.major", NUMBER, device, DEVICE_ONLY_MAJOR, "major number of fd.dev"),
    EVENT_ROW("fd.dev.minor", NUMBER, device, DEVICE_ONLY_MINOR, "minor number of fd.dev"),
    EVENT_ROW("fd.ino", NUMBER, device, DEVICE_INODE, "inode of the file"),
    EVENT_ROW("fd.is_upper_layer", BOOL, layer, LAYER_UPPER,
              "the file is in the upper layer of an overlay"),
    EVENT_ROW("fd.is_lower_layer", BOOL, layer, LAYER_LOWER,
              "the file is in a lower layer of an overlay"),
    EVENT_ROW("fd.uid", STRING, unique, 0, "thread id and fd.num in one"),
    EVENT_ROW("fd.containername", STRING, with_container, CHAINED_NAME,
              "container.id and fd.name, a colon between", .needs = FIELD_NEEDS_ROLES),
    EVENT_ROW("fd.containerdirectory", STRING, with_container, CHAINED_DIRECTORY,
              "container.id and fd.directory, a colon between"),
    EVENT_ROW("fd.types", STRINGS, types, 0,
              "fd.type of standard input, output and error, or of one: fd.types[0]",
              .argument = FIELD_OPTIONAL_INDEX, .element = FIELD_STRING,
              .limits = "only of 0, 1 and 2, as of the exec"),
};

const struct field_rows field_rows_file = FIELD_ROWS(rows);
