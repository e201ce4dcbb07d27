/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/our_answers.h"

#include <string.h>

#include "base/buf.h"
#include "base/files.h"
#include "event/names.h"
#include "posture/container_answers.h"
#include "posture/host_paths.h"
#include "posture/kernel_paths.h"
#include "posture/secret_command.h"
#include "posture/secret_value.h"

#define KUBELET "/var/lib/kubelet"

static bool allows_every_device(const struct check_run *run)
{
    const struct container_config *container = run->subject->container;
    bool all = false;

    for (size_t i = 0; i < container->devices.count; i++) {
        const struct config_device *device = &container->devices.items[i];
        if (!device->path && device->type == 'a' && device->major < 0 && device->minor < 0)
            all = device->allow;
    }
    return all;
}

static bool is_set(const struct check_run *run, enum config_setting id)
{
    const struct setting *setting = told_setting(run, id);

    return setting->presence == PRESENCE_SET && setting->flag;
}

static bool shares_pid(const struct check_run *run)
{
    return is_set(run, CONFIG_HOST_PID);
}

static bool shares_network(const struct check_run *run)
{
    return is_set(run, CONFIG_HOST_NETWORK);
}

/* Sets that are a way out, each with what it needs besides. */
static const struct {
    uint64_t all;
    bool (*besides)(const struct check_run *run);
    const char *how;
} escapes[] = {
    {CAP(SYS_ADMIN), NULL, "mounts the host's disks or writes a cgroup's release_agent"},
    {CAP(SYS_MODULE), NULL, "loads code into the kernel"},
    {CAP(DAC_READ_SEARCH), NULL, "opens any file of the host by its handle"},
    {CAP(SYS_PTRACE), shares_pid, "takes over a process of the host, all of which it sees"},
    {CAP(SYS_RAWIO), allows_every_device, "writes the memory of the machine by its devices"},
    {CAP(MKNOD), allows_every_device, "makes a node of the host's disk and reads it"},
    {CAP(BPF) | CAP(PERFMON), NULL, "reads the kernel's memory by a BPF program"},
    {CAP(NET_ADMIN), shares_network, "changes the host's routes and firewall"},
    {CAP(NET_RAW) | CAP(NET_ADMIN), shares_network, "reads and forges the host's traffic"},
    {CAP(SYS_BOOT), NULL, "loads another kernel, or stops the node"},
};

void answer_capability_escape(struct check_run *run)
{
    const struct evidence *evidence;
    uint64_t mask;

    if (!reachable_capabilities(run, &mask, &evidence))
        return;
    if (has_own_users(run))
        return check_pass_by(run, evidence, "in a user namespace of its own");
    for (size_t i = 0; i < sizeof(escapes) / sizeof(*escapes); i++) {
        if ((mask & escapes[i].all) != escapes[i].all ||
            (escapes[i].besides && !escapes[i].besides(run)))
            continue;
        _cleanup_buf_ struct buf names = {0};
        names_capability_set(&names, escapes[i].all);
        check_fail(run, evidence, "with %s it %s", names.data ? names.data : "these",
                   escapes[i].how);
    }
    check_pass(run);
}

void answer_host_path_execution(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->mounts.count; i++) {
        const struct config_mount *mount = &container->mounts.items[i];
        const char *what =
            is_host_mount(mount) && !mount->read_only ? host_path_execution(mount->source) : NULL;
        if (what)
            check_fail(run, &mount->evidence, "it can write the host's %s at %s: %s", mount->source,
                       mount->destination, what);
    }
    pass_when_known(run, &container->mounts, "its mounts are not known");
}

void answer_runtime_socket(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->sockets.count; i++) {
        const struct config_socket *socket = &container->sockets.items[i];
        if (socket->path && socket->runtime)
            check_fail(run, &socket->evidence, "the socket of %s is in it, as %s", socket->runtime,
                       socket->path);
    }
    pass_when_known(run, &container->sockets, "its sockets were not looked for");
}

static void answer_mounts(struct check_run *run, bool (*is_bad)(const struct config_mount *),
                          const char *what)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->mounts.count; i++) {
        const struct config_mount *mount = &container->mounts.items[i];
        if (mount->destination && is_bad(mount))
            check_fail(run, &mount->evidence, "%s at %s", what, mount->destination);
    }
    pass_when_known(run, &container->mounts, "its mounts are not known");
}

/* The kubelet's directory, or one above it: read-only will do. */
static bool shows_other_tokens(const struct config_mount *mount)
{
    return is_host_mount(mount) && (path_is_below(KUBELET "/pods", mount->source));
}

void answer_tokens_of_others(struct check_run *run)
{
    answer_mounts(run, shows_other_tokens, "the tokens of the node's pods are in it,");
}

static bool is_token(const struct config_mount *mount)
{
    return strstr(mount->destination, "/secrets/kubernetes.io/serviceaccount") ||
           (mount->source && strstr(mount->source, "/volumes/kubernetes.io~projected/kube-api-"));
}

void answer_own_token(struct check_run *run)
{
    answer_mounts(run, is_token, "a service-account token is mounted");
}

void answer_secret_environment(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->environment.count; i++) {
        const struct config_pair *pair = &container->environment.items[i];
        const char *what = pair->name && pair->value ? secret_value(pair->name, pair->value) : NULL;
        if (what)
            check_fail(run, &pair->evidence, "variable %s holds %s", pair->name, what);
    }
    pass_when_known(run, &container->environment, "its environment is not known");
}

