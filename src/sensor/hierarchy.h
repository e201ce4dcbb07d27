/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_HIERARCHY_H
#define SENSOR_HIERARCHY_H

/*
 * The v1 hierarchy whose cgroups name containers: the first that is mounted as v1 of memory, pids,
 * cpuset, cpu, devices. Its index in the kernel's css_set, -1 when there is none, and its number.
 */
void hierarchy_find(int *ret_subsystem, int *ret_number);

#endif
