/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/fanotify.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "enforce/fanotify_internal.h"

#define NS_PER_S    1000000000ull
#define NS_PER_US   1000
#define PIPE_BYTES  (1 << 20)
#define READ_EVENTS 64

uint64_t fanotify_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (uint64_t)now.tv_sec * NS_PER_S + (uint64_t)now.tv_nsec;
}

int fanotify_respond(int group, int fd, bool deny)
{
    const struct fanotify_response response = {.fd = fd, .response = deny ? FAN_DENY : FAN_ALLOW};

    return write(group, &response, sizeof(response)) == sizeof(response) ? 0 : -errno;
}

/* Whether a thread is one of this process. */
static bool is_own(uint32_t tid)
{
    return syscall(SYS_tgkill, getpid(), tid, 0) == 0;
}

/* By the reader alone. */
static struct fanotify_slot *take_slot(struct fanotify *fanotify, uint32_t *ret_number)
{
    for (uint32_t i = 0; i < FANOTIFY_SLOTS; i++) {
        uint32_t number = (fanotify->next_slot + i) % FANOTIFY_SLOTS;
        struct fanotify_slot *slot = &fanotify->shared->slots[number];
        if (atomic_load(&slot->state) != SLOT_FREE)
            continue;
        fanotify->next_slot = number + 1;
        *ret_number = number;
        return slot;
    }
    return NULL;
}

static void free_slot(struct fanotify *fanotify, struct fanotify_slot *slot)
{
    atomic_store(&slot->state, SLOT_FREE);
    atomic_fetch_sub(&fanotify->shared->waiting, 1);
}

static void answer_now(struct fanotify *fanotify, int fd, bool deny)
{
    if (fanotify_respond(fanotify->group, fd, deny) < 0)
        atomic_fetch_add(&fanotify->answer_failed, 1);
    close(fd);
}

static void take(struct fanotify *fanotify, const struct fanotify_event_metadata *event)
{
    struct fanotify_question question = {
        .asked = fanotify_now(),
        .fd = event->fd,
        .tid = (uint32_t)event->pid,
        .exec = event->mask & FAN_OPEN_EXEC_PERM,
    };

    if (event->fd < 0)
        return;
    if (is_own(question.tid)) {
        atomic_fetch_add(&fanotify->own, 1);
        answer_now(fanotify, event->fd, false);
        return;
    }
    atomic_fetch_add(question.exec ? &fanotify->asked_exec : &fanotify->asked_open, 1);
    struct fanotify_slot *slot = take_slot(fanotify, &question.slot);
    if (slot) {
        slot->fd = question.fd;
        slot->asked = question.asked;
        atomic_fetch_add(&fanotify->shared->waiting, 1);
        atomic_store(&slot->state, SLOT_WAITING);
        if (write(fanotify->pipe[1], &question, sizeof(question)) == sizeof(question))
            return;
        uint32_t state = SLOT_WAITING;
        bool answered = !atomic_compare_exchange_strong(&slot->state, &state, SLOT_ANSWERED);
        free_slot(fanotify, slot);
        if (answered) {
            close(question.fd);
            return;
        }
    }
    atomic_fetch_add(&fanotify->full, 1);
    answer_now(fanotify, question.fd, fanotify->config.late_deny);
}

static void *read_questions(void *data)
{
    struct fanotify *fanotify = data;
    char buffer[READ_EVENTS * sizeof(struct fanotify_event_metadata)] __attribute__((aligned(8)));
    struct pollfd waiting[] = {{.fd = fanotify->group, .events = POLLIN},
                               {.fd = fanotify->stop, .events = POLLIN}};

    for (;;) {
        poll(waiting, 2, -1);
        atomic_fetch_add(&fanotify->shared->turns, 1);
        if (waiting[1].revents)
            return NULL;
        ssize_t n = read(fanotify->group, buffer, sizeof(buffer));
        size_t left = n > 0 ? (size_t)n : 0;
        for (struct fanotify_event_metadata *event = (void *)buffer; FAN_EVENT_OK(event, left);
             event = FAN_EVENT_NEXT(event, left))
            take(fanotify, event);
    }
}

