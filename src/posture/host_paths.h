/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_HOST_PATHS_H
#define POSTURE_HOST_PATHS_H

/* Directories of a host that a container has no business with. */

#include <stdbool.h>

/* The system's own directory that this is: "/", "/etc", "/usr", ...; NULL when it is none. */
const char *host_path_sensitive(const char *path);

/*
 * What somebody who may write at or below `path` can have executed on the host: "jobs of cron" for
 * /etc/cron.d, and for /etc and / too. NULL when there is nothing.
 */
const char *host_path_execution(const char *path);

#endif
