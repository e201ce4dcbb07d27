/* SPDX-License-Identifier: Apache-2.0 */
#include <netinet/in.h>
#include <sys/socket.h>

#include "event/endpoints.h"
#include "event/names.h"
#include "event/table.h"
#include "rules/field_fd.h"

#define TCP_STATE_ESTABLISHED 1 /* the kernel uses it for connected datagram sockets too */

enum side { SIDE_CLIENT, SIDE_SERVER, SIDE_LOCAL, SIDE_REMOTE, SIDE_EITHER };

static bool ends_of(const struct field_context *context, struct endpoints *ret_ends)
{
    struct fd_view fd;

    return field_fd_view(field_event(context), &fd) && fd.exists &&
           endpoints_of_event(field_event(context), ret_ends);
}

/* Falco: a socket without a remote end has nothing but its server side. */
static const struct endpoint *side(const struct endpoints *ends, enum side which)
{
    if (!ends->has_remote)
        return which == SIDE_SERVER || which == SIDE_EITHER ? &ends->local : NULL;
    switch (which) {
    case SIDE_EITHER:
    case SIDE_CLIENT: return endpoints_client(ends);
    case SIDE_SERVER: return endpoints_server(ends);
    case SIDE_LOCAL: return &ends->local;
    case SIDE_REMOTE: return &ends->remote;
    }
    return NULL;
}

static void set_address(struct field_value *value, enum field_type type,
                        const struct endpoints *ends, const struct endpoint *end)
{
    *value = (struct field_value){.type = type, .address_len = ends->address_len};
    memcpy(value->address, end->address, ends->address_len);
}

static bool address(struct field_context *context, const struct field_ref *ref,
                    struct field_value *value)
{
    enum side which = (enum side)ref->field->detail;
    struct endpoints ends;

    if (!ends_of(context, &ends))
        return false;
    const struct endpoint *end = side(&ends, which);
    if (!end)
        return false;
    set_address(value, ref->field->type, &ends, end);
    if (which == SIDE_EITHER) {
        value->is_pair = true;
        memcpy(value->address2, side(&ends, SIDE_SERVER)->address, ends.address_len);
    }
    return true;
}

static bool address_name(struct field_context *context, const struct field_ref *ref,
                         struct field_value *value)
{
    struct endpoints ends;

    if (!ends_of(context, &ends))
        return false;
    const struct endpoint *end = side(&ends, (enum side)ref->field->detail);
    if (!end)
        return false;
    set_address(value, FIELD_NAMES, &ends, end);
    const char *known = world_address_name(context->world, context->judged->container,
                                           value->address, value->address_len);
    value->string = (struct field_string){known ? known : "", known ? strlen(known) : 0};
    return true;
}

static bool port(struct field_context *context, const struct field_ref *ref,
                 struct field_value *value)
{
    enum side which = (enum side)ref->field->detail;
    struct endpoints ends;

    if (!ends_of(context, &ends))
        return false;
    const struct endpoint *end = side(&ends, which);
    if (!end)
        return false;
    field_set_number(value, FIELD_PORT, end->port);
    if (which == SIDE_EITHER) {
        value->is_pair = true;
        value->number2 = side(&ends, SIDE_SERVER)->port;
    }
    return true;
}

/* Falco's fd.cproto and its kin: the port as text, services are not looked up. */
static bool port_text(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    struct field_value number;

    if (!port(context, ref, &number))
        return false;
    field_value_text(&number, field_scratch(context));
    return field_set_scratch(context, value);
}

/* What the record tells of the socket; where it has none, what the call asked for. */
static struct event_socket socket_of(const struct event *event)
{
    const struct event_socket *known = event_socket(event);

    if (known)
        return *known;
    return (struct event_socket){
        .family = (uint16_t)event_number(event, PARAM_DOMAIN, endpoints_family(event)),
        .type = (uint16_t)(event_number(event, PARAM_SOCKET_TYPE, 0) & 0xf),
        .protocol = (uint16_t)event_number(event, PARAM_PROTOCOL, 0),
    };
}

/* Falco gives the text <NA> for every other open file: `fd.l4proto != tcp` is true of them. */
static bool l4_protocol(struct field_context *context, const struct field_ref *ref,
                        struct field_value *value)
{
    struct event_socket socket = socket_of(field_event(context));
    const char *name = names_l4_protocol(&socket);
    struct fd_view fd;

    return field_fd_view(field_event(context), &fd) && fd.exists &&
           field_set_string(value, name ? name : "<NA>");
}

