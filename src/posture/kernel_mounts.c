/* SPDX-License-Identifier: Apache-2.0 */
/* What the container sees mounted, and which of it are the host's files. */
#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "posture/kernel_internal.h"
#include "posture/kernel_paths.h"

const char *const masked_paths[] = {
    "/proc/acpi",          "/proc/asound",      "/proc/kcore", "/proc/keys",
    "/proc/latency_stats", "/proc/sched_debug", "/proc/scsi",  "/proc/timer_list",
    "/proc/timer_stats",   "/sys/firmware",     NULL,
};

const char *const read_only_paths[] = {
    "/proc/bus",           "/proc/fs", "/proc/irq",      "/proc/sys",
    "/proc/sysrq-trigger", "/sys",     "/sys/fs/cgroup", NULL,
};

static int open_beneath(int fd, const char *path, int flags, uint64_t resolve)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC | O_NOFOLLOW,
        .resolve = RESOLVE_NO_MAGICLINKS | RESOLVE_NO_SYMLINKS | resolve,
    };
    int r = (int)syscall(SYS_openat2, fd, path, &how, sizeof(how));

    return r < 0 ? -errno : r;
}

int kernel_look(const struct kernel_reader *reader, const char *path, int flags)
{
    for (size_t i = 0; i < reader->mounts.count; i++)
        if (mount_waits(&reader->mounts.mounts[i]) &&
            path_is_below(path, reader->mounts.mounts[i].point))
            return -EBUSY;
    return open_beneath(reader->tree_fd, path, flags, RESOLVE_IN_ROOT);
}

int kernel_look_at(int dir_fd, const char *name, int flags)
{
    return open_beneath(dir_fd, name, flags, RESOLVE_BENEATH | RESOLVE_NO_XDEV);
}

/* Made by the kernel: what is in them are no files of the host's. */
static bool is_kernels_own(const struct mount *mount)
{
    static const char *const types[] = {
        "proc",     "sysfs",    "cgroup",     "cgroup2",     "devpts",    "mqueue",
        "nsfs",     "bpf",      "securityfs", "debugfs",     "tracefs",   "pstore",
        "efivarfs", "configfs", "fusectl",    "binfmt_misc", "hugetlbfs", NULL};

    return mount_is_one_of(mount, types);
}

const char *kernel_host_path(const struct kernel_host *host, const struct mount *mount,
                             struct arena *arena)
{
    const struct mount *best = NULL;

    for (size_t i = 0; i < host->mounts.count; i++) {
        const struct mount *m = &host->mounts.mounts[i];
        if (m->major == mount->major && m->minor == mount->minor &&
            path_is_below(mount->root, m->root) && (!best || strlen(m->root) > strlen(best->root)))
            best = m;
    }
    if (!best)
        return NULL;
    const char *rest = path_behind(mount->root, best->root);
    const char *point = path_behind(best->point, "/");
    return *point || *rest ? kernel_text(arena, "%s%s", point, rest) : "/";
}

/* Shared among the container's own mounts only, it is nothing to the host. */
static const char *propagation(const struct kernel_reader *reader, const struct mount *mount)
{
    for (size_t i = 0; mount->shared && i < reader->host->mounts.count; i++)
        if (reader->host->mounts.mounts[i].shared == mount->shared)
            return "shared";
    return mount->master ? "slave" : "private";
}

static struct evidence mount_evidence(struct kernel_reader *reader, const struct mount *mount)
{
    const char *text = kernel_text(reader->arena, "%s %s %s - %s %s %s", mount->root, mount->point,
                                   mount->options, mount->type, mount->source, mount->super);

    return kernel_evidence(reader, "mountinfo", mount->point, text);
}

static char *copy(struct kernel_reader *reader, const char *text)
{
    return arena_copy(reader->arena, text, strlen(text));
}

static int set_root(struct kernel_reader *reader, const struct mount *mount,
                    const struct evidence *evidence)
{
    struct setting *settings = reader->config->settings;
    const char *path = kernel_host_path(reader->host, mount, reader->arena);

    if (path)
        config_set_text(settings, CONFIG_ROOT_PATH, path, *evidence);
    config_set_flag(settings, CONFIG_READ_ONLY_ROOT, mount_read_only(mount), *evidence);
    config_set_text(settings, CONFIG_ROOT_PROPAGATION, propagation(reader, mount), *evidence);
    return 0;
}