static int start_reader(struct fanotify *fanotify)
{
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    int r = -pthread_create(&fanotify->reader, NULL, read_questions, fanotify);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    fanotify->reading = r == 0;
    return r;
}

/* A question takes a descriptor while it waits. */
static void raise_descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) < 0 || limit.rlim_cur >= limit.rlim_max)
        return;
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
}

static int open_group(struct error *ret_error)
{
    int group = fanotify_init(FAN_CLASS_CONTENT | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_TID |
                                  FAN_UNLIMITED_QUEUE | FAN_UNLIMITED_MARKS,
                              O_RDONLY | O_LARGEFILE | O_CLOEXEC | O_NONBLOCK);

    if (group >= 0)
        return group;
    return error_set(ret_error, -errno, "fanotify permission events: %s%s", strerror(errno),
                     errno == EPERM ? " (CAP_SYS_ADMIN is needed)" : "");
}

int fanotify_possible(struct error *ret_error)
{
    _cleanup_close_ int group = open_group(ret_error);

    return group < 0 ? group : 0;
}

DEFINE_CLEANUP(struct fanotify *, fanotify_close);

int fanotify_open(const struct fanotify_config *config, struct fanotify **ret_fanotify,
                  struct error *ret_error)
{
    _cleanup_(fanotify_closep) struct fanotify *fanotify = calloc(1, sizeof(*fanotify));

    if (!fanotify)
        return error_set(ret_error, -ENOMEM, "out of memory");
    *fanotify = (struct fanotify){
        .config = *config, .group = -1, .pipe = {-1, -1}, .stop = -1, .watchdog = -1};
    if (!fanotify->config.limit)
        fanotify->config.limit = FANOTIFY_LIMIT_DEFAULT;
    if (fanotify->config.limit < FANOTIFY_LIMIT_MIN)
        return error_set(ret_error, -EINVAL, "at least 1 ms is needed to answer");
    fanotify->group = open_group(ret_error);
    if (fanotify->group < 0)
        return fanotify->group;
    raise_descriptors();

    void *shared = mmap(NULL, sizeof(*fanotify->shared), PROT_READ | PROT_WRITE,
                        MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED)
        return error_set(ret_error, -errno, "no memory to share with the watchdog");
    fanotify->shared = shared;
    fanotify->stop = eventfd(0, EFD_CLOEXEC);
    if (fanotify->stop < 0 || pipe2(fanotify->pipe, O_CLOEXEC | O_NONBLOCK) < 0)
        return error_set(ret_error, -errno, "no descriptors for fanotify: %s", strerror(errno));
    fcntl(fanotify->pipe[1], F_SETPIPE_SZ, PIPE_BYTES); /* the default serves too */
    int r = fanotify_keep(fanotify);
    if (r < 0)
        return error_set(ret_error, r, "no watchdog for fanotify: %s", strerror(-r));
    r = start_reader(fanotify);
    if (r < 0)
        return error_set(ret_error, r, "no thread for fanotify: %s", strerror(-r));
    *ret_fanotify = TAKE_PTR(fanotify);
    return 0;
}

void fanotify_close(struct fanotify *fanotify)
{
    const uint64_t once = 1;

    if (!fanotify)
        return;
    if (fanotify->reading && write(fanotify->stop, &once, sizeof(once)) == sizeof(once))
        pthread_join(fanotify->reader, NULL);
    if (fanotify->watchdog > 0) { /* it holds the group as well */
        kill(fanotify->watchdog, SIGKILL);
        waitpid(fanotify->watchdog, NULL, 0);
    }
    const int fds[] = {fanotify->group, fanotify->pipe[0], fanotify->pipe[1], fanotify->stop};
    for (size_t i = 0; i < sizeof(fds) / sizeof(fds[0]); i++)
        if (fds[i] >= 0)
            close(fds[i]);
    if (fanotify->shared)
        munmap(fanotify->shared, sizeof(*fanotify->shared));
    free(fanotify);
}

