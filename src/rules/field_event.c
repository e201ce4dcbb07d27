/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "event/names.h"
#include "event/table.h"
#include "rules/field_fd.h"
#include "rules/nearest.h"
#include "rules/syscall_names.h"

static const struct event_type_info *info_of(const struct field_context *context)
{
    return event_type_info(field_event(context)->header->type);
}

/* Calls have a result; the ends and moves of processes, losses and drift have none. */
static bool has_result(enum event_type type)
{
    return type != EVENT_PROCEXIT && type != EVENT_CGROUP_ATTACH &&
           event_type_info(type)->family != FAMILY_META;
}

static bool event_count(struct field_context *context, const struct field_ref *ref,
                        struct field_value *value)
{
    return field_set_number(value, FIELD_NUMBER, (int64_t)context->event_number);
}

static bool type(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    return field_set_string(value, info_of(context)->name);
}

static bool syscall_type(struct field_context *context, const struct field_ref *ref,
                         struct field_value *value)
{
    return has_result(info_of(context)->type) && type(context, ref, value);
}

static bool accepts_type(const char *key, struct error *error)
{
    struct nearest nearest = nearest_start(key ? key : "", key ? strlen(key) : 0);
    char hint[96];

    if (key && (event_type_by_name(key) != EVENT_NONE || syscall_name_known(key)))
        return true;
    for (unsigned i = 0; i < EVENT_TYPE_MAX; i++)
        if (event_type_info(i))
            nearest_offer(&nearest, event_type_info(i)->name);
    error_set(error, -ENOENT, "unknown event '%.100s'%s", key ? key : "",
              nearest_hint(&nearest, hint, sizeof(hint)));
    return false;
}

static bool type_is(struct field_context *context, const struct field_ref *ref,
                    struct field_value *value)
{
    return field_set_number(value, FIELD_NUMBER, !strcmp(info_of(context)->name, ref->key));
}

/* Falco's categories; where one call differs from its family, a row. */
static const char *category_name(const struct event_type_info *info)
{
    static const char *const families[FAMILY_MAX] = {
        [FAMILY_PROCESS] = "process",     [FAMILY_OPEN] = "file",
        [FAMILY_PATH] = "file",           [FAMILY_DESCRIPTOR] = "file",
        [FAMILY_NETWORK] = "net",         [FAMILY_CREDENTIALS] = "user",
        [FAMILY_NAMESPACE] = "file",      [FAMILY_TASK] = "process",
        [FAMILY_KERNEL] = "other",        [FAMILY_MEMORY] = "memory",
        [FAMILY_EXEC_FAILED] = "process", [FAMILY_SOCKET_DATA] = "net",
        [FAMILY_META] = "other",
    };
    static const struct {
        enum event_type type;
        const char *name;
    } rows[] = {
        {EVENT_SETNS, "process"},
        {EVENT_UNSHARE, "process"},
        {EVENT_CAPSET, "process"},
        {EVENT_KILL, "other"},
        {EVENT_TKILL, "other"},
        {EVENT_TGKILL, "other"},
        {EVENT_PTRACE, "other"},
        {EVENT_PROCESS_VM_READV, "memory"},
        {EVENT_PROCESS_VM_WRITEV, "memory"},
        {EVENT_MEMFD_CREATE, "memory"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].type == info->type)
            return rows[i].name;
    return families[info->family];
}

static bool category(struct field_context *context, const struct field_ref *ref,
                     struct field_value *value)
{
    return field_set_string(value, category_name(info_of(context)));
}

static bool cpu(struct field_context *context, const struct field_ref *ref,
                struct field_value *value)
{
    return field_set_number(value, FIELD_NUMBER, field_event(context)->header->cpu);
}

static bool hostname(struct field_context *context, const struct field_ref *ref,
                     struct field_value *value)
{
    return field_set_known(value, world_hostname(context->world));
}

enum constant { CONSTANT_SOURCE, CONSTANT_DIRECTION, CONSTANT_NO_TIME };

static bool constant(struct field_context *context, const struct field_ref *ref,
                     struct field_value *value)
{
    static const char *const texts[] = {
        [CONSTANT_SOURCE] = "syscall",
        [CONSTANT_DIRECTION] = "<",
        [CONSTANT_NO_TIME] = "0ns",
    };

