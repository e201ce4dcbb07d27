/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Does nothing on the agent's tracepoints: what hooking them costs by itself. */
#include <linux/bpf.h>

#include <bpf/bpf_helpers.h>

#define EMPTY(name)                                                                                \
    SEC("tp_btf/" #name) int name(void *context)                                                   \
    {                                                                                              \
        return 0;                                                                                  \
    }

EMPTY(sched_process_fork)
EMPTY(sched_process_exec)
EMPTY(sched_process_exit)
EMPTY(cgroup_attach_task)
EMPTY(sys_exit)

char licence[] SEC("license") = "GPL";
