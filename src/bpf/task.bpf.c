/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* What one task does to another, and to itself: ptrace, signals, memory of others, prctl. */
#include "lib/args.h"

#define PR_SET_NAME 15

/* Who loaded this; 0: nobody is told apart. */
const volatile __u32 agent_pid;

/* By the number that was given, which is the agent's in the first pid namespace alone. */
static __always_inline bool goes_to_agent(const struct scratch *s)
{
    const struct event_header *header = (void *)s->data;
    s32 target = s->args[0];

    if (s->type != EVENT_KILL && s->type != EVENT_TKILL && s->type != EVENT_TGKILL)
        return false;
    return header->pid_namespace == INITIAL_PID_NAMESPACE && agent_pid &&
           ((u32)target == agent_pid || (target == -1 && s->type == EVENT_KILL));
}

FAMILY_PROGRAM(task)
{
    record_header(s);
    if (goes_to_agent(s))
        s->flags |= EVENT_FLAG_TO_AGENT;
    put_args(s, true);
    if (s->type == EVENT_PRCTL && (u32)s->args[0] == PR_SET_NAME)
        put_user_string(s, PARAM_TEXT, s->args[1], 32);
    return family_end(s);
}
