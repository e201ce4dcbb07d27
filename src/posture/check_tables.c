/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/check.h"

const struct check_table *const check_tables[] = {
    &pss_baseline_checks,     &pss_restricted_checks,
    &docker_container_checks, &our_checks,
    &node_docker_checks,      &node_kubernetes_checks,
    &node_kubernetes_files,   &declared_actual_checks,
};

const size_t check_table_count = sizeof(check_tables) / sizeof(check_tables[0]);
