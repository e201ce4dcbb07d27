/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TRUTH_NETWORK_H
#define RULES_TRUTH_NETWORK_H

#include "rules/truth.h"

/* A network as the kernel side's table has it: IPv4 is mapped into IPv6. */
struct network {
    uint8_t address[16];
    unsigned prefix; /* bits of it that count */
};

#define NETWORK_MAPPED_PREFIX 96 /* of ::ffff:0:0/96, where IPv4 is */

/* The network an operand on addresses stands for. */
struct network network_of_operand(const struct operand *operand);

/* Of an address in the network that is in no smaller one that an atom asks for. */
enum truth truth_of_address(const struct atom *atom, const struct network *network);

/* Whether atoms like this ask for single ports, which then have to be listed. */
bool truth_lists_ports(const struct atom *atom);

/* Of a port that is not listed. */
enum truth truth_of_other_ports(const struct atom *atom);

#endif
