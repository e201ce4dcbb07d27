/* SPDX-License-Identifier: Apache-2.0 */
/* One look at a container, and what is told of it. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fnv.h"
#include "cmd/agent_drift_internal.h"
#include "event/isolation.h"
#include "posture/running_declared.h"

#define NS_PER_S 1000000000ull
#define MOUNTS_INTERVAL                                                                            \
    (10 * NS_PER_S)                    /* what poll does not tell: propagation, the host's side    \
                                        */
#define TOLD_PAUSE     (60 * NS_PER_S) /* of programs executed again and again */
#define DECLARED_TRIES (3 * NS_PER_S)

static uint64_t key_of(const struct drift *drift)
{
    const char *const texts[] = {drift->setting, drift->object, drift->actual};
    uint64_t hash = FNV1A_START;

    /* Each with its NUL, so that where one ends counts. */
    for (size_t i = 0; i < sizeof(texts) / sizeof(*texts); i++)
        hash = fnv1a(hash, texts[i], strlen(texts[i]) + 1);
    return hash;
}

/* False when it was told and lasts. */
static bool is_new(struct watch *watch, const struct drift *drift, bool of_exec)
{
    uint64_t key = key_of(drift) ^ of_exec, now = loop_now();

    for (size_t i = 0; i < watch->told_count; i++) {
        struct told *told = &watch->told[i];
        if (told->key != key)
            continue;
        bool ended = of_exec && now - told->seen > TOLD_PAUSE;
        told->seen = now;
        return ended;
    }
    if (watch->told_count == TOLD_MAX) {
        watch->drift->counters.left_out++;
        return false;
    }
    watch->told[watch->told_count++] =
        (struct told){key, of_exec ? DRIFT_LAST : (unsigned)drift->part, now};
    return true;
}

void drift_forget_told(struct watch *watch, unsigned parts, uint64_t when)
{
    size_t kept = 0;

    for (size_t i = 0; i < watch->told_count; i++) {
        const struct told *told = &watch->told[i];
        bool ended = told->part == DRIFT_LAST ? when - told->seen > TOLD_PAUSE && when > told->seen
                                              : (told->part & parts) && told->seen < when;
        if (!ended)
            watch->told[kept++] = *told;
    }
    watch->told_count = kept;
}

static void write_record(struct watch *watch, const struct drift *drift,
                         const struct event_header *who)
{
    struct agent_drift *agent_drift = watch->drift;
    struct event_header header = *who;
    struct event_writer writer = {0};

    header.type = EVENT_CONFIG_DRIFT;
    header.flags = EVENT_FLAG_SYNTHETIC;
    header.time = loop_now();
    header.result = 0;
    header.actor = 0;
    event_writer_begin(&writer, &header);
    event_writer_string(&writer, PARAM_DRIFT_SETTING, drift->setting);
    event_writer_string(&writer, PARAM_DRIFT_OBJECT, drift->object);
    event_writer_string(&writer, PARAM_DRIFT_DECLARED, drift->declared);
    event_writer_string(&writer, PARAM_DRIFT_ACTUAL, drift->actual);
    event_writer_string(&writer, PARAM_DRIFT_WANTED, drift->wanted);
    event_writer_string(&writer, PARAM_DRIFT_BASELINE, drift->at_start ? "start" : "declaration");
    agent_drift->counters.told++;
    agent_drift->feed(agent_drift->data, &writer);
}

void drift_tell(struct watch *watch, const struct drift *drift, const struct event_header *header)
{
    /* Each change of a file is one of its own. */
    if (drift->part == (enum drift_part)DRIFT_LAST || is_new(watch, drift, false))
        write_record(watch, drift, header);
}

/* ---- the first process ---- */

struct telling {
    struct watch *watch;
    struct event_header header;
    bool of_exec;
};

static int on_drift(void *data, const struct drift *drift)
{
    struct telling *telling = data;

    if (is_new(telling->watch, drift, telling->of_exec))
        write_record(telling->watch, drift, &telling->header);
    return 0;
}

static struct event_header header_of_first(const struct watch *watch)
{
    struct event_header header = {
        .cgroup_id = watch->cgroup,
        .pid = watch->first.pid,
        .tid = watch->first.pid,
        .start_time = watch->first.start_time,
        .login_uid = UINT32_MAX,
    };
    const struct process *process = world_process(watch->drift->world, watch->first);

    if (process) {
        header.start_time = process->id.start_time;
        header.uid = header.euid = header.fsuid = process->uid;
        header.gid = header.egid = process->gid;
        header.login_uid = process->login_uid;
        header.cap_effective = process->capabilities.effective;
        header.cap_permitted = process->capabilities.permitted;
        header.cap_inheritable = process->capabilities.inheritable;
        memcpy(header.comm, process->name, sizeof(header.comm) - 1);
    }
    return header;
}

static void mark_files(struct watch *watch, const struct container *container)
{
    _cleanup_free_ char *bundle = NULL, *docker = NULL;

    if (*container->bundle && asprintf(&bundle, "%s/config.json", container->bundle) < 0)
        bundle = NULL;
    if (container->runtime == RUNTIME_DOCKER &&
        asprintf(&docker, "/var/lib/docker/containers/%s/hostconfig.json", container->id) < 0)
        docker = NULL;
    if (bundle)
        drift_mark_file(&watch->files[0], bundle);
    if (docker)
        drift_mark_file(&watch->files[1], docker);
}

