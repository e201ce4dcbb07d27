/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_OTHER_AGENT_H
#define CMD_OTHER_AGENT_H

#include <stdint.h>

/*
 * Whether another agent runs on this host: told by a lock on LOCK_PATH that each agent holds while
 * it lives. Two agents work side by side, so this only serves to tell the person. Returns the
 * lock's descriptor, to be closed at the end, or -1 when there is no telling. *ret_other is the
 * other's pid, 0 when there is none.
 */
/* A directory of its own: under systemd the rest of /run is read-only for it. */
#define LOCK_DIRECTORY "/run/bulwark"
#define LOCK_PATH      LOCK_DIRECTORY "/lock"
/* Which containers are paused: it outlives the agents, until the machine starts anew. */
#define PAUSED_DIRECTORY LOCK_DIRECTORY "/paused"

int other_agent_lock(int64_t *ret_other);

#endif
