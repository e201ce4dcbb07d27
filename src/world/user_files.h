/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_USER_FILES_H
#define WORLD_USER_FILES_H

/* passwd and group files: of the host, and of a container as its processes see them. */

#include <stdint.h>

struct facts;
struct world;

#define USER_FILE_MAX 65536 /* longer files are cut at the last whole line */

/* A USERS record of the host (`container_id` NULL) or of a container with a process `pid`. */
int user_files_feed(struct facts *facts, struct world *world, const char *container_id,
                    uint32_t pid);

/* Home directory of a user of the host; NULL when unknown, else the caller frees it. */
char *user_files_home(struct facts *facts, uint32_t uid);

#endif
