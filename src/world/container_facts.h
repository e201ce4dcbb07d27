/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_CONTAINER_FACTS_H
#define WORLD_CONTAINER_FACTS_H

/*
 * What the runtimes' files tell about one container, collected from several of them and written as
 * one CONTAINER record. The first source of a value wins, so the best source goes first.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "event/event.h"
#include "world/container.h"

enum fact_text {
    FACT_NAME,
    FACT_IMAGE,
    FACT_IMAGE_ID,
    FACT_IMAGE_DIGEST,
    FACT_USER,
    FACT_IP,
    FACT_ROOTFS,
    FACT_BUNDLE,
    FACT_POD_NAME,
    FACT_POD_NAMESPACE,
    FACT_POD_UID,
    FACT_POD_SANDBOX_ID,
    FACT_TEXT_MAX,
};

enum fact_list {
    FACT_LABELS,
    FACT_POD_LABELS,
    FACT_MOUNTS,
    FACT_ENV,
    FACT_ENTRYPOINT,
    FACT_LIST_MAX,
};

#define FACT_TEXT_BYTES 4096

struct container_facts {
    enum container_runtime runtime;
    char *text[FACT_TEXT_MAX];       /* NULL until told */
    struct buf lists[FACT_LIST_MAX]; /* strings, each followed by a NUL */
    bool truncated[FACT_LIST_MAX];
    uint32_t flags; /* CONTAINER_FLAG_* */
    uint64_t start_time;
    uint64_t bounding; /* declared */
    bool bounding_known;
    uint64_t host_bounding; /* what the machine's own init may have: a runtime can't give more */
};

void container_facts_init(struct container_facts *facts);
void container_facts_done(struct container_facts *facts);

/* NULL, empty and over-long values tell nothing. */
void container_facts_text(struct container_facts *facts, enum fact_text which, const char *value);

/* Whole strings only; past its limit the list is marked truncated. */
void container_facts_add(struct container_facts *facts, enum fact_list which, const char *string);

/* key=value */
void container_facts_label(struct container_facts *facts, enum fact_list which, const char *key,
                           const char *value);

void container_facts_start(struct container_facts *facts, uint64_t ns);

/* The record, in *writer. */
int container_facts_record(const struct container_facts *facts, const char *id,
                           const struct event_header *header, struct event_writer *writer);

#endif
