/* SPDX-License-Identifier: Apache-2.0 */
/* OCI runtime-spec: config.md, config-linux.md. */
#include "posture/oci_config.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "event/names.h"
#include "posture/declaration.h"
#include "posture/oci_lists.h"
#include "world/json_get.h"
#include "world/oci.h"

#define SECCOMP_FILTER 2 /* as in /proc/PID/status */

static const struct {
    const char *path;
    enum config_setting id;
    void (*read)(struct declaration *, const json_t *, const char *, enum config_setting);
} members[] = {
    {"process/args", CONFIG_COMMAND, declare_texts},
    {"process/user/username", CONFIG_USER, declare_text},
    {"process/user/uid", CONFIG_UID, declare_number},
    {"process/user/gid", CONFIG_GID, declare_number},
    {"process/user/additionalGids", CONFIG_GROUPS, declare_texts},
    {"process/noNewPrivileges", CONFIG_NO_NEW_PRIVILEGES, declare_flag},
    {"process/apparmorProfile", CONFIG_APPARMOR_PROFILE, declare_text},
    {"process/apparmorProfile", CONFIG_LSM_LABEL, declare_text},
    {"process/selinuxLabel", CONFIG_LSM_LABEL, declare_text},
    {"process/oomScoreAdj", CONFIG_OOM_SCORE_ADJ, declare_number},
    {"root/readonly", CONFIG_READ_ONLY_ROOT, declare_flag},
    {"linux/rootfsPropagation", CONFIG_ROOT_PROPAGATION, declare_text},
    {"linux/maskedPaths", CONFIG_MASKED_PATHS, declare_texts},
    {"linux/readonlyPaths", CONFIG_READ_ONLY_PATHS, declare_texts},
    {"linux/cgroupsPath", CONFIG_CGROUP_PATH, declare_text},
    {"linux/resources/memory/limit", CONFIG_MEMORY_LIMIT, declare_number},
    {"linux/resources/memory/disableOOMKiller", CONFIG_OOM_KILL_DISABLE, declare_flag},
    {"linux/resources/pids/limit", CONFIG_PIDS_LIMIT, declare_number},
    {"linux/resources/cpu/quota", CONFIG_CPU_QUOTA, declare_number},
    {"linux/resources/cpu/period", CONFIG_CPU_PERIOD, declare_number},
    {"linux/resources/cpu/shares", CONFIG_CPU_SHARES, declare_number},
};

static const struct {
    const char *path;
    enum config_setting id;
} sets[] = {
    {"process/capabilities/bounding", CONFIG_CAPABILITIES_BOUNDING},
    {"process/capabilities/permitted", CONFIG_CAPABILITIES_PERMITTED},
    {"process/capabilities/effective", CONFIG_CAPABILITIES_EFFECTIVE},
    {"process/capabilities/inheritable", CONFIG_CAPABILITIES_INHERITABLE},
    {"process/capabilities/ambient", CONFIG_CAPABILITIES_AMBIENT},
};

static void read_capabilities(struct declaration *declaration, const json_t *config)
{
    const json_t *all = json_at(config, "process/capabilities");

    if (!json_is_object(all))
        return;
    for (size_t i = 0; i < sizeof(sets) / sizeof(*sets); i++) {
        uint64_t mask = oci_capabilities(json_at(config, sets[i].path));
        _cleanup_buf_ struct buf text = {0};
        names_capability_set(&text, mask);
        config_set_mask(
            declaration->config->settings, sets[i].id, mask,
            declaration_evidence(declaration, sets[i].path, text.data ? text.data : "none"));
    }
}

static void read_root(struct declaration *declaration, const json_t *config, const char *bundle)
{
    const char *root = json_text(config, "root/path");
    _cleanup_free_ char *path = NULL;

    if (!root || !*root)
        return;
    if (*root != '/' && bundle && asprintf(&path, "%s/%s", bundle, root) < 0) {
        path = NULL;
        declaration->no_memory = true;
    }
    struct evidence evidence = declaration_evidence(declaration, "root/path", path ? path : root);
    if (evidence.text)
        config_set_text(declaration->config->settings, CONFIG_ROOT_PATH, evidence.text, evidence);
}

/* What Docker, Kubernetes and podman make of "privileged"; see world/oci.h. */
static void derive_privileged(struct declaration *declaration, const json_t *config)
{
    struct setting *settings = declaration->config->settings;
    const struct setting *bounding = &settings[CONFIG_CAPABILITIES_BOUNDING];

    if (bounding->presence != PRESENCE_SET)
        return;
    bool privileged = (bounding->mask & OCI_CAPABILITIES_FULL) == OCI_CAPABILITIES_FULL &&
                      !json_is_object(json_at(config, "linux/seccomp")) &&
                      oci_allows_all_devices(config);
    config_set_flag(settings, CONFIG_PRIVILEGED, privileged,
                    declaration_evidence(declaration, "process/capabilities/bounding",
                                         privileged ? "all capabilities, all devices, no seccomp"
                                                    : "not all rights"));
}

static void read_seccomp(struct declaration *declaration, const json_t *config)
{
    const json_t *seccomp = json_at(config, "linux/seccomp");

    if (!json_is_object(seccomp))
        return;
    const char *action = json_text(seccomp, "defaultAction");
    bool empty = action && !strcmp(action, "SCMP_ACT_ALLOW") &&
                 !json_array_size(json_at(seccomp, "syscalls"));
    /* One that lets everything pass is not even loaded by some runtimes. */
    declare_number_value(declaration, "linux/seccomp", CONFIG_SECCOMP_MODE,
                         empty ? 0 : SECCOMP_FILTER);
}

static void drop_unlimited(struct declaration *declaration)
{
    static const enum config_setting ids[] = {CONFIG_MEMORY_LIMIT, CONFIG_PIDS_LIMIT,
                                              CONFIG_CPU_QUOTA, CONFIG_CPU_SHARES};

    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++) {
        struct setting *setting = &declaration->config->settings[ids[i]];
        if (setting->presence == PRESENCE_SET && setting->number <= 0)
            setting->presence = PRESENCE_UNSET;
    }
}

int oci_config_read(const json_t *config, const char *file, const char *bundle, struct arena *arena,
                    struct container_config *ret_config)
{
    struct container_config own = {.source = SOURCE_OCI};
    struct declaration declaration = {
        .source = SOURCE_OCI,
        .file = arena_copy(arena, file, strlen(file)),
        .arena = arena,
        .config = &own,
    };

    if (!declaration.file)
        return -ENOMEM;
    own.evidence = declaration_evidence(&declaration, NULL, NULL);
    container_config_set_unset(&own);
    for (size_t i = 0; i < sizeof(members) / sizeof(*members); i++)
        members[i].read(&declaration, config, members[i].path, members[i].id);
    read_capabilities(&declaration, config);
    read_root(&declaration, config, bundle);
    read_seccomp(&declaration, config);
    derive_privileged(&declaration, config);
    drop_unlimited(&declaration);
    oci_read_lists(&declaration, config);
    if (declaration.no_memory)
        return -ENOMEM;
    *ret_config = own;
    return 0;
}
