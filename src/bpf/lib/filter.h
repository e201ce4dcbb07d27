/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_FILTER_H
#define BPF_FILTER_H

/*
 * Whether an event can match any rule, by the tables of event/filter.h: filter_begin, then what the
 * family knows more; as soon as one says no, the event is dropped with record_end. The columns left
 * over are in scratch.candidates.
 */

#include "actor.h"
#include "path.h"
#include "socket.h"

#define RAW_MAX  192 /* bytes of a name as given that are looked at */
#define RAW_ROOM 256 /* a power of two above: indices are masked */

/* A vector of the small dimensions. */
static __always_inline struct filter_vector *filter_small(u32 slot, u32 index)
{
    BOUNDED(index);
    return &filter_slots[slot & 1].small[index & (FILTER_SMALL_ROOM - 1)];
}

/* *to = *to AND *with: whether a column is left. */
static __always_inline bool filter_and(struct filter_vector *to, const struct filter_vector *with)
{
    u64 any = 0;

#pragma unroll
    for (u32 i = 0; i < FILTER_WORDS; i++) {
        to->words[i] &= with->words[i];
        any |= to->words[i];
    }
    return any != 0;
}

/* Take away the columns that `with` rules out; false when none is left and the event is to go,
 * counted under `counter`. */
static __always_inline bool filter_narrow(struct scratch *s, const struct filter_vector *with,
                                          u32 counter)
{
    if (filter_and(&s->candidates, with))
        return true;
    if (s->learning)
        return false;
    s->filter_on = 0;
    count(counter);
    if (filter_state.mode != FILTER_CHECK)
        return false;
    s->flags |= EVENT_FLAG_FILTERED;
    return true;
}

/* Whether narrowing by `with` would rule out anything: else its condition need not be known. */
static __always_inline bool filter_asks(struct scratch *s, const struct filter_vector *with)
{
    u64 any = 0;

#pragma unroll
    for (u32 i = 0; i < FILTER_WORDS; i++)
        any |= s->candidates.words[i] & ~with->words[i];
    return any != 0;
}

/* Take away what the actor's state rules out, when user space has told. */
static __always_inline bool filter_by_actor(struct scratch *s)
{
    u32 index = s->actor % FILTER_MASKS;
    struct filter_mask *mask = bpf_map_lookup_elem(&filter_masks, &index);

    if (!mask || !s->actor || *(volatile u32 *)&mask->actor != s->actor ||
        mask->epoch != s->filter_epoch)
        return true;
    struct filter_vector columns = mask->columns;
    /* User space takes the number away before it writes another's columns. */
    asm volatile("" ::: "memory");
    if (*(volatile u32 *)&mask->actor != s->actor)
        return true;
    return filter_narrow(s, &columns, COUNTER_FILTERED_ACTOR);
}

/* Read at once: slot and epoch belong together. */
static __always_inline struct filter_state filter_state_now(void)
{
    union {
        struct filter_state state;
        u64 whole;
    } read = {.whole = *(volatile u64 *)&filter_state};

    return read.state;
}

/* By type and result. False: no rule can match. */
static __always_inline bool filter_begin(struct scratch *s)
{
    struct filter_state state = filter_state_now();
    u32 slot = state.slot & 1, type = s->type & (EVENT_TYPE_MAX - 1), error = 0;

    s->actor = 0;
    s->filter_on = 0;
    s->known = 0;
    if (state.mode == FILTER_OFF || !filter_slots[slot].types[type])
        return true;
    s->filter_on = 1;
    s->filter_slot = slot;
    s->filter_epoch = state.epoch;
    s->candidates = *filter_small(slot, FILTER_TYPE_AT + type);
    if (s->result < 0)
        error = s->result > -FILTER_RESULT_LAST ? -s->result : FILTER_RESULT_LAST;
    return filter_narrow(s, filter_small(slot, FILTER_RESULT_AT + error), COUNTER_FILTERED_RESULT);
}

/* By who acts. */
static __always_inline bool filter_actor(struct scratch *s)
{
    if (!s->filter_on)
        return true;
    s->actor = actor_number();
    return filter_by_actor(s);
}

/* What a name as given holds, assumed when it can't be told. */
#define NAME_DOTS     1 /* ".." */
#define NAME_DETOUR   2 /* "//", "/./", "/../", one of those in front or a slash at its end */
#define NAME_RELATIVE 4
#define NAME_ANY      7
#define NAME_AT       (PATH_ROOM + 1) /* where it is read to: behind a slash */

/* High bits of the bytes that are `byte`; past the first, others may be set too. */
static __always_inline u64 bytes_equal(u64 word, u64 byte)
{
    word ^= byte * 0x0101010101010101ull;
    return (word - 0x0101010101010101ull) & ~word & 0x8080808080808080ull;
}

