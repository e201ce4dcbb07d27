/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Docker's files of a container: config.v2.json and hostconfig.json, whose members are those of
 * `docker inspect` (moby's api/types/container: Config, HostConfig).
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "posture/declaration.h"
#include "posture/oci_config.h"
#include "posture/oci_lists.h"
#include "world/json_get.h"

typedef void (*read_member)(struct declaration *, const json_t *, const char *,
                            enum config_setting);

struct member {
    const char *path;
    enum config_setting id;
    read_member read;
};

static const struct member config_members[] = {
    {"Name", CONFIG_NAME, declare_text},
    {"Config/Image", CONFIG_IMAGE, declare_text},
    {"ImageManifest/digest", CONFIG_IMAGE_DIGEST, declare_text},
    {"Config/User", CONFIG_USER, declare_text},
    {"Config/Healthcheck/Test", CONFIG_HEALTH_CHECK, declare_texts},
    {"AppArmorProfile", CONFIG_APPARMOR_PROFILE, declare_text},
};

static const struct member host_members[] = {
    {"Privileged", CONFIG_PRIVILEGED, declare_flag},
    {"CapAdd", CONFIG_CAPABILITIES_ADD, declare_texts},
    {"CapDrop", CONFIG_CAPABILITIES_DROP, declare_texts},
    {"ReadonlyRootfs", CONFIG_READ_ONLY_ROOT, declare_flag},
    {"Memory", CONFIG_MEMORY_LIMIT, declare_number},
    {"PidsLimit", CONFIG_PIDS_LIMIT, declare_number},
    {"CpuShares", CONFIG_CPU_SHARES, declare_number},
    {"CpuQuota", CONFIG_CPU_QUOTA, declare_number},
    {"CpuPeriod", CONFIG_CPU_PERIOD, declare_number},
    {"OomKillDisable", CONFIG_OOM_KILL_DISABLE, declare_flag},
    {"OomScoreAdj", CONFIG_OOM_SCORE_ADJ, declare_number},
    {"CgroupParent", CONFIG_CGROUP_PARENT, declare_text},
    {"RestartPolicy/Name", CONFIG_RESTART_POLICY, declare_text},
    {"RestartPolicy/MaximumRetryCount", CONFIG_RESTART_MAX, declare_number},
    {"MaskedPaths", CONFIG_MASKED_PATHS, declare_texts},
    {"ReadonlyPaths", CONFIG_READ_ONLY_PATHS, declare_texts},
};

/* "host" in a mode means the host's namespace. */
static const struct {
    const char *path;
    enum config_setting id;
} modes[] = {
    {"PidMode", CONFIG_HOST_PID},      {"NetworkMode", CONFIG_HOST_NETWORK},
    {"IpcMode", CONFIG_HOST_IPC},      {"UTSMode", CONFIG_HOST_UTS},
    {"UsernsMode", CONFIG_HOST_USERS}, {"CgroupnsMode", CONFIG_HOST_CGROUP},
};

/* 0 and less stand for no limit. */
static void drop_unlimited(struct declaration *declaration)
{
    static const enum config_setting ids[] = {CONFIG_MEMORY_LIMIT, CONFIG_PIDS_LIMIT,
                                              CONFIG_CPU_SHARES, CONFIG_CPU_QUOTA,
                                              CONFIG_CPU_PERIOD};

    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        struct setting *setting = &declaration->config->settings[ids[i]];
        if (setting->presence == PRESENCE_SET && setting->number <= 0)
            setting->presence = PRESENCE_UNSET;
    }
}

/* "seccomp=unconfined", "apparmor=PROFILE", "no-new-privileges:true", "label=disable", and the
 * older forms with the other separator. */
static void read_security_options(struct declaration *declaration, const json_t *host)
{
    static const char member[] = "SecurityOpt";
    size_t i;
    json_t *item;

    json_array_foreach (json_at(host, member), i, item) {
        const char *text = json_string_value(item);
        size_t len = text ? strcspn(text, "=:") : 0;
        if (!text)
            continue;
        const char *value = text[len] ? text + len + 1 : "";
        struct evidence evidence = declaration_evidence(declaration, member, text);
        struct setting *settings = declaration->config->settings;
        char *copy = declaration_copy(declaration, value);
        if (!copy)
            return;
        if (!strncmp(text, "seccomp", len))
            config_set_text(settings, CONFIG_SECCOMP_TYPE, copy, evidence);
        else if (!strncmp(text, "apparmor", len))
            config_set_text(settings, CONFIG_APPARMOR_PROFILE, copy, evidence);
        else if (!strncmp(text, "no-new-privileges", len))
            config_set_flag(settings, CONFIG_NO_NEW_PRIVILEGES, strcmp(value, "false") != 0,
                            evidence);
    }
}

static void read_modes(struct declaration *declaration, const json_t *host)
{
    for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++) {
        const char *mode = json_text(host, modes[i].path);
        if (mode && *mode)
            declare_flag_value(declaration, modes[i].path, modes[i].id, !strcmp(mode, "host"),
                               mode);
    }
}

