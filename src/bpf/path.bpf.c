/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/*
 * Calls that name a path and return no file. On this tier the name is read after the call, from the
 * caller's memory, and marked so; the directory it starts from is the kernel's.
 */
#include "lib/args.h"
#include "lib/filter.h"

FAMILY_PROGRAM(path)
{
    struct task_struct *task = bpf_get_current_task_btf();

    if (s->filter_on && !filter_arguments(s)) {
        record_end(s);
        return 0;
    }
    record_header(s);
    put_args(s, true);
    if (s->type == EVENT_CHDIR && s->result == 0) {
        struct fs_struct *fs = task->fs;
        if (fs)
            put_path(s, PARAM_PATH, (u64)BPF_CORE_READ(fs, pwd.dentry),
                     (u64)BPF_CORE_READ(fs, pwd.mnt), 0);
    }
    return family_end(s);
}
