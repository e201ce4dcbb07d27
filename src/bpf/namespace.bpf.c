/* SPDX-License-Identifier: GPL-2.0-only OR Apache-2.0 */
/* Namespaces entered and left, mounts by the old calls and the new, chroot and pivot_root. */
#include "lib/args.h"

FAMILY_PROGRAM(namespace)
{
    struct task_struct *task = bpf_get_current_task_btf();
    struct nsproxy *namespaces = task->nsproxy;

    record_header(s);
    put_args(s, true);
    if (s->type == EVENT_SETNS)
        put_descriptor(s, (s32)s->args[0]);
    else if (s->type == EVENT_OPEN_TREE && s->result >= 0)
        put_descriptor(s, s->result);
    if (namespaces && (s->type == EVENT_SETNS || s->type == EVENT_UNSHARE)) {
        put_number(s, PARAM_NET_NAMESPACE, BPF_CORE_READ(namespaces, net_ns, ns.inum));
        put_number(s, PARAM_USER_NAMESPACE, BPF_CORE_READ(task, cred, user_ns, ns.inum));
    }
    return family_end(s);
}