static void read_devices(struct declaration *declaration, const json_t *host)
{
    static const char member[] = "Devices";
    size_t i;
    json_t *item;

    json_array_foreach (json_at(host, member), i, item) {
        const char *path = json_text(item, "PathInContainer");
        const char *host_path = json_text(item, "PathOnHost");
        const char *access = json_text(item, "CgroupPermissions");
        if (i >= OCI_LIST_MAX || !path)
            continue;
        struct config_device *device = declare_item(declaration, &declaration->config->devices);
        if (!device)
            return;
        *device = (struct config_device){
            .path = declaration_copy(declaration, path),
            .host_path = host_path ? declaration_copy(declaration, host_path) : NULL,
            .major = -1,
            .minor = -1,
            .access = declaration_copy(declaration, access ? access : "rwm"),
            .allow = true,
            .evidence = declaration_evidence(declaration, member, host_path),
        };
    }
}

/* "80/tcp": [{"HostIp": "", "HostPort": "8080"}] */
static void read_ports(struct declaration *declaration, const json_t *host)
{
    const char *key;
    json_t *bindings, *item;
    size_t i;

    json_object_foreach ((json_t *)json_at(host, "PortBindings"), key, bindings) {
        json_array_foreach (bindings, i, item) {
            const char *port = json_text(item, "HostPort"), *address = json_text(item, "HostIp");
            const char *protocol = strchr(key, '/');
            if (i >= OCI_LIST_MAX)
                break;
            struct config_port *one = declare_item(declaration, &declaration->config->ports);
            if (!one)
                return;
            *one = (struct config_port){
                .host = port ? strtol(port, NULL, 10) : 0,
                .container = strtol(key, NULL, 10),
                .protocol = protocol ? declaration_copy(declaration, protocol + 1) : NULL,
                .address = address && *address ? declaration_copy(declaration, address) : NULL,
                .evidence = declaration_evidence(declaration, "PortBindings", key),
            };
        }
    }
}

static void read_ulimits(struct declaration *declaration, const json_t *host)
{
    size_t i;
    json_t *item;

    json_array_foreach (json_at(host, "Ulimits"), i, item) {
        const char *name = json_text(item, "Name");
        if (!name || i >= OCI_LIST_MAX)
            continue;
        char *copy = declaration_copy(declaration, name);
        if (copy &&
            config_add_text(declaration->arena, declaration->config->settings, CONFIG_ULIMITS, copy,
                            declaration_evidence(declaration, "Ulimits", copy)) < 0)
            declaration->no_memory = true;
    }
}

/* With the mounts that the bundle has told, these would be there twice. */
static void read_mounts(struct declaration *declaration, const json_t *config)
{
    const char *key;
    json_t *item;

    if (declaration->config->mounts.count)
        return;
    json_object_foreach ((json_t *)json_at(config, "MountPoints"), key, item) {
        const char *source = json_text(item, "Source");
        const char *type = json_text(item, "Type"), *way = json_text(item, "Propagation");
        struct config_mount *mount = declare_item(declaration, &declaration->config->mounts);
        if (!mount)
            return;
        *mount = (struct config_mount){
            .source = source ? declaration_copy(declaration, source) : NULL,
            .destination = declaration_copy(declaration, key),
            .type = type ? declaration_copy(declaration, type) : NULL,
            .propagation = way && *way ? declaration_copy(declaration, way) : NULL,
            .host_path = source && *source == '/',
            .read_only = !json_is_true(json_at(item, "RW")),
            .evidence = declaration_evidence(declaration, "MountPoints", source),
        };
    }
}

static void read_members(struct declaration *declaration, const json_t *object,
                         const struct member *members, size_t count)
{
    for (size_t i = 0; i < count; i++)
        members[i].read(declaration, object, members[i].path, members[i].id);
}

int docker_config_read(const json_t *config, const char *file, const json_t *host_config,
                       const char *host_file, struct arena *arena,
                       struct container_config *container)
{
    struct declaration declaration = {
        .source = SOURCE_RUNTIME,
        .file = arena_copy(arena, file, strlen(file)),
        .arena = arena,
        .config = container,
    };

    if (!declaration.file)
        return -ENOMEM;
    if (container->source == SOURCE_NONE) {
        container->evidence = declaration_evidence(&declaration, NULL, NULL);
        container_config_set_unset(container);
    }
    container->source = SOURCE_RUNTIME;
    read_members(&declaration, config, config_members,
                 sizeof(config_members) / sizeof(*config_members));
    read_mounts(&declaration, config);
    if (!container->environment.count)
        oci_add_variables(&declaration, json_at(config, "Config/Env"), "Config/Env");
    if (host_config) {
        declaration.file = arena_copy(arena, host_file, strlen(host_file));
        if (!declaration.file)
            return -ENOMEM;
        read_members(&declaration, host_config, host_members,
                     sizeof(host_members) / sizeof(*host_members));
        drop_unlimited(&declaration);
        read_modes(&declaration, host_config);
        read_security_options(&declaration, host_config);
        read_devices(&declaration, host_config);
        read_ports(&declaration, host_config);
        read_ulimits(&declaration, host_config);
    }
    return declaration.no_memory ? -ENOMEM : 0;
}
