/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Mounts, sockets, other tasks, and what changes the kernel: by who acts and, for sockets, whom
 * they talk to. */
#include "lib/guard_socket.h"

/* Of enum kernel_read_file_id and kernel_load_data_id: one numbering. */
#define LOADS_MODULE    2
#define LOADS_KEXEC     3
#define LOADS_INITRAMFS 4

SEC("tp_btf/sched_process_exec")
int BPF_PROG(guard_executed, struct task_struct *task)
{
    struct guard_actor *actor = guard_actor_of(task, true);

    if (!actor) {
        count(COUNTER_FAILED_TASK_STORAGE);
        return 0;
    }
    u64 mount = mount_namespace_of(task), cgroup = actor->exec_cgroup;
    if (!guard_not_entered(actor, mount))
        cgroup = cgroup_id(cgroup_of_task(task));
    if (cgroup == actor->exec_cgroup && mount == actor->exec_mount)
        return 0;
    actor->exec_cgroup = cgroup;
    actor->exec_mount = mount;
    /* What was learnt since the new program was mapped is of where the old one was executed. */
    actor->epoch--;
    guard_unspare(task);
    return 0;
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(guard_forked, struct task_struct *parent, struct task_struct *child)
{
    struct guard_actor *from = guard_actor_of(parent, false);

    if (!from || !from->exec_cgroup)
        return 0;
    struct guard_actor *to = guard_actor_of(child, true);
    if (to) {
        to->exec_cgroup = from->exec_cgroup;
        to->exec_mount = from->exec_mount;
    } else {
        count(COUNTER_FAILED_TASK_STORAGE);
    }
    return 0;
}

/* What who acts decides alone. */
CHECKED_ONCE int guard_act(u32 type)
{
    GUARD(s, type, false);
    guard_record(s);
    guard_send(s);
    GUARD_END(s, true);
}

#define HOOK(hook, type)                                                                           \
    SEC("lsm/" #hook) int guard_##hook(void *context)                                              \
    {                                                                                              \
        VERDICT(guard_act(type));                                                                  \
    }

HOOK(sb_mount, EVENT_MOUNT)
HOOK(move_mount, EVENT_MOVE_MOUNT)
HOOK(sb_umount, EVENT_UMOUNT2)
HOOK(sb_pivotroot, EVENT_PIVOT_ROOT)
HOOK(task_fix_setuid, EVENT_SETUID)
HOOK(capset, EVENT_CAPSET)
HOOK(bpf, EVENT_BPF)
HOOK(perf_event_open, EVENT_PERF_EVENT_OPEN)
HOOK(key_alloc, EVENT_ADD_KEY)
HOOK(inode_setxattr, EVENT_SETXATTR)

SEC("lsm/ptrace_access_check")
int BPF_PROG(guard_ptrace_access_check, struct task_struct *child, unsigned int mode)
{
    if (!(mode & PTRACE_ATTACHES))
        return 0;
    VERDICT(guard_act(EVENT_PTRACE));
}

CHECKED_ONCE int guard_signal(u32 to_agent, u32 signal)
{
    GUARD(s, EVENT_KILL, false);
    bool refused = filter_narrow(s, filter_small(s->filter_slot, FILTER_TARGET_AT + !!to_agent),
                                 COUNTER_FILTERED_OPEN);
    if (refused) {
        guard_record(s);
        if (to_agent)
            s->flags |= EVENT_FLAG_TO_AGENT;
        put_number(s, PARAM_SIGNAL, signal);
        guard_send(s);
    }
    GUARD_END(s, refused);
}

/* Signals of the kernel's own, and to oneself, are nobody's act. */
SEC("lsm/task_kill")
int guard_task_kill(void *context)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct task_struct *target = (void *)hook_argument(context, 0);
    u32 tgid = BPF_CORE_READ(target, tgid);

    if (hook_argument(context, 1) == 1 /* SEND_SIG_PRIV */ || tgid == (u32)task->tgid)
        return 0;
    u64 start_time = BPF_CORE_READ(target, group_leader, start_boottime);
    VERDICT(guard_signal(guard_is_agent(tgid, start_time), hook_argument(context, 2)));
}

static __always_inline int guard_load(u32 what)
{
    if (what == LOADS_MODULE)
        return guard_act(EVENT_INIT_MODULE);
    if (what == LOADS_KEXEC || what == LOADS_INITRAMFS)
        return guard_act(EVENT_KEXEC_LOAD);
    return 0;
}

SEC("lsm/kernel_read_file")
int BPF_PROG(guard_kernel_read_file, struct file *file, u32 what)
{
    VERDICT(guard_load(what));
}

SEC("lsm/kernel_load_data")
int BPF_PROG(guard_kernel_load_data, u32 what)
{
    VERDICT(guard_load(what));
}

/* What makes an inode without a file system tells of itself by its name alone. */
SEC("lsm/inode_init_security_anon")
int guard_inode_init_security_anon(void *context)
{
    struct qstr *name = (void *)hook_argument(context, 1);
    char text[8] = {};

    bpf_probe_read_kernel_str(text, sizeof(text), BPF_CORE_READ(name, name));
    if (text[1] == 'u' && text[2] == 's' && text[3] == 'e' && text[4] == 'r')
        VERDICT(guard_act(EVENT_USERFAULTFD));
    if (text[1] == 'i' && text[2] == 'o' && text[3] == '_' && text[4] == 'u')
        VERDICT(guard_act(EVENT_IO_URING_SETUP));
    return 0;
}

SEC("lsm/socket_create")
int BPF_PROG(guard_socket_create, int family, int type, int protocol, int kernel)
{
    if (kernel)
        return 0;
    GUARD(s, EVENT_SOCKET, false);
    u32 domain = (u32)family < FILTER_DOMAIN_COUNT ? family : FILTER_DOMAIN_COUNT - 1;
    bool refused = filter_narrow(s, filter_small(s->filter_slot, FILTER_DOMAIN_AT + domain),
                                 COUNTER_FILTERED_OPEN);
    if (refused) {
        guard_record(s);
        put_number(s, PARAM_DOMAIN, family);
        put_number(s, PARAM_SOCKET_TYPE, type);
        put_number(s, PARAM_PROTOCOL, protocol);
        guard_send(s);
    }
    GUARD_END(s, refused);
}

static __always_inline u64 sock_argument(void *context)
{
    struct socket *socket = (void *)hook_argument(context, 0);

    return (u64)BPF_CORE_READ(socket, sk);
}

SEC("lsm/socket_connect")
int guard_socket_connect(void *context)
{
    VERDICT(guard_socket(EVENT_CONNECT, sock_argument(context), hook_argument(context, 1),
                         (u32)hook_argument(context, 2)));
}

SEC("lsm/socket_bind")
int guard_socket_bind(void *context)
{
    VERDICT(guard_socket(EVENT_BIND, sock_argument(context), 0, 0));
}

SEC("lsm/socket_listen")
int guard_socket_listen(void *context)
{
    VERDICT(guard_socket(EVENT_LISTEN, sock_argument(context), 0, 0));
}

SEC("lsm/socket_sendmsg")
int guard_socket_sendmsg(void *context)
{
    struct msghdr *message = (void *)hook_argument(context, 1);

    VERDICT(guard_socket(EVENT_SENDMSG, sock_argument(context),
                         (u64)BPF_CORE_READ(message, msg_name),
                         (u32)BPF_CORE_READ(message, msg_namelen)));
}

/* "@name" of a socket that lies at no file, where a path is built; PATH_ROOM: it has no name. */
CHECKED_ONCE u32 abstract_name(struct scratch *s, u64 address)
{
    struct unix_address *named = (void *)address;

    if (!s || !named)
        return PATH_ROOM;
    /* A struct sockaddr_un follows the length: past its family, and the NUL that makes it one. */
    u64 name = address + bpf_core_field_offset(struct unix_address, len) + 4 + 2;
    u32 len = (u32)BPF_CORE_READ(named, len) - 3;
    char first = 1;
    if (bpf_probe_read_kernel(&first, 1, (void *)name) < 0 || first || len > 255)
        return PATH_ROOM;
    s->walk = (struct path_walk){.start = PATH_ROOM};
    path_prepend(s, name + 1, len, false);
    u32 start = (s->walk.start - 1) & (2 * PATH_ROOM - 1);
    s->path[start] = '@';
    return start;
}

CHECKED_ONCE int guard_abstract(struct scratch *s, u64 address)
{
    u32 start = abstract_name(s, address);

    if (!s || start >= PATH_ROOM || !filter_by_text(s, FILTER_TEXT_PATH, start, PATH_ROOM - start))
        return false;
    guard_record(s);
    put_built_path(s, PARAM_SOCKET_PEER_PATH, start, 0);
    guard_send(s);
    return true;
}

/* A socket of the same machine, by the file it lies at or its name. */
SEC("lsm/unix_stream_connect")
int guard_unix_stream_connect(void *context)
{
    GUARD(s, EVENT_CONNECT, false);
    struct unix_sock *peer = (void *)hook_argument(context, 1);
    u64 dentry = (u64)BPF_CORE_READ(peer, path.dentry), mount = (u64)BPF_CORE_READ(peer, path.mnt);
    u32 kind = FILTER_OPEN_AT + FILTER_SOCKET(FILTER_FAMILY_UNIX, FILTER_SOCKET_OTHER);
    struct filter_slot *tables = &filter_slots[s->filter_slot & 1];
    bool refused = filter_and(&s->candidates, &tables->addresses_unasked) &&
                   filter_and(&s->candidates, &tables->ports_unasked) &&
                   filter_and(&s->candidates, filter_small(s->filter_slot, kind)) &&
                   filter_asks_text(s, FILTER_TEXT_PATH);
    if (refused && !dentry) {
        refused = guard_abstract(s, (u64)BPF_CORE_READ(peer, addr));
    } else if (refused && guard_by_path(s, FILTER_TEXT_PATH, dentry, mount)) {
        guard_record(s);
        put_path(s, PARAM_SOCKET_PEER_PATH, dentry, mount, 0);
        guard_send(s);
    } else {
        refused = false;
    }
    GUARD_END(s, refused);
}
