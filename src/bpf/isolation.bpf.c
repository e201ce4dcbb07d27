/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What the current thread has, held against what its container was given. */
#include "lib/isolation.h"

#define USER_NAMESPACE_LEVELS 33 /* the kernel allows 32 below the first */
#define USER_MAP_EXTENTS      5  /* that lie in the map itself */

/* Whether a cgroup is the container's outermost one or below it. */
CHECKED_ONCE int isolation_cgroup_among(u64 cgroup, u64 container)
{
    for (u32 i = 0; i < ISOLATION_DEPTH && cgroup; i++) {
        if (cgroup_id_at(cgroup) == container)
            return true;
        cgroup = cgroup_parent(cgroup);
    }
    return false;
}

/* The outermost cgroup of the container whose namespace it is. */
static __always_inline u64 isolation_owner(u32 inode, u32 kind)
{
    u64 *owner = bpf_map_lookup_elem(&isolation_owners, &inode);

    if (inode == isolation_host[kind & (ISOLATION_HOST_ROOM - 1)])
        return ISOLATION_OWNER_HOST;
    return owner ? *owner : ISOLATION_OWNER_UNKNOWN;
}

/* Whether a namespace is the host's or that of a container that does not run within `mine`. */
CHECKED_ONCE int isolation_foreign(u32 inode, u32 kind, u64 mine)
{
    u64 owner = isolation_owner(inode, kind);

    if (owner == ISOLATION_OWNER_HOST)
        return true;
    if (owner == ISOLATION_OWNER_UNKNOWN)
        return false;
    for (u32 i = 0; i < ISOLATION_NESTING; i++) {
        if (owner == mine)
            return false;
        struct isolation_allowance *outer = bpf_map_lookup_elem(&isolation_allowances, &owner);
        if (!outer)
            return false; /* gone in the meantime */
        owner = outer->outer;
        if (!owner)
            break;
    }
    return true;
}

static __always_inline bool user_namespace_below(u64 address, u32 above)
{
    for (u32 i = 0; i < USER_NAMESPACE_LEVELS; i++) {
        struct user_namespace *namespace = (void *)address;

        address = (u64)BPF_CORE_READ(namespace, parent);
        if (!address)
            return false;
        namespace = (void *)address;
        if (BPF_CORE_READ(namespace, ns.inum) == above)
            return true;
    }
    return false;
}

/* More extents than lie in the map itself are not looked at: any id counts as mapped. */
static __always_inline bool user_mapped(u64 address, u32 id)
{
    struct user_namespace *namespace = (void *)address;
    u32 extents = BPF_CORE_READ(namespace, uid_map.nr_extents);

    if (extents > USER_MAP_EXTENTS)
        return true;
    for (u32 i = 0; i < USER_MAP_EXTENTS && i < extents; i++) {
        struct uid_gid_extent extent = {};

        bpf_core_read(&extent, sizeof(extent), &namespace->uid_map.extent[i]);
        if (id - extent.lower_first < extent.count)
            return true;
    }
    return false;
}

/* The mount namespace that a mount is in, 0 for none. */
static __always_inline u32 mount_lies_in(u64 mount)
{
    struct mount *m = (void *)(mount - bpf_core_field_offset(struct mount, mnt));

    return BPF_CORE_READ(m, mnt_ns, ns.inum);
}

/* The mount namespace that the program of a thread is in; 0 also for a memfd. */
static __always_inline u32 program_lies_in(struct task_struct *task)
{
    return mount_lies_in((u64)BPF_CORE_READ(task, mm, exe_file, f_path.mnt));
}

/*
 * Whether a thread that was met only now is the container's own: it or who made it runs a program
 * of its files. A runtime that came before the container was known has one of the host's, or a
 * memfd.
 */
static __always_inline bool is_inside(struct task_struct *task,
                                      const struct isolation_allowance *allowed)
{
    u32 own = allowed->namespaces[ISOLATION_MNT];

    return program_lies_in(task) == own || program_lies_in(BPF_CORE_READ(task, real_parent)) == own;
}

