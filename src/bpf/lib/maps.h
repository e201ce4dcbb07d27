/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_MAPS_H
#define BPF_MAPS_H

/* Every map and every global of the kernel side. Defined by maps.bpf.c, declared to the families.
 */

#include "kernel.h"

#include "event/abi.h"
#include "event/filter.h"
#include "event/isolation.h"
#include "event/noise.h"

#ifdef MAPS_DEFINED_HERE
#define MAP_LINKAGE
#define GLOBAL_LINKAGE
#else
#define MAP_LINKAGE    extern
#define GLOBAL_LINKAGE extern
#endif

/*
 * A function the verifier checks once, by itself, instead of at every call: that is what keeps the
 * load short. Its scratch may be NULL as far as the verifier knows. Weak: each object has its copy
 * and the linker keeps one.
 */
#define CHECKED_ONCE __weak __noinline

/* A record is built here and copied to a ring whole. */
#define RECORD_ROOM  EVENT_RECORD_MAX /* power of two: offsets are masked with RECORD_ROOM - 1 */
#define RECORD_SLACK 33024 /* the longest parameter behind the last offset, and padding */
#define PATH_ROOM    4096  /* a path is built backwards from the middle of path[] */
#define WINDOW_BYTES 208   /* of a kernel object, see object.h */
#define NESTING      2     /* programs that may interrupt each other on one CPU */

/* How far a walk has come. In scratch memory, not on the stack: there the verifier would follow
 * each value through every step instead of calling it unknown at once. */
struct path_walk {
    u64 dentry;
    u64 mount;      /* struct mount */
    u64 mount_root; /* its root dentry */
    u64 root_dentry;
    u64 root_mount;
    u64 hash[2]; /* known.h: of the way so far */
    u32 start;   /* first byte of what is built, an offset in scratch.path */
    u32 done;
    u32 flags;
    u32 unused;
};

/* The messages of a sendmmsg, one after the other. Not on the stack for want of room there. */
struct messages_walk {
    u64 file;
    u64 address; /* of the next struct mmsghdr */
    /* As they were before the first. */
    struct filter_vector candidates;
    u32 filter_on, flags;
};

struct scratch {
    u64 busy;
    u32 index; /* its own, in the map */
    u32 unused;
    u64 args[EVENT_ARGS]; /* of the system call, as the caller's ABI gave them */
    s64 result;
    u32 type;   /* enum event_type */
    u32 flags;  /* EVENT_FLAG_* */
    u32 offset; /* next free byte in data */
    u32 syscall;
    u32 critical;
    u32 path_flags; /* PARAM_FLAG_* of the path built last */
    u32 actor;      /* see event/filter.h */
    u32 filter_on;  /* this event is looked up, in the tables of filter_slot */
    u32 filter_slot;
    u32 filter_epoch; /* of the masks, read together with the slot */
    u32 known;        /* the columns that the file's path and name leave are known_columns */
    u32 learning;     /* columns are looked up to be remembered, not for this event */
    u32 repeat; /* 1 more than the place of noise_key in noise_repeats; 0: is not to be there */
    struct noise_key noise_key;
    u64 repeated;
    struct filter_vector candidates; /* columns not ruled out yet */
    struct filter_vector known_columns;
    struct filter_name_key name_key;
    /* describes_another */
    u64 root_dentry, root_mount; /* the task's: struct mount; of guards, struct vfsmount */
    u32 asked_flags;             /* what the file is being opened with */
    u32 unused2;
    struct path_walk walk;
    struct messages_walk messages;
    char window[WINDOW_BYTES];
    char path[2 * PATH_ROOM + 256];
    char data[RECORD_ROOM + RECORD_SLACK];
};

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_ARRAY); /* a per-CPU array can't hold values of this size */
    __uint(max_entries, NESTING);     /* times the number of CPUs, set at load */
    __type(key, u32);
    __type(value, struct scratch);
} scratches SEC(".maps");

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 20);
} critical_ring SEC(".maps");

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_RINGBUF);
    __uint(max_entries, 1 << 22);
} bulk_ring SEC(".maps");

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
    __uint(max_entries, COUNTER_MAX);
    __type(key, u32);
    __type(value, u64);
} counters SEC(".maps");

/* What the stubs go on to, by the type of the functions they are attached to. */
struct syscall_programs {
    __uint(type, BPF_MAP_TYPE_PROG_ARRAY);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, u32);
};
MAP_LINKAGE struct syscall_programs syscall_programs_regs SEC(".maps");
MAP_LINKAGE struct syscall_programs syscall_programs_unused SEC(".maps");

/* Rows of the event table. */
MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, EVENT_TYPE_MAX);
    __type(key, u32);
    __type(value, struct event_row);
} event_rows SEC(".maps");

/* Which end a socket is: inode number of the socket -> enum socket_role. A lost entry is an
 * unknown role, never a lost event. */
MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_LRU_HASH);
    __uint(max_entries, 8192);
    __type(key, u64);
    __type(value, u32);
} socket_roles SEC(".maps");

/* What fields of the class PROCESS read of a thread, as of its last event: actor.h. */
struct actor {
#define ACTOR_MEMBER(type, member, NAME) type member;
    FILTER_ACTOR_LIST(ACTOR_MEMBER)
#undef ACTOR_MEMBER
};

#define ACTOR_MEMBER(type, member, NAME) +sizeof(type)
_Static_assert(sizeof(struct actor) == FILTER_ACTOR_LIST(ACTOR_MEMBER) &&
                   !(sizeof(struct actor) % 8),
               "compared in eights: no holes");
