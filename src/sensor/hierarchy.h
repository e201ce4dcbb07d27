/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_HIERARCHY_H
#define SENSOR_HIERARCHY_H

/*
 * The v1 hierarchy whose cgroups name containers: the first that is mounted as v1 of memory, pids,
 * cpuset, cpu, devices. Its index in the kernel's css_set by the kernel's BTF (NULL: unknown), -1
 * when there is none, and its number.
 */
struct btf;
void hierarchy_find(const struct btf *btf, int *ret_subsystem, int *ret_number);

#endif