int fanotify_keep(struct fanotify *fanotify)
{
    if (fanotify->watchdog > 0 && waitpid(fanotify->watchdog, NULL, WNOHANG) == 0)
        return 0;
    fanotify->watchdog = fanotify_start_watchdog(fanotify);
    if (fanotify->watchdog < 0)
        return fanotify->watchdog;
    fanotify->counters.watchdogs++;
    return 0;
}

int fanotify_want(struct fanotify *fanotify, bool exec, bool open)
{
    uint64_t mask = (exec ? FAN_OPEN_EXEC_PERM : 0) | (open ? FAN_OPEN_PERM | FAN_ONDIR : 0);
    static const unsigned kinds[] = {0, FAN_MARK_MOUNT, FAN_MARK_FILESYSTEM};

    if (mask == fanotify->mask)
        return 0;
    fanotify->mask = mask;
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        if (fanotify_mark(fanotify->group, FAN_MARK_FLUSH | kinds[i], 0, AT_FDCWD, "/") < 0)
            return -errno;
    return 0;
}

bool fanotify_wants(const struct fanotify *fanotify)
{
    return fanotify->mask;
}

int fanotify_fd(const struct fanotify *fanotify)
{
    return fanotify->pipe[0];
}

int fanotify_next(struct fanotify *fanotify, struct fanotify_question *ret_question)
{
    ssize_t n = read(fanotify->pipe[0], ret_question, sizeof(*ret_question));

    if (n == sizeof(*ret_question))
        return 1;
    return n < 0 && errno != EAGAIN && errno != EINTR ? -errno : 0;
}

uint64_t fanotify_bucket_end(size_t bucket)
{
    return ((4 + bucket % 4 + 1) << bucket / 4) / 4;
}

static void note_wait(struct fanotify *fanotify, uint64_t asked)
{
    uint64_t waited = (fanotify_now() - asked) / NS_PER_US;
    size_t bucket = 0;

    while (bucket < FANOTIFY_BUCKETS - 1 && waited >= fanotify_bucket_end(bucket))
        bucket++;
    fanotify->counters.waited[bucket]++;
}

int fanotify_answer(struct fanotify *fanotify, const struct fanotify_question *question, bool deny)
{
    struct fanotify_slot *slot = &fanotify->shared->slots[question->slot];
    uint32_t state = SLOT_WAITING;
    int r = -ETIME;

    if (atomic_compare_exchange_strong(&slot->state, &state, SLOT_ANSWERED)) {
        r = fanotify_respond(fanotify->group, question->fd, deny);
        if (r < 0)
            atomic_fetch_add(&fanotify->answer_failed, 1);
        else if (deny)
            fanotify->counters.denied++;
        else
            fanotify->counters.allowed++;
        note_wait(fanotify, question->asked);
    }
    close(question->fd);
    free_slot(fanotify, slot);
    return r;
}

void fanotify_read_counters(const struct fanotify *fanotify, struct fanotify_counters *ret_counters)
{
    const struct fanotify_shared *shared = fanotify->shared;

    *ret_counters = fanotify->counters;
    ret_counters->asked_exec = atomic_load(&fanotify->asked_exec);
    ret_counters->asked_open = atomic_load(&fanotify->asked_open);
    ret_counters->own = atomic_load(&fanotify->own);
    ret_counters->full = atomic_load(&fanotify->full);
    ret_counters->answer_failed = atomic_load(&fanotify->answer_failed);
    ret_counters->late_allowed = atomic_load(&shared->late_allowed);
    ret_counters->late_denied = atomic_load(&shared->late_denied);
    ret_counters->unread = atomic_load(&shared->unread);
}
