/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_PSS_H
#define POSTURE_PSS_H

/*
 * What both tables of the Pod Security Standards share. The rules are those of Kubernetes' own
 * admission plugin (k8s.io/pod-security-admission/policy, up to 1.37); each function knows the
 * versions in which its rule changed.
 */

#include <stdbool.h>

#include "posture/check.h"

/* Whether the pod's rules for Linux alone are left out: spec.os.name is windows, from 1.25 on. */
bool pss_is_windows(const struct check_run *run);

/* From 1.35 on a pod with a user namespace of its own is excepted from some rules. */
bool pss_has_user_namespace(const struct check_run *run);

/* Every container of the pod, init and ephemeral ones too. */
#define pss_for_each_container(run, container)                                                     \
    for (struct container_config **_slot = (run)->subject->pod->containers,                        \
                                 **_end = _slot + (run)->subject->pod->container_count,            \
                                 *container = NULL;                                                \
         _slot < _end && (container = *_slot); _slot++)

/* The same with what each is called: "container 'web'", "init container 'setup'". */
typedef void (*pss_container_function)(struct check_run *run, const char *who,
                                       const struct container_config *container);
void pss_each_container(struct check_run *run, pss_container_function function);

/*
 * The pod's own setting, then each container's own: called for those that are set; a setting that
 * is not known makes the answer UNKNOWN.
 */
typedef void (*pss_setting_function)(struct check_run *run, const char *who,
                                     const struct setting *setting);
void pss_each_setting(struct check_run *run, enum config_setting id, pss_setting_function function);

/* For pss_each_setting: RuntimeDefault or Localhost. */
void pss_check_seccomp_type(struct check_run *run, const char *who, const struct setting *setting);

/* At any version: procMount is Default or left out. */
void pss_proc_mount(struct check_run *run);

#define PSS_BASELINE_PAGE                                                                          \
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/#baseline"
#define PSS_RESTRICTED_PAGE                                                                        \
    "https://kubernetes.io/docs/concepts/security/pod-security-standards/#restricted"

#endif
