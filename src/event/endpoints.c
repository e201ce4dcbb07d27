/* SPDX-License-Identifier: Apache-2.0 */
#include "event/endpoints.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

static const uint8_t mapped_prefix[12] = {[10] = 0xff, [11] = 0xff};
static const uint8_t any[16];

static bool is_set(const struct endpoint *end)
{
    return end->port || memcmp(end->address, any, sizeof(any));
}

/* The caller's struct sockaddr; false when it is no address of the Internet's. */
static bool read_sockaddr(const void *data, size_t len, unsigned *ret_family,
                          struct endpoint *ret_end)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    sa_family_t family;

    if (len < sizeof(family))
        return false;
    memcpy(&family, data, sizeof(family));
    *ret_end = (struct endpoint){0};
    /* AF_UNSPEC: it is told apart by who asks. */
    if ((family == AF_INET || family == AF_UNSPEC) &&
        len >= offsetof(struct sockaddr_in, sin_zero)) {
        memcpy(&in, data, offsetof(struct sockaddr_in, sin_zero));
        memcpy(ret_end->address, &in.sin_addr, 4);
        ret_end->port = ntohs(in.sin_port);
    } else if (family == AF_INET6 && len >= offsetof(struct sockaddr_in6, sin6_scope_id)) {
        memcpy(&in6, data, offsetof(struct sockaddr_in6, sin6_scope_id));
        memcpy(ret_end->address, &in6.sin6_addr, 16);
        ret_end->port = ntohs(in6.sin6_port);
    } else {
        return false;
    }
    *ret_family = family;
    return true;
}

unsigned endpoints_family(const struct event *event)
{
    const struct event_socket *socket = event_socket(event);
    const struct event_param *given = event_param(event, PARAM_SOCKET_ADDRESS);
    sa_family_t family;

    if (socket)
        return socket->family;
    if (!given || given->len < sizeof(family))
        return 0;
    memcpy(&family, given->data, sizeof(family));
    return family;
}

static bool is_mapped(const struct endpoint *end)
{
    return !is_set(end) || !memcmp(end->address, any, sizeof(any)) ||
           !memcmp(end->address, mapped_prefix, sizeof(mapped_prefix));
}

static void unmap(struct endpoint *end)
{
    memmove(end->address, end->address + 12, 4);
    memset(end->address + 4, 0, 12);
}

/* An IPv4 address and an IPv6 one meet where an IPv6 socket talks IPv4: both become IPv4. */
static void settle_family(struct endpoints *ends, unsigned family)
{
    bool mapped = family == AF_INET6 && is_mapped(&ends->local) && is_mapped(&ends->remote) &&
                  (memcmp(ends->local.address, any, sizeof(any)) ||
                   memcmp(ends->remote.address, any, sizeof(any)));

    if (mapped) {
        unmap(&ends->local);
        unmap(&ends->remote);
    }
    ends->address_len = mapped || family == AF_INET ? 4 : 16;
}

bool endpoints_names_peer(unsigned type)
{
    return type == EVENT_CONNECT || type == EVENT_SENDTO || type == EVENT_SENDMSG ||
           type == EVENT_SENDMMSG;
}

static bool guess_server(const struct event *event, const struct endpoints *ends)
{
    switch (event->header->type) {
    case EVENT_RECVFROM:
    case EVENT_RECVMSG:
    case EVENT_RECVMMSG: return ends->local.port <= ends->remote.port;
    default: return true;
    }
}

static bool sends(unsigned type)
{
    return type == EVENT_SENDTO || type == EVENT_SENDMSG || type == EVENT_SENDMMSG;
}

/* Whether an address is one that the socket can talk to, as it talks to it then: an IPv6 socket
 * takes those of IPv4, and who sends over IPv4 need not say of which family the address is. */
static bool fit_family(const struct event *event, unsigned family, unsigned given,
                       struct endpoint *address)
{
    if (family == AF_INET6 && given == AF_INET) {
        memmove(address->address + 12, address->address, 4);
        memcpy(address->address, mapped_prefix, sizeof(mapped_prefix));
        return true;
    }
    return family == given ||
           (family == AF_INET && given == AF_UNSPEC && sends(event->header->type));
}