static int add_mount(struct kernel_reader *reader, const struct mount *mount)
{
    struct config_mount *item = config_list_add(reader->arena, &reader->config->mounts);
    struct evidence evidence = mount_evidence(reader, mount);
    const char *path = NULL;

    if (!item)
        return -ENOMEM;
    if (!strcmp(mount->point, "/"))
        set_root(reader, mount, &evidence);
    else if (!is_kernels_own(mount))
        path = kernel_host_path(reader->host, mount, reader->arena);
    *item = (struct config_mount){
        .source = path ? path : copy(reader, mount->source),
        .destination = copy(reader, mount->point),
        .type = copy(reader, mount->type),
        .options = copy(reader, mount->options),
        .propagation = propagation(reader, mount),
        .host_path = path,
        .read_only = mount_read_only(mount),
        .no_suid = mount_has_option(mount->options, "nosuid"),
        .no_exec = mount_has_option(mount->options, "noexec"),
        .no_dev = mount_has_option(mount->options, "nodev"),
        .device = makedev(mount->major, mount->minor),
        .evidence = evidence,
    };
    return item->source && item->destination && item->type && item->options ? 0 : -ENOMEM;
}

/* Whether there is such a file at all; what can't be looked at counts as there. */
static bool is_there(struct kernel_reader *reader, const char *path)
{
    if (reader->tree_fd < 0)
        return true;
    _cleanup_close_ int fd = kernel_look(reader, path, O_PATH);
    return fd != -ENOENT && fd != -ENOTDIR;
}

/* By /dev/null or an empty tmpfs on top of it. */
static bool is_masked(const struct mount *mount, const char *path)
{
    if (strcmp(mount->point, path) != 0)
        return false;
    size_t len = strlen(mount->root);
    return (!strcmp(mount->type, "tmpfs") && mount_read_only(mount)) ||
           (len >= 5 && !strcmp(mount->root + len - 5, "/null"));
}

static int add_path(struct kernel_reader *reader, enum config_setting id, const char *path,
                    const struct evidence *evidence)
{
    return config_add_text(reader->arena, reader->config->settings, id, path, *evidence);
}

static int read_masks(struct kernel_reader *reader, const char *const *paths,
                      enum config_setting id)
{
    struct evidence evidence = kernel_evidence(reader, "mountinfo", NULL, NULL);
    bool masks = id == CONFIG_MASKED_PATHS;

    reader->config->settings[id] =
        (struct setting){.presence = PRESENCE_UNSET, .evidence = evidence};
    for (; *paths; paths++) {
        const struct mount *mount = mount_table_at(&reader->mounts, *paths);
        struct evidence own = {0};
        if (!mount || !is_there(reader, *paths))
            own = kernel_evidence(reader, "root", *paths, "is not there");
        else if (masks ? is_masked(mount, *paths)
                       : mount_read_only(mount) || !is_kernels_own(mount))
            own = mount_evidence(reader, mount);
        else
            continue;
        int r = add_path(reader, id, *paths, &own);
        if (r < 0)
            return r;
    }
    return 0;
}

int kernel_read_mounts(struct kernel_reader *reader)
{
    struct container_config *config = reader->config;
    int r = mountinfo_read(reader->process_fd, "mountinfo", &reader->mounts);

    if (r < 0) {
        config->mounts.evidence = kernel_failure(reader, "mountinfo", r);
        return r == -ENOMEM ? r : 0;
    }
    reader->mounts_known = true;
    config->mounts.presence = PRESENCE_UNSET;
    config->mounts.evidence = kernel_evidence(reader, "mountinfo", NULL, NULL);
    for (size_t i = 0; i < reader->mounts.count; i++) {
        r = add_mount(reader, &reader->mounts.mounts[i]);
        if (r < 0)
            return r;
    }
    r = read_masks(reader, masked_paths, CONFIG_MASKED_PATHS);
    return r < 0 ? r : read_masks(reader, read_only_paths, CONFIG_READ_ONLY_PATHS);
}
