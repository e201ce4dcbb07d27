/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: storm open|exec|getppid|churn COUNT [RATE]
 * Does one thing COUNT times (0: until SIGTERM), at most RATE times a second. Prints ns of wall
 * clock and ns of processor time each took, its children's included. `churn` opens a file that is
 * another one each time.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ull
#define BURST    64 /* acts between two looks at the clock of a rate */

static int do_open(unsigned long number)
{
    int fd = open("/etc/hostname", O_RDONLY | O_CLOEXEC);

    return fd < 0 ? -errno : close(fd);
}

/* Not found, so that no file system is filled. */
static int do_churn(unsigned long number)
{
    char path[64];

    snprintf(path, sizeof(path), "/etc/storm-%lu", number);
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    return fd < 0 ? 0 : close(fd);
}

static int do_exec(unsigned long number)
{
    char *argv[] = {(char *)"true", NULL}, *envp[] = {NULL};
    pid_t child;
    int status;

    int r = posix_spawn(&child, "/bin/true", NULL, NULL, argv, envp);
    if (r != 0)
        return -r;
    return waitpid(child, &status, 0) < 0 ? -errno : status;
}

static int do_getppid(unsigned long number)
{
    return syscall(SYS_getppid) < 0 ? -errno : 0;
}

static const struct {
    const char *name;
    int (*act)(unsigned long number);
} storms[] = {{"open", do_open}, {"churn", do_churn}, {"exec", do_exec}, {"getppid", do_getppid}};

#define STORMS (sizeof(storms) / sizeof(storms[0]))

static uint64_t wall_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static uint64_t usage_ns(int who)
{
    struct rusage usage;

    getrusage(who, &usage);
    return (uint64_t)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * NS_PER_S +
           (uint64_t)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) * 1000;
}

static uint64_t processor_ns(void)
{
    return usage_ns(RUSAGE_SELF) + usage_ns(RUSAGE_CHILDREN);
}

static volatile sig_atomic_t stopped;

static void on_stop(int number)
{
    stopped = 1;
}

static void wait_until(uint64_t due)
{
    uint64_t now = wall_ns();

    if (now < due)
        nanosleep(
            &(struct timespec){(time_t)((due - now) / NS_PER_S), (long)((due - now) % NS_PER_S)},
            NULL);
}

int main(int argc, char **argv)
{
    size_t which = 0;

    while (argc >= 3 && which < STORMS && strcmp(storms[which].name, argv[1]) != 0)
        which++;
    if (argc < 3 || argc > 4 || which == STORMS) {
        fprintf(stderr, "usage: storm open|churn|exec|getppid COUNT [RATE]\n");
        return 2;
    }
    unsigned long count = strtoul(argv[2], NULL, 10);
    unsigned long rate = argc > 3 ? strtoul(argv[3], NULL, 10) : 0;

    sigaction(SIGTERM, &(struct sigaction){.sa_handler = on_stop, .sa_flags = SA_RESTART}, NULL);

    uint64_t wall = wall_ns(), processor = processor_ns();
    unsigned long i;
    for (i = 0; !stopped && (!count || i < count); i++) {
        if (rate && i % BURST == 0)
            wait_until(wall + i * NS_PER_S / rate);
        int r = storms[which].act(i);
        if (r != 0) {
            fprintf(stderr, "storm: %s: %s\n", argv[1], r < 0 ? strerror(-r) : "it failed");
            return 1;
        }
    }
    if (i == 0)
        return 1;
    printf("%.1f %.1f\n", (double)(wall_ns() - wall) / (double)i,
           (double)(processor_ns() - processor) / (double)i);
    return 0;
}
