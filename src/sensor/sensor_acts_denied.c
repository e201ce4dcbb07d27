/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sensor/sensor_acts.h"

static void answer_setns(unsigned answer)
{
    struct sock_filter filter[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_setns, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, answer),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(filter) / sizeof(filter[0]), filter};

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program);
}

/* A handler, not SIG_IGN: that would be the end of it. */
static void ignore(int number)
{
}

static long act(unsigned answer)
{
    pid_t pid = fork();

    if (pid == 0) {
        signal(SIGSYS, ignore);
        answer_setns(answer);
        _exit(setns(-1, CLONE_NEWNET) < 0 ? errno : 0);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? -WEXITSTATUS(status) : -EINTR;
}

long act_denied(void)
{
    return act(SECCOMP_RET_ERRNO | EXDEV);
}

/* The registers are as before the call then: what is in place of a result is its number. */
long act_trapped(void)
{
    return act(SECCOMP_RET_TRAP) ? -EINTR : -EPERM;
}