/* Reads the name to NAME_AT of scratch.path; its length goes to *ret_len. */
static __always_inline u32 filter_name_given(struct scratch *s, u64 name, u32 *ret_len)
{
    char *text = &s->path[NAME_AT];
    long len = bpf_probe_read_user_str(text, RAW_MAX, (void *)name);
    u32 holds = 0;

    *ret_len = 0;
    if (len <= 1 || len == RAW_MAX)
        return NAME_ANY;
    *ret_len = len - 1;
    u32 last = len - 2;
    BOUNDED(last);
    if (text[0] != '/')
        holds |= text[0] == '.' ? NAME_RELATIVE | NAME_DETOUR : NAME_RELATIVE;
    if (text[last & (RAW_ROOM - 1)] == '/')
        holds |= NAME_DETOUR;
    /* Eight bytes at a time, seven further: what stands side by side is in some of them. Summed up
     * and looked at in the end: a branch for each would be a hundred thousand steps to verify. */
    u64 two_dots = 0, detours = 0;
    for (u32 i = 0; i < RAW_MAX - 8; i += 7) {
        if (i >= len)
            break;
        u64 word = *(u64 *)(text + i);
        u64 dots = bytes_equal(word, '.'), slashes = bytes_equal(word, '/');
        two_dots |= dots & dots >> 8;
        detours |= slashes & (dots | slashes) >> 8;
    }
    if (two_dots)
        holds |= NAME_DOTS;
    if (detours)
        holds |= NAME_DETOUR;
    return holds;
}

/*
 * The same memory as a value of its map: in a function that is checked once it is memory of no
 * known kind, and kernels before 6.2 take no key from there.
 */
static __always_inline struct scratch *filter_keys(struct scratch *s)
{
    u32 index = s->index;

    return bpf_map_lookup_elem(&scratches, &index);
}

/* Look up `len` bytes of scratch.path from `start` as a path. One that is cut is no whole one, but
 * all that is listed is shorter. */
CHECKED_ONCE int filter_by_text(struct scratch *s, u32 text, u32 start, u32 len)
{
    if (!s)
        return true;
    struct scratch *keys = filter_keys(s);
    u32 at = start - offsetof(struct filter_path_key, path);
    if (!keys || start < offsetof(struct filter_path_key, path))
        return true;
    if (len > FILTER_PATH_MAX - 1)
        len = FILTER_PATH_MAX - 1;
    /* The key is made around the path: what it begins with is in front of it. */
    u32 end = start + len;
    BOUNDED(end);
    BOUNDED(at);
    struct filter_path_key *key = (void *)&keys->path[at & (2 * PATH_ROOM - 1)];
    /* Its NUL tells a whole path from a prefix. */
    keys->path[end & (2 * PATH_ROOM - 1)] = '\0';
    key->table = FILTER_TABLE(s->filter_slot & 1, text);
    key->bits = FILTER_PATH_BITS(len + 1);
    struct filter_vector *columns = bpf_map_lookup_elem(&filter_paths, key);
    return !columns || filter_narrow(s, columns,
                                     text == FILTER_TEXT_PATH ? COUNTER_FILTERED_PATH
                                                              : COUNTER_FILTERED_ARGUMENT);
}

/* Whether some column that is left asks for the text. */
static __always_inline bool filter_asks_text(struct scratch *s, u32 text)
{
    struct filter_slot *tables = &filter_slots[s->filter_slot & 1];

    if (text >= FILTER_TEXTS)
        return false;
    BOUNDED(text);
    text &= 7;
    return tables->asks_texts[text] && filter_asks(s, &tables->texts_unasked[text]);
}

/* By a name as given that was read, made absolute as rules see it. */
static __always_inline bool filter_by_given(struct scratch *s, u32 text, u32 holds, u32 len,
                                            s64 dirfd)
{
    u32 start = NAME_AT;

    if (holds & NAME_DETOUR)
        return true;
    if (holds & NAME_RELATIVE) {
        struct path base = path_base(dirfd);
        start = path_build(s, (u64)base.dentry, (u64)base.mnt);
        if (s->path_flags || start >= PATH_ROOM)
            return true;
        if (start == PATH_ROOM - 1)
            start = PATH_ROOM; /* the root: its slash is that before the name */
        s->path[PATH_ROOM] = '/';
    }
    return filter_by_text(s, text, start, NAME_AT - start + len);
}

/* By a path that the call names. */
CHECKED_ONCE int filter_argument(struct scratch *s, u32 text, u64 name, s64 dirfd)
{
    u32 len, holds;

    if (!s || !s->filter_on || !filter_asks_text(s, text))
        return true;
    holds = filter_name_given(s, name, &len);
    return filter_by_given(s, text, holds, len, dirfd);
}

