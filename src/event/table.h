/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_TABLE_H
#define EVENT_TABLE_H

/*
 * The one table that names every event and every argument. The kernel side reads arguments by it,
 * rules find `evt.arg.NAME` in it, the documentation is printed from it.
 */

#include <linux/types.h>
#include <stdbool.h>
#include <stdint.h>

#include "event/abi.h"

struct param_info {
    const char *name; /* for people: "open_flags" */
    enum param_kind kind;
};

/* How the text of an argument is made; see event/names.h. */
enum render {
    RENDER_PLAIN = 0, /* number in decimal, string as it is */
    RENDER_HEX,
    RENDER_OCTAL,
    RENDER_FD,    /* number; evt.args adds the file's name when known */
    RENDER_DIRFD, /* AT_FDCWD by name */
    RENDER_ERRNO, /* result: 0 or a positive number as it is, negative as ENOENT, ... */
    RENDER_PATH,  /* string made absolute with its *_BASE parameter */
    RENDER_UID,
    RENDER_GID,
    RENDER_OPEN_FLAGS,
    RENDER_MODE, /* S_ISUID|S_IRUSR|... */
    RENDER_SOCKET_FAMILY,
    RENDER_SOCKET_TYPE,
    RENDER_SOCKADDR,
    RENDER_SOCKET_TUPLE,
    RENDER_PTRACE_REQUEST,
    RENDER_BPF_COMMAND,
    RENDER_CLONE_FLAGS,
    RENDER_SIGNAL,
    RENDER_MOUNT_FLAGS,
    RENDER_UMOUNT_FLAGS,
    RENDER_PROT,
    RENDER_MMAP_FLAGS,
    RENDER_PRCTL_OPTION,
    RENDER_CAPABILITIES,
    RENDER_EXE_FLAGS, /* EXE_WRITABLE|EXE_UPPER_LAYER|... */
    RENDER_MEMFD_FLAGS,
    RENDER_UNLINK_FLAGS,
    RENDER_FCNTL_COMMAND,
    RENDER_KEYCTL_COMMAND,
    RENDER_IO_URING_FLAGS,
    RENDER_ISOLATION_KIND,
    RENDER_ISOLATION_OWNER, /* "host", "unknown" or a cgroup's number */
    RENDER_STRINGS,         /* joined by one space */
    RENDER_BYTES,
};

/* A named argument of an event: `evt.arg.NAME`, in the order evt.args prints them. */
struct event_arg {
    const char *name;    /* NULL ends the list */
    enum param_id param; /* 0: the header's result */
    enum render render;
};

#define EVENT_NAMED_ARGS_MAX 20

struct event_type_info {
    enum event_type type;
    const char *name; /* evt.type */
    enum event_family family;
    bool critical;
    struct arg_row args[EVENT_ARGS]; /* how the kernel side reads the call's arguments */
    struct event_arg named[EVENT_NAMED_ARGS_MAX];
};

/* The row, or NULL for a number that is no event. */
const struct event_type_info *event_type_info(unsigned type);

/* The type with this name, EVENT_NONE when there is none. */
enum event_type event_type_by_name(const char *name);

/* The row, or NULL for a number that is no parameter. */
const struct param_info *param_info(unsigned id);

/* The event's argument with this name, NULL when it has none. */
const struct event_arg *event_arg_by_name(const struct event_type_info *info, const char *name);

/* True when some event has an argument of this name. */
bool event_arg_name_exists(const char *name);

/*
 * System call numbers of this architecture: fills `types[number]` with the event type each number
 * makes (EVENT_NONE for none). `compat` asks for the 32-bit table.
 */
void event_syscall_table(bool compat, uint8_t types[EVENT_SYSCALL_MAX]);

/* execve, execveat. */
static inline bool event_executes(unsigned type)
{
    return type == EVENT_EXECVE || type == EVENT_EXECVEAT;
}

/* Calls that open a file which a path or handle leads to. */
bool event_opens(unsigned type);

/* What the kernel calls the function behind a 64-bit call, without its prefix: "openat" of
 * __x64_sys_openat. NULL for a number that makes no event. */
const char *event_syscall_function(unsigned number);

#endif
