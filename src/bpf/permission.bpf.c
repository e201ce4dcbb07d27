/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * What is about to be opened or executed, as a record. The kernel has stopped a thread and asks
 * the agent (fanotify); the agent runs this program to read the facts of the file that it was
 * handed and of that thread from the kernel's objects, by the code that makes all other records.
 * An object of its own: kernels that can't look up a task do without.
 */
#include "lib/args.h"
#include "lib/executing.h"

extern struct task_struct *bpf_task_from_pid(s32 pid) __ksym __weak;
extern void bpf_task_release(struct task_struct *task) __ksym __weak;

/* Where the record goes: one request at a time. */
struct {
    __uint(type, BPF_MAP_TYPE_ARRAY);
    __uint(map_flags, BPF_F_MMAPABLE);
    __uint(max_entries, 1);
    __type(key, u32);
    __type(value, struct permission_record);
} permission_records SEC(".maps");

/* The call that the thread is in: its type, or `otherwise` for one that the table does not have. */
static __always_inline u32 asking_type(struct scratch *s, struct task_struct *task, u32 otherwise)
{
    struct pt_regs *regs = (void *)bpf_task_pt_regs(task);
    bool compat = task->thread_info.status & TS_COMPAT;
    u64 number = regs->orig_ax & ~(u64)X32_SYSCALL_BIT;

    if (number >= EVENT_SYSCALL_MAX || task->flags & (PF_IO_WORKER | PF_KTHREAD))
        return otherwise;
    BOUNDED(number);
    number &= EVENT_SYSCALL_MAX - 1;
    u32 type = compat ? compat_types[number] : native_types[number];
    if (!type)
        return otherwise;
    load_args(s, regs, compat);
    s->syscall = number;
    s->flags = compat ? EVENT_FLAG_COMPAT : 0;
    return type;
}

/*
 * By the registers, which the stopped thread can't change. What openat2 asks for lies in memory:
 * who reads that can be kept waiting by a page that another one serves.
 */
static __always_inline void asked_how(struct scratch *s, u32 type, struct open_how_user *ret_how)
{
    switch (type) {
    case EVENT_OPEN:
        ret_how->flags = (u32)s->args[1];
        ret_how->mode = (u32)s->args[2];
        return;
    case EVENT_OPENAT:
        ret_how->flags = (u32)s->args[2];
        ret_how->mode = (u32)s->args[3];
        return;
    case EVENT_OPEN_BY_HANDLE_AT: ret_how->flags = (u32)s->args[2]; return;
    case EVENT_CREAT:
        ret_how->flags = CREAT_FLAGS;
        ret_how->mode = (u32)s->args[1];
        return;
    }
    ret_how->flags = O_RDWR; /* not known: it may be for both */
}

static __always_inline void put_open(struct scratch *s, u64 file)
{
    struct open_how_user how = {};

    asked_how(s, s->type, &how);
    s->asked_flags = how.flags;
    put_number(s, PARAM_OPEN_FLAGS, how.flags);
    put_number(s, PARAM_MODE, how.mode);
    if (s->type == EVENT_OPENAT || s->type == EVENT_OPENAT2)
        put_number(s, PARAM_DIRFD, (s64)(s32)s->args[0]);
    put_file(s, file);
}

static __always_inline int describe(struct scratch *s, struct permission_request *request,
                                    struct task_struct *task, u64 file)
{
    struct fs_struct *fs = task->fs;
    struct permission_record *record;
    u32 first = 0;

    s->result = 0;
    s->syscall = 0;
    s->flags = 0;
    s->actor = 0;
    s->asked_flags = 0;
    s->root_dentry = s->root_mount = 0;
    if (fs) {
        s->root_dentry = (u64)BPF_CORE_READ(fs, root.dentry);
        s->root_mount = REAL_MOUNT(BPF_CORE_READ(fs, root.mnt));
    }
    s->type = asking_type(s, task, request->exec ? EVENT_EXECVE : EVENT_OPENAT);
    bool is_exec = s->type == EVENT_EXECVE || s->type == EVENT_EXECVEAT;
    if (is_exec && !request->exec)
        return PERMISSION_NO_CALL;
    if (request->exec && !is_exec) /* a program that the kernel itself starts */
        s->type = EVENT_EXECVE;
    record_header_of(s, task);
    if (request->exec) {
        put_executable(s, task, file);
        put_executing(s, task);
    } else {
        put_open(s, file);
    }

    u32 size = s->offset;
    struct event_header *header = (void *)s->data;
    header->size = size;
    header->flags = s->flags | EVENT_FLAG_SYNTHETIC;
    record = bpf_map_lookup_elem(&permission_records, &first);
    BOUNDED(size);
    if (record && size <= RECORD_ROOM && !bpf_probe_read_kernel(record->data, size, s->data))
        request->size = size;
    return 0;
}

SEC("syscall")
int permission_describe(struct permission_request *request)
{
    u64 file = file_of_fd(request->fd);
    struct task_struct *task;
    struct scratch *s;
    int r = 0;

    request->size = 0;
    if (!file || !bpf_task_from_pid)
        return PERMISSION_NOT_THERE;
    task = bpf_task_from_pid(request->tid);
    if (!task)
        return PERMISSION_NOT_THERE;
    s = scratch_of_cpu();
    if (s) {
        r = describe(s, request, task, file);
        record_end(s);
    } else {
        count(COUNTER_DROP_SCRATCH_BUSY);
    }
    bpf_task_release(task);
    return r;
}
