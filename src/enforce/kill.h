/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENFORCE_KILL_H
#define ENFORCE_KILL_H

#include "world/process.h"

/*
 * SIGKILL to all threads of the process with this exec id; never to another one that got its pid.
 * 0; -ESRCH: it has ended; -ECANCELED: it is never killed, being this program, the machine's init
 * or a kernel thread; else -errno. What it started lives on.
 */
int kill_process(struct exec_id id);

#endif