/* The runtime's files may come a little after the first program. */
static void read_declared(struct watch *watch)
{
    struct agent_drift *drift = watch->drift;
    const struct container *container = world_cgroup_container(drift->world, watch->cgroup);
    const char *why = NULL;

    if (watch->has_declared || !container || !container->metadata_known ||
        (watch->has_start && loop_now() - watch->looked_at_mounts > DECLARED_TRIES))
        return;
    if (running_declared(drift->host.root_fd, container, &watch->arena, &watch->declared, &why) < 0)
        return;
    watch->has_declared = true;
    mark_files(watch, container);
}

static unsigned parts_due(const struct watch *watch, uint64_t now)
{
    if (!watch->has_start || watch->mounts_due || now - watch->looked_at_mounts > MOUNTS_INTERVAL)
        return DRIFT_ALL;
    return DRIFT_ALL & ~(unsigned)DRIFT_MOUNTS;
}

static void compare(struct watch *watch, const struct container_config *actual, struct arena *arena,
                    struct telling *telling)
{
    const struct drift_columns columns = {
        .declared = watch->has_declared ? &watch->declared : NULL,
        .start = watch->has_start ? &watch->start : NULL,
        .actual = actual,
    };

    if (declared_actual_compare(&columns, arena, on_drift, telling) == -E2BIG)
        watch->drift->counters.left_out++;
}

/* Whether anything of it may have changed since the last whole look. */
static bool has_changed(struct watch *watch)
{
    const struct agent_drift *drift = watch->drift;
    uint64_t print;

    if (!watch->has_start &&
        kernel_watch_open(&drift->host, watch->first.pid, &watch->kernel) == -ESRCH)
        watch->gone = true;
    int r = kernel_watch_print(&watch->kernel, &drift->host, &print);
    if (r == -ESRCH)
        watch->gone = true;
    bool changed = r == 0 && print != watch->print;
    watch->print = r == 0 ? print : watch->print;
    return changed;
}

static uint64_t namespace_of(const struct container_config *config, enum namespace_kind kind)
{
    for (size_t i = 0; i < config->namespaces.count; i++)
        if (config->namespaces.items[i].kind == kind)
            return config->namespaces.items[i].inode;
    return 0;
}

/* What is there before the runtime has gone in is no start. */
static bool is_inside(struct watch *watch)
{
    const struct kernel_host *host = &watch->drift->host;
    _cleanup_arena_ struct arena arena = {0};
    struct container_config now;

    return kernel_read_parts(host, watch->first.pid, watch->first.start_time, DRIFT_NAMESPACES,
                             &arena, &now) < 0 ||
           namespace_of(&now, NAMESPACE_MOUNT) != host->namespaces[NAMESPACE_MOUNT];
}

static void look_at_all(struct watch *watch, uint64_t now)
{
    struct agent_drift *drift = watch->drift;
    struct telling telling = {.watch = watch, .header = header_of_first(watch)};
    _cleanup_arena_ struct arena arena = {0};
    struct container_config actual;
    unsigned parts = parts_due(watch, now);
    bool first = !watch->has_start;

    if ((parts & DRIFT_MOUNTS) && drift->host_mounts_changed &&
        kernel_host_read_mounts(&drift->host) == 0)
        drift->host_mounts_changed = false;
    drift->counters.whole++;
    if (parts & DRIFT_MOUNTS) {
        watch->looked_at_mounts = now;
        watch->mounts_due = false;
    }
    read_declared(watch);
    /* What is there at the first look is the start. */
    int r = kernel_read_parts(&drift->host, watch->first.pid, watch->first.start_time, parts,
                              first ? &watch->arena : &arena, first ? &watch->start : &actual);
    if (r >= 0) {
        compare(watch, first ? &watch->start : &actual, &arena, &telling);
        drift_forget_told(watch, parts, now);
        watch->has_start = true;
    }
    watch->gone = r == -ESRCH;
    drift->counters.undeclared += first && !watch->has_declared;
    drift->counters.unreadable += r < 0 && r != -ESRCH;
}

void drift_look(struct watch *watch)
{
    struct agent_drift *drift = watch->drift;
    uint64_t now = loop_now();
    bool changed = has_changed(watch);

    drift->counters.late += watch->looked && now - watch->looked > NS_PER_S;
    drift->counters.looks++;
    watch->looked = now;
    watch->due = false;
    if (watch->gone)
        return;
    if ((changed || parts_due(watch, now) == DRIFT_ALL || !watch->has_declared) &&
        (watch->has_start || is_inside(watch)))
        look_at_all(watch, now);
    if (watch->files[0].path || watch->files[1].path) {
        const struct event_header header = header_of_first(watch);
        for (size_t i = 0; i < WATCH_FILES; i++)
            drift_check_file(watch, &watch->files[i], &header);
    }
}

/* ---- other processes ---- */

