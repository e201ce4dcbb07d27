/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent_drift.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/agent_drift_internal.h"
#include "world/exec_id.h"

#define MS             1000000ull
#define TICK           (100 * MS)
#define PERIOD         (300 * MS)  /* between two looks at a container */
#define BUDGET         (2 * MS)    /* of a tick: 2 % of one processor */
#define FILES_INTERVAL (1000 * MS) /* between two looks at the node's files */
#define WATCHES_MAX    1024

/* What runtimes and the kubelet read when they start, or start a container. */
static const char *const node_files[] = {
    "/etc/docker/daemon.json",
    "/etc/containerd/config.toml",
    "/etc/crio/crio.conf",
    "/etc/containers/containers.conf",
    "/etc/containers/registries.conf",
    "/etc/containers/policy.json",
    "/etc/crictl.yaml",
    "/var/lib/kubelet/config.yaml",
    "/etc/systemd/system/docker.service",
};

#define NODE_FILES (sizeof(node_files) / sizeof(*node_files))

static int on_tick(void *data, uint64_t expirations);

DEFINE_CLEANUP(struct agent_drift *, agent_drift_free);

static int on_host_mounts(void *data, int fd, uint32_t events)
{
    struct agent_drift *drift = data;

    drift->host_mounts_changed = true;
    return 0;
}

