/* SPDX-License-Identifier: Apache-2.0 OR GPL-2.0-only */
#ifndef EVENT_FILTER_H
#define EVENT_FILTER_H

#include <linux/types.h>

#include "event/abi.h"

/*
 * What the kernel side looks up to decide whether an event can matter to any rule. Included by BPF
 * programs and by user space.
 *
 * Each way for a rule to match is a column: conditions on single dimensions of an event (its type,
 * its result, the path, who acts, ...) that all have to hold. For every value of a dimension that
 * rules tell apart there is a vector, a bit for each column the value does not rule out. The AND of
 * an event's vectors is what may match; nothing left, nothing sent. This is the bit-vector method
 * of packet classification (Lakshman and Stiliadis, 1998): its cost is that of the dimensions, not
 * of the rules. What the kernel side can't decide counts as true, so that it sends too much, never
 * too little.
 */

#define FILTER_COLUMNS 256
#define FILTER_WORDS   (FILTER_COLUMNS / 64)

struct filter_vector {
    __u64 words[FILTER_WORDS];
};

/* Dimensions of few values lie one behind the other in an array of vectors. */
#define FILTER_TYPE_AT     0 /* enum event_type */
#define FILTER_TYPE_COUNT  EVENT_TYPE_MAX
#define FILTER_RESULT_AT   (FILTER_TYPE_AT + FILTER_TYPE_COUNT) /* 0: success; an error number */
#define FILTER_RESULT_LAST 134 /* and all above: no error of a system call is */
#define FILTER_OPEN_AT     (FILTER_RESULT_AT + FILTER_RESULT_LAST + 1)
#define FILTER_OPEN_COUNT  53 /* FILTER_OPEN, FILTER_SOCKET, or 0: creat */
#define FILTER_RAW_AT      (FILTER_OPEN_AT + FILTER_OPEN_COUNT)
#define FILTER_RAW_COUNT   2 /* 0: the name as given may hold "..", 1: it does not */
/* Of guards alone: FILTER_LAYER of the executable, and of a file that is opened or mapped. */
#define FILTER_IMAGE_AT    (FILTER_RAW_AT + FILTER_RAW_COUNT)
#define FILTER_LAYER_COUNT 16
#define FILTER_FILE_AT     (FILTER_IMAGE_AT + FILTER_LAYER_COUNT)
/* And AF_* of a socket that is made; the last is all others. */
#define FILTER_DOMAIN_AT    (FILTER_FILE_AT + FILTER_LAYER_COUNT)
#define FILTER_DOMAIN_COUNT 64
/* And S_IFMT of a file that is made: FILTER_KIND. */
#define FILTER_KIND_AT    (FILTER_DOMAIN_AT + FILTER_DOMAIN_COUNT)
#define FILTER_KIND_COUNT 16
#define FILTER_KIND(mode) ((mode) >> 12 & (FILTER_KIND_COUNT - 1))
/* And whether a signal goes to the agent. */
#define FILTER_TARGET_AT    (FILTER_KIND_AT + FILTER_KIND_COUNT)
#define FILTER_TARGET_COUNT 2
#define FILTER_SMALL_COUNT  (FILTER_TARGET_AT + FILTER_TARGET_COUNT)

/* What an open, openat, openat2 or open_by_handle_at asked for and got. `access` is O_ACCMODE's,
 * `makes_executable`: O_CREAT or O_TMPFILE with an execute bit. */
enum filter_opened {
    FILTER_OPENED_OTHER = 0, /* a file of any kind */
    FILTER_OPENED_REGULAR,
    FILTER_OPENED_DIRECTORY,
    FILTER_OPENED_DEVICE, /* or a named pipe */
    FILTER_OPENED_FAILED,
};
#define FILTER_OPEN(access, makes_executable, opened)                                              \
    (1 + (access) + 4 * (makes_executable) + 8 * (opened))

/* Or what a call on a socket works on. */
enum filter_socket_family {
    FILTER_FAMILY_OTHER = 0,
    FILTER_FAMILY_INET,
    FILTER_FAMILY_INET6,
    FILTER_FAMILY_UNIX,
};
enum filter_socket_kind {
    FILTER_SOCKET_OTHER = 0,
    FILTER_SOCKET_TCP, /* a stream of IPPROTO_TCP */
    FILTER_SOCKET_UDP, /* datagrams of IPPROTO_UDP */
    FILTER_SOCKET_KINDS,
};
#define FILTER_SOCKET_AT            41
#define FILTER_SOCKET(family, kind) (FILTER_SOCKET_AT + (family) * FILTER_SOCKET_KINDS + (kind))

/* Where a file lives, by FILE_FLAG_*: on an overlay, in its upper layer, in memory alone, nameless.
 */
#define FILTER_LAYER(flags)                                                                        \
    (((flags) & FILE_FLAG_OVERLAY ? 1 : 0) | ((flags) & FILE_FLAG_UPPER_LAYER ? 2 : 0) |           \
     ((flags) & FILE_FLAG_MEMFD ? 4 : 0) | ((flags) & FILE_FLAG_UNLINKED ? 8 : 0))