    return field_set_string(value, texts[ref->field->detail]);
}

static bool constant_number(struct field_context *context, const struct field_ref *ref,
                            struct field_value *value)
{
    return field_set_number(value, ref->field->type, ref->field->detail);
}

/* Any of them. */
static bool has_flag(struct field_context *context, const struct field_ref *ref,
                     struct field_value *value)
{
    return field_set_number(value, ref->field->type,
                            (field_event(context)->header->flags & ref->field->detail) != 0);
}

enum result { RESULT_TEXT, RESULT_NUMBER, RESULT_FAILED };

static bool result(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    int64_t number = field_event(context)->header->result;

    if (!has_result(info_of(context)->type))
        return false;
    switch ((enum result)ref->field->detail) {
    case RESULT_NUMBER: return field_set_number(value, FIELD_NUMBER, number);
    case RESULT_FAILED: return field_set_bool(value, number < 0);
    case RESULT_TEXT: break;
    }
    if (number >= 0)
        return field_set_string(value, "SUCCESS");
    names_render_number(field_scratch(context), RENDER_ERRNO, number);
    return field_set_scratch(context, value);
}

enum errors { ERRORS_ALL, ERRORS_FILE, ERRORS_NET, ERRORS_MEMORY, ERRORS_OTHER };

static enum errors error_class(const struct event *event, const struct event_type_info *info)
{
    struct fd_view fd;

    if (field_fd_view(event, &fd) && fd.exists) {
        if (fd.kind == FD_KIND_FILE || fd.kind == FD_KIND_DIRECTORY)
            return ERRORS_FILE;
        return fd_kind_is_socket(fd.kind) ? ERRORS_NET : ERRORS_OTHER;
    }
    switch (info->family) {
    case FAMILY_OPEN: return ERRORS_FILE;
    case FAMILY_NETWORK: return ERRORS_NET;
    case FAMILY_MEMORY: return ERRORS_MEMORY;
    default: return ERRORS_OTHER;
    }
}

/* 1 for a call that failed, 0 for one that did not; none for calls of another class. */
static bool errors(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    const struct event *event = field_event(context);
    const struct event_type_info *info = info_of(context);
    enum errors class = (enum errors)ref->field->detail;

    if (!has_result(info->type) || (class != ERRORS_ALL && class != error_class(event, info)))
        return false;
    return field_set_number(value, FIELD_NUMBER, event->header->result < 0);
}

enum io { IO_ANY, IO_READ, IO_WRITE, IO_DIRECTION, IO_SYSLOG };

static bool writes(enum event_type type)
{
    return type == EVENT_SENDTO || type == EVENT_SENDMSG || type == EVENT_SENDMMSG;
}

static bool reads(enum event_type type)
{
    return type == EVENT_RECVFROM || type == EVENT_RECVMSG || type == EVENT_RECVMMSG;
}

static bool is_syslog(struct field_context *context)
{
    static const char *const paths[] = {"/dev/log", "/run/systemd/journal/dev-log"};
    struct field_value name;

    if (!field_fd_name(context, &name))
        return false;
    for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
        if (name.string.len == strlen(paths[i]) &&
            !memcmp(name.string.data, paths[i], name.string.len))
            return true;
    return false;
}

static bool io(struct field_context *context, const struct field_ref *ref,
               struct field_value *value)
{
    enum event_type of = info_of(context)->type;

    switch ((enum io)ref->field->detail) {
    case IO_ANY: return field_set_bool(value, reads(of) || writes(of));
    case IO_READ: return field_set_bool(value, reads(of));
    case IO_WRITE: return field_set_bool(value, writes(of));
    case IO_DIRECTION:
        return field_set_string(value, writes(of) ? "write" : reads(of) ? "read" : NULL);
    case IO_SYSLOG: return field_set_bool(value, writes(of) && is_syslog(context));
    }
    return false;
}

static bool repeated(struct field_context *context, const struct field_ref *ref,
                     struct field_value *value)
{
    return field_set_number(value, FIELD_NUMBER,
                            event_number(field_event(context), PARAM_REPEATED, 0));
}

