/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of addresses and ports. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/filter_internal.h"
#include "rules/truth_network.h"

/* More are not listed: then the dimension rules out nothing. */
#define ADDRESSES_MAX 4096
#define PORTS_MAX     1024

struct port {
    unsigned number;
    struct filter_vector columns; /* that ask for it */
};

/* What the columns need listed. */
struct listing {
    struct arena *arena;
    struct network *networks;
    size_t network_count;
    struct port *ports;
    size_t port_count;
    struct filter_vector undecided; /* columns that ask for what no list of ports tells */
};

static int add_address(struct listing *listing, const struct network *network)
{
    struct network *slot;

    if (listing->network_count >= ADDRESSES_MAX)
        return -E2BIG;
    slot = arena_grow(listing->arena, &listing->networks, &listing->network_count, sizeof(*slot));
    if (!slot)
        return -ENOMEM;
    *slot = *network;
    return 0;
}

static int add_port(struct listing *listing, size_t column, int64_t number)
{
    struct port *slot;

    if (number < 0 || number > UINT16_MAX)
        return 0; /* no port is */
    if (listing->port_count >= PORTS_MAX)
        return -E2BIG;
    slot = arena_grow(listing->arena, &listing->ports, &listing->port_count, sizeof(*slot));
    if (!slot)
        return -ENOMEM;
    *slot = (struct port){.number = (unsigned)number};
    filter_vector_set(&slot->columns, column);
    return 0;
}

static int list_networks(void *data, size_t column, size_t alternative, const struct atom *atom)
{
    int r = 0;

    for (size_t i = 0; i < atom->operand_count && r == 0; i++) {
        const struct network network = network_of_operand(&atom->operands[i]);
        r = add_address(data, &network);
    }
    return r;
}

static int list_ports(void *data, size_t column, size_t alternative, const struct atom *atom)
{
    struct listing *listing = data;
    int r = 0;

    if (!truth_lists_ports(atom))
        filter_vector_set(&listing->undecided, column);
    for (size_t i = 0; truth_lists_ports(atom) && i < atom->operand_count && r == 0; i++)
        r = add_port(listing, column, atom->operands[i].number);
    return r;
}

/* The bits of an address that are not its network's are of no meaning. */
static void mask(struct network *network)
{
    for (unsigned bit = network->prefix; bit < 128; bit++)
        network->address[bit / 8] &= (uint8_t)~(0x80u >> bit % 8);
}

static int compare_networks(const void *a, const void *b)
{
    const struct network *left = a, *right = b;
    int order = memcmp(left->address, right->address, sizeof(left->address));

    if (order)
        return order;
    return left->prefix < right->prefix ? -1 : left->prefix > right->prefix;
}

static int compare_ports(const void *a, const void *b)
{
    const struct port *left = a, *right = b;

    return left->number < right->number ? -1 : left->number > right->number;
}

static int fill_addresses(struct truths *truths, const struct columns *columns,
                          struct filter_tables *tables)
{
    static const struct network all = {0};
    static const struct network all_v4 = {{[10] = 0xff, [11] = 0xff}, NETWORK_MAPPED_PREFIX};
    struct listing listing = {.arena = &truths->rules->arena};

    if (!filter_is_asked(columns, DIMENSION_ADDRESS, &tables->slot.addresses_unasked))
        return 0;
    int r = add_address(&listing, &all);
    if (r == 0)
        r = add_address(&listing, &all_v4);
    if (r == 0)
        r = columns_each_atom(columns, DIMENSION_ADDRESS, list_networks, &listing);
    if (r < 0)
        return r == -E2BIG ? 0 : r;
    for (size_t i = 0; i < listing.network_count; i++)
        mask(&listing.networks[i]);
    qsort(listing.networks, listing.network_count, sizeof(*listing.networks), compare_networks);
    tables->addresses =
        arena_array(listing.arena, listing.network_count, sizeof(*tables->addresses));
    if (!tables->addresses)
        return -ENOMEM;
    for (size_t i = 0; i < listing.network_count; i++) {
        const struct network *network = &listing.networks[i];
        const struct key key = {.dimension = DIMENSION_ADDRESS, .network = network};
        if (i && compare_networks(network, network - 1) == 0)
            continue;
        struct filter_address *slot = &tables->addresses[tables->address_count++];
        memcpy(slot->address, network->address, sizeof(slot->address));
        slot->prefix = network->prefix;
        filter_decide_all(truths, columns, &key, &slot->columns);
    }
    tables->slot.asks_addresses = true;
    return 0;
}

static int fill_ports(struct truths *truths, const struct columns *columns,
                      struct filter_tables *tables)
{
    struct listing listing = {.arena = &truths->rules->arena};
    struct key key = {.dimension = DIMENSION_PORT};

    if (!filter_is_asked(columns, DIMENSION_PORT, &tables->slot.ports_unasked))
        return 0;
    int r = columns_each_atom(columns, DIMENSION_PORT, list_ports, &listing);
    if (r < 0)
        return r == -E2BIG ? 0 : r;
    tables->ports = arena_array(listing.arena, listing.port_count + 1, sizeof(*tables->ports));
    if (!tables->ports)
        return -ENOMEM;
    filter_decide_all(truths, columns, &key, &tables->slot.other_ports);
    if (listing.port_count)
        qsort(listing.ports, listing.port_count, sizeof(*listing.ports), compare_ports);
    key.whole = true;
    for (size_t i = 0; i < listing.port_count;) {
        struct filter_vector asking = listing.undecided;
        key.index = listing.ports[i].number;
        for (; i < listing.port_count && listing.ports[i].number == key.index; i++)
            filter_vector_add(&asking, &listing.ports[i].columns);
        struct filter_port *slot = &tables->ports[tables->port_count++];
        *slot = (struct filter_port){.port = key.index, .columns = tables->slot.other_ports};
        filter_decide(truths, columns, &asking, &key, &slot->columns);
    }
    tables->slot.asks_ports = true;
    return 0;
}

int filter_fill_network(struct truths *truths, const struct columns *columns,
                        struct filter_tables *tables)
{
    int r = fill_addresses(truths, columns, tables);

    return r < 0 ? r : fill_ports(truths, columns, tables);
}
