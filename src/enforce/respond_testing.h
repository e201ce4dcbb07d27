/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENFORCE_RESPOND_TESTING_H
#define ENFORCE_RESPOND_TESTING_H

/* For tests: real children, and their exec ids. */

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "world/proc.h"
#include "world/process.h"

/* A child that runs `function` and then waits for a signal. */
static inline pid_t start_child(void (*function)(void *data), void *data)
{
    pid_t pid = fork();

    if (pid == 0) {
        if (function)
            function(data);
        for (;;)
            pause();
    }
    assert_true(pid > 0);
    return pid;
}

/* For cmocka, a test's set-up: valgrind knows no descriptors of processes. */
static inline int need_process_descriptors(void **state)
{
    int fd = (int)syscall(SYS_pidfd_open, getpid(), 0);

    if (fd < 0) {
        print_message("SKIP kill: pidfd_open: %s\n", strerror(errno));
        exit(77);
    }
    close(fd);
    return 0;
}

static inline struct exec_id exec_id_of(pid_t pid)
{
    _cleanup_free_ char *text = NULL;
    struct proc_stat stat;
    char path[64];

    snprintf(path, sizeof(path), "/proc/%d/stat", (int)pid);
    assert_int_equal(read_file(path, 4096, &text, NULL), 0);
    assert_true(proc_parse_stat(text, &stat));
    return (struct exec_id){.pid = (uint32_t)pid, .start_time = stat.start_time};
}

static inline bool lives(pid_t pid)
{
    return waitpid(pid, NULL, WNOHANG) == 0;
}

/* Waits; whether SIGKILL ended it. */
static inline bool was_killed(pid_t pid)
{
    int status;

    assert_int_equal(waitpid(pid, &status, 0), pid);
    return WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL;
}

static inline void end_child(pid_t pid)
{
    kill(pid, SIGKILL);
    waitpid(pid, NULL, 0);
}

#endif
