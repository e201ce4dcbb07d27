/* SPDX-License-Identifier: Apache-2.0 */
#include "event/names.h"
#include "rules/field_fd.h"
#include "rules/field_part.h"

#define PROC_UNFILLED  "usage figures of processes are not collected"
#define PROBES_UNKNOWN "the kubelet's probes are not told apart from other processes: always false"
#define NO_STDIO_NAMES "of open files that a process inherits, only the type is told"

static bool self(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    return field_part(context, context->judged->process, (enum part)ref->field->detail, ref->key,
                      value);
}

static bool arguments(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    const struct process *process = context->judged->process;
    struct field_string word;
    uint32_t cursor = 0;

    if (ref->index < 0)
        return field_part(context, process, PART_ARGS, NULL, value);
    for (int64_t i = -1; i <= ref->index; i++) /* argv[0] is before the first */
        if (!field_next_word(process->image->argv, process->image->argv_len, &cursor, &word))
            return false;
    return field_set_bytes(value, word.data, word.len);
}

static bool cwd(struct field_context *context, const struct field_ref *ref,
                struct field_value *value)
{
    const char *path = process_cwd(context->judged->process);
    struct buf *buf = field_scratch(context);

    if (!path[0])
        return false;
    buf_add_string(buf, path); /* Falco ends it with a slash: rules say startswith "/dev/shm/" */
    if (buf->data && buf->data[buf->len - 1] != '/')
        buf_add_char(buf, '/');
    return field_set_scratch(context, value);
}

enum number {
    NUMBER_ARGS,
    NUMBER_ARGS_LENGTH,
    NUMBER_TTY,
    NUMBER_SID,
    NUMBER_PGID,
    NUMBER_VPGID,
    NUMBER_INODE,
};

static int64_t arguments_length(const struct process_image *image)
{
    struct field_string word;
    uint32_t cursor = 0;
    size_t total = 0;

    if (!field_next_word(image->argv, image->argv_len, &cursor, &word))
        return 0;
    while (field_next_word(image->argv, image->argv_len, &cursor, &word))
        total += word.len;
    return (int64_t)total;
}

static bool number(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    const struct process *process = context->judged->process;
    const struct process_image *image = process->image;
    int64_t n = 0;

    switch ((enum number)ref->field->detail) {
    case NUMBER_ARGS: n = image->argc ? image->argc - 1 : 0; break;
    case NUMBER_ARGS_LENGTH: n = arguments_length(image); break;
    case NUMBER_TTY: n = process->tty; break;
    case NUMBER_SID: n = process->vsid; break;
    case NUMBER_PGID: n = process->pgid; break;
    case NUMBER_VPGID: n = process->vpgid; break;
    case NUMBER_INODE:
        if (!image->exe_inode)
            return false;
        n = (int64_t)image->exe_inode;
        break;
    }
    return field_set_number(value, FIELD_NUMBER, n);
}

enum file_time { TIME_CTIME, TIME_MTIME };

static bool file_time(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    const struct process_image *image = context->judged->process->image;
    uint64_t time = ref->field->detail == TIME_CTIME ? image->exe_ctime : image->exe_mtime;

    return time && field_set_number(value, FIELD_TIME, (int64_t)time);
}

/* When the pid namespace of the process began: its first process did, and that has vpid 1. */
static int64_t namespace_start(const struct field_context *context)
{
    const struct process *process = context->judged->process;

    for (size_t i = 0; process && i < FIELD_LIST_MAX; i++, process = process->parent)
        if (process->vpid == 1 && process->id.start_time)
            return field_wall_time(context, process->id.start_time);
    return 0;
}

static bool namespace_time(struct field_context *context, const struct field_ref *ref,
                           struct field_value *value)
{
    int64_t start = namespace_start(context);

    return start && field_set_number(value, FIELD_TIME, start);
}

enum since { SINCE_CTIME_TO_START, SINCE_NAMESPACE_TO_CTIME };

static bool between(struct field_context *context, const struct field_ref *ref,
                    struct field_value *value)
{
    const struct process *process = context->judged->process;
    int64_t ctime = (int64_t)process->image->exe_ctime, from, to;

