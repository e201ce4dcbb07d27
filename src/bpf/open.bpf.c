/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Calls that return an open file: the path is read from it, never from the caller's pointer. */
#include "lib/args.h"
#include "lib/known.h"

/* Whether a rule can match, by what the call asked for and the file it got. */
static __always_inline bool can_match(struct scratch *s, u64 file)
{
    struct open_asked asked = {.dirfd = (s32)s->args[0], .name = s->args[1]};
    struct open_how_user how = {};

    switch (s->type) {
    case EVENT_OPEN:
    case EVENT_CREAT:
        asked.dirfd = AT_FDCWD;
        asked.name = s->args[0];
        asked.flags = s->type == EVENT_CREAT ? CREAT_FLAGS : s->args[1];
        asked.mode = s->type == EVENT_CREAT ? s->args[1] : s->args[2];
        break;
    case EVENT_OPENAT:
        asked.flags = s->args[2];
        asked.mode = s->args[3];
        break;
    case EVENT_OPENAT2:
        if (bpf_probe_read_user(&how, sizeof(how), (void *)s->args[2]) < 0)
            return true;
        asked.flags = how.flags;
        asked.mode = how.mode;
        break;
    default: return true; /* rare */
    }
    return filter_opened(s, file, &asked) && (!s->filter_on || s->known || filter_file(s, file)) &&
           filter_opened_name(s, &asked, s->result < 0);
}

FAMILY_PROGRAM(open_unfiltered)
{
    u64 file = file_of_fd(s->result);

    record_header(s);
    put_args(s, !file);
    if (s->type == EVENT_CREAT)
        put_number(s, PARAM_OPEN_FLAGS, CREAT_FLAGS);
    if (file)
        put_file(s, file);
    return family_end(s);
}

/* Before it is known who acts, where the file is known. False: no rule can match. */
FAMILY_PROGRAM(open_early)
{
    u64 file;

    if (!s->filter_on || s->type == EVENT_OPEN_BY_HANDLE_AT)
        return true;
    file = file_of_fd(s->result);
    s->known = known_file(s, file);
    if (!s->known)
        return true;
    if (filter_narrow(s, &s->known_columns, COUNTER_FILTERED_PATH) &&
        (!s->filter_on || can_match(s, file)))
        return true;
    actor_look();
    return false;
}

FAMILY_PROGRAM(open)
{
    if (s->filter_on && !s->known && !can_match(s, file_of_fd(s->result))) {
        record_end(s);
        return 0;
    }
    return family_open_unfiltered(s);
}
