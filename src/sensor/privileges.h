/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PRIVILEGES_H
#define SENSOR_PRIVILEGES_H

#include <stdbool.h>

#include "base/error.h"

/* What must hold before anything is loaded, each failure in words for people: kernel BTF, the
 * capabilities for BPF, the initial pid namespace (else no pid of the kernel's makes sense here).
 */
int privileges_check(struct error *ret_error);

bool privileges_btf(void);
bool privileges_bpf(void);
bool privileges_initial_pid_namespace(void);

#endif
