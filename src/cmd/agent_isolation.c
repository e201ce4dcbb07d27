/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/agent_isolation.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/log.h"
#include "sensor/isolation.h"
#include "world/cgroupfs.h"
#include "world/exec_id.h"

#define ENTRIES_MAX   (ISOLATION_CONTAINERS / 2)
#define SETTLED_COUNT 1024 /* a power of two */

#define SECCOMP_FILTERED 2 /* the mode */
#define LABEL_MAX        4096

struct entry {
    struct isolation_allowance allowed;
    char *path;          /* of its outermost cgroup */
    uint64_t seen_in;    /* cgroup of its first program */
    struct exec_id init; /* its first process */
    bool ended;          /* that has */
};

struct agent_isolation {
    struct sensor *sensor;
    struct cgroupfs cgroupfs;
    int root_fd;
    uint32_t host[ISOLATION_NAMESPACES];
    struct entry *entries; /* by age */
    size_t count;
    uint64_t settled[SETTLED_COUNT]; /* cgroups of which nothing is to be learned, by hash */
    struct isolation_counters counters;
    uint32_t changes;
};

DEFINE_CLEANUP(struct agent_isolation *, agent_isolation_free);

int agent_isolation_new(struct sensor *sensor, struct agent_isolation **ret_isolation)
{
    _cleanup_(agent_isolation_freep) struct agent_isolation *isolation =
        calloc(1, sizeof(*isolation));
    if (!isolation)
        return -ENOMEM;
    isolation->sensor = sensor;
    sensor_host_namespaces(sensor, isolation->host);
    isolation->entries = calloc(ENTRIES_MAX, sizeof(*isolation->entries));
    isolation->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (!isolation->entries)
        return -ENOMEM;
    if (isolation->root_fd < 0)
        return -errno;
    int r = cgroupfs_init(&isolation->cgroupfs, isolation->root_fd);
    if (r < 0)
        return r;
    *ret_isolation = TAKE_PTR(isolation);
    return 0;
}

void agent_isolation_free(struct agent_isolation *isolation)
{
    if (!isolation)
        return;
    for (size_t i = 0; i < isolation->count; i++)
        free(isolation->entries[i].path);
    free(isolation->entries);
    cgroupfs_done(&isolation->cgroupfs);
    if (isolation->root_fd >= 0)
        close(isolation->root_fd);
    free(isolation);
}

const struct isolation_counters *agent_isolation_counters(const struct agent_isolation *isolation)
{
    return &isolation->counters;
}

void agent_isolation_each(const struct agent_isolation *isolation, agent_isolation_visit visit,
                          void *data)
{
    for (size_t i = 0; i < isolation->count; i++)
        if (!isolation->entries[i].ended)
            visit(data, isolation->entries[i].seen_in, isolation->entries[i].init);
}

uint32_t agent_isolation_changes(const struct agent_isolation *isolation)
{
    return isolation->changes;
}

static struct entry *find(struct agent_isolation *isolation, uint64_t cgroup)
{
    for (size_t i = isolation->count; i--;)
        if (isolation->entries[i].allowed.cgroup == cgroup)
            return &isolation->entries[i];
    return NULL;
}

static void remove_entry(struct agent_isolation *isolation, size_t i)
{
    struct entry *entry = &isolation->entries[i];

    sensor_release_namespaces(isolation->sensor, &entry->allowed);
    sensor_forget_container(isolation->sensor, entry->allowed.cgroup);
    isolation->counters.containers -= !entry->ended;
    isolation->changes++;
    free(entry->path);
    memmove(entry, entry + 1, (--isolation->count - i) * sizeof(*entry));
    memset(isolation->settled, 0, sizeof(isolation->settled));
}

/* Of those that ended the oldest goes; if none has, the oldest. */
static void make_room(struct agent_isolation *isolation)
{
    size_t i = 0;

    if (isolation->count < ENTRIES_MAX)
        return;
    while (i < isolation->count && !isolation->entries[i].ended)
        i++;
    remove_entry(isolation, i < isolation->count ? i : 0);
    isolation->counters.evicted++;
}

/* Its part up to the last component that holds the container's id; all of it when none does. */
static size_t outermost_len(const char *path, const char *id)
{
    const char *last = NULL;

    for (const char *at = path; *id && (at = strstr(at, id)); at++)
        last = at;
    return last ? (size_t)(last - path) + strcspn(last, "/") : strlen(path);
}

/* The container's outermost cgroup: a program may be executed further down, by systemd or crun. */
static uint64_t outermost_cgroup(const struct agent_isolation *isolation, const char *path,
                                 uint64_t cgroup)
{
    uint64_t id;
    unsigned hierarchy = (unsigned)(cgroup >> 48);

    return cgroupfs_id(&isolation->cgroupfs, hierarchy, path, &id) < 0 ? cgroup : id;
}

