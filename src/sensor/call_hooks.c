/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/call_hooks.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "event/table.h"
#include "sensor/preemption.h"

#define PREFIX "__x64_sys_"
/* A call without arguments has but this name in BTF, as two names of one address. */
#define PREFIX_PLAIN "__do_sys_"

struct call_hook {
    const char *function; /* without prefix; NULL: of no call that makes events */
    uint32_t id;          /* in the kernel's BTF; 0: this kernel has no such function */
    uint32_t type;        /* and its type's */
    bool plain;           /* by PREFIX_PLAIN */
    int program, link;    /* 0: not attached */
};

struct call_hooks {
    struct {
        uint32_t type;
        const struct bpf_insn *stub;
        size_t length;
    } kinds[CALL_KINDS];
    size_t count;
    struct call_hook hooks[EVENT_SYSCALL_MAX]; /* by the call's number */
};

DEFINE_CLEANUP(struct call_hooks *, call_hooks_free);

static int load_stub(const struct bpf_insn *stub, size_t length, uint32_t function)
{
    struct bpf_prog_load_opts opts = {
        .sz = sizeof(opts),
        .expected_attach_type = BPF_TRACE_FEXIT,
        .attach_btf_id = function,
    };
    int fd = bpf_prog_load(BPF_PROG_TYPE_TRACING, "syscall_stub", "GPL", stub, length, &opts);

    return fd < 0 ? -errno : fd;
}

static void note_function(struct call_hooks *hooks, const char *name, uint32_t id, uint32_t type)
{
    bool plain = !strncmp(name, PREFIX_PLAIN, strlen(PREFIX_PLAIN));

    if (!plain && strncmp(name, PREFIX, strlen(PREFIX)) != 0)
        return;
    name += plain ? strlen(PREFIX_PLAIN) : strlen(PREFIX);
    for (size_t i = 0; i < EVENT_SYSCALL_MAX; i++) {
        struct call_hook *hook = &hooks->hooks[i];
        if (!hook->function || strcmp(hook->function, name) != 0 || (hook->id && plain))
            continue;
        hook->id = id;
        hook->type = type;
        hook->plain = plain;
    }
}

/* One walk over all types: to look each name up takes a walk too. Counts what is `needed`. */
static size_t find_functions(struct call_hooks *hooks, const struct btf *btf,
                             const char *const *needed, size_t needed_count)
{
    __u32 types = btf__type_cnt(btf);
    size_t found = 0;

    for (__u32 id = 1; id < types; id++) {
        const struct btf_type *type = btf__type_by_id(btf, id);
        if (!btf_is_func(type))
            continue;
        const char *name = btf__name_by_offset(btf, type->name_off);
        for (size_t i = 0; i < needed_count; i++)
            found += !strcmp(name, needed[i]);
        note_function(hooks, name, id, type->type);
    }
    hooks->kinds[CALL_REGS].type = hooks->hooks[SYS_execve].type;
    hooks->kinds[CALL_UNUSED].type = hooks->hooks[SYS_setsid].type;
    for (size_t i = 0; i < EVENT_SYSCALL_MAX; i++) {
        struct call_hook *hook = &hooks->hooks[i];
        /* A namesake with arguments of its own is not what the call comes to. */
        if (hook->plain && hook->type != hooks->kinds[CALL_UNUSED].type)
            hook->id = 0;
    }
    return found;
}

int call_hooks_new(const struct btf *btf, struct call_hooks **ret_hooks, struct error *ret_error)
{
    static const char *const needed[] = {PREFIX "execve", PREFIX_PLAIN "setsid", "ia32_sys_call",
                                         "__secure_computing"};
    static const size_t needed_count = sizeof(needed) / sizeof(needed[0]);
    static const struct bpf_insn nothing[] = {
        {.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0},
        {.code = BPF_JMP | BPF_EXIT},
    };

    /* The kernel skips a program that the same CPU is in the midst of: a task that takes the
     * processor from another there would not be seen. */
    if (kernel_preemptible())
        return error_set(ret_error, -EOPNOTSUPP, "the kernel is preemptible");
    _cleanup_(call_hooks_freep) struct call_hooks *hooks = calloc(1, sizeof(*hooks));
    if (!hooks || !btf)
        return error_set(ret_error, -ENOMEM, "the kernel's BTF can't be read");
    for (unsigned number = 0; number < EVENT_SYSCALL_MAX; number++)
        hooks->hooks[number].function = event_syscall_function(number);
    if (find_functions(hooks, btf, needed, needed_count) < needed_count)
        return error_set(ret_error, -ENOENT, "the kernel's BTF lacks one of %s, %s, %s, %s",
                         needed[0], needed[1], needed[2], needed[3]);
    int fd = load_stub(nothing, sizeof(nothing) / sizeof(nothing[0]), hooks->hooks[SYS_execve].id);
    if (fd < 0)
        return error_set(ret_error, fd, "the kernel refuses fexit: %s", strerror(-fd));
    close(fd);
    *ret_hooks = TAKE_PTR(hooks);
    return 0;
}

