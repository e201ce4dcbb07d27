/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/truth_network.h"

#include <string.h>

#include "rules/compare.h"

static const uint8_t mapped[12] = {[10] = 0xff, [11] = 0xff};

struct network network_of_operand(const struct operand *operand)
{
    struct network network = {.prefix = operand->prefix_bits};

    if (operand->address_len == 16) {
        memcpy(network.address, operand->address, sizeof(network.address));
        return network;
    }
    memcpy(network.address, mapped, sizeof(mapped));
    memcpy(network.address + sizeof(mapped), operand->address, 4);
    network.prefix += NETWORK_MAPPED_PREFIX;
    return network;
}

static bool is_mapped(const struct network *network)
{
    return network->prefix >= NETWORK_MAPPED_PREFIX &&
           !memcmp(network->address, mapped, sizeof(mapped));
}

static bool covers(const struct network *wide, const struct network *narrow)
{
    /* ::/0 holds no IPv4 address, whatever the table's order says. */
    return wide->prefix <= narrow->prefix && is_mapped(wide) == is_mapped(narrow) &&
           compare_prefix(wide->address, narrow->address, wide->prefix);
}

static bool is_membership(enum operator op)
{
    return op == OP_EQ || op == OP_NE || op == OP_IN || op == OP_INTERSECTS || op == OP_PMATCH;
}

enum truth truth_of_address(const struct atom *atom, const struct network *network)
{
    bool in = false;

    if (atom->op == OP_EXISTS)
        return TRUTH_TRUE;
    if (atom->modifier || !is_membership(atom->op))
        return TRUTH_EITHER;
    for (size_t i = 0; i < atom->operand_count && !in; i++) {
        const struct network of = network_of_operand(&atom->operands[i]);
        in = covers(&of, network);
    }
    return in != (atom->op == OP_NE) ? TRUTH_TRUE : TRUTH_FALSE;
}

bool truth_lists_ports(const struct atom *atom)
{
    return !atom->modifier && atom->op != OP_PMATCH && is_membership(atom->op);
}

enum truth truth_of_other_ports(const struct atom *atom)
{
    if (atom->op == OP_EXISTS)
        return TRUTH_TRUE;
    if (!truth_lists_ports(atom))
        return TRUTH_EITHER;
    return atom->op == OP_NE ? TRUTH_TRUE : TRUTH_FALSE;
}