/* One that can't be waited for is looked at by the clock alone. */
static int wait_for_mounts(struct loop *loop, const char *path, loop_fd_callback callback,
                           void *data, struct loop_source **ret_source)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return -1;
    if (loop_add_fd(loop, fd, EPOLLPRI, callback, data, ret_source) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int agent_drift_new(struct loop *loop, struct world *world, struct agent_isolation *isolation,
                    agent_drift_feed feed, void *data, struct agent_drift **ret_drift)
{
    _cleanup_(agent_drift_freep) struct agent_drift *drift = calloc(1, sizeof(*drift));

    if (!drift)
        return -ENOMEM;
    drift->loop = loop;
    drift->world = world;
    drift->isolation = isolation;
    drift->feed = feed;
    drift->data = data;
    drift->host_mounts_fd = -1;
    drift->host.root_fd = -1;
    drift->node.drift = drift;
    drift->watches = calloc(WATCHES_MAX, sizeof(*drift->watches));
    drift->node_files = calloc(NODE_FILES, sizeof(*drift->node_files));
    if (!drift->watches || !drift->node_files)
        return -ENOMEM;
    int r = loop_add_timer(loop, on_tick, drift, &drift->timer);
    if (r < 0)
        return r;
    *ret_drift = TAKE_PTR(drift);
    return 0;
}

static void watch_free(struct watch *watch)
{
    loop_remove(watch->mounts_source);
    if (watch->mounts_fd >= 0)
        close(watch->mounts_fd);
    for (size_t i = 0; i < WATCH_FILES; i++)
        drift_done_file(&watch->files[i]);
    kernel_watch_done(&watch->kernel);
    arena_done(&watch->arena);
    free(watch);
}

static void stop(struct agent_drift *drift)
{
    for (size_t i = 0; i < drift->count; i++)
        watch_free(drift->watches[i]);
    drift->count = 0;
    drift->counters.containers = 0;
    for (size_t i = 0; i < drift->node_file_count; i++)
        drift_done_file(&drift->node_files[i]);
    drift->node_file_count = 0;
    loop_remove(drift->host_mounts_source);
    drift->host_mounts_source = NULL;
    if (drift->host_mounts_fd >= 0)
        close(drift->host_mounts_fd);
    drift->host_mounts_fd = -1;
    if (drift->host.root_fd >= 0)
        kernel_host_done(&drift->host);
}

void agent_drift_free(struct agent_drift *drift)
{
    if (!drift)
        return;
    if (drift->watches && drift->node_files)
        stop(drift);
    loop_remove(drift->timer);
    free(drift->watches);
    free(drift->node_files);
    free(drift);
}

static int start(struct agent_drift *drift)
{
    int r = kernel_host_open_parts("/", &drift->host);

    if (r < 0)
        return r;
    drift->host_mounts_fd = wait_for_mounts(drift->loop, "/proc/1/mountinfo", on_host_mounts, drift,
                                            &drift->host_mounts_source);
    drift->host_mounts_changed = true;
    for (size_t i = 0; i < NODE_FILES; i++)
        if (drift_mark_file(&drift->node_files[drift->node_file_count], node_files[i]) == 0)
            drift->node_file_count++;
    drift->seen_changes = agent_isolation_changes(drift->isolation) - 1;
    return loop_timer_set(drift->timer, TICK, TICK);
}

void agent_drift_want(struct agent_drift *drift, bool want)
{
    if (drift->want == want)
        return;
    drift->want = want;
    if (!want) {
        loop_timer_set(drift->timer, UINT64_MAX, 0);
        return stop(drift);
    }
    int r = start(drift);
    if (r < 0)
        log_warning("containers are not held against their declaration: %s", strerror(-r));
}

const struct drift_counters *agent_drift_counters(const struct agent_drift *drift)
{
    return &drift->counters;
}

static bool same_process(struct exec_id a, struct exec_id b)
{
    return a.pid == b.pid && exec_id_tick(a.start_time) == exec_id_tick(b.start_time);
}

static int on_mounts(void *data, int fd, uint32_t events)
{
    struct watch *watch = data;

    watch->due = watch->mounts_due = true;
    return 0;
}

struct sync {
    struct agent_drift *drift;
    bool *seen; /* by index of the watches that were there before */
    size_t before;
};

static void add_watch(struct agent_drift *drift, uint64_t cgroup, struct exec_id first)
{
    char path[40];
    struct watch *watch = drift->count < WATCHES_MAX ? calloc(1, sizeof(*watch)) : NULL;

    if (!watch) {
        drift->counters.refused++;
        return;
    }
    watch->drift = drift;
    watch->first = first;
    watch->cgroup = cgroup;
    watch->due = true;
    snprintf(path, sizeof(path), "/proc/%u/mountinfo", first.pid);
    watch->mounts_fd = wait_for_mounts(drift->loop, path, on_mounts, watch, &watch->mounts_source);
    drift->watches[drift->count++] = watch;
}

static void on_container(void *data, uint64_t cgroup, struct exec_id first)
{
    struct sync *sync = data;

    for (size_t i = 0; i < sync->before; i++) {
        if (!sync->seen[i] && same_process(sync->drift->watches[i]->first, first)) {
            sync->seen[i] = true;
            return;
        }
    }
    add_watch(sync->drift, cgroup, first);
}

/* The containers that there are now. */
static void sync_watches(struct agent_drift *drift)
{
    bool seen[WATCHES_MAX] = {false};
    struct sync sync = {drift, seen, drift->count};
    uint32_t changes = agent_isolation_changes(drift->isolation);
    size_t kept = 0;

    if (changes == drift->seen_changes)
        return;
    drift->seen_changes = changes;
    agent_isolation_each(drift->isolation, on_container, &sync);
    for (size_t i = 0; i < drift->count; i++) {
        if (i < sync.before && !seen[i])
            watch_free(drift->watches[i]);
        else
            drift->watches[kept++] = drift->watches[i];
    }
    drift->count = kept;
    drift->counters.containers = kept;
}

/* Those that something points to, then the one not looked at for longest. */
static struct watch *next_watch(const struct agent_drift *drift, uint64_t now)
{
    struct watch *best = NULL;

    for (size_t i = 0; i < drift->count; i++) {
        struct watch *watch = drift->watches[i];
        if (watch->gone || (!watch->due && now - watch->looked < PERIOD))
            continue;
        if (!best || watch->due > best->due ||
            (watch->due == best->due && watch->looked < best->looked))
            best = watch;
    }
    return best;
}

static void check_node_files(struct agent_drift *drift, uint64_t now)
{
    const struct event_header header = {.login_uid = UINT32_MAX};

    if (now - drift->looked_at_files < FILES_INTERVAL)
        return;
    drift->looked_at_files = now;
    for (size_t i = 0; i < drift->node_file_count; i++)
        drift_check_file(&drift->node, &drift->node_files[i], &header);
}

/* What this thread has taken so far: time in which others run is none of the budget. */
static uint64_t processor_time(void)
{
    struct timespec now;

    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

static int on_tick(void *data, uint64_t expirations)
{
    struct agent_drift *drift = data;
    uint64_t begin = processor_time(), now = begin;
    struct watch *watch;

    sync_watches(drift);
    while (now - begin < BUDGET && (watch = next_watch(drift, loop_now()))) {
        drift_look(watch);
        uint64_t after = processor_time();
        if (after - now > drift->counters.longest_ns)
            drift->counters.longest_ns = after - now;
        now = after;
    }
    check_node_files(drift, loop_now());
    drift->counters.time += processor_time() - begin;
    return 0;
}

static struct watch *find_watch(const struct agent_drift *drift, const struct event_header *header)
{
    const struct container *container = NULL;

    for (size_t i = 0; i < drift->count; i++)
        if (drift->watches[i]->cgroup == header->cgroup_id)
            return drift->watches[i];
    /* In a cgroup below the container's. */
    container = world_cgroup_container(drift->world, header->cgroup_id);
    for (size_t i = 0; container && i < drift->count; i++)
        if (world_cgroup_container(drift->world, drift->watches[i]->cgroup) == container)
            return drift->watches[i];
    return NULL;
}

static void note(struct agent_drift *drift, const struct event_header *header, size_t size)
{
    struct watch *watch = find_watch(drift, header);
    struct event event;

    if (!watch)
        return;
    if (header->pid == watch->first.pid) {
        watch->due = true;
        return;
    }
    switch (header->type) {
    case EVENT_EXECVE:
    case EVENT_EXECVEAT:
        if (header->result >= 0 && event_decode(header, size, &event) == 0)
            drift_judge_exec(watch, &event);
        break;
    case EVENT_ISOLATION_BREACH:
    case EVENT_SETNS: drift_judge_process(watch, header); break;
    default: watch->due = true;
    }
}

/* Those that some rule asks for; the first three come always. */
void agent_drift_note(struct agent_drift *drift, const void *record, size_t size)
{
    const struct event_header *header = record;

    if (!drift || !drift->want || !drift->count)
        return;
    /* The host's own; who has broken out is there as well. */
    if (header->mount_namespace == drift->host.namespaces[NAMESPACE_MOUNT] &&
        header->type != EVENT_ISOLATION_BREACH)
        return;
    switch (header->type) {
    case EVENT_EXECVE:
    case EVENT_EXECVEAT:
    case EVENT_ISOLATION_BREACH:
    case EVENT_CGROUP_ATTACH:
    case EVENT_SETNS:
    case EVENT_UNSHARE:
    case EVENT_CAPSET:
    case EVENT_PRCTL:
    case EVENT_MOUNT:
    case EVENT_UMOUNT:
    case EVENT_UMOUNT2:
    case EVENT_MOUNT_SETATTR:
    case EVENT_MOVE_MOUNT: note(drift, header, size); break;
    default: break;
    }
}
