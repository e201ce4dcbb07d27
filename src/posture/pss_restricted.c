/* SPDX-License-Identifier: Apache-2.0 */
/* Pod Security Standards, level restricted: what comes on top of the baseline. */
#include <string.h>

#include "posture/pss.h"

static void restricted_volumes(struct check_run *run)
{
    static const char *const allowed[] = {
        "configMap", "csi",   "downwardAPI",           "emptyDir",
        "ephemeral", "image", "persistentVolumeClaim", "projected",
        "secret",
    };
    const struct pod_config *pod = run->subject->pod;

    if (pod->volumes.presence == PRESENCE_UNKNOWN)
        return check_unknown(run, NULL, "the volumes are not known");
    check_pass(run);
    for (size_t i = 0; i < pod->volumes.count; i++) {
        const struct config_volume *volume = &pod->volumes.items[i];
        bool found = false;
        for (size_t k = 0; k < sizeof(allowed) / sizeof(allowed[0]) && !found; k++)
            found = volume->type && strcmp(allowed[k], volume->type) == 0;
        if (!found)
            check_fail(run, &volume->evidence, "volume '%.100s' is of the type %.100s",
                       volume->name, volume->type ? volume->type : "unknown");
    }
}

static void check_escalation(struct check_run *run, const char *who,
                             const struct container_config *container)
{
    const struct setting *setting = &container->settings[CONFIG_ALLOW_PRIVILEGE_ESCALATION];

    if (setting->presence == PRESENCE_UNKNOWN)
        check_unknown(run, setting_evidence(setting), "%s: it is not known", who);
    else if (setting->presence == PRESENCE_UNSET)
        check_fail(run, &container->evidence, "%s leaves out allowPrivilegeEscalation", who);
    else if (setting->flag)
        check_fail(run, &setting->evidence, "%s sets allowPrivilegeEscalation to true", who);
}

static void privilege_escalation(struct check_run *run)
{
    if (pss_is_windows(run))
        return check_not_applicable(run);
    check_pass(run);
    pss_each_container(run, check_escalation);
}

static void check_not_false(struct check_run *run, const char *who, const struct setting *setting)
{
    if (!setting->flag)
        check_fail(run, &setting->evidence, "%s sets runAsNonRoot to false", who);
}

static void check_non_root_set(struct check_run *run, const char *who,
                               const struct container_config *container)
{
    if (container->settings[CONFIG_RUN_AS_NON_ROOT].presence == PRESENCE_UNSET)
        check_fail(run, &container->evidence, "neither the pod nor %s sets runAsNonRoot to true",
                   who);
}

static void run_as_non_root(struct check_run *run)
{
    const struct setting *of_pod = &run->subject->pod->settings[CONFIG_RUN_AS_NON_ROOT];

    check_pass(run);
    if (pss_has_user_namespace(run))
        return;
    pss_each_setting(run, CONFIG_RUN_AS_NON_ROOT, check_not_false);
    if (of_pod->presence != PRESENCE_SET || !of_pod->flag)
        pss_each_container(run, check_non_root_set);
}

static void check_not_zero(struct check_run *run, const char *who, const struct setting *setting)
{
    if (!setting->number)
        check_fail(run, &setting->evidence, "%s sets runAsUser to 0", who);
}

static void run_as_user(struct check_run *run)
{
    check_pass(run);
    if (!pss_has_user_namespace(run))
        pss_each_setting(run, CONFIG_UID, check_not_zero);
}

static void check_seccomp_set(struct check_run *run, const char *who,
                              const struct container_config *container)
{
    if (container->settings[CONFIG_SECCOMP_TYPE].presence == PRESENCE_UNSET)
        check_fail(run, &container->evidence, "neither the pod nor %s has a seccompProfile", who);
}

static void seccomp_profile(struct check_run *run)
{
    const struct setting *of_pod = &run->subject->pod->settings[CONFIG_SECCOMP_TYPE];

    if (pss_is_windows(run))
        return check_not_applicable(run);
    check_pass(run);
    pss_each_setting(run, CONFIG_SECCOMP_TYPE, pss_check_seccomp_type);
    if (of_pod->presence != PRESENCE_SET)
        pss_each_container(run, check_seccomp_set);
}

static void check_added(struct check_run *run, const char *who, const struct setting *setting)
{
    for (size_t i = 0; i < setting->texts.count; i++) {
        const struct setting_text *name = &setting->texts.items[i];
        if (strcmp(name->text, "NET_BIND_SERVICE") != 0)
            check_fail(run, &name->evidence, "%s adds '%.100s'", who, name->text);
    }
}

static void check_dropped(struct check_run *run, const char *who,
                          const struct container_config *container)
{
    const struct setting *drop = &container->settings[CONFIG_CAPABILITIES_DROP];

    if (drop->presence == PRESENCE_UNKNOWN)
        check_unknown(run, setting_evidence(drop), "%s: what it drops is not known", who);
    else if (!setting_has_text(drop, "ALL"))
        check_fail(run, drop->presence == PRESENCE_SET ? &drop->evidence : &container->evidence,
                   "%s does not drop ALL", who);
}