void call_hooks_set_stub(struct call_hooks *hooks, enum call_kind kind, const struct bpf_insn *stub,
                         size_t length)
{
    hooks->kinds[kind].stub = stub;
    hooks->kinds[kind].length = length;
}

static int by_number(const void *a, const void *b)
{
    return *(const int *)a - *(const int *)b;
}

/* Close all but these: among them is what tells another agent that this one runs. */
static void close_others(int *kept, size_t count)
{
    unsigned next = 0;

    qsort(kept, count, sizeof(*kept), by_number);
    for (size_t i = 0; i < count; i++) {
        if ((unsigned)kept[i] > next)
            close_range(next, (unsigned)kept[i] - 1, 0);
        next = (unsigned)kept[i] + 1;
    }
    close_range(next, ~0u, 0);
}

/* Closing a link waits for a grace period of the kernel, one after the other: the last to hold them
 * is a process that nobody waits for. */
static void give_back_aside(const struct call_hooks *hooks)
{
    pid_t child = fork();

    if (child == 0) {
        if (fork() == 0) {
            int kept[EVENT_SYSCALL_MAX];
            size_t count = 0;

            prctl(PR_SET_NAME, "bulwark-unhook");
            for (size_t i = 0; i < EVENT_SYSCALL_MAX; i++)
                if (hooks->hooks[i].link)
                    kept[count++] = hooks->hooks[i].link;
            close_others(kept, count);
        }
        _exit(0);
    }
    if (child > 0)
        waitpid(child, NULL, 0);
}

void call_hooks_free(struct call_hooks *hooks)
{
    if (!hooks)
        return;
    if (hooks->count)
        give_back_aside(hooks);
    for (size_t i = 0; i < EVENT_SYSCALL_MAX; i++) {
        if (hooks->hooks[i].link)
            close(hooks->hooks[i].link);
        if (hooks->hooks[i].program)
            close(hooks->hooks[i].program);
    }
    free(hooks);
}

/*
 * A function that BTF does not tell of is one of a call that this kernel does not have: nobody can
 * make it. Should the kernel have it all the same, it could not be hooked: the name of the first of
 * those, or NULL.
 */
static const char *untold(const struct call_hooks *hooks, const uint8_t types[EVENT_SYSCALL_MAX])
{
    _cleanup_fclose_ FILE *symbols = NULL;
    char line[256];
    bool any = false;

    for (size_t i = 0; i < EVENT_SYSCALL_MAX; i++)
        any |= types[i] && !hooks->hooks[i].id;
    if (any)
        symbols = fopen("/proc/kallsyms", "re");
    while (symbols && fgets(line, sizeof(line), symbols)) {
        const char *name = strstr(line, " " PREFIX);
        if (!name)
            continue;
        name += 1 + strlen(PREFIX);
        line[strcspn(line, "\n")] = '\0';
        for (size_t i = 0; i < EVENT_SYSCALL_MAX; i++)
            if (types[i] && !hooks->hooks[i].id && !strcmp(hooks->hooks[i].function, name))
                return hooks->hooks[i].function;
    }
    return NULL;
}

static int hook(struct call_hooks *hooks, struct call_hook *hook, struct error *ret_error)
{
    size_t kind = 0;

    while (kind < CALL_KINDS && hooks->kinds[kind].type != hook->type)
        kind++;
    if (kind == CALL_KINDS)
        return error_set(ret_error, -EOPNOTSUPP, PREFIX "%s is of a type of its own",
                         hook->function);
    _cleanup_close_ int program =
        load_stub(hooks->kinds[kind].stub, hooks->kinds[kind].length, hook->id);
    if (program < 0)
        return error_set(ret_error, program, "can't load for " PREFIX "%s: %s", hook->function,
                         strerror(-program));
    int link = bpf_raw_tracepoint_open(NULL, program);
    if (link < 0)
        return error_set(ret_error, -errno, "can't attach to " PREFIX "%s: %s", hook->function,
                         strerror(errno));
    hook->link = link;
    hook->program = TAKE_FD(program);
    hooks->count++;
    return 0;
}

int call_hooks_want(struct call_hooks *hooks, const uint8_t types[EVENT_SYSCALL_MAX],
                    struct error *ret_error)
{
    const char *name = untold(hooks, types);

    if (name)
        return error_set(ret_error, -ENOENT, "the kernel's BTF lacks " PREFIX "%s", name);
    for (size_t i = 0; i < EVENT_SYSCALL_MAX; i++) {
        if (!types[i] || !hooks->hooks[i].id || hooks->hooks[i].link)
            continue;
        int r = hook(hooks, &hooks->hooks[i], ret_error);
        if (r < 0)
            return r;
    }
    return 0;
}

size_t call_hooks_count(const struct call_hooks *hooks)
{
    return hooks->count;
}

uint64_t call_hooks_missed(const struct call_hooks *hooks)
{
    uint64_t missed = 0;

    for (size_t i = 0; i < EVENT_SYSCALL_MAX; i++) {
        struct bpf_prog_info info = {0};
        __u32 size = sizeof(info);

        if (hooks->hooks[i].program &&
            bpf_obj_get_info_by_fd(hooks->hooks[i].program, &info, &size) == 0)
            missed += info.recursion_misses;
    }
    return missed;
}