enum open { OPEN_READ, OPEN_WRITE, OPEN_EXEC, OPEN_CREATE };

static bool is_open(const struct event *event, enum open what)
{
    int64_t flags = event_number(event, PARAM_OPEN_FLAGS, 0);
    int64_t mode = event_number(event, PARAM_MODE, 0);
    int64_t file = event_number(event, PARAM_FILE_FLAGS, 0);
    bool executable = mode & (S_IXUSR | S_IXGRP | S_IXOTH);
    bool tmpfile = (flags & O_TMPFILE) == O_TMPFILE;
    /* What the file was opened for; openat2's caller may have changed what it asked. */
    int64_t access = event_number(event, PARAM_FILE_OPEN_FLAGS, flags) & O_ACCMODE;

    switch (event->header->type) {
    case EVENT_OPEN:
    case EVENT_OPENAT:
    case EVENT_OPENAT2:
    case EVENT_OPEN_BY_HANDLE_AT: break;
    case EVENT_CREAT: return what == OPEN_EXEC && executable;
    default: return false;
    }
    switch (what) {
    case OPEN_READ: return access != O_WRONLY;
    case OPEN_WRITE: return access == O_WRONLY || access == O_RDWR;
    case OPEN_EXEC: return (tmpfile || flags & O_CREAT) && executable;
    case OPEN_CREATE: return file & FILE_FLAG_CREATED || (tmpfile && event->header->result >= 0);
    }
    return false;
}

static bool opens(struct field_context *context, const struct field_ref *ref,
                  struct field_value *value)
{
    return field_set_bool(value, is_open(field_event(context), (enum open)ref->field->detail));
}

#define NO_STATE    "no event knows of the one before it"
#define NO_PROCINFO "events of captures that tell what ran already are not made"