void answer_secret_history(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    if (container->image_steps.presence == PRESENCE_UNSET)
        return check_not_applicable(run);
    for (size_t i = 0; i < container->image_steps.count; i++) {
        const struct config_step *step = &container->image_steps.items[i];
        const char *at = step->text, *what;
        char name[SECRET_NAME_MAX];
        while ((what = secret_in_command(&at, name)))
            check_fail(run, &step->evidence, "%s%s%s in a step of the image", name,
                       *name ? " holds " : "", what);
    }
    pass_when_known(run, &container->image_steps,
                    container->image_steps.evidence.text ? container->image_steps.evidence.text
                                                         : "the image's history is not known");
}

static void answer_paths(struct check_run *run, enum config_setting id, const char *const *paths,
                         const char *what)
{
    const struct setting *setting = &run->subject->container->settings[id];

    if (!known_setting(run, setting, what))
        return;
    for (; *paths; paths++)
        if (!setting_has_text(setting, *paths))
            check_fail(run, &setting->evidence, "%s is not among the %s", *paths, what);
    check_pass(run);
}

/* A declaration lists what the runtime knew of; the ones that matter on any kernel are these. */
static const char *const declared_masks[] = {"/proc/kcore", "/proc/keys", "/proc/timer_list",
                                             "/sys/firmware", NULL};
static const char *const declared_read_only[] = {"/proc/irq", "/proc/sys", "/proc/sysrq-trigger",
                                                 NULL};

void answer_masked_paths(struct check_run *run)
{
    bool live = run->subject->container->source == SOURCE_KERNEL;

    answer_paths(run, CONFIG_MASKED_PATHS, live ? masked_paths : declared_masks, "masked paths");
}

void answer_read_only_paths(struct check_run *run)
{
    bool live = run->subject->container->source == SOURCE_KERNEL;

    answer_paths(run, CONFIG_READ_ONLY_PATHS, live ? read_only_paths : declared_read_only,
                 "read-only paths");
}

/* Rules of the device cgroup, the nodes in /dev are another check. */
void answer_device_access(struct check_run *run)
{
    const struct container_config *container = run->subject->container;
    bool live = container->source == SOURCE_KERNEL;

    if (container->devices.presence == PRESENCE_UNKNOWN && !container->devices.count)
        return check_unknown(run, &container->devices.evidence, "its devices are not known: %s",
                             container->devices.evidence.text ? container->devices.evidence.text
                                                              : "not looked at");
    if (allows_every_device(run)) {
        for (size_t i = 0; i < container->devices.count; i++) {
            const struct config_device *device = &container->devices.items[i];
            if (!device->path && device->type == 'a')
                check_fail(run, &device->evidence, "it may use every device");
        }
        return;
    }
    for (size_t i = 0; i < container->devices.count; i++) {
        const struct config_device *device = &container->devices.items[i];
        bool disk = device->type == 'b' && device->allow && !device->path && device->access &&
                    strpbrk(device->access, "rw");
        if (disk)
            check_fail(run, &device->evidence, "it may use block device %lld:%lld",
                       (long long)device->major, (long long)device->minor);
    }
    if (live || container->devices.count)
        check_pass(run);
    else
        check_fail(run, &container->devices.evidence, "no rule limits its devices");
}

void answer_host_mounts(struct check_run *run)
{
    answer_host_namespace(run, CONFIG_HOST_MOUNT, "mount namespace");
}

void answer_host_cgroup(struct check_run *run)
{
    answer_host_namespace(run, CONFIG_HOST_CGROUP, "cgroup namespace");
}

static const char *namespace_text(enum namespace_kind kind)
{
    static const char *const names[NAMESPACE_KINDS] = {
        [NAMESPACE_PID] = "pid",     [NAMESPACE_IPC] = "ipc",   [NAMESPACE_NETWORK] = "network",
        [NAMESPACE_UTS] = "uts",     [NAMESPACE_USER] = "user", [NAMESPACE_CGROUP] = "cgroup",
        [NAMESPACE_MOUNT] = "mount", [NAMESPACE_TIME] = "time",
    };

    return names[kind];
}

/* Shared user namespaces are what remapping gives all containers alike. */
void answer_shared_namespace(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->namespaces.count; i++) {
        const struct config_namespace *one = &container->namespaces.items[i];
        if (one->shared_with && one->kind != NAMESPACE_USER && one->kind != NAMESPACE_TIME)
            check_fail(run, &one->evidence, "its %s namespace is that of %s too",
                       namespace_text(one->kind), one->shared_with);
    }
    pass_when_known(run, &container->namespaces, "its namespaces are not known");
}

void answer_host_directory(struct check_run *run)
{
    const struct container_config *container = run->subject->container;

    for (size_t i = 0; i < container->host_directories.count; i++) {
        const struct config_descriptor *one = &container->host_directories.items[i];
        if (one->fd < 0)
            check_fail(run, &one->evidence, "it works in a directory of the host: %s", one->path);
        else
            check_fail(run, &one->evidence, "its descriptor %d is a directory of the host: %s",
                       one->fd, one->path);
    }
    pass_when_known(run, &container->host_directories, "its descriptors could not be looked at");
}

void answer_oom(struct check_run *run)
{
    const struct setting *disabled = told_setting(run, CONFIG_OOM_KILL_DISABLE);
    const struct setting *score = told_setting(run, CONFIG_OOM_SCORE_ADJ);

    if (disabled->presence == PRESENCE_SET && disabled->flag)
        check_fail(run, &disabled->evidence, "the OOM killer is off for its cgroup");
    if (score->presence == PRESENCE_SET && score->number < 0)
        check_fail(run, &score->evidence, "its OOM score is %lld", (long long)score->number);
    if (disabled->presence == PRESENCE_UNKNOWN || score->presence == PRESENCE_UNKNOWN)
        check_unknown(run, &score->evidence, "what happens when memory runs out is not known");
    else
        check_pass(run);
}
