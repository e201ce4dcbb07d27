/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_PARTIAL_TYPES_H
#define RULES_PARTIAL_TYPES_H

/* Calls of which most are no events: what goes over a connection is not told piece by piece. */

#include <stdbool.h>

#include "event/abi.h"

/* Which calls are events, NULL where all are. `dns`: some rule asks for names of addresses. */
const char *partial_type(enum event_type type, bool dns);

#endif
