/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* An execve that failed: the caller is still who it was. */
#include "lib/args.h"

#define EXECVEAT_PATH_ARG 1

FAMILY_PROGRAM(exec_failed)
{
    record_header(s);
    if (s->type == EVENT_EXECVEAT)
        put_user_path(s, PARAM_NAME, s->args[EXECVEAT_PATH_ARG], (s32)s->args[0], true);
    else
        put_user_path(s, PARAM_NAME, s->args[0], AT_FDCWD, true);
    return family_end(s);
}
