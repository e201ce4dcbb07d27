/* SPDX-License-Identifier: Apache-2.0 */
#include "acts.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct act *const tables[] = {evasion_acts,   exec_acts,    file_acts, kernel_acts,
                                           namespace_acts, network_acts, ring_acts, task_acts};
#define TABLES (sizeof(tables) / sizeof(tables[0]))

static int reached; /* the errno that tells that the kernel let the act come so far */

int did(const char *name, long result)
{
    if (result < 0 && errno == reached)
        printf("%s: done: it came to \"%s\"\n", name, strerror(errno));
    else if (result < 0)
        printf("%s: refused: %s\n", name, strerror(errno));
    else
        printf("%s: done\n", name);
    fflush(stdout);
    return ACT_DONE;
}

int impossible(const char *name)
{
    printf("%s: impossible: %s\n", name, strerror(errno));
    fflush(stdout);
    return ACT_IMPOSSIBLE;
}

int copy_to(const char *from, int fd)
{
    int source = open(from, O_RDONLY | O_CLOEXEC);
    if (source < 0)
        return -1;
    char block[65536];
    ssize_t got;
    while ((got = read(source, block, sizeof(block))) > 0)
        if (write(fd, block, (size_t)got) != got) {
            close(source);
            return -1;
        }
    close(source);
    return got < 0 ? -1 : 0;
}

int wait_for(int pid)
{
    int status = 0;
    while (waitpid(pid, &status, 0) < 0)
        if (errno != EINTR)
            return 127;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

void wait_until(const char *path)
{
    for (int tries = 0; access(path, F_OK) && tries < 1200; tries++)
        usleep(100000);
}

long number(const char *text, long otherwise)
{
    char *end;
    errno = 0;
    long value = strtol(text, &end, 10);
    return errno || end == text || *end ? otherwise : value;
}

static const struct act *find(const char *name)
{
    for (size_t t = 0; t < TABLES; t++)
        for (const struct act *act = tables[t]; act->name; act++)
            if (!strcmp(act->name, name))
                return act;
    return NULL;
}

static const struct {
    const char *name;
    int number;
} errors[] = {{"EAFNOSUPPORT", EAFNOSUPPORT},
              {"ECONNREFUSED", ECONNREFUSED},
              {"ENOENT", ENOENT},
              {"ENOEXEC", ENOEXEC},
              {"EPROTONOSUPPORT", EPROTONOSUPPORT}};

static int error_number(const char *name)
{
    for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++)
        if (!strcmp(errors[i].name, name))
            return errors[i].number;
    return 0;
}

static int usage(void)
{
    fputs("usage: acts ACT [ARGUMENT]...   (under any name: nginx, sshd, ...)\n", stderr);
    fputs("  reaches ERRNO ACT...  to fail so late is to have done it\n"
          "  stays SECONDS ACT...  and does not end at once\n",
          stderr);
    for (size_t t = 0; t < TABLES; t++)
        for (const struct act *act = tables[t]; act->name; act++)
            fprintf(stderr, "  %s %s\n", act->name, act->usage);
    return ACT_USAGE;
}

/* A copy that stands for some program (nmap, apt, ...) only has to be started. */
static bool is_stand_in(const char *path)
{
    const char *base = strrchr(path, '/');
    return strcmp(base ? base + 1 : path, "acts") != 0;
}

int main(int argc, char **argv)
{
    unsigned stays = 0;
    for (; argc > 3; argc -= 2, argv += 2) {
        if (!strcmp(argv[1], "reaches"))
            reached = error_number(argv[2]);
        else if (!strcmp(argv[1], "stays"))
            stays = (unsigned)number(argv[2], 1);
        else
            break;
    }
    const struct act *act = argc > 1 ? find(argv[1]) : NULL;
    if (!act)
        return argc > 0 && is_stand_in(argv[0]) ? ACT_DONE : usage();
    if (argc - 2 < act->least_args)
        return usage();
    int result = act->run(argc - 2, argv + 2);
    sleep(stays);
    return result;
}