/* A namespace that it made for itself is nobody's: only the host's count. */
static void keep_host_namespaces(struct container_config *config)
{
    size_t kept = 0;

    for (size_t i = 0; i < config->namespaces.count; i++)
        if (config->namespaces.items[i].host)
            config->namespaces.items[kept++] = config->namespaces.items[i];
    config->namespaces.count = kept;
}

/*
 * Of a process that is not the first: what it can't have come by within the container. Permitted
 * capabilities grow by set-uid programs; in a user namespace of its own they say nothing.
 */
static void judge_other(struct watch *watch, struct container_config *config, uint64_t users,
                        struct arena *arena, const struct event_header *header)
{
    static const enum config_setting ids[] = {CONFIG_NO_NEW_PRIVILEGES, CONFIG_SECCOMP_MODE,
                                              CONFIG_CAPABILITIES_BOUNDING};
    struct container_config own = {.source = SOURCE_KERNEL, .namespaces = config->namespaces};
    struct telling telling = {.watch = watch, .header = *header, .of_exec = true};

    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
        own.settings[ids[i]] = config->settings[ids[i]];
    if (users && users != namespace_of(&watch->start, NAMESPACE_USER))
        own.settings[CONFIG_CAPABILITIES_BOUNDING].presence = PRESENCE_UNKNOWN;
    keep_host_namespaces(&own);
    telling.header.cgroup_id = watch->cgroup;
    compare(watch, &own, arena, &telling);
}

static const struct {
    enum namespace_kind kind;
    enum param_id param;
} namespace_params[] = {
    {NAMESPACE_NETWORK, PARAM_NET_NAMESPACE}, {NAMESPACE_IPC, PARAM_IPC_NAMESPACE},
    {NAMESPACE_UTS, PARAM_UTS_NAMESPACE},     {NAMESPACE_CGROUP, PARAM_CGROUP_NAMESPACE},
    {NAMESPACE_USER, PARAM_USER_NAMESPACE},
};

#define NAMESPACE_PARAMS (sizeof(namespace_params) / sizeof(*namespace_params))

void drift_judge_exec(struct watch *watch, const struct event *event)
{
    const struct agent_drift *drift = watch->drift;
    const struct event_header *header = event->header;
    struct config_namespace items[NAMESPACE_PARAMS + 1];
    struct container_config config = {
        .source = SOURCE_KERNEL, .namespaces.presence = PRESENCE_SET, .namespaces.items = items};
    const struct evidence evidence = {.source = SOURCE_KERNEL};
    _cleanup_arena_ struct arena arena = {0};

    /* The runtime's own, before it has gone in. */
    if (!watch->has_start ||
        header->mount_namespace != namespace_of(&watch->start, NAMESPACE_MOUNT))
        return;
    for (size_t i = 0; i < NAMESPACE_PARAMS; i++) {
        uint64_t inode = (uint64_t)event_number(event, namespace_params[i].param, 0);
        enum namespace_kind kind = namespace_params[i].kind;
        items[config.namespaces.count++] = (struct config_namespace){
            .kind = kind,
            .inode = inode,
            .host = inode && inode == drift->host.namespaces[kind],
            .evidence = evidence,
        };
    }
    items[config.namespaces.count++] = (struct config_namespace){
        .kind = NAMESPACE_PID,
        .inode = header->pid_namespace,
        .host = header->pid_namespace == drift->host.namespaces[NAMESPACE_PID],
        .evidence = evidence,
    };
    if (event_has(event, PARAM_SECCOMP))
        config_set_number(config.settings, CONFIG_SECCOMP_MODE,
                          event_number(event, PARAM_SECCOMP, 0), evidence);
    if (event_has(event, PARAM_NO_NEW_PRIVS))
        config_set_flag(config.settings, CONFIG_NO_NEW_PRIVILEGES,
                        event_number(event, PARAM_NO_NEW_PRIVS, 0) != 0, evidence);
    if (event_has(event, PARAM_CAP_BOUNDING))
        config_set_mask(config.settings, CONFIG_CAPABILITIES_BOUNDING,
                        (uint64_t)event_number(event, PARAM_CAP_BOUNDING, 0), evidence);
    judge_other(watch, &config, (uint64_t)event_number(event, PARAM_USER_NAMESPACE, 0), &arena,
                header);
}

/* A runtime that goes in has its own rights, and gives them up before it executes the program. */
static bool is_entering(const struct watch *watch, const struct event_header *header)
{
    const struct exec_id id = {.pid = header->pid, .start_time = header->start_time};
    const struct process *process = world_process(watch->drift->world, id);

    return process && process->outside;
}

void drift_judge_process(struct watch *watch, const struct event_header *header)
{
    _cleanup_arena_ struct arena arena = {0};
    struct container_config config;

    if (!watch->has_start || is_entering(watch, header) ||
        kernel_read_parts(&watch->drift->host, header->pid, header->start_time,
                          DRIFT_PROCESS | DRIFT_NAMESPACES, &arena, &config) < 0)
        return;
    judge_other(watch, &config, namespace_of(&config, NAMESPACE_USER), &arena, header);
}
