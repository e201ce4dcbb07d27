/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Calls that return an open file: the path is read from it, never from the caller's pointer. */
#include "lib/args.h"

#define CREAT_FLAGS 01101 /* O_CREAT | O_WRONLY | O_TRUNC: what creat means */

FAMILY_PROGRAM(open)
{
    s64 fd = s->result;
    u64 file = file_of_fd(bpf_get_current_task_btf(), fd);

    record_header(s, bpf_get_current_task_btf());
    put_args(s, !file);
    if (s->type == EVENT_CREAT)
        put_number(s, PARAM_OPEN_FLAGS, CREAT_FLAGS);
    if (file)
        put_file(s, file);
    return family_end(s);
}