static bool family(struct field_context *context, const struct field_ref *ref,
                   struct field_value *value)
{
    struct fd_view fd;

    if (!field_fd_view(field_event(context), &fd) || !fd.exists)
        return false;
    switch (fd.kind) {
    case FD_KIND_IPV4:
    case FD_KIND_IPV6: return field_set_string(value, "ip");
    case FD_KIND_UNIX: return field_set_string(value, "unix");
    default: return false;
    }
}

static bool is_server(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    struct endpoints ends;
    struct fd_view fd;

    if (!field_fd_view(field_event(context), &fd) || !fd.exists)
        return false;
    return field_set_bool(value, ends_of(context, &ends) && ends.is_server);
}

static bool connected(struct field_context *context, const struct field_ref *ref,
                      struct field_value *value)
{
    const struct event_socket *socket = event_socket(field_event(context));
    struct fd_view fd;

    if (!field_fd_view(field_event(context), &fd) || !fd.exists)
        return false;
    return field_set_bool(value, socket && socket->state == TCP_STATE_ESTABLISHED);
}

/*
 * Falco: this event gave the socket another pair of addresses. Connecting does, and so does a
 * datagram to or from an address on a socket that is not connected.
 */
static bool name_changed(struct field_context *context, const struct field_ref *ref,
                         struct field_value *value)
{
    const struct event *event = field_event(context);
    const struct event_socket *socket = event_socket(event);
    bool is_connected = socket && socket->state == TCP_STATE_ESTABLISHED, changed = false;
    struct fd_view fd;

    if (!field_fd_view(event, &fd) || !fd.exists)
        return false;
    if (event->header->type == EVENT_CONNECT)
        changed = event->header->result == 0;
    else if (event_type_info(event->header->type)->family == FAMILY_SOCKET_DATA)
        changed = !is_connected && event_has(event, PARAM_SOCKET_ADDRESS);
    return field_set_bool(value, changed);
}

/* `known`: the kernel side's dimension of a client's remote end, which is its server. */
#define SIDES(type, known, function, suffix, what, also)                                           \
    EVENT_ROW("fd.c" suffix, type, function, SIDE_CLIENT, what " of the client",                   \
              .needs = FIELD_NEEDS_ROLES | (also)),                                                \
        LOOKED_UP_ROW("fd.s" suffix, type, known, function, SIDE_SERVER, what " of the server",    \
                      .needs = FIELD_NEEDS_ROLES | (also)),                                        \
        EVENT_ROW("fd.l" suffix, type, function, SIDE_LOCAL, what " of the local end",             \
                  .needs = (also)),                                                                \
        LOOKED_UP_ROW("fd.r" suffix, type, known, function, SIDE_REMOTE,                           \
                      what " of the remote end", .needs = (also))

static const struct field rows[] = {
    EVENT_ROW("fd.ip", ADDRESS, address, SIDE_EITHER, "IP address of either end"),
    SIDES(ADDRESS, ADDRESS, address, "ip", "IP address", 0),
    EVENT_ROW("fd.port", PORT, port, SIDE_EITHER, "port of either end"),
    SIDES(PORT, PORT, port, "port", "port", 0),
    EVENT_ROW("fd.net", NETWORK, address, SIDE_EITHER, "IP address of either end, for networks"),
    SIDES(NETWORK, ADDRESS, address, "net", "IP address, for networks,", 0),
    SIDES(NAMES, UNKNOWN, address_name, "ip.name", "DNS name", FIELD_NEEDS_NAMES),
    EVENT_ROW("fd.proto", STRING, port_text, SIDE_CLIENT, "port of the client as text"),
    SIDES(STRING, UNKNOWN, port_text, "proto", "port as text", 0),
    LOOKED_UP_ROW("fd.l4proto", STRING, OPEN, l4_protocol, 0, "tcp, udp, icmp, raw or <NA>"),
    EVENT_ROW("fd.sockfamily", STRING, family, 0, "ip or unix"),
    EVENT_ROW("fd.is_server", BOOL, is_server, 0, "the process is the serving end",
              .needs = FIELD_NEEDS_ROLES),
    EVENT_ROW("fd.connected", BOOL, connected, 0, "the socket is connected"),
    EVENT_ROW("fd.name_changed", BOOL, name_changed, 0,
              "the event gave the socket another pair of addresses"),
};

const struct field_rows field_rows_network = FIELD_ROWS(rows);
