/* SPDX-License-Identifier: Apache-2.0 */
/* Mounts and devices, declared against actual. */
#include <stdio.h>
#include <string.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "posture/declared_actual_internal.h"

#define TEXT_MAX 512

/* What is mounted at just this path: of several on top of each other the last. */
static const struct config_mount *mount_on(const struct container_config *config, const char *path)
{
    for (size_t i = config ? config->mounts.count : 0; i-- > 0;) {
        const char *destination = config->mounts.items[i].destination;
        if (destination && !strcmp(destination, path))
            return &config->mounts.items[i];
    }
    return NULL;
}

/* What shows the path: the last one mounted at or above it. */
static const struct config_mount *mount_at(const struct container_config *config, const char *path)
{
    for (size_t i = config ? config->mounts.count : 0; i-- > 0;) {
        const char *destination = config->mounts.items[i].destination;
        if (destination && path_is_below(path, destination))
            return &config->mounts.items[i];
    }
    return NULL;
}

static void tell(struct comparison *comparison, const char *setting, const char *object,
                 const char *declared, const char *actual, const char *wanted, bool at_start,
                 const struct evidence *evidence)
{
    struct drift drift = {DRIFT_MOUNTS, setting, object,   declared,
                          actual,       wanted,  at_start, evidence};

    comparison_tell(comparison, &drift);
}

/* A mask is known by its mount, and that by what was there at the start. */
static void compare_masked(struct comparison *comparison, const char *path)
{
    const struct drift_columns *columns = comparison->columns;
    const struct config_mount *start = mount_on(columns->start, path);
    const struct config_mount *now = mount_on(columns->actual, path);
    const struct config_mount *shown = mount_at(columns->actual, path);

    if (!start)
        return;
    if (now && shown == now && now->device == start->device)
        return;
    tell(comparison, "masked_path", path, "masked", now && shown == now ? "another mount" : "open",
         "masked", false, shown ? &shown->evidence : NULL);
}

static void compare_read_only(struct comparison *comparison, const char *path)
{
    const struct drift_columns *columns = comparison->columns;
    const struct config_mount *shown = mount_at(columns->actual, path);
    bool was_there = mount_on(columns->start, path) != NULL;

    /* Without a mount of its own at the start there was no such file, or it is read-only by one
     * above, as at the start. */
    const struct config_mount *before = mount_at(columns->start, path);
    if (!shown || shown->read_only || !before || (!was_there && !before->read_only))
        return;
    tell(comparison, "read_only_path", path, "ro", "rw", "ro", false, &shown->evidence);
}

static void compare_paths(struct comparison *comparison)
{
    const struct container_config *declared = comparison->columns->declared;
    const struct setting *masked = &declared->settings[CONFIG_MASKED_PATHS];
    const struct setting *read_only = &declared->settings[CONFIG_READ_ONLY_PATHS];

    for (size_t i = 0; masked->presence == PRESENCE_SET && i < masked->texts.count; i++)
        compare_masked(comparison, masked->texts.items[i].text);
    for (size_t i = 0; read_only->presence == PRESENCE_SET && i < read_only->texts.count; i++)
        compare_read_only(comparison, read_only->texts.items[i].text);
}

/* The first look has no start: the kernel's own lists of what is masked and read-only stand in. */
static void compare_paths_first(struct comparison *comparison)
{
    static const struct {
        enum config_setting id;
        const char *setting, *declared, *actual;
    } kinds[] = {
        {CONFIG_MASKED_PATHS, "masked_path", "masked", "open"},
        {CONFIG_READ_ONLY_PATHS, "read_only_path", "ro", "rw"},
    };
    static const char *const known[] = {
        "/proc/acpi", "/proc/kcore",      "/proc/keys",    "/proc/sched_debug",
        "/proc/scsi", "/proc/timer_list", "/sys/firmware", "/proc/bus",
        "/proc/fs",   "/proc/irq",        "/proc/sys",     "/proc/sysrq-trigger",
    };
    const struct drift_columns *columns = comparison->columns;

    for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++) {
        const struct setting *actual = &columns->actual->settings[kinds[k].id];
        for (size_t i = 0; i < sizeof(known) / sizeof(*known); i++) {
            if (actual->presence == PRESENCE_UNKNOWN ||
                !setting_has_text(&columns->declared->settings[kinds[k].id], known[i]) ||
                setting_has_text(actual, known[i]))
                continue;
            tell(comparison, kinds[k].setting, known[i], kinds[k].declared, kinds[k].actual,
                 kinds[k].declared, false, &actual->evidence);
        }
    }
}