/* By all of them. */
CHECKED_ONCE int filter_arguments(struct scratch *s)
{
    s64 dirfd = AT_FDCWD;

    if (!s)
        return true;
    u32 type = s->type;
    struct event_row *row = bpf_map_lookup_elem(&event_rows, &type);
    if (!row || filter_slots[s->filter_slot & 1].types[type & (EVENT_TYPE_MAX - 1)] !=
                    FILTER_LOOKED_UP_ARGUMENTS)
        return true;
    for (u32 i = 0; i < EVENT_ARGS; i++) {
        u32 kind = row->args[i].kind, param = row->args[i].param;
        if (kind == ARG_DIRFD)
            dirfd = (s32)s->args[i];
        if (kind != ARG_PATH)
            continue;
        if (!filter_argument(s, param == PARAM_NAME2 ? FILTER_TEXT_ARGUMENT2 : FILTER_TEXT_ARGUMENT,
                             s->args[i], dirfd))
            return false;
        dirfd = AT_FDCWD;
    }
    return true;
}

/* What an open asked for; `name` 0 when it gave none. */
struct open_asked {
    u64 flags, mode, name;
    s64 dirfd;
};

/* By how a file was opened; *asked: what the caller asked for. */
CHECKED_ONCE int filter_opened(struct scratch *s, u64 address, struct open_asked *asked)
{
    struct file *file = (void *)address;
    u32 opened = FILTER_OPENED_FAILED;

    if (!s || !asked)
        return true;
    u64 flags = asked->flags, mode = asked->mode;
    u32 access = flags & O_ACCMODE;
    if (address) {
        struct inode *inode = KERNEL_READ(file, f_inode);
        access = KERNEL_READ(file, f_flags) & O_ACCMODE; /* not what openat2's caller has now */
        switch (KERNEL_READ(inode, i_mode) & S_IFMT) {
        case S_IFREG: opened = FILTER_OPENED_REGULAR; break;
        case S_IFDIR: opened = FILTER_OPENED_DIRECTORY; break;
        case S_IFCHR:
        case S_IFBLK:
        case S_IFIFO: opened = FILTER_OPENED_DEVICE; break;
        default: opened = FILTER_OPENED_OTHER; break;
        }
    } else if (s->result >= 0) {
        opened = FILTER_OPENED_OTHER;
    }
    bool makes_executable = (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) && mode & 0111;
    /* creat asks for no access, as far as rules are concerned. */
    u32 index = s->type == EVENT_CREAT ? 0 : FILTER_OPEN(access, makes_executable, opened);
    if (index >= FILTER_OPEN_COUNT)
        return true;
    return filter_narrow(s, filter_small(s->filter_slot, FILTER_OPEN_AT + index),
                         COUNTER_FILTERED_OPEN);
}

/* By the name that an open was given; `failed`: there is no file that says more. */
CHECKED_ONCE int filter_opened_name(struct scratch *s, struct open_asked *asked, u32 failed)
{
    if (!s || !asked || !s->filter_on || !asked->name)
        return true;
    struct filter_slot *tables = &filter_slots[s->filter_slot & 1];
    struct filter_vector *no_dots = filter_small(s->filter_slot, FILTER_RAW_AT + 1);
    bool asks_raw = tables->asks_raw && filter_asks(s, no_dots);
    /* A file that is not there is called what the caller called it. */
    bool asks_path = failed && filter_asks_text(s, FILTER_TEXT_PATH);
    if (!asks_raw && !asks_path)
        return true;
    u32 len, holds = filter_name_given(s, asked->name, &len);
    if (asks_raw && !(holds & NAME_DOTS) && !filter_narrow(s, no_dots, COUNTER_FILTERED_RAW))
        return false;
    if (!s->filter_on || !asks_path)
        return true;
    return filter_by_given(s, FILTER_TEXT_PATH, holds, len, asked->dirfd);
}

/* By the file's name: the dentry's, but for the root of a mount, which is called otherwise. */
static __always_inline bool filter_by_name(struct scratch *s, struct filter_slot *tables,
                                           struct dentry *dentry, struct vfsmount *mount)
{
    if (!tables->asks_names || !filter_asks(s, &tables->other_names) ||
        KERNEL_READ(mount, mnt_root) == dentry)
        return true;
    __builtin_memset(&s->name_key, 0, sizeof(s->name_key));
    s->name_key.slot = s->filter_slot;
    long len = bpf_probe_read_kernel_str(s->name_key.name, FILTER_NAME_MAX,
                                         KERNEL_READ(dentry, d_name.name));
    if (len <= 1) /* that of a pipe is empty, its path is not */
        return true;
    struct scratch *keys = filter_keys(s);
    if (!keys)
        return true;
    struct filter_vector *columns = bpf_map_lookup_elem(&filter_names, &keys->name_key);
    return filter_narrow(s, columns ? columns : &tables->other_names, COUNTER_FILTERED_NAME);
}

