/* SPDX-License-Identifier: Apache-2.0 */
/* Rights of the container's first process: capabilities, ids, filters, labels, environment. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "posture/kernel_internal.h"
#include "world/proc.h"
#include "world/scan.h"

#define ENVIRONMENT_BYTES_MAX (1u << 20)
#define VARIABLES_MAX         4096

static void set_masks(struct kernel_reader *reader, const struct proc_status *status)
{
    const struct {
        enum config_setting id;
        const char *key;
        uint64_t mask;
    } sets[] = {
        {CONFIG_CAPABILITIES_BOUNDING, "CapBnd", status->bounding},
        {CONFIG_CAPABILITIES_PERMITTED, "CapPrm", status->permitted},
        {CONFIG_CAPABILITIES_EFFECTIVE, "CapEff", status->effective},
        {CONFIG_CAPABILITIES_INHERITABLE, "CapInh", status->inheritable},
        {CONFIG_CAPABILITIES_AMBIENT, "CapAmb", status->ambient},
    };
    char text[20];

    for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
        snprintf(text, sizeof(text), "%016llx", (unsigned long long)sets[i].mask);
        config_set_mask(reader->config->settings, sets[i].id, sets[i].mask,
                        kernel_evidence(reader, "status", sets[i].key, text));
    }
}

static void set_number(struct kernel_reader *reader, enum config_setting id, const char *file,
                       const char *key, int64_t number)
{
    char text[24];

    snprintf(text, sizeof(text), "%lld", (long long)number);
    config_set_number(reader->config->settings, id, number,
                      kernel_evidence(reader, file, key, text));
}

/* As the container itself sees it; where no map has it, as the host does. */
static int64_t id_inside(const struct container_config *config, bool group, uint32_t id)
{
    for (size_t i = 0; i < config->id_maps.count; i++) {
        const struct config_id_map *map = &config->id_maps.items[i];
        if (map->group == group && id >= map->outside && id - map->outside < map->count)
            return (int64_t)map->inside + (id - map->outside);
    }
    return id;
}

static int add_id_maps(struct kernel_reader *reader, const char *file, bool group)
{
    struct container_config *config = reader->config;
    _cleanup_free_ char *text = NULL;
    int r = read_file_at(reader->process_fd, file, KERNEL_FILE_MAX, &text, NULL);

    if (r < 0) {
        config->id_maps.evidence = kernel_failure(reader, file, r);
        return r == -ENOMEM ? r : 0;
    }
    for (const char *at = text; *at; at += *at == '\n') {
        uint32_t inside, outside, count;
        if (!scan_u32(&at, &inside) || !scan_u32(&at, &outside) || !scan_u32(&at, &count))
            break;
        struct config_id_map *map = config_list_add(reader->arena, &config->id_maps);
        if (!map)
            return -ENOMEM;
        *map = (struct config_id_map){
            .group = group,
            .inside = inside,
            .outside = outside,
            .count = count,
            .evidence = kernel_evidence(
                reader, file, NULL, kernel_text(reader->arena, "%u %u %u", inside, outside, count)),
        };
    }
    return 0;
}