static const char *options_text(struct comparison *comparison, const struct config_mount *mount)
{
    char text[TEXT_MAX];

    snprintf(text, sizeof(text), "%s%s%s%s", mount->read_only ? "ro" : "rw",
             mount->no_suid ? ",nosuid" : "", mount->no_dev ? ",nodev" : "",
             mount->no_exec ? ",noexec" : "");
    return arena_copy(comparison->arena, text, strlen(text));
}

/* Weaker options of a mount than those it was declared, or began, with. */
static void compare_options(struct comparison *comparison, const struct config_mount *before,
                            bool at_start)
{
    const struct config_mount *now =
        before->destination ? mount_on(comparison->columns->actual, before->destination) : NULL;
    const char *setting = NULL;

    /* Runtimes put a tmpfs of the container's own there, for the hierarchies of version 1. */
    bool holds_cgroups = !at_start && before->type && !strncmp(before->type, "cgroup", 6);
    if (!now || (holds_cgroups && now->type && !strcmp(now->type, "tmpfs")))
        return;
    if (before->read_only && !now->read_only)
        setting = "read_only_mount";
    else if ((before->no_suid && !now->no_suid) || (before->no_dev && !now->no_dev) ||
             (before->no_exec && !now->no_exec))
        setting = "mount_options";
    if (setting)
        tell(comparison, setting, now->destination, options_text(comparison, before),
             options_text(comparison, now), before->read_only ? "ro" : "nosuid,nodev,noexec",
             at_start, &now->evidence);
    if (at_start && before->propagation && now->propagation &&
        strcmp(before->propagation, "shared") != 0 && !strcmp(now->propagation, "shared"))
        tell(comparison, "mount_propagation", now->destination, before->propagation,
             now->propagation, "private", true, &now->evidence);
}

/* A directory within one that the container had at the start, and no more writable than there. */
static bool had_before(const struct container_config *start, const struct config_mount *mount)
{
    for (size_t i = 0; i < start->mounts.count; i++) {
        const struct config_mount *old = &start->mounts.items[i];
        if (old->device == mount->device && old->host_path == mount->host_path && old->source &&
            mount->source && path_is_below(mount->source, old->source) &&
            (mount->read_only || !old->read_only))
            return true;
    }
    const struct setting *root = &start->settings[CONFIG_ROOT_PATH];
    return root->presence == PRESENCE_SET && mount->host_path && mount->source &&
           path_is_below(mount->source, root->text) &&
           (mount->read_only || !start->settings[CONFIG_READ_ONLY_ROOT].flag);
}

/* Files of the host's, or a disk: nothing that a container can make for itself. */
static bool is_of_host(const struct config_mount *mount)
{
    return mount->host_path || major(mount->device) != 0;
}

static void compare_new(struct comparison *comparison, const struct config_mount *mount)
{
    const struct drift_columns *columns = comparison->columns;
    const char *destination = mount->destination;
    const struct config_mount *declared = mount_on(columns->declared, destination);
    const struct config_mount *old = mount_on(columns->start, destination);
    char text[TEXT_MAX];

    /* The same with other options: compare_options tells. */
    if (old && old->device == mount->device && old->source && mount->source &&
        !strcmp(old->source, mount->source))
        return;
    if (!is_of_host(mount) || !strcmp(destination, "/") || had_before(columns->start, mount))
        return;
    if (declared && (mount->read_only || !declared->read_only) && declared->source &&
        mount->source && !strcmp(declared->source, mount->source))
        return;
    snprintf(text, sizeof(text), "%s %s", mount->source ? mount->source : "?",
             mount->read_only ? "ro" : "rw");
    const char *actual = arena_copy(comparison->arena, text, strlen(text));
    tell(comparison, "host_mount", destination, "none", actual, "none", true, &mount->evidence);
}

