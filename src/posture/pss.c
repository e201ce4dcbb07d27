/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/pss.h"

#include <stdio.h>
#include <string.h>

#define WINDOWS_FIRST        25
#define USER_NAMESPACE_FIRST 35

bool pss_is_windows(const struct check_run *run)
{
    const struct setting *os = &run->subject->pod->settings[CONFIG_OS];

    return run->options->kubernetes_minor >= WINDOWS_FIRST && os->presence == PRESENCE_SET &&
           strcmp(os->text, "windows") == 0;
}

bool pss_has_user_namespace(const struct check_run *run)
{
    const struct setting *host_users = &run->subject->pod->settings[CONFIG_HOST_USERS];

    return run->options->kubernetes_minor >= USER_NAMESPACE_FIRST &&
           host_users->presence == PRESENCE_SET && !host_users->flag;
}

static void container_name(const struct container_config *container, char *buffer, size_t size)
{
    static const char *const kinds[] = {
        [CONTAINER_REGULAR] = "container",
        [CONTAINER_INIT] = "init container",
        [CONTAINER_EPHEMERAL] = "ephemeral container",
    };
    const struct setting *name = &container->settings[CONFIG_NAME];

    snprintf(buffer, size, "%s '%.100s'", kinds[container->kind],
             name->presence == PRESENCE_SET ? name->text : "");
}

void pss_each_container(struct check_run *run, pss_container_function function)
{
    char who[160];

    pss_for_each_container(run, container)
    {
        container_name(container, who, sizeof(who));
        function(run, who, container);
    }
}

static void visit(struct check_run *run, const char *who, const struct setting *setting,
                  pss_setting_function function)
{
    if (setting->presence == PRESENCE_UNKNOWN)
        check_unknown(run, setting_evidence(setting), "%s: it is not known", who);
    else if (setting->presence == PRESENCE_SET)
        function(run, who, setting);
}

void pss_each_setting(struct check_run *run, enum config_setting id, pss_setting_function function)
{
    char who[160];

    visit(run, "the pod", &run->subject->pod->settings[id], function);
    pss_for_each_container(run, container)
    {
        container_name(container, who, sizeof(who));
        visit(run, who, &container->settings[id], function);
    }
}

void pss_check_seccomp_type(struct check_run *run, const char *who, const struct setting *setting)
{
    if (strcmp(setting->text, "RuntimeDefault") != 0 && strcmp(setting->text, "Localhost") != 0)
        check_fail(run, &setting->evidence, "%s has a seccomp profile of type '%.100s'", who,
                   setting->text);
}

static void check_proc_mount(struct check_run *run, const char *who, const struct setting *setting)
{
    if (strcmp(setting->text, "Default") != 0)
        check_fail(run, &setting->evidence, "%s has procMount '%.100s'", who, setting->text);
}

void pss_proc_mount(struct check_run *run)
{
    check_pass(run);
    pss_each_setting(run, CONFIG_PROC_MOUNT, check_proc_mount);
}
