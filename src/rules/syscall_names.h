/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_SYSCALL_NAMES_H
#define RULES_SYSCALL_NAMES_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Names a rule may use for evt.type although no event of this agent has them: other system calls
 * of Linux, and events of Falco's that are no system calls.
 */
bool syscall_name_known(const char *name);

#endif
