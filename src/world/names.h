/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_NAMES_H
#define WORLD_NAMES_H

/*
 * Names of addresses, learned from DNS answers. Each container has a scope of its own, so that one
 * container can neither name addresses for another nor push its names out; scope 0 is the host's.
 * Past a scope's share or the bound over all, the name learned longest ago goes.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "world/hash.h"

#define NAMES_TTL_MIN     60u /* seconds: applications keep what they resolved */
#define NAMES_TTL_MAX     86400u
#define NAMES_PER_ADDRESS 64
#define NAMES_SCOPE_SHARE 8 /* a scope may have one part in so many of the bound */

struct address_name;
struct named_address;
struct names_scope;

struct address_names {
    struct named_address *by_address;
    struct names_scope *by_scope;
    TAILQ_HEAD(address_name_list, address_name) ages;
    uint32_t count;
    uint32_t limit;
    uint64_t evicted; /* before they expired */
};

void address_names_init(struct address_names *names, uint32_t limit);
void address_names_done(struct address_names *names);

/* `address` has 4 or 16 bytes; `name` is lower case; `now` in ns, `ttl` in seconds. */
int address_names_learn(struct address_names *names, uint64_t scope, const uint8_t *address,
                        size_t len, const char *name, uint64_t now, uint32_t ttl);

bool address_names_has(const struct address_names *names, uint64_t scope, const uint8_t *address,
                       size_t len, const char *name, uint64_t now);

/* The name learned last, NULL when there is none. */
const char *address_names_last(const struct address_names *names, uint64_t scope,
                               const uint8_t *address, size_t len, uint64_t now);

void address_names_forget_scope(struct address_names *names, uint64_t scope);

#endif
