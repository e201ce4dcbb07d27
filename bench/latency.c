/* SPDX-License-Identifier: Apache-2.0 */
/*
 * usage: latency ACTS DIRECTORY COMMAND...
 * Starts COMMAND, an agent whose alerts come on standard output and that has the canary rule of
 * bench/run. Opens files of new names in DIRECTORY until the first alert names one; then ACTS more
 * times, each time waiting for the alert. Prints, in ns: the time from the start to the first
 * alert, then the time from just before each open to the line with its name, one a line; "lost"
 * where none came within 2 s.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S    1000000000ull
#define NS_PER_MS   1000000ull
#define PATIENCE    (2 * NS_PER_S)
#define START_LIMIT (30 * NS_PER_S)
#define PAUSE_NS    (3 * NS_PER_MS) /* between acts: the agent is asleep again */
#define ACT         "act-"          /* how the names begin */

struct agent {
    pid_t pid;
    int out;
    char line[65536];
    size_t len;
};

static uint64_t now_ns(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

static int start(char **command, struct agent *ret_agent)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    pid_t pid = fork();
    if (pid < 0)
        return -errno;
    if (pid == 0) {
        prctl(PR_SET_PDEATHSIG, SIGTERM);
        dup2(ends[1], STDOUT_FILENO);
        execv(command[0], command);
        _exit(127);
    }
    close(ends[1]);
    ret_agent->pid = pid;
    ret_agent->out = ends[0];
    ret_agent->len = 0;
    return 0;
}

/* Whether a whole line with the word has come; lines up to the last whole one are dropped. */
static bool heard(struct agent *agent, const char *word)
{
    char *end = memrchr(agent->line, '\n', agent->len);

    if (!end)
        return false;
    size_t whole = (size_t)(end + 1 - agent->line);
    bool found = memmem(agent->line, whole, word, strlen(word));
    memmove(agent->line, agent->line + whole, agent->len - whole);
    agent->len -= whole;
    return found;
}

/* 1: heard; 0: not in time; -errno: the agent is gone. */
static int listen_for(struct agent *agent, const char *word, uint64_t deadline)
{
    while (!heard(agent, word)) {
        struct pollfd wait = {.fd = agent->out, .events = POLLIN};
        uint64_t now = now_ns();
        if (now >= deadline)
            return 0;
        struct timespec left = {(time_t)((deadline - now) / NS_PER_S),
                                (long)((deadline - now) % NS_PER_S)};
        if (ppoll(&wait, 1, &left, NULL) <= 0)
            continue;
        if (agent->len == sizeof(agent->line))
            agent->len = 0;
        ssize_t n = read(agent->out, agent->line + agent->len, sizeof(agent->line) - agent->len);
        if (n == 0)
            return -EPIPE;
        if (n > 0)
            agent->len += (size_t)n;
    }
    return 1;
}

/*
 * Open a new file and wait for an alert with the word, its name when NULL. The time counts from
 * just before the open.
 */
static int act(struct agent *agent, const char *directory, unsigned number, const char *word,
               uint64_t patience, uint64_t *ret_ns)
{
    char path[512], name[64];

    snprintf(name, sizeof(name), "/" ACT "%u.canary", number);
    snprintf(path, sizeof(path), "%s%s", directory, name);
    if (mknod(path, S_IFREG | 0600, 0) < 0)
        return -errno;
    uint64_t before = now_ns();
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    int r = listen_for(agent, word ? word : name, before + patience);
    *ret_ns = now_ns() - before;
    if (fd >= 0)
        close(fd);
    unlink(path);
    return r;
}

static int measure(struct agent *agent, const char *directory, unsigned acts, uint64_t started)
{
    unsigned number = 0;
    uint64_t ns;
    int r = 0;

    while (r == 0 && now_ns() - started < START_LIMIT)
        r = act(agent, directory, number++, ACT, NS_PER_MS, &ns);
    if (r <= 0)
        return r < 0 ? r : -ETIMEDOUT;
    printf("%llu\n", (unsigned long long)(now_ns() - started));
    for (unsigned i = 0; i < acts; i++) {
        nanosleep(&(struct timespec){.tv_nsec = (long)PAUSE_NS}, NULL);
        r = act(agent, directory, number++, NULL, PATIENCE, &ns);
        if (r < 0)
            return r;
        if (r == 0)
            puts("lost");
        else
            printf("%llu\n", (unsigned long long)ns);
    }
    return 0;
}

int main(int argc, char **argv)
{
    struct agent agent;

    if (argc < 4) {
        fprintf(stderr, "usage: latency ACTS DIRECTORY COMMAND...\n");
        return 2;
    }
    uint64_t started = now_ns();
    int r = start(argv + 3, &agent);
    if (r == 0) {
        r = measure(&agent, argv[2], (unsigned)strtoul(argv[1], NULL, 10), started);
        kill(agent.pid, SIGTERM);
        close(agent.out);
        waitpid(agent.pid, NULL, 0);
    }
    if (r < 0)
        fprintf(stderr, "latency: %s\n", strerror(-r));
    return r < 0 ? 1 : 0;
}
