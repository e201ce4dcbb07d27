/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Calls on an open file: dup and its kin, fchmod, splice, ... */
#include "lib/args.h"

#define F_DUPFD         0
#define F_SETFL         4
#define F_DUPFD_CLOEXEC 1030

FAMILY_PROGRAM(descriptor)
{
    s64 fd = (s32)s->args[0];

    switch (s->type) {
    case EVENT_FCNTL:
        if (s->args[1] != F_DUPFD && s->args[1] != F_DUPFD_CLOEXEC) {
            record_end(s);
            return 0;
        }
        break;
    case EVENT_SENDFILE: fd = (s32)s->args[1]; break;
    case EVENT_PIDFD_GETFD: fd = s->result; break;
    }

    record_header(s);
    put_args(s, true);
    put_descriptor(s, fd);
    return family_end(s);
}
