/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Memory made executable, with the file it maps. Other mappings leave here at once. */
#include "lib/args.h"

#define PROT_EXEC     0x4
#define MAP_ANONYMOUS 0x20

FAMILY_PROGRAM(memory)
{
    if (!(s->args[2] & PROT_EXEC)) {
        record_end(s);
        return 0;
    }
    record_header(s);
    put_args(s, true);
    if (s->type == EVENT_MMAP && !(s->args[3] & MAP_ANONYMOUS))
        put_descriptor(s, (s32)s->args[4]);
    return family_end(s);
}
