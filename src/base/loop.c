/* SPDX-License-Identifier: Apache-2.0 */
#include "base/loop.h"

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <sys/timerfd.h>
#include <time.h>

#define EVENTS_A_WAIT 16
#define NS_PER_S      1000000000ull

enum source_kind { SOURCE_FD, SOURCE_TIMER, SOURCE_SIGNAL };

struct loop_source {
    struct loop *loop;
    struct loop_source *next;
    enum source_kind kind;
    bool removed; /* freed once the events of this wait are served: one may still point here */
    bool blocked; /* a signal that was not blocked before */
    int fd;
    int signal;
    union {
        loop_fd_callback fd;
        loop_timer_callback timer;
        loop_signal_callback signal;
    } callback;
    void *data;
};

struct loop {
    int epoll;
    bool stopped;
    bool any_removed;
    struct loop_source *sources;
};

int loop_new(struct loop **ret_loop)
{
    _cleanup_free_ struct loop *loop = calloc(1, sizeof(*loop));
    if (!loop)
        return -ENOMEM;
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    if (loop->epoll < 0)
        return -errno;
    *ret_loop = TAKE_PTR(loop);
    return 0;
}

/* Frees the removed sources, or all of them. */
static void sweep(struct loop *loop, bool all)
{
    struct loop_source **slot = &loop->sources;

    while (*slot) {
        struct loop_source *source = *slot;
        if (all)
            loop_remove(source);
        if (source->removed) {
            *slot = source->next;
            free(source);
        } else {
            slot = &source->next;
        }
    }
    loop->any_removed = false;
}

void loop_free(struct loop *loop)
{
    if (!loop)
        return;
    sweep(loop, true);
    close(loop->epoll);
    free(loop);
}

/* Takes over `prepared`, whose kind, fd and callback are set; on failure the caller keeps the fd.
 */
static int add(struct loop *loop, const struct loop_source *prepared, uint32_t events,
               struct loop_source **ret_source)
{
    struct loop_source *source = malloc(sizeof(*source));
    if (!source)
        return -ENOMEM;
    *source = *prepared;
    source->loop = loop;

    struct epoll_event event = {.events = events, .data.ptr = source};
    if (epoll_ctl(loop->epoll, EPOLL_CTL_ADD, source->fd, &event) < 0) {
        int r = -errno;
        free(source);
        return r;
    }
    source->next = loop->sources;
    loop->sources = source;
    if (ret_source)
        *ret_source = source;
    return 0;
}

int loop_add_fd(struct loop *loop, int fd, uint32_t events, loop_fd_callback callback, void *data,
                struct loop_source **ret_source)
{
    struct loop_source source = {
        .kind = SOURCE_FD, .fd = fd, .callback.fd = callback, .data = data};

    return add(loop, &source, events, ret_source);
}

int loop_add_timer(struct loop *loop, loop_timer_callback callback, void *data,
                   struct loop_source **ret_source)
{
    _cleanup_close_ int fd = timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK);
    if (fd < 0)
        return -errno;

    struct loop_source source = {
        .kind = SOURCE_TIMER, .fd = fd, .callback.timer = callback, .data = data};
    int r = add(loop, &source, EPOLLIN, ret_source);
    if (r == 0)
        TAKE_FD(fd);
    return r;
}

int loop_add_signal(struct loop *loop, int number, loop_signal_callback callback, void *data,
                    struct loop_source **ret_source)
{
    sigset_t set, before;

    sigemptyset(&set);
    if (sigaddset(&set, number) < 0)
        return -errno;
    _cleanup_close_ int fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
    if (fd < 0)
        return -errno;
    if (sigprocmask(SIG_BLOCK, &set, &before) < 0)
        return -errno;

    struct loop_source source = {
        .kind = SOURCE_SIGNAL,
        .fd = fd,
        .signal = number,
        .blocked = !sigismember(&before, number),
        .callback.signal = callback,
        .data = data,
    };
    int r = add(loop, &source, EPOLLIN, ret_source);
    if (r < 0) {
        sigprocmask(SIG_SETMASK, &before, NULL);
        return r;
    }
    TAKE_FD(fd);
    return 0;
}

int loop_timer_set(struct loop_source *timer, uint64_t first, uint64_t period)
{
    struct itimerspec spec = {0};

    if (timer->kind != SOURCE_TIMER)
        return -EINVAL;
    if (first != UINT64_MAX) {
        if (!first)
            first = 1; /* 0 would turn it off */
        spec.it_value.tv_sec = (time_t)(first / NS_PER_S);
        spec.it_value.tv_nsec = (long)(first % NS_PER_S);
        spec.it_interval.tv_sec = (time_t)(period / NS_PER_S);
        spec.it_interval.tv_nsec = (long)(period % NS_PER_S);
    }
    return timerfd_settime(timer->fd, 0, &spec, NULL) < 0 ? -errno : 0;
}

void loop_remove(struct loop_source *source)
{
    if (!source || source->removed)
        return;
    source->removed = true;
    source->loop->any_removed = true;
    epoll_ctl(source->loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
    if (source->kind != SOURCE_FD)
        close(source->fd);
    if (source->blocked) {
        sigset_t set;
        sigemptyset(&set);
        sigaddset(&set, source->signal);
        sigprocmask(SIG_UNBLOCK, &set, NULL);
    }
}

static int serve(struct loop_source *source, uint32_t events)
{
    switch (source->kind) {
    case SOURCE_FD: return source->callback.fd(source->data, source->fd, events);
    case SOURCE_TIMER: {
        uint64_t expirations;
        /* nothing to read: it was set anew after it had become ready */
        if (read(source->fd, &expirations, sizeof(expirations)) != sizeof(expirations))
            return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        return source->callback.timer(source->data, expirations);
    }
    case SOURCE_SIGNAL: {
        struct signalfd_siginfo info;
        if (read(source->fd, &info, sizeof(info)) != sizeof(info))
            return errno == EAGAIN || errno == EINTR ? 0 : -errno;
        return source->callback.signal(source->data, (int)info.ssi_signo);
    }
    }
    return -EINVAL;
}

int loop_run(struct loop *loop)
{
    struct epoll_event events[EVENTS_A_WAIT];
    int r = 0;

    while (!loop->stopped && r >= 0) {
        int n = epoll_wait(loop->epoll, events, EVENTS_A_WAIT, -1);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        for (int i = 0; i < n && !loop->stopped && r >= 0; i++) {
            struct loop_source *source = events[i].data.ptr;
            if (!source->removed)
                r = serve(source, events[i].events);
        }
        if (loop->any_removed)
            sweep(loop, false);
    }
    loop->stopped = false;
    return r < 0 ? r : 0;
}

void loop_stop(struct loop *loop)
{
    loop->stopped = true;
}

uint64_t loop_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}
