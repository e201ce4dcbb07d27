/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/partial_types.h"

#include <stddef.h>

const char *partial_type(enum event_type type, bool dns)
{
    switch (type) {
    case EVENT_RECVFROM:
    case EVENT_RECVMSG:
    case EVENT_RECVMMSG:
        return dns ? "only what comes from port 53"
                   : "none, as no rule asks for names of addresses";
    case EVENT_SENDTO:
    case EVENT_SENDMSG:
    case EVENT_SENDMMSG: return "only those that name whom they go to";
    default: return NULL;
    }
}
