/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_STATE_INDEX_H
#define WORLD_STATE_INDEX_H

/*
 * The containers that low-level runtimes have running, by their state files: runc's
 * ROOT/ID/state.json and crun's ROOT/ID/status, under every ROOT the runtimes and their callers
 * use. Tells which cgroups are containers' where the name does not, and where the bundle is.
 */

#include <stdbool.h>
#include <stdint.h>

#include "world/container.h"

struct facts;

#define STATE_CONTAINERS_MAX 8192
#define STATE_FILE_MAX       (4u << 20)

struct state_entry {
    enum container_runtime runtime; /* whoever drives runc or crun, by the bundle's place */
    char id[CONTAINER_ID_MAX];
    char *directory; /* below the root: "run/runc/ID" */
    char *bundle;    /* "" when not told */
    char *rootfs;
    char *name_space; /* the directory above, for containerd: "default" */
    bool crun;
    bool early; /* crun's without a status yet: of cgroup, bundle and rootfs nothing is known */
    uint64_t start_time; /* CLOCK_REALTIME ns, 0 unknown */
};

struct state_index;

int state_index_new(struct state_index **ret_index);
void state_index_free(struct state_index *index);

/*
 * Bring the index up to date with the directories; costs a few calls when nothing changed. True
 * when a container is just being made: it has a directory, but no state file yet.
 */
bool state_index_refresh(struct facts *facts);

/* The container whose cgroup this is, or lies in (the innermost one). NULL when none. */
const struct state_entry *state_index_by_cgroup(const struct state_index *index, const char *path);
const struct state_entry *state_index_by_id(const struct state_index *index, const char *id);

#endif