static void capabilities(struct check_run *run)
{
    if (pss_is_windows(run))
        return check_not_applicable(run);
    check_pass(run);
    pss_each_container(run, check_dropped);
    pss_each_setting(run, CONFIG_CAPABILITIES_ADD, check_added);
}

#define RESTRICTED                                                                                 \
    .severity = SEVERITY_MEDIUM, .subject = SUBJECT_POD, .sources = FROM_MANIFEST,                 \
    .standard = STANDARD_RESTRICTED

static const struct check checks[] = {
    {
        RESTRICTED,
        .id = "PSS-RESTRICTED-VOLUMES",
        .title = "Volumes are of the types that need no rights on the node",
        .overrides = "PSS-HOST-PATH-VOLUMES",
        .references = REFERENCES(PSS_RESTRICTED_PAGE),
        .rationale = "Drivers of other types run on the node with what the pod tells them.",
        .remedy = "Use a persistent volume claim for storage, and configMap, secret, emptyDir, "
                  "projected, downwardAPI, csi, ephemeral or image for the rest.",
        .evaluate = restricted_volumes,
    },
    {
        RESTRICTED,
        .id = "PSS-PRIVILEGE-ESCALATION",
        .title = "Processes can't gain rights by setuid files",
        .minor_first = 8,
        .references = REFERENCES(PSS_RESTRICTED_PAGE, "CIS Kubernetes 5.2.6", "ATT&CK T1548.001"),
        .rationale = "With no_new_privs no exec gives more rights than the caller has.",
        .remedy = "Set securityContext.allowPrivilegeEscalation to false in every container.",
        .evaluate = privilege_escalation,
    },
    {
        RESTRICTED,
        .id = "PSS-RUN-AS-NON-ROOT",
        .title = "Containers must not run as root",
        .references =
            REFERENCES(PSS_RESTRICTED_PAGE, "CIS Kubernetes 5.2.7", "NSA/CISA Pod security"),
        .rationale = "Root of a container is root of the host once it is out.",
        .remedy =
            "Set securityContext.runAsNonRoot to true in the pod or in every container; nowhere "
            "to false. From 1.35 pods with hostUsers: false need not.",
        .evaluate = run_as_non_root,
    },
    {
        RESTRICTED,
        .id = "PSS-RUN-AS-USER",
        .title = "No container is told to run as user 0",
        .minor_first = 23,
        .references = REFERENCES(PSS_RESTRICTED_PAGE, "CIS Kubernetes 5.2.7"),
        .rationale = "Root of a container is root of the host once it is out.",
        .remedy =
            "Set securityContext.runAsUser to another number, or leave it out. From 1.35 pods "
            "with hostUsers: false may have it.",
        .evaluate = run_as_user,
    },
    {
        RESTRICTED,
        .id = "PSS-SECCOMP-PROFILE-RESTRICTED",
        .title = "Every container has a seccomp profile",
        .minor_first = 19,
        .overrides = "PSS-SECCOMP-PROFILE-BASELINE",
        .references = REFERENCES(PSS_RESTRICTED_PAGE, "CIS Kubernetes 5.7.2"),
        .rationale = "Without a filter every system call of the kernel can be attacked.",
        .remedy =
            "Set securityContext.seccompProfile.type to RuntimeDefault or Localhost in the pod "
            "or in every container.",
        .evaluate = seccomp_profile,
    },
    {
        RESTRICTED,
        .id = "PSS-CAPABILITIES-RESTRICTED",
        .title = "Every container drops all capabilities",
        .minor_first = 22,
        .overrides = "PSS-CAPABILITIES-BASELINE",
        .references =
            REFERENCES(PSS_RESTRICTED_PAGE, "CIS Kubernetes 5.2.9", "CIS Kubernetes 5.2.10"),
        .rationale = "Few programs need any of them.",
        .remedy =
            "Set securityContext.capabilities.drop to [ALL] in every container, and add nothing "
            "but NET_BIND_SERVICE.",
        .evaluate = capabilities,
    },
    {
        RESTRICTED,
        .id = "PSS-PROC-MOUNT-RESTRICTED",
        .title = "/proc is masked, in pods with a user namespace too",
        .minor_first = 35,
        .overrides = "PSS-PROC-MOUNT",
        .references = REFERENCES(PSS_RESTRICTED_PAGE, "ATT&CK T1611"),
        .rationale = "Without the masks the kernel's settings in /proc can be read.",
        .remedy = "Leave out securityContext.procMount.",
        .evaluate = pss_proc_mount,
    },
};

const struct check_table pss_restricted_checks = {
    .name = "Pod Security Standards, restricted",
    .checks = checks,
    .count = sizeof(checks) / sizeof(checks[0]),
};