static int add_groups(struct kernel_reader *reader, const char *status)
{
    struct container_config *config = reader->config;
    const char *at = proc_status_value(status, "Groups");
    uint32_t group;

    if (!at)
        return 0;
    config->settings[CONFIG_GROUPS] = (struct setting){
        .presence = PRESENCE_UNSET, .evidence = kernel_evidence(reader, "status", "Groups", NULL)};
    while (scan_u32(&at, &group)) {
        const char *text =
            kernel_text(reader->arena, "%lld", (long long)id_inside(config, true, group));
        int r = text ? config_add_text(reader->arena, config->settings, CONFIG_GROUPS, text,
                                       kernel_evidence(reader, "status", "Groups", text))
                     : -ENOMEM;
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_status(struct kernel_reader *reader)
{
    struct container_config *config = reader->config;
    _cleanup_free_ char *text = NULL;
    struct proc_status status;
    int r = read_file_at(reader->process_fd, "status", KERNEL_FILE_MAX, &text, NULL);

    if (r >= 0 && !proc_parse_status(text, &status))
        r = -EBADMSG;
    if (r < 0) {
        config->evidence = kernel_failure(reader, "status", r);
        return r == -ENOMEM ? r : 0;
    }
    set_masks(reader, &status);
    set_number(reader, CONFIG_UID, "status", "Uid", id_inside(config, false, status.euid));
    set_number(reader, CONFIG_GID, "status", "Gid", id_inside(config, true, status.egid));
    if (proc_status_value(text, "Seccomp"))
        set_number(reader, CONFIG_SECCOMP_MODE, "status", "Seccomp", status.seccomp);
    if (proc_status_value(text, "Seccomp_filters"))
        set_number(reader, CONFIG_SECCOMP_FILTERS, "status", "Seccomp_filters",
                   status.seccomp_filters);
    if (proc_status_value(text, "NoNewPrivs"))
        config_set_flag(
            config->settings, CONFIG_NO_NEW_PRIVILEGES, status.no_new_privs,
            kernel_evidence(reader, "status", "NoNewPrivs", status.no_new_privs ? "1" : "0"));
    return add_groups(reader, text);
}

/* No module labels processes: reading gives EINVAL, and the container has no label. */
static int read_label(struct kernel_reader *reader)
{
    struct setting *settings = reader->config->settings;
    _cleanup_free_ char *label = NULL;
    int r = read_file_at(reader->process_fd, "attr/current", KERNEL_FILE_MAX, &label, NULL);

    if (r == -EINVAL || r == -ENOENT || (r >= 0 && !*label)) {
        settings[CONFIG_LSM_LABEL] = (struct setting){
            .presence = PRESENCE_UNSET,
            .evidence = kernel_evidence(reader, "attr/current", NULL, "no module labels it")};
        return 0;
    }
    if (r < 0) {
        settings[CONFIG_LSM_LABEL].evidence = kernel_failure(reader, "attr/current", r);
        return r == -ENOMEM ? r : 0;
    }
    label[strcspn(label, "\n")] = '\0';
    struct evidence evidence = kernel_evidence(reader, "attr/current", NULL, label);
    if (!evidence.text)
        return -ENOMEM;
    config_set_text(settings, CONFIG_LSM_LABEL, evidence.text, evidence);
    return 0;
}

static int add_variable(struct kernel_reader *reader, const char *variable)
{
    const char *equals = strchr(variable, '=');
    struct config_pair *pair;

    if (!equals)
        return 0;
    pair = config_list_add(reader->arena, &reader->config->environment);
    if (!pair)
        return -ENOMEM;
    pair->name = arena_copy(reader->arena, variable, (size_t)(equals - variable));
    pair->value = arena_copy(reader->arena, equals + 1, strlen(equals + 1));
    /* The value is nothing to be printed. */
    pair->evidence = kernel_evidence(reader, "environ", pair->name, NULL);
    return pair->name && pair->value ? 0 : -ENOMEM;
}

static int read_environment(struct kernel_reader *reader)
{
    struct container_config *config = reader->config;
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = read_file_at(reader->process_fd, "environ", ENVIRONMENT_BYTES_MAX, &text, &len);

    if (r < 0) {
        config->environment.evidence = kernel_failure(reader, "environ", r);
        return r == -ENOMEM ? r : 0;
    }
    config->environment.presence = PRESENCE_UNSET;
    config->environment.evidence = kernel_evidence(reader, "environ", NULL, NULL);
    for (size_t at = 0, n = 0; at < len && n < VARIABLES_MAX; at += strlen(text + at) + 1, n++) {
        r = add_variable(reader, text + at);
        if (r < 0)
            return r;
    }
    return 0;
}

static int read_oom(struct kernel_reader *reader)
{
    _cleanup_free_ char *text = NULL;
    int r = read_file_at(reader->process_fd, "oom_score_adj", KERNEL_FILE_MAX, &text, NULL);
    char *end;

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    long value = strtol(text, &end, 10);
    if (end != text)
        set_number(reader, CONFIG_OOM_SCORE_ADJ, "oom_score_adj", NULL, value);
    return 0;
}

int kernel_read_process(struct kernel_reader *reader)
{
    int r = add_id_maps(reader, "uid_map", false);

    if (r >= 0)
        r = add_id_maps(reader, "gid_map", true);
    if (r >= 0)
        r = read_status(reader);
    if (r >= 0)
        r = read_label(reader);
    if (r >= 0)
        r = read_environment(reader);
    return r < 0 ? r : read_oom(reader);
}

int kernel_read_namespaces(struct kernel_reader *reader)
{
    static const struct {
        enum namespace_kind kind;
        enum config_setting setting;
    } settings[] = {
        {NAMESPACE_PID, CONFIG_HOST_PID},         {NAMESPACE_IPC, CONFIG_HOST_IPC},
        {NAMESPACE_NETWORK, CONFIG_HOST_NETWORK}, {NAMESPACE_UTS, CONFIG_HOST_UTS},
        {NAMESPACE_USER, CONFIG_HOST_USERS},      {NAMESPACE_CGROUP, CONFIG_HOST_CGROUP},
        {NAMESPACE_MOUNT, CONFIG_HOST_MOUNT},
    };
    struct container_config *config = reader->config;
    char file[16], text[24];

    for (unsigned kind = 0; kind < NAMESPACE_KINDS; kind++) {
        uint64_t inode = proc_namespace(reader->process_fd, kernel_namespace_file(kind));
        uint64_t host = reader->host->namespaces[kind];
        if (!inode || !host)
            continue;
        snprintf(file, sizeof(file), "ns/%s", kernel_namespace_file(kind));
        snprintf(text, sizeof(text), "%llu", (unsigned long long)inode);
        struct config_namespace *item = config_list_add(reader->arena, &config->namespaces);
        if (!item)
            return -ENOMEM;
        *item = (struct config_namespace){
            .kind = kind,
            .host = inode == host,
            .inode = inode,
            .evidence = kernel_evidence(reader, file, NULL, text),
        };
        for (size_t i = 0; i < sizeof(settings) / sizeof(*settings); i++)
            if (settings[i].kind == kind)
                config_set_flag(config->settings, settings[i].setting, item->host, item->evidence);
    }
    return 0;
}
