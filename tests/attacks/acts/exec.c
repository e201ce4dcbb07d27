/* SPDX-License-Identifier: Apache-2.0 */
/* Ways to start a program. */
#include "acts.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <unistd.h>

#define HARMLESS "/bin/true" /* what is run from strange places */

static char *const harmless_argv[] = {"true", NULL};

extern char **environ;

static int exec_descriptor(const char *name, int fd)
{
    fexecve(fd, harmless_argv, environ);
    return impossible(name);
}

static int memfd_exec(int argc, char **argv)
{
    int fd = memfd_create(argc ? argv[0] : "payload", MFD_CLOEXEC);
    if (fd < 0 || copy_to(HARMLESS, fd))
        return impossible("memfd-exec");
    return exec_descriptor("memfd-exec", fd);
}

static int deleted_exec(int argc, char **argv)
{
    const char *path = argv[0];
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
    if (fd < 0 || copy_to(HARMLESS, fd))
        return impossible("deleted-exec");
    close(fd);
    fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || unlink(path))
        return impossible("deleted-exec");
    return exec_descriptor("deleted-exec", fd);
}

static int tmpfile_exec(int argc, char **argv)
{
    int written = open(argv[0], O_TMPFILE | O_RDWR | O_CLOEXEC, 0755);
    if (written < 0 || copy_to(HARMLESS, written))
        return impossible("tmpfile-exec");
    char again[64];
    snprintf(again, sizeof(again), "/proc/self/fd/%d", written);
    int fd = open(again, O_RDONLY | O_CLOEXEC);
    close(written);
    if (fd < 0)
        return impossible("tmpfile-exec");
    return exec_descriptor("tmpfile-exec", fd);
}

static int spawn(int argc, char **argv)
{
    int pid = fork();
    if (pid < 0)
        return impossible("spawn");
    if (!pid) {
        execvp(argv[0], argv);
        _exit(127);
    }
    return wait_for(pid);
}

/* Become a user and start a program below this one, as a login service does. */
static int as_user(int argc, char **argv)
{
    unsigned uid = (unsigned)number(argv[0], 65534);
    if (setgroups(0, NULL) || setgid(uid) || setuid(uid))
        return impossible("as-user");
    return spawn(argc - 1, argv + 1);
}

static void *thread_exec(void *data)
{
    char **argv = data;
    execvp(argv[0], argv);
    return NULL;
}

/* Exec from a thread that is not the leader: the kernel gives it the leader's identity. */
static int from_thread(int argc, char **argv)
{
    pthread_t thread;
    errno = pthread_create(&thread, NULL, thread_exec, argv);
    if (!errno)
        pthread_join(thread, NULL);
    return impossible("thread-exec");
}

/* argv[0] of the program, which is this one, is not its file's name. */
static int masquerade(int argc, char **argv)
{
    char *const other[] = {argv[0], NULL};
    execv("/proc/self/exe", other);
    return impossible("exec-as");
}

static int pump(int master)
{
    char block[4096];
    struct pollfd poll_master = {.fd = master, .events = POLLIN};
    while (poll(&poll_master, 1, 60000) > 0) {
        ssize_t got = read(master, block, sizeof(block));
        if (got <= 0)
            return 0;
        if (write(STDOUT_FILENO, block, (size_t)got) != got)
            return -1;
    }
    return 0;
}

/* Run a program on a terminal of its own, for those who have none. */
static int pty(int argc, char **argv)
{
    int master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
    if (master < 0 || grantpt(master) || unlockpt(master))
        return impossible("pty");
    int slave = open(ptsname(master), O_RDWR | O_NOCTTY);
    if (slave < 0)
        return impossible("pty");
    int pid = fork();
    if (pid < 0)
        return impossible("pty");
    if (!pid) {
        setsid();
        ioctl(slave, TIOCSCTTY, 0);
        for (int fd = 0; fd < 3; fd++)
            dup2(slave, fd);
        if (slave > 2)
            close(slave);
        execvp(argv[0], argv);
        _exit(127);
    }
    close(slave);
    pump(master);
    return wait_for(pid);
}

const struct act exec_acts[] = {
    {"memfd-exec", 0, memfd_exec, "[NAME]"},
    {"deleted-exec", 1, deleted_exec, "PATH"},
    {"tmpfile-exec", 1, tmpfile_exec, "DIRECTORY"},
    {"spawn", 1, spawn, "PROGRAM [ARGUMENT]..."},
    {"as-user", 2, as_user, "UID PROGRAM [ARGUMENT]..."},
    {"thread-exec", 1, from_thread, "PROGRAM [ARGUMENT]..."},
    {"exec-as", 1, masquerade, "NAME"},
    {"pty", 1, pty, "PROGRAM [ARGUMENT]..."},
    {0},
};
