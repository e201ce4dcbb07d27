/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/filter_lookup.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "event/endpoints.h"
#include "event/names.h"
#include "event/table.h"
#include "rules/columns.h"
#include "rules/compare.h"

struct lookup {
    const struct filter_tables *tables;
    const struct event *event;
    struct filter_vector candidates;
};

static bool narrow(struct lookup *lookup, const struct filter_vector *with)
{
    uint64_t any = 0;

    for (size_t i = 0; i < FILTER_WORDS; i++)
        any |= lookup->candidates.words[i] &= with->words[i];
    return any;
}

static const struct filter_vector *small(const struct lookup *lookup, unsigned index)
{
    return &lookup->tables->slot.small[index];
}

static unsigned opened_as(const struct event *event)
{
    if (event->header->result < 0)
        return FILTER_OPENED_FAILED;
    switch (event_number(event, PARAM_FILE_MODE, 0) & S_IFMT) {
    case S_IFREG: return FILTER_OPENED_REGULAR;
    case S_IFDIR: return FILTER_OPENED_DIRECTORY;
    case S_IFCHR:
    case S_IFBLK:
    case S_IFIFO: return FILTER_OPENED_DEVICE;
    default: return FILTER_OPENED_OTHER;
    }
}

static bool by_open(struct lookup *lookup)
{
    int64_t flags = event_number(lookup->event, PARAM_OPEN_FLAGS, 0);
    bool makes_executable = (flags & O_CREAT || (flags & O_TMPFILE) == O_TMPFILE) &&
                            event_number(lookup->event, PARAM_MODE, 0) & 0111;
    int64_t access = event_number(lookup->event, PARAM_FILE_OPEN_FLAGS, flags) & O_ACCMODE;
    unsigned index = FILTER_OPEN((unsigned)access, makes_executable, opened_as(lookup->event));

    if (lookup->event->header->type == EVENT_CREAT)
        index = 0;

    return narrow(lookup, small(lookup, FILTER_OPEN_AT + index));
}

static bool covers(const struct filter_path *listed, const char *path, size_t len)
{
    return len >= listed->len && !memcmp(path, listed->path, listed->len) &&
           (!listed->whole || len == listed->len);
}

static bool by_text(struct lookup *lookup, enum filter_text text, const char *path, size_t len)
{
    const struct filter_tables *tables = lookup->tables;
    const struct filter_path *best = NULL;

    if (!tables->slot.asks_texts[text] || !len || memchr(path, '\0', len))
        return true;
    for (size_t i = 0; i < tables->path_count; i++) {
        const struct filter_path *listed = &tables->paths[i];
        if (listed->text == text && covers(listed, path, len) &&
            (!best || listed->len + listed->whole > best->len + best->whole))
            best = listed;
    }
    return !best || narrow(lookup, &best->columns);
}

static bool by_name(struct lookup *lookup, const struct event_param *path)
{
    const struct filter_tables *tables = lookup->tables;
    const char *slash = memrchr(path->data, '/', path->len);

    if (!tables->slot.asks_names || !slash || slash + 1 == path->data + path->len)
        return true;
    const char *name = slash + 1;
    size_t len = (size_t)(path->data + path->len - name);
    for (size_t i = 0; i < tables->name_count; i++)
        if (tables->names[i].len == len && !memcmp(tables->names[i].name, name, len))
            return narrow(lookup, &tables->names[i].columns);
    return narrow(lookup, &tables->slot.other_names);
}

/* With no part that a path of the kernel's has not. */
static bool is_plain(const struct event_param *name)
{
    return name->len && name->data[0] != '.' && name->data[name->len - 1] != '/' &&
           !memmem(name->data, name->len, "//", 2) && !memmem(name->data, name->len, "/.", 2);
}

static bool is_given(const struct event_param *name)
{
    return name && name->len && !(name->flags & (PARAM_FLAG_TRUNCATED | PARAM_FLAG_UNREADABLE));
}

/* A name as given, made absolute. */
static bool by_given(struct lookup *lookup, enum filter_text text, enum param_id id)
{
    const struct event_param *name = event_param(lookup->event, id);
    const struct event_param *base =
        event_param(lookup->event, id == PARAM_NAME2 ? PARAM_NAME2_BASE : PARAM_NAME_BASE);
    _cleanup_buf_ struct buf path = {0};

    if (!is_given(name) || !is_plain(name) || (name->data[0] != '/' && !(base && !base->flags)))
        return true;
    if (names_join_path(&path, base ? base->data : "", base ? base->len : 0, name->data,
                        name->len) < 0)
        return true;
    return by_text(lookup, text, path.data, path.len);
}

static bool by_name_given(struct lookup *lookup)
{
    const struct event_param *name = event_param(lookup->event, PARAM_NAME);

    if (!is_given(name))
        return true;
    if (!memmem(name->data, name->len, "..", 2) &&
        !narrow(lookup, small(lookup, FILTER_RAW_AT + 1)))
        return false;
    return lookup->event->header->result >= 0 || by_given(lookup, FILTER_TEXT_PATH, PARAM_NAME);
}

static bool by_file(struct lookup *lookup)
{
    const struct event_param *path = event_param(lookup->event, PARAM_PATH);

    if (!path || path->flags & (PARAM_FLAG_TRUNCATED | PARAM_FLAG_UNREADABLE))
        return true;
    return by_name(lookup, path) && by_text(lookup, FILTER_TEXT_PATH, path->data, path->len);
}

static bool by_opened(struct lookup *lookup)
{
    return by_open(lookup) && by_name_given(lookup) && by_file(lookup);
}