#define FILTER_SMALL_ROOM 1024 /* a power of two above: indices are masked */

/* Which text is looked up in the tries of paths. */
enum filter_text {
    FILTER_TEXT_PATH = 0,  /* of the file that was opened, or was not */
    FILTER_TEXT_ARGUMENT,  /* the path that a call names, made absolute; PARAM_NAME */
    FILTER_TEXT_ARGUMENT2, /* the second one: PARAM_NAME2 */
    /* Of guards alone, event/guard.h: */
    FILTER_TEXT_EXECUTABLE, /* what acts or, of an exec, will */
    FILTER_TEXT_PARENT,     /* the parent's executable */
    FILTER_TEXT_ANCESTOR,   /* a path that is protected, or above one */
    FILTER_TEXTS,
};

/* The tables of a slot: in the key, so that slots and texts can't mix. */
#define FILTER_TABLE(slot, text) ((slot) | (text) << 1)
#define FILTER_TABLE_SLOT        1 /* the bit */

/* A path as a key of a longest-prefix trie: behind the table, the path; with its NUL when whole. */
#define FILTER_PATH_MAX 248
struct filter_path_key {
    __u32 bits;
    __u32 table;
    char path[FILTER_PATH_MAX];
};
#define FILTER_PATH_BITS(len) (32 + (len) * 8)

/* The name of a file without its directory, NUL-padded. */
#define FILTER_NAME_MAX 60
struct filter_name_key {
    __u32 slot;
    char name[FILTER_NAME_MAX];
};

/* The address a client talks to, IPv4 as it is mapped into IPv6; a longest-prefix trie too. */
struct filter_address_key {
    __u32 bits;
    __u32 slot;
    __u8 address[16];
};
#define FILTER_ADDRESS_BITS(prefix) (32 + (prefix)) /* of 128 */

struct filter_port_key {
    __u32 slot;
    __u32 port;
};

/*
 * What the kernel side compares to tell one state of a thread from the next: the members of struct
 * actor. Rows of rules/field*.c say which of them each field of class PROCESS changes with.
 */
#define FILTER_ACTOR_LIST(X)                                                                       \
    X(__u64, cap_inheritable, CAP_INHERITABLE)                                                     \
    X(__u64, cap_permitted, CAP_PERMITTED)                                                         \
    X(__u64, cap_effective, CAP_EFFECTIVE)                                                         \
    X(__u64, cgroup, CGROUP)                                                                       \
    X(__u64, exec, EXEC) /* its own executions, counted */                                         \
    X(__u64, parent_start, PARENT_START)                                                           \
    X(__u64, parent_exec, PARENT_EXEC)                                                             \
    X(__u64, mount_namespace, MOUNT_NAMESPACE) /* wide: the four below leave no hole */            \
    X(__u32, parent, PARENT)                                                                       \
    X(__u32, euid, EUID)                                                                           \
    X(__u32, egid, EGID)                                                                           \
    X(__u32, login_uid, LOGIN_UID)

/*
 * The state a thread is in between two changes of what rules know of it has a number, its actor
 * number: event_header.actor. User space answers with the columns that state does not rule out.
 */
struct filter_mask {
    __u32 actor;
    __u32 epoch; /* of filter_state when it was made */
    struct filter_vector columns;
};
#define FILTER_MASKS                                                                               \
    16384 /* at [actor % FILTER_MASKS]: a younger one takes the place of an older */

/* The tables that lie in arrays, of one rule set. */
struct filter_slot {
    struct filter_vector small[FILTER_SMALL_ROOM];
    struct filter_vector other_names; /* of files whose name is in no table */
    struct filter_vector other_ports;
    /* Columns that ask for nothing of it: when no other is left, it need not be looked up. */
    struct filter_vector texts_unasked[FILTER_TEXTS], addresses_unasked, ports_unasked;
    __u8 types[EVENT_TYPE_MAX];    /* enum filter_look */
    __u8 asks_texts[FILTER_TEXTS]; /* some column does */
    __u8 asks_names, asks_raw, asks_addresses, asks_ports;
    __u8 unused;
    __u64 number; /* of these tables: no others have it while the agent runs */
};

/* What is sent with an event that was looked up: the columns left over, of which tables. */
struct filter_left {
    __u64 tables;
    struct filter_vector columns;
};

/* What is looked up of an event's type, besides type, result and actor. */
enum filter_look {
    FILTER_SENT_ALWAYS = 0,
    FILTER_LOOKED_UP,
    FILTER_LOOKED_UP_ARGUMENTS, /* and the paths it names */
};

/* Which tables are in force: two sets take turns, so that no event meets half of each. */
struct filter_state {
    __u32 epoch;               /* of the masks */
    __u16 slot;                /* 0 or 1 */
    __u16 mode;                /* enum filter_mode */
} __attribute__((aligned(8))); /* read and written at once */

enum filter_mode {
    FILTER_OFF = 0,
    FILTER_ON,
    FILTER_CHECK, /* send all, mark what would not have been sent: EVENT_FLAG_FILTERED */
};

#endif