/* Datagrams go where the call says, whomever their socket is connected to. */
static bool names_this_peer(const struct event *event, const struct event_socket *socket)
{
    return socket->type == SOCK_DGRAM && sends(event->header->type);
}

bool endpoints_of_event(const struct event *event, struct endpoints *ret_ends)
{
    const struct event_socket *socket = event_socket(event);
    const struct event_param *given = event_param(event, PARAM_SOCKET_ADDRESS);
    struct endpoints ends = {0};
    struct endpoint address;
    unsigned family = endpoints_family(event), given_family;

    if (family != AF_INET && family != AF_INET6)
        return false;
    if (socket) {
        size_t len = family == AF_INET ? 4 : 16;
        memcpy(ends.local.address, socket->local_address, len);
        memcpy(ends.remote.address, socket->remote_address, len);
        ends.local.port = socket->local_port;
        ends.remote.port = socket->remote_port;
    }
    if (given && read_sockaddr(given->data, given->len, &given_family, &address) &&
        fit_family(event, family, given_family, &address)) {
        struct endpoint *end = event->header->type == EVENT_BIND ? &ends.local : &ends.remote;
        if (!is_set(end) || (socket && names_this_peer(event, socket)))
            *end = address;
    }

    settle_family(&ends, family);
    ends.has_remote = is_set(&ends.remote);
    /* What a process did with the socket before must not turn the ends round. */
    if (endpoints_names_peer(event->header->type))
        ends.is_server = false;
    else if (socket && socket->role != SOCKET_ROLE_UNKNOWN)
        ends.is_server = socket->role == SOCKET_ROLE_SERVER;
    else
        ends.is_server = guess_server(event, &ends);
    *ret_ends = ends;
    return true;
}

int endpoints_add_address(struct buf *buf, const uint8_t *address, size_t len)
{
    char text[INET6_ADDRSTRLEN];

    inet_ntop(len == 4 ? AF_INET : AF_INET6, address, text, sizeof(text));
    return buf_add_string(buf, text);
}

static void add_end(struct buf *buf, const struct endpoint *end, size_t len)
{
    endpoints_add_address(buf, end->address, len);
    buf_printf(buf, ":%u", end->port);
}

/* The path that names a unix socket: of the server's end when it is known. */
static const struct event_param *unix_path(const struct event *event)
{
    const struct event_socket *socket = event_socket(event);
    const struct event_param *own = event_param(event, PARAM_SOCKET_PATH);
    const struct event_param *peer = event_param(event, PARAM_SOCKET_PEER_PATH);
    bool server = socket && socket->role == SOCKET_ROLE_SERVER;
    const struct event_param *first = server ? own : peer, *second = server ? peer : own;

    if (first && first->len)
        return first;
    return second && second->len ? second : NULL;
}

bool endpoints_add_name(struct buf *buf, const struct event *event)
{
    struct endpoints ends;

    if (endpoints_of_event(event, &ends)) {
        if (!ends.has_remote) {
            add_end(buf, &ends.local, ends.address_len);
            return true;
        }
        add_end(buf, endpoints_client(&ends), ends.address_len);
        buf_add_string(buf, "->");
        add_end(buf, endpoints_server(&ends), ends.address_len);
        return true;
    }

    const struct event_param *path = unix_path(event);
    if (path) {
        buf_add(buf, path->data, path->len);
        return true;
    }
    const struct event_param *given = event_param(event, PARAM_SOCKET_ADDRESS);
    return given && endpoints_add_sockaddr(buf, given->data, given->len);
}

bool endpoints_add_sockaddr(struct buf *buf, const void *data, size_t len)
{
    struct endpoint end;
    unsigned family;
    sa_family_t unix_family;

    if (read_sockaddr(data, len, &family, &end) && family != AF_UNSPEC) {
        add_end(buf, &end, family == AF_INET ? 4 : 16);
        return true;
    }
    size_t at = offsetof(struct sockaddr_un, sun_path);
    if (len <= at)
        return false;
    memcpy(&unix_family, data, sizeof(unix_family));
    if (unix_family != AF_UNIX)
        return false;

    const char *path = (const char *)data + at;
    if (!path[0]) { /* abstract: every byte counts, NULs included */
        buf_add_char(buf, '@');
        buf_add(buf, path + 1, len - at - 1);
    } else {
        buf_add(buf, path, strnlen(path, len - at));
    }
    return true;
}
