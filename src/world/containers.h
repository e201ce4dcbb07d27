/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_CONTAINERS_H
#define WORLD_CONTAINERS_H

/*
 * The table of containers. Past the limit one without processes goes first, the longest idle, then
 * the oldest; its processes keep their reference to it.
 */

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"
#include "world/container.h"
#include "world/hash.h"

struct containers;
struct pending;
struct user_set;

/* How often users were asked for of late. */
struct users_ask {
    uint64_t first; /* when, of those counted */
    uint32_t pid;   /* by whose root last */
    uint32_t count;
};

struct container_entry {
    struct container container;
    struct containers *table; /* NULL once it is out of the table */
    UT_hash_handle hh;        /* by id */
    uint64_t scope;           /* of its DNS answers: never reused */
    uint64_t idle_since;      /* meaningful while `processes` is 0 */
    struct users_ask users_ask;
    uint32_t processes;      /* that are in it */
    uint32_t last_pid;       /* of the process that entered it last */
    struct pending *pending; /* while its metadata is late */
    bool busy;               /* has held events: stays in the table */
    struct user_set *users;
    uint8_t service_address[16]; /* what KUBERNETES_SERVICE_HOST declares */
    uint8_t service_address_len; /* 0: not declared */
};

struct containers {
    struct container_entry *by_id;
    uint32_t limit;
    uint64_t next_scope;
    uint64_t now; /* CLOCK_BOOTTIME, ns */
};

static inline struct container_entry *container_entry_of(const struct container *container)
{
    return (struct container_entry *)container; /* its first member */
}

struct container_entry *containers_find(const struct containers *table, const char *id, size_t len);

/* Adds one without metadata. The caller made room: see containers_victim. */
int containers_add(struct containers *table, const char *id, size_t len,
                   enum container_runtime runtime, struct container_entry **ret_entry);

/* Which one to remove before another is added; NULL while there is room, or all are busy. */
struct container_entry *containers_victim(const struct containers *table);

/* Takes it out of the table and gives up the table's reference. */
void containers_remove(struct containers *table, struct container_entry *entry);

/* A process enters: counts and references. NULL is allowed. */
struct container *containers_enter(struct container *container, uint32_t pid);
void containers_leave(struct container *container);

/* Replace the metadata by what a CONTAINER record says. -ENOMEM leaves it as it was. */
int container_set_metadata(struct container *container, const struct event *event);

/* What an image reference says. Each is a range of `reference`, len 0 when it is not there. */
struct image_reference {
    const char *repository, *tag, *digest;
    uint32_t repository_len, tag_len, digest_len;
    bool is_id; /* "sha256:..." or 64 hexadecimal digits: names no repository */
};

void container_split_image(const char *reference, size_t len, struct image_reference *ret_parts);

#endif
