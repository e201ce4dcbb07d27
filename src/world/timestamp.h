/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_TIMESTAMP_H
#define WORLD_TIMESTAMP_H

#include <stdbool.h>
#include <stdint.h>

/*
 * ns since 1970 of an RFC 3339 time ("2026-11-24T08:22:11.555747979Z", offsets too). False for
 * anything else, and for times before 1970 or after 2500, as Go's zero time is.
 */
bool timestamp_parse(const char *text, uint64_t *ret_ns);

#endif
