/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_FACTS_H
#define WORLD_FACTS_H

/*
 * The part of the world's code that looks at the machine: /proc, cgroup file systems, the files of
 * container runtimes, passwd files. What it finds becomes records, fed to the world (and so to a
 * recording) like any event. Everything below takes the root directory of the machine as an open
 * directory, so that tests bring their own trees.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "world/world.h"

/*
 * Called for every record made, before it is fed: how a recording gets them. An event must be
 * recorded after the world has taken it, so that the facts the world asked for on its behalf come
 * before it in the recording as well.
 */
typedef void (*facts_tap)(void *data, const void *record, size_t size);

struct facts;

/* `root` "/" outside of tests. */
int facts_new(const char *root, facts_tap tap, void *tap_data, struct facts **ret_facts,
              struct error *error);
void facts_free(struct facts *facts);

/* Whether processes found in /proc come with their environment; off at first. */
void facts_want_env(struct facts *facts, bool want);

/* The requests that this machine answers; `data` is the facts. */
struct world_requests facts_requests(struct facts *facts);

/* START record: clock offset, host name. To be fed first, and when the clock was set. */
int facts_feed_start(struct facts *facts, struct world *world);

/* Host users, every cgroup of a container as CGROUP_FOUND, its CONTAINER, then every process in
 * /proc as PROCESS_FOUND, parents first. Called once, after the sensor is attached and before its
 * first event is fed. */
int facts_feed_machine(struct facts *facts, struct world *world);

/* Files read, missing, unreadable, malformed, by runtime; printed by `run --stats`. */
#define FACTS_COUNTER_LIST(X)                                                                      \
    X(processes_found, "processes_found")                                                          \
    X(processes_vanished, "processes_vanished") /* gone while being read */                        \
    X(processes_unreadable, "processes_unreadable")                                                \
    X(runtime_files_read, "runtime_files_read")                                                    \
    X(runtime_files_unreadable, "runtime_files_unreadable")                                        \
    X(runtime_files_malformed, "runtime_files_malformed")                                          \
    X(users_files_read, "users_files_read")                                                        \
    X(users_files_unreadable, "users_files_unreadable")

struct facts_counters {
#define FACTS_COUNTER_FIELD(field, text) uint64_t field;
    FACTS_COUNTER_LIST(FACTS_COUNTER_FIELD)
#undef FACTS_COUNTER_FIELD
};

const struct facts_counters *facts_counters(const struct facts *facts);

#endif