static bool by_arguments(struct lookup *lookup)
{
    return by_given(lookup, FILTER_TEXT_ARGUMENT, PARAM_NAME) &&
           by_given(lookup, FILTER_TEXT_ARGUMENT2, PARAM_NAME2);
}

static unsigned socket_index(const struct event_socket *socket)
{
    unsigned kind = FILTER_SOCKET_OTHER, family = FILTER_FAMILY_OTHER;

    if (socket->type == SOCK_STREAM && socket->protocol == IPPROTO_TCP)
        kind = FILTER_SOCKET_TCP;
    else if (socket->type == SOCK_DGRAM && socket->protocol == IPPROTO_UDP)
        kind = FILTER_SOCKET_UDP;
    switch (socket->family) {
    case AF_INET: family = FILTER_FAMILY_INET; break;
    case AF_INET6: family = FILTER_FAMILY_INET6; break;
    case AF_UNIX: family = FILTER_FAMILY_UNIX; break;
    default: break;
    }
    return FILTER_SOCKET(family, kind);
}

static bool by_address(struct lookup *lookup, const struct endpoints *ends)
{
    uint8_t address[16] = {[10] = 0xff, [11] = 0xff};
    const struct filter_tables *tables = lookup->tables;
    const struct filter_address *best = NULL;

    if (ends->address_len == 4)
        memcpy(address + 12, ends->remote.address, 4);
    else
        memcpy(address, ends->remote.address, sizeof(address));
    for (size_t i = 0; i < tables->address_count; i++)
        if (compare_prefix(address, tables->addresses[i].address, tables->addresses[i].prefix) &&
            (!best || tables->addresses[i].prefix > best->prefix))
            best = &tables->addresses[i];
    return !best || narrow(lookup, &best->columns);
}

static bool by_port(struct lookup *lookup, unsigned port)
{
    const struct filter_tables *tables = lookup->tables;

    for (size_t i = 0; i < tables->port_count; i++)
        if (tables->ports[i].port == port)
            return narrow(lookup, &tables->ports[i].columns);
    return narrow(lookup, &tables->slot.other_ports);
}

static bool by_socket(struct lookup *lookup)
{
    const struct filter_slot *slot = &lookup->tables->slot;
    const struct event_socket *socket = event_socket(lookup->event);
    struct endpoints ends;

    if (!socket)
        return true;
    if (!narrow(lookup, small(lookup, FILTER_OPEN_AT + socket_index(socket))))
        return false;
    if (!endpoints_names_peer(lookup->event->header->type) ||
        !event_has(lookup->event, PARAM_SOCKET_ADDRESS) ||
        !endpoints_of_event(lookup->event, &ends) || !ends.has_remote || ends.is_server)
        return true;
    return (!slot->asks_addresses || by_address(lookup, &ends)) &&
           (!slot->asks_ports || by_port(lookup, ends.remote.port));
}

/* What is looked up of an event's type, besides type, result and actor. */
enum { LOOK_OPEN, LOOK_ARGUMENTS, LOOK_SOCKET, LOOK_PEER, LOOKS };

static const struct {
    unsigned dimensions;
    bool (*look)(struct lookup *lookup);
} looks[LOOKS] = {
    [LOOK_OPEN] = {DIMENSION_BIT(RAW) | DIMENSION_BIT(PATH) | DIMENSION_BIT(NAME) |
                       DIMENSION_BIT(OPEN),
                   by_opened},
    [LOOK_ARGUMENTS] = {DIMENSION_BIT(ARGUMENT) | DIMENSION_BIT(ARGUMENT2), by_arguments},
    [LOOK_SOCKET] = {DIMENSION_BIT(OPEN), by_socket},
    [LOOK_PEER] = {DIMENSION_BIT(OPEN) | DIMENSION_BIT(ADDRESS) | DIMENSION_BIT(PORT), by_socket},
};

static size_t look_of(unsigned type)
{
    const struct event_type_info *info = event_type_info(type);

    if (!info)
        return LOOKS;
    switch (info->family) {
    case FAMILY_OPEN:
        return type == EVENT_OPEN || type == EVENT_OPENAT || type == EVENT_OPENAT2 ||
                       type == EVENT_CREAT
                   ? LOOK_OPEN
                   : LOOKS;
    case FAMILY_PATH: return dimension_looks_up_arguments(type) ? LOOK_ARGUMENTS : LOOKS;
    case FAMILY_NETWORK:
    case FAMILY_SOCKET_DATA: return endpoints_names_peer(type) ? LOOK_PEER : LOOK_SOCKET;
    default: return LOOKS;
    }
}

unsigned filter_lookup_dimensions(unsigned type)
{
    size_t look = look_of(type);

    return look < LOOKS ? looks[look].dimensions : 0;
}
bool filter_lookup(const struct filter_tables *tables, const struct event *event,
                   const struct filter_vector *mask)
{
    const struct event_header *header = event->header;
    struct lookup lookup = {.tables = tables, .event = event};
    int64_t error = header->result < 0 ? -header->result : 0;

    if (header->type >= EVENT_TYPE_MAX || !tables->slot.types[header->type])
        return true;
    if (error > FILTER_RESULT_LAST || error < 0)
        error = FILTER_RESULT_LAST;
    lookup.candidates = *small(&lookup, FILTER_TYPE_AT + header->type);
    if (!narrow(&lookup, small(&lookup, FILTER_RESULT_AT + (unsigned)error)) ||
        (mask && !narrow(&lookup, mask)))
        return false;
    size_t look = look_of(header->type);
    return look == LOOKS || looks[look].look(&lookup);
}