static __always_inline void read_credentials(struct isolation_state *now, const struct cred *cred)
{
    /* inheritable, permitted, effective, bounding: neighbours in struct cred in every kernel */
    bpf_core_read(&now->inheritable, 4 * sizeof(u64), &cred->cap_inheritable);
    now->uids[ISOLATION_ID_REAL] = cred->uid.val;
    now->uids[ISOLATION_ID_EFFECTIVE] = cred->euid.val;
    now->uids[ISOLATION_ID_SAVED] = cred->suid.val;
    now->uids[ISOLATION_ID_FILES] = cred->fsuid.val;
    now->gids[ISOLATION_ID_REAL] = cred->gid.val;
    now->gids[ISOLATION_ID_EFFECTIVE] = cred->egid.val;
    now->gids[ISOLATION_ID_SAVED] = cred->sgid.val;
    now->gids[ISOLATION_ID_FILES] = cred->fsgid.val;
    now->namespaces[ISOLATION_USER] = cred->user_ns->ns.inum;
}

/* Whether a profile of AppArmor's confines it; so, too, where there is no such LSM. */
static __always_inline u32 is_confined(const struct cred *cred)
{
    struct lsm_blob_sizes *sizes = (void *)apparmor_sizes_at;
    struct aa_label *label = NULL;

    if (!apparmor_sizes_at)
        return 1;
    u32 offset = BPF_CORE_READ(sizes, lbs_cred);
    bpf_probe_read_kernel(&label, sizeof(label), (char *)cred->security + offset);
    return !label ||
           !(BPF_CORE_READ(label, flags) & bpf_core_enum_value(enum label_flags, FLAG_UNCONFINED));
}

static __always_inline void read_namespaces(struct isolation_state *now, struct nsproxy *namespaces)
{
    now->namespaces[ISOLATION_MNT] = namespaces->mnt_ns->ns.inum;
    now->namespaces[ISOLATION_PID] = namespaces->pid_ns_for_children->ns.inum;
    now->namespaces[ISOLATION_NET] = namespaces->net_ns->ns.inum;
    now->namespaces[ISOLATION_IPC] = namespaces->ipc_ns->ns.inum;
    now->namespaces[ISOLATION_UTS] = namespaces->uts_ns->ns.inum;
    now->namespaces[ISOLATION_CGROUP] = namespaces->cgroup_ns->ns.inum;
}

/* What takes a walk, looked at only where something differs. */
CHECKED_ONCE int isolation_find_facts(struct isolation_thread *thread)
{
    if (!thread)
        return 0;
    const struct isolation_allowance *allowed = &thread->allowed;
    struct isolation_state *now = &thread->now;
    u64 user = AS_NUMBER(thread->user_at), cgroup = AS_NUMBER(thread->cgroup_at);
    u32 facts = 0, own = now->namespaces[ISOLATION_MNT], given = allowed->namespaces[ISOLATION_MNT];

    for (u32 i = 0; i < ISOLATION_USER; i++)
        if (now->namespaces[i] != allowed->namespaces[i] &&
            isolation_foreign(now->namespaces[i], i, allowed->cgroup))
            facts |= ISOLATION_FOREIGN(i);
    if (now->root_namespace && now->root_namespace != own && now->root_namespace != given &&
        isolation_foreign(now->root_namespace, ISOLATION_MNT, allowed->cgroup))
        facts |= ISOLATION_ROOT_FOREIGN;
    if (now->cwd_namespace && now->cwd_namespace != own && now->cwd_namespace != given &&
        isolation_foreign(now->cwd_namespace, ISOLATION_MNT, allowed->cgroup))
        facts |= ISOLATION_CWD_FOREIGN;
    if (now->namespaces[ISOLATION_USER] != allowed->namespaces[ISOLATION_USER]) {
        if (user_namespace_below(user, allowed->namespaces[ISOLATION_USER]))
            facts |= ISOLATION_BELOW;
    } else if (now->namespaces[ISOLATION_USER] != isolation_host[ISOLATION_USER] &&
               (!user_mapped(user, now->uids[ISOLATION_ID_REAL]) ||
                !user_mapped(user, now->uids[ISOLATION_ID_EFFECTIVE]))) {
        facts |= ISOLATION_UNMAPPED;
    }
    if (now->namespaces[ISOLATION_USER] != thread->last.namespaces[ISOLATION_USER] &&
        user_namespace_below(user, thread->last.namespaces[ISOLATION_USER]))
        facts |= ISOLATION_BELOW_LAST;
    if (!isolation_cgroup_among(cgroup, allowed->cgroup))
        facts |= ISOLATION_MOVED;
    now->facts = facts;
    return 0;
}

struct difference {
    u64 allowed, now, capabilities, owner;
};

static __always_inline u64 held(const struct isolation_state *state)
{
    return state->permitted | state->effective | state->bounding;
}

