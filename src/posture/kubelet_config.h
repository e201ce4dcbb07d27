/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_KUBELET_CONFIG_H
#define POSTURE_KUBELET_CONFIG_H

/*
 * A KubeletConfiguration (YAML or JSON) as options of component "kubelet": each value by its path,
 * "authentication.anonymous.enabled"; the items of a list one by one under the list's name.
 */

#include "base/error.h"
#include "posture/node_internal.h"

/* `text` must live as long as the reader's arena. */
int kubelet_config_read(const char *file, const char *text, size_t len, struct node_reader *reader,
                        struct error *error);

#endif
