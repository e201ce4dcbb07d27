/* SPDX-License-Identifier: Apache-2.0 */
/* Acts upon another process (always a child made for it), and upon one's own memory and name. */
#include "acts.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char target_byte = 'a'; /* at the same address in the child */

static int make_child(void)
{
    int pid = fork();
    if (!pid) {
        for (;;)
            pause();
    }
    return pid;
}

static int end_child(int pid, int result)
{
    kill(pid, SIGKILL);
    wait_for(pid);
    return result;
}

static int attach_by(const char *name, enum __ptrace_request request)
{
    int pid = make_child();
    if (pid < 0)
        return impossible(name);
    return end_child(pid, did(name, ptrace(request, pid, NULL, NULL)));
}

static int attach(int argc, char **argv)
{
    return attach_by("ptrace-attach", PTRACE_ATTACH);
}

static int seize(int argc, char **argv)
{
    if (argc)
        return did("ptrace-seize", ptrace(PTRACE_SEIZE, number(argv[0], 0), NULL, NULL));
    return attach_by("ptrace-seize", PTRACE_SEIZE);
}

static int trace_me(int argc, char **argv)
{
    return did("ptrace-traceme", ptrace(PTRACE_TRACEME, 0, NULL, NULL));
}

static int poke(int argc, char **argv)
{
    int pid = make_child();
    if (pid < 0)
        return impossible("ptrace-poke");
    if (!ptrace(PTRACE_ATTACH, pid, NULL, NULL))
        waitpid(pid, NULL, 0);
    long word = ptrace(PTRACE_PEEKDATA, pid, &target_byte, NULL);
    return end_child(pid, did("ptrace-poke", ptrace(PTRACE_POKEDATA, pid, &target_byte, word)));
}

static int write_memory(int argc, char **argv)
{
    int pid = make_child();
    if (pid < 0)
        return impossible("vm-writev");
    char byte = 'b';
    struct iovec local = {&byte, 1}, remote = {&target_byte, 1};
    return end_child(pid, did("vm-writev", process_vm_writev(pid, &local, 1, &remote, 1, 0)));
}

static int read_memory(int argc, char **argv)
{
    int pid = make_child();
    if (pid < 0)
        return impossible("vm-readv");
    char byte;
    struct iovec local = {&byte, 1}, remote = {&target_byte, 1};
    return end_child(pid, did("vm-readv", process_vm_readv(pid, &local, 1, &remote, 1, 0)));
}

static int open_memory(int argc, char **argv)
{
    int pid = make_child();
    if (pid < 0)
        return impossible("proc-mem");
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    return end_child(pid, did("proc-mem", open(path, O_RDWR | O_CLOEXEC)));
}

static int read_environment(int argc, char **argv)
{
    int pid = make_child();
    if (pid < 0)
        return impossible("proc-environ");
    char path[64];
    snprintf(path, sizeof(path), "/proc/%d/environ", pid);
    return end_child(pid, did("proc-environ", open(path, O_RDONLY | O_CLOEXEC)));
}

static int take_descriptor(int argc, char **argv)
{
    int pid = make_child();
    if (pid < 0)
        return impossible("pidfd-getfd");
    int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
    return end_child(pid, did("pidfd-getfd", syscall(SYS_pidfd_getfd, pidfd, 0, 0)));
}

/* Code made at run time: written, then made executable, then called. */
static int write_then_run(int argc, char **argv)
{
    unsigned char *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED)
        return impossible("write-then-run");
    page[0] = 0xc3; /* ret */
    int result = mprotect(page, 4096, PROT_READ | PROT_EXEC);
    if (!result)
        ((void (*)(void))(void *)page)();
    return did("write-then-run", result);
}

static int writable_code(int argc, char **argv)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return did("writable-code", page == MAP_FAILED ? -1 : 0);
}

static int rename_self(int argc, char **argv)
{
    return did("prctl-name", prctl(PR_SET_NAME, argv[0], 0, 0, 0));
}

/* 0 only asks. */
static int send_signal(int argc, char **argv)
{
    return did("signal", kill((int)number(argv[1], 0), (int)number(argv[0], 0)));
}

static int set_user(int argc, char **argv)
{
    return did("setuid", setuid((unsigned)number(argv[0], 65534)));
}

/* Capabilities that nothing started from here can have, as runtimes name them. */
static int missing_capabilities(int argc, char **argv)
{
    static const char *const names[] = {"CHOWN",
                                        "DAC_OVERRIDE",
                                        "DAC_READ_SEARCH",
                                        "FOWNER",
                                        "FSETID",
                                        "KILL",
                                        "SETGID",
                                        "SETUID",
                                        "SETPCAP",
                                        "LINUX_IMMUTABLE",
                                        "NET_BIND_SERVICE",
                                        "NET_BROADCAST",
                                        "NET_ADMIN",
                                        "NET_RAW",
                                        "IPC_LOCK",
                                        "IPC_OWNER",
                                        "SYS_MODULE",
                                        "SYS_RAWIO",
                                        "SYS_CHROOT",
                                        "SYS_PTRACE",
                                        "SYS_PACCT",
                                        "SYS_ADMIN",
                                        "SYS_BOOT",
                                        "SYS_NICE",
                                        "SYS_RESOURCE",
                                        "SYS_TIME",
                                        "SYS_TTY_CONFIG",
                                        "MKNOD",
                                        "LEASE",
                                        "AUDIT_WRITE",
                                        "AUDIT_CONTROL",
                                        "SETFCAP",
                                        "MAC_OVERRIDE",
                                        "MAC_ADMIN",
                                        "SYSLOG",
                                        "WAKE_ALARM",
                                        "BLOCK_SUSPEND",
                                        "AUDIT_READ",
                                        "PERFMON",
                                        "BPF",
                                        "CHECKPOINT_RESTORE"};
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (prctl(PR_CAPBSET_READ, i, 0, 0, 0) != 1)
            printf("CAP_%s\n", names[i]);
    return ACT_DONE;
}

const struct act task_acts[] = {
    {"ptrace-attach", 0, attach, ""},
    {"ptrace-seize", 0, seize, "[PID]"},
    {"ptrace-traceme", 0, trace_me, ""},
    {"ptrace-poke", 0, poke, ""},
    {"vm-writev", 0, write_memory, ""},
    {"vm-readv", 0, read_memory, ""},
    {"proc-mem", 0, open_memory, ""},
    {"proc-environ", 0, read_environment, ""},
    {"pidfd-getfd", 0, take_descriptor, ""},
    {"write-then-run", 0, write_then_run, ""},
    {"writable-code", 0, writable_code, ""},
    {"prctl-name", 1, rename_self, "NAME"},
    {"missing-capabilities", 0, missing_capabilities, ""},
    {"signal", 2, send_signal, "NUMBER PID"},
    {"setuid", 1, set_user, "UID"},
    {0},
};
