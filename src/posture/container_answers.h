/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_CONTAINER_ANSWERS_H
#define POSTURE_CONTAINER_ANSWERS_H

/* What several checks of containers ask. */

#include <linux/capability.h>

#include "posture/check.h"

/* As the kernel has it; where it does not tell, as it was declared. Never NULL. */
const struct setting *told_setting(const struct check_run *run, enum config_setting id);

/* Unknown, with why, when the setting is; returns whether it is known. */
bool known_setting(struct check_run *run, const struct setting *setting, const char *what);

/* The end of a check of each of a CONFIG_LIST: without a failure it passes only if all are known.
 */
#define pass_when_known(run, list, what_is_not)                                                    \
    answer_rest((run), (list)->presence, &(list)->evidence, (what_is_not))
void answer_rest(struct check_run *run, enum presence presence, const struct evidence *evidence,
                 const char *what_is_not);

/* Fails where the container is in the host's; `id` is CONFIG_HOST_... */
void answer_host_namespace(struct check_run *run, enum config_setting id, const char *what);

#define CAP(name) (1ull << CAP_##name)

/* Capabilities that the container can come to have: what it holds, and what it may gain by root or
 * by a set-uid program. False when that is not known; then it has answered. */
bool reachable_capabilities(struct check_run *run, uint64_t *ret_mask,
                            const struct evidence **ret_evidence);

/* In a user namespace of its own most capabilities hold for its own things only. */
bool has_own_users(const struct check_run *run);

/* Each mount of a file or directory of the host. */
bool is_host_mount(const struct config_mount *mount);

#endif
