/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_ENDPOINTS_H
#define EVENT_ENDPOINTS_H

/*
 * The two ends of an IPv4 or IPv6 socket as an event shows them: the kernel's socket first, the
 * address the caller gave where the socket has none (a failed connect, a datagram to an address).
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "event/event.h"

struct endpoint {
    uint8_t address[16]; /* IPv4 in the first four bytes, network byte order */
    uint16_t port;
};

struct endpoints {
    uint8_t address_len; /* 4 or 16; an IPv4 address mapped into IPv6 counts as IPv4 */
    bool has_remote;     /* false for a socket that listens, or is only bound or made */
    bool is_server;      /* the local end serves */
    struct endpoint local, remote;
};

/* Whether such a call names whom it talks to: then it is the client, whatever its socket was. */
bool endpoints_names_peer(unsigned type);

/* False when the event is not about an IPv4 or IPv6 socket. */
bool endpoints_of_event(const struct event *event, struct endpoints *ret_ends);

static inline const struct endpoint *endpoints_client(const struct endpoints *ends)
{
    return ends->is_server ? &ends->remote : &ends->local;
}

static inline const struct endpoint *endpoints_server(const struct endpoints *ends)
{
    return ends->is_server ? &ends->local : &ends->remote;
}

/* "127.0.0.1" or "::1". */
int endpoints_add_address(struct buf *buf, const uint8_t *address, size_t len);

/*
 * "client:port->server:port"; "address:port" of a socket without a remote end. A unix socket: its
 * path. False (nothing appended) when the event has none of these.
 */
bool endpoints_add_name(struct buf *buf, const struct event *event);

/* A struct sockaddr: "address:port", or the path of a unix socket; false when it is neither. */
bool endpoints_add_sockaddr(struct buf *buf, const void *data, size_t len);

/* AF_* of the socket, or of the address the caller gave; 0 when the event has neither. */
unsigned endpoints_family(const struct event *event);

#endif