/* The first namespace that is another than before. */
static __always_inline u32 namespace_changed(const struct isolation_thread *thread)
{
    for (u32 i = 0; i < ISOLATION_USER; i++)
        if (thread->now.namespaces[i] != thread->last.namespaces[i])
            return i;
    return ISOLATION_USER;
}

static __always_inline void difference_of(const struct isolation_thread *thread, u32 kind,
                                          u64 cgroup, struct difference *d)
{
    const struct isolation_allowance *allowed = &thread->allowed;
    const struct isolation_state *now = &thread->now, *last = &thread->last;
    u32 changed;

    switch (kind) {
    case ISOLATION_KIND_CAPABILITY:
        d->allowed = allowed->bounding;
        d->now = held(now);
        d->capabilities = d->now & ~d->allowed;
        break;
    case ISOLATION_KIND_ROOT:
    case ISOLATION_KIND_CWD:
        d->allowed = allowed->namespaces[ISOLATION_MNT];
        d->now = kind == ISOLATION_KIND_ROOT ? now->root_namespace : now->cwd_namespace;
        d->owner = isolation_owner(d->now, ISOLATION_MNT);
        break;
    case ISOLATION_KIND_SECCOMP:
        d->allowed = allowed->seccomp;
        d->now = now->seccomp;
        break;
    case ISOLATION_KIND_NO_NEW_PRIVS:
        d->allowed = allowed->no_new_privs;
        d->now = now->no_new_privs;
        break;
    case ISOLATION_KIND_LSM_LABEL:
        d->allowed = allowed->confined;
        d->now = now->confined;
        break;
    case ISOLATION_KIND_CGROUP:
        d->allowed = allowed->cgroup;
        d->now = cgroup;
        break;
    case ISOLATION_KIND_UID: d->now = now->uids[ISOLATION_ID_EFFECTIVE]; break;
    case ISOLATION_KIND_CREDENTIALS:
        d->allowed = last->uids[ISOLATION_ID_EFFECTIVE];
        d->now = now->uids[ISOLATION_ID_EFFECTIVE];
        d->capabilities = held(now) & ~held(last);
        break;
    case ISOLATION_KIND_NAMESPACES:
        changed = namespace_changed(thread);
        d->allowed = last->namespaces[changed & 7];
        d->now = now->namespaces[changed & 7];
        d->owner = isolation_owner(d->now, changed);
        break;
    default:
        d->allowed = allowed->namespaces[kind & 7];
        d->now = now->namespaces[kind & 7];
        d->owner = isolation_owner(d->now, kind);
    }
}

/* A record that was begun: what is more than allowed. */
CHECKED_ONCE int isolation_record(struct scratch *s, struct isolation_thread *thread, u32 kind)
{
    struct difference difference = {.owner = ISOLATION_OWNER_UNKNOWN};

    if (!s || !thread)
        return 0;
    struct event_header *header = (void *)s->data;
    difference_of(thread, kind, header->cgroup_id, &difference);
    put_number(s, PARAM_ISOLATION_KIND, kind);
    put_number(s, PARAM_ISOLATION_ALLOWED, difference.allowed);
    put_number(s, PARAM_ISOLATION_NOW, difference.now);
    put_number(s, PARAM_ISOLATION_CAPABILITIES, difference.capabilities);
    put_number(s, PARAM_ISOLATION_OWNER, difference.owner);
    record_submit(s);
    count(COUNTER_ISOLATION_BREACHES);
    return 0;
}

/* Told at the next point where there is no memory now: that is counted. */
CHECKED_ONCE int isolation_tell(struct isolation_thread *thread, u32 kind)
{
    if (!thread || kind >= ISOLATION_KINDS)
        return 0;
    struct scratch *s = record_begin(EVENT_ISOLATION_BREACH, NULL);
    if (!s)
        return 0;
    thread->told |= 1u << kind;
    if (kind == ISOLATION_KIND_CAPABILITY)
        thread->told_capabilities |= held(&thread->now);
    isolation_record(s, thread, kind);
    record_end(s);
    return 0;
}

/* One record for each kind that was not told of this thread or those it comes from. */
CHECKED_ONCE int isolation_tell_new(struct isolation_thread *thread, u32 kinds)
{
    if (!thread)
        return 0;
    u32 again = thread->told;

    if (held(&thread->now) & ~thread->allowed.bounding & ~thread->told_capabilities)
        again &= ~ISOLATION_BIT(CAPABILITY);
    /* These are told of each step by itself. */
    again &= ~(ISOLATION_BIT(CREDENTIALS) | ISOLATION_BIT(NAMESPACES));
    kinds &= ~again;
    for (u32 kind = 0; kind < ISOLATION_KINDS; kind++)
        if (kinds & 1u << kind)
            isolation_tell(thread, kind);
    return 0;
}

