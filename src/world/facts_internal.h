/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_FACTS_INTERNAL_H
#define WORLD_FACTS_INTERNAL_H

/* What the files behind facts.h share. */

#include <jansson.h>
#include <stdbool.h>

#include "event/event.h"
#include "world/cgroupfs.h"
#include "world/facts.h"

struct state_index;

struct facts {
    int root_fd;
    facts_tap tap;
    void *tap_data;
    bool want_env;
    uint64_t host_bounding; /* init's; all ones when unknown */
    struct facts_counters counters;
    struct cgroupfs cgroupfs;
    struct state_index *states;
    struct event_writer writer;
};

/* Hand the record in facts->writer to the tap and the world. */
int facts_feed(struct facts *facts, struct world *world);

/* CLOCK_BOOTTIME, ns */
uint64_t facts_now(void);

/* A header with type, time and the synthetic flag set. */
struct event_header facts_header(enum event_type type);

/*
 * A runtime's JSON file below the root. A file that is missing gives -ENOENT and is no failure;
 * one that can't be read (-errno, -EFBIG) or parsed (-EBADMSG) is counted.
 */
int facts_json(struct facts *facts, const char *path, size_t max, json_t **ret_json);

/* The same for a file that is not JSON; see root_read. */
int facts_file(struct facts *facts, const char *path, size_t max, char **ret_data, size_t *ret_len);

#endif