static bool pid_namespace_is_shared(const struct agent_isolation *isolation, uint32_t inode)
{
    if (inode == isolation->host[ISOLATION_PID])
        return true;
    for (size_t i = 0; i < isolation->count; i++)
        if (!isolation->entries[i].ended &&
            isolation->entries[i].allowed.namespaces[ISOLATION_PID] == inode)
            return true;
    return false;
}

/* The innermost container that has this cgroup within its own. */
static uint64_t outer_container(const struct agent_isolation *isolation, const char *path)
{
    size_t longest = 0;
    uint64_t outer = 0;

    for (size_t i = 0; i < isolation->count; i++) {
        const struct entry *entry = &isolation->entries[i];
        size_t len = strlen(entry->path);
        if (!entry->ended && len > longest && !strncmp(path, entry->path, len) &&
            path[len] == '/') {
            longest = len;
            outer = entry->allowed.cgroup;
        }
    }
    return outer;
}

static struct isolation_allowance allowance_of(const struct event *event)
{
    const struct event_header *header = event->header;
    struct isolation_allowance allowed = {
        .bounding = (uint64_t)event_number(event, PARAM_CAP_BOUNDING, 0) | header->cap_permitted |
                    header->cap_effective,
        .seccomp = (uint32_t)event_number(event, PARAM_SECCOMP, 0),
        .no_new_privs = !!event_number(event, PARAM_NO_NEW_PRIVS, 0),
        .namespaces =
            {
                [ISOLATION_MNT] = header->mount_namespace,
                [ISOLATION_PID] = header->pid_namespace,
                [ISOLATION_NET] = (uint32_t)event_number(event, PARAM_NET_NAMESPACE, 0),
                [ISOLATION_IPC] = (uint32_t)event_number(event, PARAM_IPC_NAMESPACE, 0),
                [ISOLATION_UTS] = (uint32_t)event_number(event, PARAM_UTS_NAMESPACE, 0),
                [ISOLATION_CGROUP] = (uint32_t)event_number(event, PARAM_CGROUP_NAMESPACE, 0),
                [ISOLATION_USER] = (uint32_t)event_number(event, PARAM_USER_NAMESPACE, 0),
            },
    };

    return allowed;
}

/*
 * Whether this is the container's first program, not one that its runtime executes while it
 * prepares it (a hook, itself): the first process of its pid namespace. Where it has none of its
 * own, the first that is executed in another mount namespace than the host's.
 */
static bool is_first_program(const struct agent_isolation *isolation, const struct event *event)
{
    const struct event_header *header = event->header;

    if (!header->mount_namespace)
        return false;
    return event_number(event, PARAM_VPID, 0) == 1 ||
           pid_namespace_is_shared(isolation, header->pid_namespace);
}

/* A cgroup that is used again by another container of this name. */
static bool is_new_life(const struct entry *known, const struct event *event)
{
    return known->ended && event_number(event, PARAM_VPID, 0) == 1 &&
           event->header->pid_namespace != known->allowed.namespaces[ISOLATION_PID];
}

static const char *last_component(const char *path, size_t len)
{
    const char *slash = memrchr(path, '/', len);

    return slash ? slash + 1 : path;
}

/* Whether it is the program that the configuration names: a hook of the runtime's is not, nor is
 * one in which a runtime runs the container as it sees fit. */
static bool is_declared(const struct event *event, const struct container *container)
{
    const struct event_param *name = event_param(event, PARAM_FILENAME);
    uint32_t cursor = 0, len;
    const char *text;

    if (!container->entrypoint_len)
        return false;
    if (name) {
        text = name->data;
        len = name->len;
    } else {
        const struct event_param *argv = event_param(event, PARAM_ARGV);
        if (!argv || !event_next_string(argv, &cursor, &text, &len))
            return false;
    }
    const char *own = last_component(text, len);
    const char *declared = last_component(container->entrypoint, strlen(container->entrypoint));
    size_t own_len = len - (size_t)(own - text);
    return own_len == strlen(declared) && !memcmp(own, declared, own_len);
}

enum confinement {
    CONFINEMENT_UNKNOWN, /* the process is gone, or AppArmor is not active */
    CONFINEMENT_NONE,
    CONFINEMENT_LOOSE, /* by a profile that lets everything through */
    CONFINEMENT_TIGHT,
};

/* By the label of a process: "docker-default (enforce)", "steam (unconfined)", "unconfined". */
static enum confinement confinement_of(const struct agent_isolation *isolation, uint32_t pid)
{
    _cleanup_free_ char *label = NULL;
    char path[64];

    snprintf(path, sizeof(path), "proc/%u/attr/apparmor/current", pid);
    if (read_file_at(isolation->root_fd, path, LABEL_MAX, &label, NULL) < 0 || !*label)
        return CONFINEMENT_UNKNOWN;
    label[strcspn(label, "\n")] = '\0';
    if (!strcmp(label, "unconfined"))
        return CONFINEMENT_NONE;
    return strstr(label, " (unconfined)") ? CONFINEMENT_LOOSE : CONFINEMENT_TIGHT;
}