void compare_mounts(struct comparison *comparison)
{
    const struct drift_columns *columns = comparison->columns;
    const struct container_config *declared = columns->declared, *start = columns->start;

    if (columns->actual->mounts.presence != PRESENCE_SET)
        return;
    if (declared && start)
        compare_paths(comparison);
    else if (declared)
        compare_paths_first(comparison);
    for (size_t i = 0; declared && i < declared->mounts.count; i++)
        compare_options(comparison, &declared->mounts.items[i], false);
    if (!start || start->mounts.presence != PRESENCE_SET)
        return;
    for (size_t i = 0; i < start->mounts.count; i++) {
        const struct config_mount *mount = &start->mounts.items[i];
        bool is_path =
            declared &&
            (setting_has_text(&declared->settings[CONFIG_READ_ONLY_PATHS], mount->destination) ||
             setting_has_text(&declared->settings[CONFIG_MASKED_PATHS], mount->destination));
        if (!is_path && strcmp(mount->destination, "/") != 0 &&
            !mount_on(declared, mount->destination) && mount == mount_on(start, mount->destination))
            compare_options(comparison, mount, true);
    }
    for (size_t i = 0; i < columns->actual->mounts.count; i++)
        compare_new(comparison, &columns->actual->mounts.items[i]);
}

static bool covers(const struct container_config *config, const struct config_device *device)
{
    for (size_t i = 0; config && i < config->devices.count; i++) {
        const struct config_device *one = &config->devices.items[i];
        if (one->allow && (one->type == 'a' || one->type == device->type) &&
            (one->major < 0 || one->major == device->major) &&
            (one->minor < 0 || one->minor == device->minor) &&
            (!one->access || !device->access ||
             strspn(device->access, one->access) == strlen(device->access)))
            return true;
    }
    return false;
}

static const char *device_text(struct comparison *comparison, const struct config_device *device)
{
    char text[64], numbers[2][24] = {"*", "*"};

    if (device->major >= 0)
        snprintf(numbers[0], sizeof(numbers[0]), "%lld", (long long)device->major);
    if (device->minor >= 0)
        snprintf(numbers[1], sizeof(numbers[1]), "%lld", (long long)device->minor);
    snprintf(text, sizeof(text), "%c %s:%s %s", device->type ? device->type : '?', numbers[0],
             numbers[1], device->access ? device->access : "rwm");
    return arena_copy(comparison->arena, text, strlen(text));
}

/* Only the start tells what runtimes allow by themselves: there is no first look at devices. Rules
 * count though the container's /dev was not looked at. */
void compare_devices(struct comparison *comparison)
{
    const struct drift_columns *columns = comparison->columns;
    const struct container_config *start = columns->start;

    if (!start || start->devices.presence == PRESENCE_UNKNOWN || !columns->actual->devices.count)
        return;
    for (size_t i = 0; i < columns->actual->devices.count; i++) {
        const struct config_device *device = &columns->actual->devices.items[i];
        if (device->path || !device->allow || covers(start, device) ||
            covers(columns->declared, device))
            continue;
        struct drift drift = {
            .part = DRIFT_CGROUP,
            .setting = "device",
            .object = device_text(comparison, device),
            .declared = "denied",
            .actual = "allowed",
            .wanted = "denied",
            .at_start = true,
            .evidence = &device->evidence,
        };
        if (drift.object)
            comparison_tell(comparison, &drift);
    }
}
