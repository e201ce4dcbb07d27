/* SPDX-License-Identifier: Apache-2.0 */
/* Ways round who watches: a file reached so that its name, its opener or the call is another. */
#include "acts.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define X32_BIT 0x40000000L

static int open_x32(int argc, char **argv)
{
    return did("open-x32", syscall(X32_BIT | SYS_openat, AT_FDCWD, argv[0], O_RDONLY, 0));
}

/* The longest name that the kernel takes for the file. */
static int open_long(int argc, char **argv)
{
    char path[4096];
    size_t len = strlen(argv[0]), at = 0;

    if (len >= sizeof(path))
        return ACT_USAGE;
    while (at + 2 + len < sizeof(path)) {
        path[at++] = '/';
        path[at++] = '.';
    }
    memcpy(path + at, argv[0], len + 1);
    return did("open-long", open(path, O_RDONLY | O_CLOEXEC));
}

struct open_work {
    const char *path;
    int fd, why;
};

static void *open_in_thread(void *data)
{
    struct open_work *work = data;

    work->fd = open(work->path, O_RDONLY | O_CLOEXEC);
    work->why = errno;
    return NULL;
}

/* By a thread that is not the leader. */
static int open_from_thread(int argc, char **argv)
{
    struct open_work work = {.path = argv[0]};
    pthread_t thread;

    errno = pthread_create(&thread, NULL, open_in_thread, &work);
    if (errno || (errno = pthread_join(thread, NULL)))
        return impossible("open-from-thread");
    errno = work.why;
    return did("open-from-thread", work.fd);
}

/* By a process whose parent is gone, in a session of its own. */
static int open_as_orphan(int argc, char **argv)
{
    int answer[2], result = EIO;

    if (pipe2(answer, O_CLOEXEC))
        return impossible("open-as-orphan");
    int pid = fork();
    if (!pid) {
        setsid();
        if (fork())
            _exit(0);
        int fd = open(argv[0], O_RDONLY | O_CLOEXEC);
        result = fd < 0 ? errno : 0;
        _exit(write(answer[1], &result, sizeof(result)) != sizeof(result));
    }
    close(answer[1]);
    wait_for(pid);
    if (read(answer[0], &result, sizeof(result)) != sizeof(result))
        return impossible("open-as-orphan");
    errno = result;
    return did("open-as-orphan", result ? -1 : 0);
}

struct flip {
    char shown[256];
    const char *names[2];
    volatile bool ends;
};

static void *flip_names(void *data)
{
    struct flip *flip = data;

    for (unsigned i = 0; !flip->ends; i++)
        memcpy(flip->shown, flip->names[i & 1], strlen(flip->names[i & 1]) + 1);
    return NULL;
}

/* A name that is rewritten while it is being opened, until that has opened the second file. */
static int rewrite_path(int argc, char **argv)
{
    struct flip flip = {.names = {argv[0], argv[1]}};
    struct stat wanted, got;
    pthread_t thread;
    bool reached = false;
    int why = ENOENT;

    if (strlen(argv[0]) >= sizeof(flip.shown) || strlen(argv[1]) >= sizeof(flip.shown))
        return ACT_USAGE;
    if (stat(argv[1], &wanted))
        return impossible("rewrite-path");
    errno = pthread_create(&thread, NULL, flip_names, &flip);
    if (errno)
        return impossible("rewrite-path");
    time_t end = time(NULL) + 3;
    while (!reached && time(NULL) < end) {
        int fd = open(flip.shown, O_RDONLY | O_CLOEXEC);
        if (fd < 0) {
            why = errno == EPERM ? errno : why;
            continue;
        }
        reached = !fstat(fd, &got) && got.st_ino == wanted.st_ino && got.st_dev == wanted.st_dev;
        close(fd);
    }
    flip.ends = true;
    pthread_join(thread, NULL);
    errno = why;
    return did("rewrite-path", reached ? 0 : -1);
}

