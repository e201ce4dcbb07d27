/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_DOCKER_ANSWERS_H
#define POSTURE_DOCKER_ANSWERS_H

/* What the rows of docker_checks.c ask. */

#include "posture/check.h"

void answer_root_user(struct check_run *run);
void answer_setuid_files(struct check_run *run);
void answer_apparmor(struct check_run *run);
void answer_selinux(struct check_run *run);
void answer_capabilities(struct check_run *run);
void answer_privileged(struct check_run *run);
void answer_system_directories(struct check_run *run);
void answer_ssh(struct check_run *run);
void answer_privileged_ports(struct check_run *run);
void answer_host_network(struct check_run *run);
void answer_memory_limit(struct check_run *run);
void answer_cpu_share(struct check_run *run);
void answer_read_only_root(struct check_run *run);
void answer_bound_interface(struct check_run *run);
void answer_restart_policy(struct check_run *run);
void answer_host_pid(struct check_run *run);
void answer_host_ipc(struct check_run *run);
void answer_devices(struct check_run *run);
void answer_propagation(struct check_run *run);
void answer_host_uts(struct check_run *run);
void answer_seccomp(struct check_run *run);
void answer_cgroup_parent(struct check_run *run);
void answer_no_new_privileges(struct check_run *run);
void answer_health_check(struct check_run *run);
void answer_pids_limit(struct check_run *run);
void answer_host_users(struct check_run *run);
void answer_docker_socket(struct check_run *run);

#endif
