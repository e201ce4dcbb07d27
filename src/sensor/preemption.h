/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_PREEMPTION_H
#define SENSOR_PREEMPTION_H

#include <stdbool.h>

/* What tells of it; a text that can't be read is NULL. */
struct preemption_facts {
    const char *version; /* uname -v */
    const char *dynamic; /* debugfs' sched/preempt */
    const char *command; /* the kernel's command line */
    const char *config;  /* what it was built with */
};

/* Whether the kernel may take the processor from a task within a system call. True when it can't be
 * told. */
bool preemption_possible(const struct preemption_facts *facts);

/* The same of the running kernel. */
bool kernel_preemptible(void);

#endif
