/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_NAMES_H
#define EVENT_NAMES_H

/*
 * Text of values: flags, errno, families, capabilities, as Falco's rules expect to read them.
 * Sources: the Linux uapi headers for the numbers, Falco's published event documentation for names.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "event/event.h"
#include "event/table.h"

/* Append the text of a number under `render`. */
int names_render_number(struct buf *buf, enum render render, int64_t value);

/*
 * Append the text of the event's argument; false (nothing appended) when the event lacks it.
 * RENDER_UID and RENDER_GID append the number: user names are the world's to know.
 */
bool names_render_arg(struct buf *buf, const struct event *event, const struct event_arg *arg);

/* "ENOENT" for 2, NULL when unknown. */
const char *names_errno(int number);

/* "SIGKILL" for 9, NULL when unknown. */
const char *names_signal(int number);

/* "CAP_SYS_ADMIN" for 21, NULL past the last one. */
const char *names_capability(unsigned number);

/* "CAP_CHOWN CAP_KILL": blank separated, in number order, as Falco prints thread.cap_*. */
int names_capability_set(struct buf *buf, uint64_t set);

/* "AF_INET" for 2, NULL when unknown. */
const char *names_socket_family(unsigned family);

/* "tcp", "udp", "icmp", "raw" or NULL. */
const char *names_l4_protocol(const struct event_socket *socket);

/* Join `name` onto `base` and normalise ".", ".." and repeated slashes lexically. */
int names_join_path(struct buf *buf, const char *base, size_t base_len, const char *name,
                    size_t name_len);

#endif