    if (ref->field->detail == SINCE_CTIME_TO_START) {
        from = ctime;
        to = process->id.start_time ? field_wall_time(context, process->id.start_time) : 0;
    } else {
        from = namespace_start(context);
        to = ctime;
    }
    return from && to > from && field_set_number(value, FIELD_DURATION, to - from);
}

/* `detail` is the mask above the bits that must stand in it. */
#define EXE_IS(mask, bits) ((int64_t)(mask) << 32 | (bits))

static bool exe_is(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    uint32_t mask = (uint32_t)(ref->field->detail >> 32), bits = (uint32_t)ref->field->detail;

    return field_set_bool(value, (context->judged->process->image->exe_flags & mask) == bits);
}

enum leader { LEADER_OF_SESSION, LEADER_OF_GROUP };

static bool is_leader(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    const struct process *process = context->judged->process;
    uint32_t id = ref->field->detail == LEADER_OF_SESSION ? process->sid : process->pgid;

    return field_set_bool(value, id && id == process->id.pid);
}

static bool always_false(struct field_context *context, const struct field_ref *ref,
                         struct field_value *value)
{
    return field_set_bool(value, false);
}

/* The oldest shell on the way up. */
static bool login_shell(struct field_context *context, const struct field_ref *ref,
                        struct field_value *value)
{
    const struct process *process = context->judged->process;
    bool found = false;

    for (size_t i = 0; process && i < FIELD_LIST_MAX; i++, process = process->parent) {
        size_t len = strnlen(process->name, sizeof(process->name));
        if (len >= 2 && !memcmp(process->name + len - 2, "sh", 2))
            found = field_set_number(value, FIELD_NUMBER, process->id.pid);
    }
    return found;
}

static bool stdio_type(struct field_context *context, const struct field_ref *ref,
                       struct field_value *value)
{
    return field_set_string(
        value, field_stdio_type(context->judged->process, (unsigned)ref->field->detail));
}

enum capability_set { SET_EFFECTIVE, SET_PERMITTED, SET_INHERITABLE };

static bool capabilities(struct field_context *context, const struct field_ref *ref,
                         struct field_value *value)
{
    const struct event_header *header = field_event(context)->header;
    struct capabilities held = {
        .effective = header->cap_effective,
        .permitted = header->cap_permitted,
        .inheritable = header->cap_inheritable,
    };

    /* A new user namespace brings all capabilities: a rule asks for those the caller had. */
    if (header->type == EVENT_UNSHARE || header->type == EVENT_SETNS)
        held = context->judged->process->capabilities;
    const uint64_t sets[] = {
        [SET_EFFECTIVE] = held.effective,
        [SET_PERMITTED] = held.permitted,
        [SET_INHERITABLE] = held.inheritable,
    };

    names_capability_set(field_scratch(context), sets[ref->field->detail]);
    return field_set_scratch(context, value);
}

enum thread { THREAD_ID, THREAD_VIRTUAL_ID, THREAD_IS_MAIN, THREAD_NAME_ID };

static bool thread(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    const struct event *event = field_event(context);
    const struct event_header *header = event->header;
    bool is_main = header->tid == header->pid;
    int64_t id;

    switch ((enum thread)ref->field->detail) {
    case THREAD_ID: return field_set_number(value, FIELD_NUMBER, header->tid);
    case THREAD_IS_MAIN: return field_set_bool(value, is_main);
    case THREAD_VIRTUAL_ID:
        id = event_number(event, PARAM_VTID, is_main ? context->judged->process->vpid : 0);
        return id && field_set_number(value, FIELD_NUMBER, id);
    case THREAD_NAME_ID:
        buf_printf(field_scratch(context), "%.*s%u", EVENT_COMM_LEN, header->comm, header->tid);
        return field_set_scratch(context, value);
    }
    return false;
}

static bool cgroup(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    return field_set_param(value, event_param(field_event(context), PARAM_CGROUP));
}

