/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
#ifndef BPF_FAMILIES_H
#define BPF_FAMILIES_H

/* The families that system calls belong to, each in a file of its name. */

#include "maps.h"

/* X(FAMILY_*, name) */
#define FAMILIES(X)                                                                                \
    X(OPEN, open)                                                                                  \
    X(PATH, path)                                                                                  \
    X(DESCRIPTOR, descriptor)                                                                      \
    X(NETWORK, network)                                                                            \
    X(CREDENTIALS, credentials)                                                                    \
    X(NAMESPACE, namespace)                                                                        \
    X(TASK, task)                                                                                  \
    X(KERNEL, kernel)                                                                              \
    X(MEMORY, memory)                                                                              \
    X(EXEC_FAILED, exec_failed)                                                                    \
    X(SOCKET_DATA, socket_data)

#define FAMILY_DECLARED(NUMBER, name) extern int family_##name(struct scratch *s);
FAMILIES(FAMILY_DECLARED)
FAMILY_DECLARED(OPEN, open_early)
FAMILY_DECLARED(OPEN, open_unfiltered)
#undef FAMILY_DECLARED

/* Which end of a connection a socket is, as the call tells. */
extern int network_learn(struct scratch *s);

#endif