static const struct field rows[] = {
    EVENT_ROW("evt.num", NUMBER, event_count, 0, "number of the event since the start",
              .needs = FIELD_NEEDS_CLOCK),
    LOOKED_UP_ROW("evt.type", STRING, TYPE, type, 0, "name of the event: that of the system call"),
    LOOKED_UP_ROW("evt.type.is", NUMBER, TYPE, type_is, 0,
                  "1 for events of this name: evt.type.is.open", .argument = FIELD_SUFFIX_KEY,
                  .accepts = accepts_type),
    LOOKED_UP_ROW("syscall.type", STRING, TYPE, syscall_type, 0,
                  "evt.type, where it is a system call"),
    LOOKED_UP_ROW("evt.category", STRING, TYPE, category, 0,
                  "file, net, process, memory, user or other: what the event is about"),
    EVENT_ROW("evt.cpu", NUMBER, cpu, 0, "number of the processor", .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.hostname", STRING, hostname, 0, "name of the node"),
    LOOKED_UP_ROW("evt.source", STRING, TYPE, constant, CONSTANT_SOURCE,
                  "source of the event: syscall"),
    EVENT_ROW("evt.is_async", BOOL, constant_number, 0, "the event is not from a system call"),
    UNFILLED("evt.asynctype", STRING, EVENT, "there are no such events", "name of an async event"),
    UNFILLED("evt.pluginname", STRING, EVENT, "there are no plugins", "name of the plugin"),
    UNFILLED("evt.plugininfo", STRING, EVENT, "there are no plugins", "the plugin's summary"),
    LOOKED_UP_ROW("evt.dir", STRING, TYPE, constant, CONSTANT_DIRECTION,
                  "always <: events are sent when a call returns", .deprecated = true),
    LOOKED_UP_ROW("evt.res", STRING, RESULT, result, RESULT_TEXT,
                  "SUCCESS, or the name of the error: ENOENT, ..."),
    LOOKED_UP_ROW("evt.rawres", NUMBER, RESULT, result, RESULT_NUMBER,
                  "result of the call, a negative error number when it failed"),
    LOOKED_UP_ROW("evt.failed", BOOL, RESULT, result, RESULT_FAILED, "the call failed"),
    EVENT_ROW("evt.is_compat", BOOL, has_flag, EVENT_FLAG_COMPAT | EVENT_FLAG_X32,
              "a call by the kernel's 32-bit or x32 entry (not in Falco)"),
    EVENT_ROW("evt.to_agent", BOOL, has_flag, EVENT_FLAG_TO_AGENT,
              "a signal that this agent is to get, by its pid, or by -1: to all processes (not in "
              "Falco)"),
    EVENT_ROW("evt.is_io", BOOL, io, IO_ANY, "the call reads or writes an open file"),
    EVENT_ROW("evt.is_io_read", BOOL, io, IO_READ, "the call reads from an open file"),
    EVENT_ROW("evt.is_io_write", BOOL, io, IO_WRITE, "the call writes to an open file"),
    EVENT_ROW("evt.io_dir", STRING, io, IO_DIRECTION, "read or write"),
    EVENT_ROW("evt.is_syslog", BOOL, io, IO_SYSLOG, "the call writes to the system log"),
    EVENT_ROW("evt.is_wait", BOOL, constant_number, 0, "the call makes the thread wait"),
    EVENT_ROW("evt.repeated", NUMBER, repeated, 0,
              "how often the thread did just the same since the event before, none of which was "
              "sent (not in Falco): --dedup-window",
              .needs = FIELD_NEEDS_CLOCK),
    EVENT_ROW("evt.count", NUMBER, constant_number, 1, "1"),
    EVENT_ROW("evt.count.error", NUMBER, errors, ERRORS_ALL, "1 when the call failed"),
    EVENT_ROW("evt.count.error.file", NUMBER, errors, ERRORS_FILE, "1 when a file call failed"),
    EVENT_ROW("evt.count.error.net", NUMBER, errors, ERRORS_NET, "1 when a network call failed"),
    EVENT_ROW("evt.count.error.memory", NUMBER, errors, ERRORS_MEMORY,
              "1 when a memory call failed"),
    EVENT_ROW("evt.count.error.other", NUMBER, errors, ERRORS_OTHER,
              "1 when any other call failed"),
    UNFILLED("evt.count.procinfo", NUMBER, EVENT, NO_PROCINFO, "1 for the main thread's state"),
    UNFILLED("evt.count.threadinfo", NUMBER, EVENT, NO_PROCINFO, "1 for a thread's state"),
    EVENT_ROW("evt.count.exit", NUMBER, constant_number, 1, "1"),
    LOOKED_UP_ROW("evt.is_open_read", BOOL, OPEN, opens, OPEN_READ,
                  "open, openat, openat2 or open_by_handle_at for reading"),
    LOOKED_UP_ROW("evt.is_open_write", BOOL, OPEN, opens, OPEN_WRITE,
                  "open, openat, openat2 or open_by_handle_at for writing"),
    LOOKED_UP_ROW("evt.is_open_exec", BOOL, OPEN, opens, OPEN_EXEC,
                  "a file is to be made that may be executed"),
    EVENT_ROW("evt.is_open_create", BOOL, opens, OPEN_CREATE, "the call made the file"),
    EVENT_ROW("evt.latency", DURATION, constant_number, 0, "always 0", .deprecated = true),
    EVENT_ROW("evt.latency.s", DURATION, constant_number, 0, "always 0", .deprecated = true),
    EVENT_ROW("evt.latency.ns", DURATION, constant_number, 0, "always 0", .deprecated = true),
    EVENT_ROW("evt.latency.quantized", NUMBER, constant_number, 0, "always 0", .deprecated = true),
    EVENT_ROW("evt.latency.human", STRING, constant, CONSTANT_NO_TIME, "always 0ns",
              .deprecated = true),
    EVENT_ROW("evt.wait_latency", DURATION, constant_number, 0, "always 0", .deprecated = true),
    UNFILLED("evt.deltatime", DURATION, EVENT, NO_STATE, "ns since the event before"),
    UNFILLED("evt.deltatime.s", DURATION, EVENT, NO_STATE, "whole seconds of evt.deltatime"),
    UNFILLED("evt.deltatime.ns", DURATION, EVENT, NO_STATE, "ns of evt.deltatime"),
    UNFILLED("evt.around", NUMBER, EVENT, "a tool of capture files", "near a time",
             .argument = FIELD_REQUIRED_KEY),
};

const struct field_rows field_rows_event = FIELD_ROWS(rows);
