/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_OCI_LISTS_H
#define POSTURE_OCI_LISTS_H

/* The lists of a config.json: namespaces, mounts, devices, variables and so on. */

#include "posture/declaration.h"

#define OCI_LIST_MAX 4096 /* items of one list that are read */

void oci_read_lists(struct declaration *declaration, const json_t *config);

/* "NAME=VALUE" into the environment; the value is no evidence, it may be a secret. */
void oci_add_variables(struct declaration *declaration, const json_t *array, const char *path);

#endif