#undef ACTOR_MEMBER

struct actor_state {
    struct actor actor;
    u32 number;
    u32 unused;
};

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct actor_state);
} actors SEC(".maps");

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_TASK_STORAGE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __type(key, int);
    __type(value, struct isolation_thread);
} isolation_threads SEC(".maps");

/* By the container's outermost cgroup. Filled by user space. */
MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, ISOLATION_CONTAINERS);
    __type(key, u64);
    __type(value, struct isolation_allowance);
} isolation_allowances SEC(".maps");

/* Inode number of a namespace that a container was given -> that container's cgroup. */
MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, ISOLATION_OWNED);
    __type(key, u32);
    __type(value, u64);
} isolation_owners SEC(".maps");

#define ISOLATION_HOST_ROOM 8  /* a power of two above ISOLATION_NAMESPACES */
#define ISOLATION_DEPTH     16 /* cgroups above that of a thread, as far as is looked */
GLOBAL_LINKAGE __u32 isolation_host[ISOLATION_HOST_ROOM]; /* the host's namespaces */

/* Written by user space through its mapping. */
MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, FILTER_MASKS);
    __type(key, u32);
    __type(value, struct filter_mask);
} filter_masks SEC(".maps");

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 65536);
    __type(key, struct filter_path_key);
    __type(value, struct filter_vector);
} filter_paths SEC(".maps");

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 16384);
    __type(key, struct filter_name_key);
    __type(value, struct filter_vector);
} filter_names SEC(".maps");

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_LPM_TRIE);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 16384);
    __type(key, struct filter_address_key);
    __type(value, struct filter_vector);
} filter_addresses SEC(".maps");

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_HASH);
    __uint(map_flags, BPF_F_NO_PREALLOC);
    __uint(max_entries, 16384);
    __type(key, struct filter_port_key);
    __type(value, struct filter_vector);
} filter_ports SEC(".maps");

/* What the path and name of a file leave, at a place by its hash: known.h. */
#define FILTER_KNOWN 8192 /* a power of two */
struct filter_known {
    u64 version; /* odd while it is written */
    u64 hash[2];
    u64 seen; /* hash[1] of what was looked for here last, and was not remembered */
    struct filter_vector columns;
};

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, FILTER_KNOWN);
    __type(key, u32);
    __type(value, struct filter_known);
} filter_known SEC(".maps");

/* By slot. */
GLOBAL_LINKAGE struct filter_slot filter_slots[2];
GLOBAL_LINKAGE struct filter_state filter_state;
GLOBAL_LINKAGE __u32 last_actor;

MAP_LINKAGE struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(max_entries, NOISE_REPEATS);
    __type(key, u32);
    __type(value, struct noise_repeat);
} noise_repeats SEC(".maps");

GLOBAL_LINKAGE const volatile __u32 noise_secret[NOISE_KEY_WORDS];
GLOBAL_LINKAGE struct filter_vector noise_unsteady[2]; /* by slot: columns not to be held back */
GLOBAL_LINKAGE struct noise_settings noise_settings;
GLOBAL_LINKAGE struct noise_container noise_containers[NOISE_CONTAINERS + 1];

/*
 * System call numbers that some loaded rule asks for, in either ABI: the one look-up that most
 * calls cost. Written by user space while the programs run; a byte is atomic.
 */
GLOBAL_LINKAGE __u8 wanted_numbers[EVENT_SYSCALL_MAX];

/* System call number -> enum event_type, by ABI; EVENT_NONE for what is not wanted. */
GLOBAL_LINKAGE __u8 native_types[EVENT_SYSCALL_MAX];
GLOBAL_LINKAGE __u8 compat_types[EVENT_SYSCALL_MAX];

/* Which call made a process, by ABI: [compat][number]. */
GLOBAL_LINKAGE const volatile __u8 clone_types[2][EVENT_SYSCALL_MAX];

/* What is wanted by event type, for calls taken apart: socketcall. */
GLOBAL_LINKAGE __u8 wanted_types[EVENT_TYPE_MAX];

/* The programs decide before the act: paths begin at the top of the mount namespace, whatever root
 * a task has given itself, and addresses are in the kernel's memory. */
GLOBAL_LINKAGE const volatile bool is_guard;

/* Where the kernel keeps what AppArmor takes of the LSMs' memory; 0 where it is not active. */
GLOBAL_LINKAGE const volatile __u64 apparmor_sizes_at;

/* Whether the kernel has bpf_rdonly_cast: load.bpf.c. */
GLOBAL_LINKAGE const volatile bool can_load;

/* Set in the object of permission.bpf.c alone: there the agent looks at what another task does. */
GLOBAL_LINKAGE const volatile bool describes_another;

/*
 * Index into css_set.subsys of the v1 hierarchy to name cgroups by; -1: none. Read-only, so that
 * the verifier drops what this machine does not need.
 */
GLOBAL_LINKAGE const volatile __s32 v1_subsystem;
GLOBAL_LINKAGE const volatile __s32 v1_hierarchy; /* and that hierarchy's number; 0: none */

/* Not frozen .rodata: want_* change with the rules. */
GLOBAL_LINKAGE struct sensor_settings settings;

/* Calls of `settings.self` that are not told. */
GLOBAL_LINKAGE __u64 calls_of_self;

/* Time of the last wake-up of each ring's reader: [critical]. */
GLOBAL_LINKAGE __u64 last_wakeup[2];

#endif
