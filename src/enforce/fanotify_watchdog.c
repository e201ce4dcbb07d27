/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/fanotify.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include "enforce/fanotify_internal.h"

#define NS_PER_S 1000000000ull

struct watchdog {
    const struct fanotify_config *config;
    struct fanotify_shared *shared;
    int group;
    uint64_t turns; /* of the agent's reader at the last look */
    bool unread;    /* there were questions that nobody had read */
};

static void count_late(const struct watchdog *watchdog)
{
    struct fanotify_shared *shared = watchdog->shared;

    atomic_fetch_add(watchdog->config->late_deny ? &shared->late_denied : &shared->late_allowed, 1);
}

static void answer_late(const struct watchdog *watchdog, uint64_t now)
{
    struct fanotify_shared *shared = watchdog->shared;

    if (!atomic_load(&shared->waiting))
        return;
    for (size_t i = 0; i < FANOTIFY_SLOTS; i++) {
        struct fanotify_slot *slot = &shared->slots[i];
        uint32_t state = SLOT_WAITING;

        if (atomic_load(&slot->state) != SLOT_WAITING ||
            now - slot->asked < watchdog->config->limit ||
            !atomic_compare_exchange_strong(&slot->state, &state, SLOT_ANSWERED))
            continue;
        fanotify_respond(watchdog->group, slot->fd, watchdog->config->late_deny);
        count_late(watchdog);
    }
}

/*
 * The agent does not even read. Numbers of descriptors may be the same here as of questions that it
 * has read; all of them are answered alike, so it does not matter which is meant.
 */
static void answer_unread(const struct watchdog *watchdog)
{
    char buffer[64 * sizeof(struct fanotify_event_metadata)] __attribute__((aligned(8)));
    ssize_t n;

    while ((n = read(watchdog->group, buffer, sizeof(buffer))) > 0) {
        size_t left = (size_t)n;
        for (struct fanotify_event_metadata *event = (void *)buffer; FAN_EVENT_OK(event, left);
             event = FAN_EVENT_NEXT(event, left)) {
            if (event->fd < 0)
                continue;
            fanotify_respond(watchdog->group, event->fd, watchdog->config->late_deny);
            close(event->fd);
            count_late(watchdog);
            atomic_fetch_add(&watchdog->shared->unread, 1);
        }
    }
}

static bool has_unread(int group)
{
    struct pollfd waiting = {.fd = group, .events = POLLIN};

    return poll(&waiting, 1, 0) > 0;
}

static void look(struct watchdog *watchdog)
{
    uint64_t turns = atomic_load(&watchdog->shared->turns);
    bool unread = has_unread(watchdog->group);

    answer_late(watchdog, fanotify_now());
    if (unread && watchdog->unread && turns == watchdog->turns)
        answer_unread(watchdog);
    watchdog->unread = unread;
    watchdog->turns = turns;
}

/* Of the agent it keeps the group alone: nothing else is to stay open after the agent's end. */
static void close_others(int group)
{
    if (group > 0)
        close_range(0, (unsigned)group - 1, 0);
    close_range((unsigned)group + 1, ~0u, 0);
}

static void watch(const struct fanotify *fanotify, pid_t agent)
{
    struct watchdog watchdog = {
        .config = &fanotify->config, .shared = fanotify->shared, .group = fanotify->group};
    uint64_t pause = fanotify->config.limit / 2;
    const struct timespec rest = {.tv_sec = (time_t)(pause / NS_PER_S),
                                  .tv_nsec = (long)(pause % NS_PER_S)};
    sigset_t none;

    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_NAME, "bulwark-watchdog");
    sigemptyset(&none);
    for (int number = 1; number < NSIG; number++)
        signal(number, SIG_DFL);
    signal(SIGINT, SIG_IGN); /* of a terminal: the agent ends it */
    sigprocmask(SIG_SETMASK, &none, NULL);
    close_others(fanotify->group);
    while (getppid() == agent) {
        clock_nanosleep(CLOCK_MONOTONIC, 0, &rest, NULL);
        look(&watchdog);
    }
}

pid_t fanotify_start_watchdog(const struct fanotify *fanotify)
{
    pid_t agent = getpid();
    pid_t child = fork();

    if (child < 0)
        return -errno;
    if (child)
        return child;
    watch(fanotify, agent);
    _exit(0);
}
