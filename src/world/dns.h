/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_DNS_H
#define WORLD_DNS_H

/* What a DNS response (RFC 1035, RFC 3596) says about addresses. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define DNS_NAME_MAX 254 /* 253 characters and a NUL */

/* `name` (lower case, no dot at its end) has this address (4 or 16 bytes) for `ttl` seconds. */
typedef void (*dns_answer)(void *data, const char *name, const uint8_t *address, size_t len,
                           uint32_t ttl);

/*
 * Calls back for the name that was asked for and every alias it leads to, for each of its
 * addresses; records that the question does not lead to are ignored. Returns how often it called,
 * 0 also for a message that is no answer to an address question; -EBADMSG for one that breaks the
 * format. With `truncated` the end may be missing: what was there was delivered.
 */
int dns_parse(const uint8_t *message, size_t len, bool truncated, dns_answer answer, void *data);

#endif
