/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_OCI_CONFIG_H
#define POSTURE_OCI_CONFIG_H

/* What is declared for a container: an OCI runtime's config.json, and Docker's own two files. */

#include <jansson.h>

#include "posture/model.h"

/*
 * Fill the model of a whole config.json; what has the wrong type is unknown, and says so. `file` is
 * its path as people can open it, `bundle` its directory (NULL: a relative root stays so).
 * 0 or -ENOMEM. Texts are copied into the arena.
 */
int oci_config_read(const json_t *config, const char *file, const char *bundle, struct arena *arena,
                    struct container_config *ret_config);

/*
 * Docker's config.v2.json and hostconfig.json (NULL: not there), added to what the bundle has told:
 * what Docker alone knows (restart policy, health check, ports, image), and what there is of the
 * rest when there is no bundle.
 */
int docker_config_read(const json_t *config, const char *file, const json_t *host_config,
                       const char *host_file, struct arena *arena,
                       struct container_config *container);

#endif
