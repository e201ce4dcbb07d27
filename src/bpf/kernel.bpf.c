/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Calls that reach for the kernel: bpf, modules, io_uring, userfaultfd, perf, keys, kexec. */
#include "lib/args.h"

#define IO_URING_FLAGS_OFFSET 8 /* in struct io_uring_params, of the uapi */

FAMILY_PROGRAM(kernel)
{
    record_header(s);
    put_args(s, true);
    if (s->type == EVENT_IO_URING_SETUP) {
        u32 flags = 0;

        bpf_probe_read_user(&flags, sizeof(flags), (void *)(s->args[1] + IO_URING_FLAGS_OFFSET));
        put_number(s, PARAM_FLAGS, flags);
    }
    if (s->type == EVENT_FINIT_MODULE || s->type == EVENT_KEXEC_FILE_LOAD)
        put_descriptor(s, (s32)s->args[0]);
    return family_end(s);
}