/* What is declared is what was given, even if the first program has it not. */
static void hold_to_declared(struct isolation_allowance *allowed, uint32_t flags,
                             enum confinement confinement)
{
    if (flags & CONTAINER_FLAG_SECCOMP)
        allowed->seccomp = SECCOMP_FILTERED;
    if (flags & CONTAINER_FLAG_NO_NEW_PRIVS)
        allowed->no_new_privs = 1;
    if (flags & CONTAINER_FLAG_APPARMOR && confinement == CONFINEMENT_NONE)
        allowed->confined = 1;
}

static void learn_container(struct agent_isolation *isolation, const struct event *event,
                            const struct container *container)
{
    const struct event_param *cgroup = event_param(event, PARAM_CGROUP);
    uint64_t *settled = &isolation->settled[event->header->cgroup_id % SETTLED_COUNT];

    _cleanup_free_ char *path = cgroup ? strndup(cgroup->data, cgroup->len) : NULL;
    if (!path || !is_first_program(isolation, event))
        return;
    path[outermost_len(path, container->id)] = '\0';
    struct isolation_allowance allowed = allowance_of(event);
    if (container->metadata_known)
        allowed.bounding &= container->bounding;
    enum confinement confinement = confinement_of(isolation, event->header->pid);
    allowed.confined = confinement == CONFINEMENT_TIGHT;
    if (container->metadata_known && is_declared(event, container))
        hold_to_declared(&allowed, container->flags, confinement);
    allowed.cgroup = outermost_cgroup(isolation, path, event->header->cgroup_id);
    struct entry *known = find(isolation, allowed.cgroup);
    if (known && !is_new_life(known, event)) {
        if (!known->ended)
            *settled = event->header->cgroup_id;
        return;
    }
    if (known)
        remove_entry(isolation, (size_t)(known - isolation->entries));
    make_room(isolation);
    allowed.outer = outer_container(isolation, path);
    int r = sensor_isolate(isolation->sensor, &allowed, event->header->pid);
    if (r < 0) {
        log_warning("container %s is not held against what it was given: %s", container->short_id,
                    strerror(-r));
        isolation->counters.refused++;
        return;
    }
    isolation->entries[isolation->count++] = (struct entry){
        .allowed = allowed,
        .path = TAKE_PTR(path),
        .seen_in = event->header->cgroup_id,
        .init = {.pid = event->header->pid, .start_time = event->header->start_time},
    };
    isolation->counters.containers++;
    isolation->changes++;
    *settled = event->header->cgroup_id;
}

/* What is left of it is still compared, until there is no room. */
static void learn_exit(struct agent_isolation *isolation, const struct event_header *header)
{
    for (size_t i = 0; i < isolation->count; i++) {
        struct entry *entry = &isolation->entries[i];
        if (entry->ended || entry->init.pid != header->pid ||
            exec_id_tick(entry->init.start_time) != exec_id_tick(header->start_time))
            continue;
        entry->ended = true;
        isolation->counters.containers--;
        isolation->changes++;
        sensor_release_namespaces(isolation->sensor, &entry->allowed);
        memset(isolation->settled, 0, sizeof(isolation->settled));
    }
}

void agent_isolation_learn(struct agent_isolation *isolation, const struct world *world,
                           const void *record, size_t size)
{
    const struct event_header *header = record;
    struct event event;

    switch (header->type) {
    case EVENT_PROCEXIT: learn_exit(isolation, header); return;
    case EVENT_EXECVE:
    case EVENT_EXECVEAT:
    case EVENT_PROCESS_FOUND: break;
    default: return;
    }
    if (header->result < 0 || header->mount_namespace == isolation->host[ISOLATION_MNT] ||
        isolation->settled[header->cgroup_id % SETTLED_COUNT] == header->cgroup_id ||
        event_decode(record, size, &event) < 0)
        return;
    const struct container *container = world_cgroup_container(world, header->cgroup_id);
    if (container)
        learn_container(isolation, &event, container);
}

bool agent_isolation_holds(struct agent_isolation *isolation, const void *record, size_t size)
{
    const struct event_header *header = record;
    struct event event;

    if (header->type != EVENT_ISOLATION_BREACH || event_decode(record, size, &event) < 0)
        return true;
    uint64_t owner = (uint64_t)event_number(&event, PARAM_ISOLATION_OWNER, 0);
    int64_t kind = event_number(&event, PARAM_ISOLATION_KIND, ISOLATION_KINDS);
    /* Of these no other container's namespace is part. */
    if (owner == ISOLATION_OWNER_HOST || !(ISOLATION_KINDS_OF_OWNER & 1u << kind))
        return true;
    const struct entry *entry = find(isolation, owner);
    bool outlived = !entry || entry->ended;

    isolation->counters.outlived += outlived;
    return !outlived;
}
