/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_OUR_ANSWERS_H
#define POSTURE_OUR_ANSWERS_H

/* What the rows of our_checks.c ask. */

#include "posture/check.h"

void answer_capability_escape(struct check_run *run);
void answer_host_path_execution(struct check_run *run);
void answer_runtime_socket(struct check_run *run);
void answer_tokens_of_others(struct check_run *run);
void answer_own_token(struct check_run *run);
void answer_secret_environment(struct check_run *run);
void answer_secret_history(struct check_run *run);
void answer_masked_paths(struct check_run *run);
void answer_read_only_paths(struct check_run *run);
void answer_device_access(struct check_run *run);
void answer_host_mounts(struct check_run *run);
void answer_host_cgroup(struct check_run *run);
void answer_shared_namespace(struct check_run *run);
void answer_host_directory(struct check_run *run);
void answer_oom(struct check_run *run);

#endif
