/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* set*id and capset: what was asked, and by the header what the thread holds after it. */
#include "lib/args.h"

FAMILY_PROGRAM(credentials)
{
    record_header(s);
    put_args(s, true);
    if (s->type == EVENT_CAPSET) {
        struct event_header *header = (void *)s->data;

        put_number(s, PARAM_CAP_INHERITABLE, header->cap_inheritable);
        put_number(s, PARAM_CAP_PERMITTED, header->cap_permitted);
        put_number(s, PARAM_CAP_EFFECTIVE, header->cap_effective);
    }
    return family_end(s);
}
