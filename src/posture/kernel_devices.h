/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_KERNEL_DEVICES_H
#define POSTURE_KERNEL_DEVICES_H

/* Which devices a container may use, and which of them have a name in its /dev. */

#include "posture/kernel_internal.h"

struct device_places {
    const char *v1, *v2; /* directories of its cgroup; NULL: there is none */
};

int kernel_read_devices(struct kernel_reader *reader, const struct device_places *places);

/* A line of devices.list: "c 1:3 rwm", "a *:* rwm". */
bool kernel_parse_device_rule(const char *line, struct config_device *ret_device);

#endif