/* Functions of their own: the verifier would follow each answer through all that comes after. */
CHECKED_ONCE int isolation_held_against_allowance(struct isolation_thread *thread)
{
    return thread ? isolation_breaches(&thread->allowed, &thread->now) : 0;
}

CHECKED_ONCE int isolation_held_against_last(struct isolation_thread *thread, u32 executed,
                                             u32 mode)
{
    struct isolation_exec exec = {
        .executed = executed, .setuid = mode & S_ISUID, .setgid = mode & S_ISGID};

    return thread ? isolation_unexplained(&thread->last, &thread->now, &exec) : 0;
}

/*
 * The first program of the container's that a thread from outside executes: what its runtime gave
 * it (`docker exec --privileged`) is its own allowance.
 */
static __always_inline void enter(struct isolation_thread *thread)
{
    thread->flags &= ~ISOLATION_ENTERING;
    thread->allowed.bounding |= held(&thread->now);
    thread->allowed.seccomp = thread->now.seccomp;
    thread->allowed.no_new_privs = thread->now.no_new_privs;
    thread->allowed.confined = thread->now.confined;
    for (u32 i = 0; i < ISOLATION_NAMESPACES; i++)
        thread->allowed.namespaces[i] = thread->now.namespaces[i];
}

/* A cgroup may be used again: what came to it then made the next container, known since, or enters
 * it. */
static __always_inline bool meets_new_container(struct task_struct *task,
                                                struct isolation_thread *thread)
{
    struct isolation_allowance *allowed = isolation_of_cgroup((u64)cgroup_of_task(task));

    if (!allowed || allowed->namespaces[ISOLATION_MNT] != thread->now.namespaces[ISOLATION_MNT])
        return false;
    thread->allowed = *allowed;
    if (is_inside(task, &thread->allowed))
        thread->flags &= ~ISOLATION_ENTERING;
    return true;
}

CHECKED_ONCE int isolation_look(u32 executed, u32 mode)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct nsproxy *namespaces = task->nsproxy;
    struct fs_struct *fs = task->fs;

    /* What works for the kernel, or for a ring with another's credentials, is no container's. */
    if (!namespaces || !fs || task->flags & (PF_KTHREAD | PF_IO_WORKER))
        return 0;
    struct isolation_thread *thread = isolation_known(task);
    if (!thread) {
        if (namespaces->mnt_ns->ns.inum == isolation_host[ISOLATION_MNT])
            return 0;
        isolation_meet(task, false);
        thread = bpf_task_storage_get(&isolation_threads, task, NULL, 0);
        if (!thread)
            return 0;
        if (!is_inside(task, &thread->allowed))
            thread->flags |= ISOLATION_ENTERING;
    }
    struct isolation_state *now = &thread->now;
    bool entering = thread->flags & ISOLATION_ENTERING;
    read_namespaces(now, namespaces);
    if (entering && now->namespaces[ISOLATION_MNT] != thread->allowed.namespaces[ISOLATION_MNT]) {
        if (!meets_new_container(task, thread))
            return 0;
        entering = thread->flags & ISOLATION_ENTERING;
    }
    if (entering && !executed)
        return 0;
    read_credentials(now, task->cred);
    now->seccomp = task->seccomp.mode;
    now->no_new_privs = task->atomic_flags & PFA_NO_NEW_PRIVS;
    now->confined = is_confined(task->cred);
    now->root_namespace = mount_lies_in((u64)fs->root.mnt);
    now->cwd_namespace = mount_lies_in((u64)fs->pwd.mnt);
    if (entering)
        enter(thread);
    thread->user_at = (u64)task->cred->user_ns;
    thread->cgroup_at = (u64)cgroup_of_task(task);
    isolation_find_facts(thread);

    u32 kinds = isolation_held_against_allowance(thread);
    if (thread->flags & ISOLATION_MET)
        kinds |= isolation_held_against_last(thread, executed, mode);
    if (kinds)
        isolation_tell_new(thread, kinds);
    thread->last = *now;
    thread->flags |= ISOLATION_MET;
    return 0;
}