/* By the path of a file or name, if a column that is left asks for it: it is not built otherwise.
 */
static __always_inline bool filter_by_path(struct scratch *s, u32 text, u64 dentry, u64 mount)
{
    if (!filter_asks_text(s, text))
        return true;
    u32 start = path_build(s, dentry, mount);
    if (s->path_flags & (PARAM_FLAG_UNREADABLE | PARAM_FLAG_TRUNCATED) || start >= PATH_ROOM)
        return true;
    return filter_by_text(s, text, start, PATH_ROOM - start);
}

/* By what file it is. */
CHECKED_ONCE int filter_file(struct scratch *s, u64 address)
{
    struct file *file = (void *)address;

    if (!s || !address)
        return true;
    struct filter_slot *tables = &filter_slots[s->filter_slot & 1];
    struct dentry *dentry = KERNEL_READ(file, f_path.dentry);
    struct vfsmount *mount = KERNEL_READ(file, f_path.mnt);

    /* The path costs most, but leaves the least: often nothing that asks for more. */
    if (!filter_by_path(s, FILTER_TEXT_PATH, (u64)dentry, (u64)mount))
        return false;
    return !s->filter_on || filter_by_name(s, tables, dentry, mount);
}

static __always_inline u32 filter_socket_index(struct sock *sk, u16 family)
{
    u32 kind = FILTER_SOCKET_OTHER, of = FILTER_FAMILY_OTHER;
    u16 type = BPF_CORE_READ(sk, sk_type), protocol = BPF_CORE_READ(sk, sk_protocol);

    if (type == SOCK_STREAM && protocol == IPPROTO_TCP)
        kind = FILTER_SOCKET_TCP;
    else if (type == SOCK_DGRAM && protocol == IPPROTO_UDP)
        kind = FILTER_SOCKET_UDP;
    switch (family) {
    case AF_INET: of = FILTER_FAMILY_INET; break;
    case AF_INET6: of = FILTER_FAMILY_INET6; break;
    case AF_UNIX: of = FILTER_FAMILY_UNIX; break;
    }
    return FILTER_SOCKET(of, kind);
}

/* By whom a client talks to: the socket's peer or, where it has none, who the call names. */
static __always_inline bool filter_by_peer(struct scratch *s, const struct peer *peer)
{
    struct filter_slot *tables = &filter_slots[s->filter_slot & 1];
    struct filter_vector *columns;

    if (tables->asks_addresses && filter_asks(s, &tables->addresses_unasked)) {
        struct filter_address_key key = {.bits = FILTER_ADDRESS_BITS(128),
                                         .slot = s->filter_slot & 1};
        __builtin_memcpy(key.address, peer->address, sizeof(key.address));
        columns = bpf_map_lookup_elem(&filter_addresses, &key);
        if (columns && !filter_narrow(s, columns, COUNTER_FILTERED_ADDRESS))
            return false;
    }
    if (!s->filter_on || !tables->asks_ports || !filter_asks(s, &tables->other_ports))
        return true;
    struct filter_port_key key = {.slot = s->filter_slot & 1, .port = peer->port};
    columns = bpf_map_lookup_elem(&filter_ports, &key);
    return filter_narrow(s, columns ? columns : &tables->other_ports, COUNTER_FILTERED_PORT);
}

/* By the socket a call works on; `name`, of `len` bytes: an address it gave, 0 for none. */
CHECKED_ONCE int filter_sock(struct scratch *s, u64 sock, u64 name, u64 len)
{
    struct sock *sk = (void *)sock;
    struct peer peer = {};

    if (!s || !sk)
        return true;
    u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
    u32 index = filter_socket_index(sk, family);
    if (!filter_narrow(s, filter_small(s->filter_slot, FILTER_OPEN_AT + index),
                       COUNTER_FILTERED_OPEN))
        return false;
    if (!s->filter_on)
        return true;
    /* Who only sends does so to the peer the socket has. */
    bool asks = name || (is_guard && s->type == EVENT_SENDMSG);
    if (!asks || !socket_peer(sk, family, name, len, s->type, &peer)) {
        struct filter_slot *tables = &filter_slots[s->filter_slot & 1];
        /* Nobody is talked to whom a guard could know. */
        return !is_guard ||
               (filter_narrow(s, &tables->addresses_unasked, COUNTER_FILTERED_ADDRESS) &&
                filter_narrow(s, &tables->ports_unasked, COUNTER_FILTERED_PORT));
    }
    return filter_by_peer(s, &peer);
}

static __always_inline int filter_socket(struct scratch *s, u64 file, u64 name, u64 len)
{
    return filter_sock(s, (u64)sock_of_file(file), name, len);
}

#endif
