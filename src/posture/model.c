/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/model.h"

#include <errno.h>
#include <string.h>

const enum setting_kind config_setting_kinds[CONFIG_SETTINGS] = {
#define CONFIG_SETTING_KIND(name, kind, text) [CONFIG_##name] = SETTING_##kind,
    CONFIG_SETTING_LIST(CONFIG_SETTING_KIND)
#undef CONFIG_SETTING_KIND
};

const char *const config_setting_names[CONFIG_SETTINGS] = {
#define CONFIG_SETTING_NAME(name, kind, text) [CONFIG_##name] = (text),
    CONFIG_SETTING_LIST(CONFIG_SETTING_NAME)
#undef CONFIG_SETTING_NAME
};

/* What the containers of a pod have where they don't say otherwise. */
static const enum config_setting inherited[] = {
    CONFIG_UID,
    CONFIG_GID,
    CONFIG_GROUPS,
    CONFIG_RUN_AS_NON_ROOT,
    CONFIG_SECCOMP_TYPE,
    CONFIG_SECCOMP_PATH,
    CONFIG_APPARMOR_TYPE,
    CONFIG_APPARMOR_PROFILE,
    CONFIG_SELINUX_USER,
    CONFIG_SELINUX_ROLE,
    CONFIG_SELINUX_TYPE,
    CONFIG_SELINUX_LEVEL,
    CONFIG_HOST_PID,
    CONFIG_HOST_IPC,
    CONFIG_HOST_NETWORK,
    CONFIG_HOST_USERS,
    CONFIG_SHARE_PROCESS_NAMESPACE,
    CONFIG_RESTART_POLICY,
    CONFIG_OS,
    CONFIG_SERVICE_ACCOUNT,
    CONFIG_SERVICE_ACCOUNT_TOKEN,
    CONFIG_WINDOWS_HOST_PROCESS,
    CONFIG_WINDOWS_USER,
};

static void set_unset(enum presence *presence)
{
    if (*presence == PRESENCE_UNKNOWN)
        *presence = PRESENCE_UNSET;
}

static void set_settings_unset(struct setting *settings)
{
    for (size_t i = 0; i < CONFIG_SETTINGS; i++)
        set_unset(&settings[i].presence);
}

void container_config_set_unset(struct container_config *container)
{
    set_settings_unset(container->settings);
    set_unset(&container->namespaces.presence);
    set_unset(&container->id_maps.presence);
    set_unset(&container->mounts.presence);
    set_unset(&container->devices.presence);
    set_unset(&container->sysctls.presence);
    set_unset(&container->environment.presence);
    set_unset(&container->annotations.presence);
    set_unset(&container->ports.presence);
    set_unset(&container->sockets.presence);
    set_unset(&container->peers.presence);
    set_unset(&container->privileged_files.presence);
    set_unset(&container->host_directories.presence);
    set_unset(&container->image_steps.presence);
}

void pod_config_set_unset(struct pod_config *pod)
{
    set_settings_unset(pod->settings);
    set_unset(&pod->volumes.presence);
    set_unset(&pod->sysctls.presence);
    set_unset(&pod->annotations.presence);
}

const struct setting *container_setting(const struct container_config *container,
                                        enum config_setting id)
{
    const struct setting *own = &container->settings[id];

    if (own->presence != PRESENCE_UNSET || !container->pod)
        return own;
    for (size_t i = 0; i < sizeof(inherited) / sizeof(inherited[0]); i++) {
        if (inherited[i] == id)
            return &container->pod->settings[id];
    }
    return own;
}

static struct setting *set(struct setting *settings, enum config_setting id,
                           struct evidence evidence)
{
    struct setting *setting = &settings[id];

    *setting = (struct setting){.presence = PRESENCE_SET, .evidence = evidence};
    return setting;
}

void config_set_flag(struct setting *settings, enum config_setting id, bool flag,
                     struct evidence evidence)
{
    set(settings, id, evidence)->flag = flag;
}

void config_set_number(struct setting *settings, enum config_setting id, int64_t number,
                       struct evidence evidence)
{
    set(settings, id, evidence)->number = number;
}

void config_set_text(struct setting *settings, enum config_setting id, const char *text,
                     struct evidence evidence)
{
    set(settings, id, evidence)->text = text;
}

void config_set_mask(struct setting *settings, enum config_setting id, uint64_t mask,
                     struct evidence evidence)
{
    set(settings, id, evidence)->mask = mask;
}

int config_add_text(struct arena *arena, struct setting *settings, enum config_setting id,
                    const char *text, struct evidence evidence)
{
    struct setting *setting = &settings[id];

    if (setting->presence != PRESENCE_SET)
        set(settings, id, evidence);
    struct setting_text *item =
        arena_grow(arena, &setting->texts.items, &setting->texts.count, sizeof(*item));
    if (!item)
        return -ENOMEM;
    *item = (struct setting_text){text, evidence};
    return 0;
}

const struct evidence *setting_evidence(const struct setting *setting)
{
    return setting->evidence.source == SOURCE_NONE ? NULL : &setting->evidence;
}

bool setting_has_text(const struct setting *setting, const char *text)
{
    for (size_t i = 0; setting->presence == PRESENCE_SET && i < setting->texts.count; i++)
        if (!strcmp(setting->texts.items[i].text, text))
            return true;
    return false;
}
