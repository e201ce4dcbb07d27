/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What one task does to another, and to itself: ptrace, signals, memory of others, prctl. */
#include "lib/args.h"

#define PR_SET_NAME 15

FAMILY_PROGRAM(task)
{
    record_header(s);
    put_args(s, true);
    if (s->type == EVENT_PRCTL && (u32)s->args[0] == PR_SET_NAME)
        put_user_string(s, PARAM_TEXT, s->args[1], 32);
    return family_end(s);
}