static const struct field rows[] = {
    PROCESS_ROW("proc.exe", STRING, CHANGES_BY_EXEC, self, PART_EXE,
                "first argument (argv[0]) of the process"),
    PROCESS_ROW("proc.exepath", STRING, CHANGES_BY_EXEC, self, PART_EXEPATH,
                "path of the executable file, from the kernel's own record of it"),
    PROCESS_ROW("proc.name", STRING, CHANGES_BY_EXEC, self, PART_NAME,
                "name of the process, at most 15 bytes, as its last execve or fork left it"),
    PROCESS_ROW("proc.args", STRING, CHANGES_BY_EXEC, arguments, 0,
                "arguments after the first, one blank apart; or one: [0] is argv[1]",
                .argument = FIELD_OPTIONAL_INDEX),
    PROCESS_ROW("proc.cmdline", STRING, CHANGES_BY_EXEC, self, PART_CMDLINE,
                "proc.name and proc.args"),
    PROCESS_ROW("proc.exeline", STRING, CHANGES_BY_EXEC, self, PART_EXELINE,
                "proc.exe and proc.args"),
    PROCESS_ROW("proc.cmdnargs", NUMBER, CHANGES_BY_EXEC, number, NUMBER_ARGS,
                "number of arguments in proc.args"),
    PROCESS_ROW("proc.cmdlenargs", NUMBER, CHANGES_BY_EXEC, number, NUMBER_ARGS_LENGTH,
                "bytes of all arguments in proc.args, blanks not counted"),
    PROCESS_ROW("proc.env", STRING, CHANGES_BY_EXEC, self, PART_ENV,
                "environment at exec, NAME=VALUE one blank apart; or one variable: proc.env[NAME]",
                .argument = FIELD_OPTIONAL_KEY, .needs = FIELD_NEEDS_ENVIRONMENT),
    EVENT_ROW("proc.cwd", STRING, cwd, 0, "current directory, with a slash at its end",
              .needs = FIELD_NEEDS_DIRECTORY),
    PROCESS_ROW("proc.loginshellid", NUMBER, CHANGES_BY_EXEC | CHANGES_BY_PARENTS_EXEC, login_shell,
                0, "pid of the oldest shell among the process and its ancestors",
                .reach = FIELD_FAR),
    EVENT_ROW("proc.tty", NUMBER, number, NUMBER_TTY,
              "device number of the controlling terminal, 0 for none",
              .needs = FIELD_NEEDS_SESSIONS),
    PROCESS_ROW("proc.pid", NUMBER, CHANGES_NEVER, self, PART_PID, "pid"),
    PROCESS_ROW("proc.vpid", NUMBER, CHANGES_NEVER, self, PART_VPID,
                "pid in the process's own pid namespace"),
    EVENT_ROW("proc.sid", NUMBER, number, NUMBER_SID,
              "session id, in the process's own pid namespace", .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.vpgid", NUMBER, number, NUMBER_VPGID,
              "process group id, in the process's own pid namespace",
              .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.pgid", NUMBER, number, NUMBER_PGID, "process group id",
              .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.duration", DURATION, self, PART_DURATION, "ns since the process was made",
              .needs = FIELD_NEEDS_CLOCK),
    PROCESS_ROW("proc.pid.ts", TIME, CHANGES_NEVER, self, PART_START, "when the process was made"),
    PROCESS_ROW("proc.is_exe_writable", BOOL, CHANGES_BY_EXEC, exe_is,
                EXE_IS(FILE_FLAG_WRITABLE, FILE_FLAG_WRITABLE),
                "the user that runs the executable file may write it"),
    PROCESS_ROW("proc.is_exe_upper_layer", BOOL, CHANGES_BY_EXEC, exe_is,
                EXE_IS(FILE_FLAG_UPPER_LAYER, FILE_FLAG_UPPER_LAYER),
                "the executable file is in the upper layer of an overlay: not of the image"),
    PROCESS_ROW("proc.is_exe_lower_layer", BOOL, CHANGES_BY_EXEC, exe_is,
                EXE_IS(FILE_FLAG_OVERLAY | FILE_FLAG_UPPER_LAYER, FILE_FLAG_OVERLAY),
                "the executable file is in a lower layer of an overlay: of the image"),
    PROCESS_ROW("proc.is_exe_from_memfd", BOOL, CHANGES_BY_EXEC, exe_is,
                EXE_IS(FILE_FLAG_MEMFD, FILE_FLAG_MEMFD),
                "the executable file lives only in memory, made by memfd_create"),
    PROCESS_ROW(
        "proc.is_exe_deleted", BOOL, CHANGES_BY_EXEC, exe_is,
        EXE_IS(FILE_FLAG_UNLINKED | FILE_FLAG_MEMFD, FILE_FLAG_UNLINKED),
        "the executable file had no name left when it was run, and is no memfd (not in Falco)"),
    EVENT_ROW("proc.is_sid_leader", BOOL, is_leader, LEADER_OF_SESSION, "leads its session",
              .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.is_vpgid_leader", BOOL, is_leader, LEADER_OF_GROUP, "leads its process group",
              .needs = FIELD_NEEDS_SESSIONS),
    EVENT_ROW("proc.is_pgid_leader", BOOL, is_leader, LEADER_OF_GROUP, "leads its process group",
              .needs = FIELD_NEEDS_SESSIONS),
    PROCESS_ROW("proc.exe_ino", NUMBER, CHANGES_BY_EXEC, number, NUMBER_INODE,
                "inode of the executable file"),
    PROCESS_ROW("proc.exe_ino.ctime", TIME, CHANGES_BY_EXEC, file_time, TIME_CTIME,
                "when the executable file's inode last changed, as of the exec"),
    PROCESS_ROW("proc.exe_ino.mtime", TIME, CHANGES_BY_EXEC, file_time, TIME_MTIME,
                "when the executable file was last written, as of the exec"),
    PROCESS_ROW("proc.exe_ino.ctime_duration_proc_start", DURATION, CHANGES_BY_EXEC, between,
                SINCE_CTIME_TO_START,
                "ns from the executable file's last change to the process's start"),
    PROCESS_ROW("proc.exe_ino.ctime_duration_pidns_start", DURATION,
                CHANGES_BY_EXEC | CHANGES_BY_PARENT, between, SINCE_NAMESPACE_TO_CTIME,
                "ns from the start of the pid namespace to a later change of the executable file",
                .reach = FIELD_FAR),
    PROCESS_ROW("proc.pidns_init_start_ts", TIME, CHANGES_BY_PARENT, namespace_time, 0,
                "when the first process of the pid namespace was made", .reach = FIELD_FAR),
    PROCESS_ROW("proc.stdin.type", STRING, CHANGES_BY_EXEC, stdio_type, 0,
                "fd.type of standard input at exec"),
    PROCESS_ROW("proc.stdout.type", STRING, CHANGES_BY_EXEC, stdio_type, 1,
                "fd.type of standard output at exec"),
    PROCESS_ROW("proc.stderr.type", STRING, CHANGES_BY_EXEC, stdio_type, 2,
                "fd.type of standard error at exec"),
    PROCESS_ROW("proc.is_container_healthcheck", BOOL, CHANGES_NEVER, always_false, 0,
                "part of the container's health check", .limits = PROBES_UNKNOWN),
    PROCESS_ROW("proc.is_container_liveness_probe", BOOL, CHANGES_NEVER, always_false, 0,
                "part of the container's liveness probe", .limits = PROBES_UNKNOWN),
    PROCESS_ROW("proc.is_container_readiness_probe", BOOL, CHANGES_NEVER, always_false, 0,
                "part of the container's readiness probe", .limits = PROBES_UNKNOWN),
    UNFILLED("proc.stdin.name", STRING, EVENT, NO_STDIO_NAMES, "fd.name of standard input"),
    UNFILLED("proc.stdout.name", STRING, EVENT, NO_STDIO_NAMES, "fd.name of standard output"),
    UNFILLED("proc.stderr.name", STRING, EVENT, NO_STDIO_NAMES, "fd.name of standard error"),
    UNFILLED("proc.fdopencount", NUMBER, EVENT, PROC_UNFILLED, "number of open files"),
    UNFILLED("proc.fdlimit", NUMBER, EVENT, PROC_UNFILLED, "how many files may be open"),
    UNFILLED("proc.fdusage", NUMBER, EVENT, PROC_UNFILLED, "open files to allowed ones"),
    UNFILLED("proc.vmsize", NUMBER, EVENT, PROC_UNFILLED, "virtual memory, kB"),
    UNFILLED("proc.vmrss", NUMBER, EVENT, PROC_UNFILLED, "resident memory, kB"),
    UNFILLED("proc.vmswap", NUMBER, EVENT, PROC_UNFILLED, "swapped memory, kB"),
    UNFILLED("proc.nthreads", NUMBER, EVENT, PROC_UNFILLED, "number of threads"),
    UNFILLED("proc.nchilds", NUMBER, EVENT, PROC_UNFILLED, "number of threads but the first"),
    PROCESS_ROW("thread.cap_permitted", STRING, FIELD_CHANGES_WITH(CAP_PERMITTED), capabilities,
                SET_PERMITTED, "permitted capabilities by name, one blank apart"),
    PROCESS_ROW("thread.cap_inheritable", STRING, FIELD_CHANGES_WITH(CAP_INHERITABLE), capabilities,
                SET_INHERITABLE, "inheritable capabilities by name, one blank apart"),
    PROCESS_ROW("thread.cap_effective", STRING, FIELD_CHANGES_WITH(CAP_EFFECTIVE), capabilities,
                SET_EFFECTIVE, "effective capabilities by name, one blank apart"),
    EVENT_ROW("thread.tid", NUMBER, thread, THREAD_ID, "id of the thread"),
    EVENT_ROW("thread.ismain", BOOL, thread, THREAD_IS_MAIN, "the thread is its process's first"),
    EVENT_ROW("thread.vtid", NUMBER, thread, THREAD_VIRTUAL_ID,
              "id of the thread in its own pid namespace",
              .limits = "of threads other than the first only on exec and clone"),
    EVENT_ROW("thread.nametid", STRING, thread, THREAD_NAME_ID, "name and id of the thread"),
    EVENT_ROW("thread.cgroups", STRING, cgroup, 0, "path of the cgroup",
              .limits = "only on exec, clone and cgroup_attach"),
    EVENT_ROW("thread.cgroup", STRING, cgroup, 0, "path of the cgroup: thread.cgroup.cpu",
              .argument = FIELD_SUFFIX_KEY,
              .limits = "only on exec, clone and cgroup_attach; one path for all controllers"),
    UNFILLED("thread.exectime", DURATION, EVENT, PROC_UNFILLED, "CPU time when last scheduled"),
    UNFILLED("thread.totexectime", DURATION, EVENT, PROC_UNFILLED, "CPU time in all"),
    UNFILLED("thread.cpu", NUMBER, EVENT, PROC_UNFILLED, "CPU usage"),
    UNFILLED("thread.cpu.user", NUMBER, EVENT, PROC_UNFILLED, "CPU usage in user mode"),
    UNFILLED("thread.cpu.system", NUMBER, EVENT, PROC_UNFILLED, "CPU usage in kernel mode"),
    UNFILLED("thread.vmsize", NUMBER, EVENT, PROC_UNFILLED, "virtual memory, kB"),
    UNFILLED("thread.vmrss", NUMBER, EVENT, PROC_UNFILLED, "resident memory, kB"),
    UNFILLED("thread.vmsize.b", NUMBER, EVENT, PROC_UNFILLED, "virtual memory, bytes"),
    UNFILLED("thread.vmrss.b", NUMBER, EVENT, PROC_UNFILLED, "resident memory, bytes"),
    UNFILLED("thread.pfmajor", NUMBER, EVENT, PROC_UNFILLED, "major page faults"),
    UNFILLED("thread.pfminor", NUMBER, EVENT, PROC_UNFILLED, "minor page faults"),
};

const struct field_rows field_rows_process = FIELD_ROWS(rows);