static int send_file(int argc, char **argv)
{
    int pipes[2], fd = open(argv[0], O_RDONLY | O_CLOEXEC);

    if (fd < 0 || pipe2(pipes, O_CLOEXEC))
        return did("send-file", -1);
    return did("send-file", sendfile(pipes[1], fd, NULL, 1));
}

static int map_file(int argc, char **argv)
{
    int fd = open(argv[0], O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return did("map-file", -1);
    return did("map-file", mmap(NULL, 1, PROT_READ, MAP_SHARED, fd, 0) == MAP_FAILED ? -1 : 0);
}

/* A file below so many directories that no walk up from it can be expected to end. */
static int make_below(int argc, char **argv)
{
    if (chdir(argv[1]))
        return impossible("make-below");
    for (long depth = number(argv[0], 300); depth > 0; depth--)
        if (mkdir("d", 0755) || chdir("d"))
            return impossible("make-below");
    return did("make-below", open(argv[2], O_WRONLY | O_CREAT | O_CLOEXEC, 0644));
}

#define GIVEN_FD 3 /* where the giver finds the socket */

union control {
    char space[CMSG_SPACE(sizeof(int))];
    struct cmsghdr align;
};

/* Opens a file and hands it to whoever started it. */
static int give(int argc, char **argv)
{
    union control control = {0};
    struct iovec data = {"x", 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    struct cmsghdr *header = CMSG_FIRSTHDR(&message);
    int fd = open(argv[0], O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return impossible("give");
    header->cmsg_level = SOL_SOCKET;
    header->cmsg_type = SCM_RIGHTS;
    header->cmsg_len = CMSG_LEN(sizeof(fd));
    memcpy(CMSG_DATA(header), &fd, sizeof(fd));
    return sendmsg(GIVEN_FD, &message, 0) == 1 ? ACT_DONE : impossible("give");
}

/* A file that another program opens is read here. */
static int be_given(int argc, char **argv)
{
    union control control = {0};
    char byte;
    struct iovec data = {&byte, 1};
    struct msghdr message = {.msg_iov = &data,
                             .msg_iovlen = 1,
                             .msg_control = &control,
                             .msg_controllen = sizeof(control)};
    int pair[2], fd = -1;

    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
        return impossible("be-given");
    int pid = fork();
    if (!pid) {
        if (pair[1] == GIVEN_FD)
            fcntl(GIVEN_FD, F_SETFD, 0);
        else
            dup2(pair[1], GIVEN_FD);
        execlp(argv[0], argv[0], "give", argv[1], NULL);
        _exit(127);
    }
    close(pair[1]);
    if (recvmsg(pair[0], &message, 0) == 1 && message.msg_controllen)
        memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&message)), sizeof(fd));
    wait_for(pid);
    if (fd < 0) {
        errno = EPERM;
        return did("be-given", -1);
    }
    return did("be-given", read(fd, &byte, 1));
}

/* A file opened at once and read only when `until` is there. */
static int held_open(int argc, char **argv)
{
    char byte;
    int fd = open(argv[0], O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return impossible("held-open");
    wait_until(argv[1]);
    return did("held-open", read(fd, &byte, 1));
}

const struct act evasion_acts[] = {
    {"open-x32", 1, open_x32, "PATH"},
    {"open-long", 1, open_long, "PATH"},
    {"open-from-thread", 1, open_from_thread, "PATH"},
    {"open-as-orphan", 1, open_as_orphan, "PATH"},
    {"rewrite-path", 2, rewrite_path, "OTHER PATH"},
    {"send-file", 1, send_file, "PATH"},
    {"map-file", 1, map_file, "PATH"},
    {"make-below", 3, make_below, "DEPTH DIRECTORY NAME"},
    {"give", 1, give, "PATH"},
    {"be-given", 2, be_given, "PROGRAM PATH"},
    {"held-open", 2, held_open, "PATH UNTIL"},
    {0},
};
