/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: kill ACTS FILE
 * With an agent running that kills who reads FILE: ACTS times a child opens it and then goes on
 * until it is killed. Prints, in ns and one a line: the time from just before the open to the last
 * moment that the child ran; "lost" where it was not killed within 2 s.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
#define PATIENCE (2 * NS_PER_S)
#define PAUSE_NS 3000000l /* between acts: the agent is asleep again */

struct life {
    uint64_t acted, last;
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static void live(volatile struct life *life, const char *file)
{
    life->last = life->acted = now_ns();
    int fd = open(file, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        _exit(1);
    while (life->last - life->acted < PATIENCE)
        life->last = now_ns();
    _exit(0);
}

static int act(volatile struct life *life, const char *file)
{
    int status;

    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0)
        live(life, file);
    if (waitpid(pid, &status, 0) < 0)
        return -errno;
    if (WIFEXITED(status) && WEXITSTATUS(status))
        return -ENOENT;
    if (WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL)
        printf("%llu\n", (unsigned long long)(life->last - life->acted));
    else
        puts("lost");
    return 0;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        fprintf(stderr, "usage: kill ACTS FILE\n");
        return 2;
    }
    volatile struct life *life =
        mmap(NULL, sizeof(*life), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (life == MAP_FAILED)
        return 1;
    for (unsigned long left = strtoul(argv[1], NULL, 10); left; left--) {
        nanosleep(&(struct timespec){.tv_nsec = PAUSE_NS}, NULL);
        int r = act(life, argv[2]);
        if (r < 0) {
            fprintf(stderr, "kill: %s: %s\n", argv[2], strerror(-r));
            return 1;
        }
    }
    return 0;
}
