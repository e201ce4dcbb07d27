/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_FIELD_PART_H
#define RULES_FIELD_PART_H

/* What fields say of a process, whether it is the actor, an ancestor or the leader of a group. */

#include "rules/field_row.h"

enum part {
    PART_NAME,
    PART_EXE,
    PART_EXEPATH,
    PART_ARGS,
    PART_CMDLINE,
    PART_EXELINE,
    PART_ENV, /* all, or the value of `key` */
    PART_PID,
    PART_VPID,
    PART_DURATION,
    PART_START,
};

/* False when the process has no such value; `process` may be NULL. */
bool field_part(struct field_context *context, const struct process *process, enum part part,
                const char *key, struct field_value *value);

/* The next of NUL-separated strings; *cursor starts at 0; false at the end. */
bool field_next_word(const char *words, uint32_t len, uint32_t *cursor, struct field_string *word);

/* A time of CLOCK_BOOTTIME as CLOCK_REALTIME ns. */
int64_t field_wall_time(const struct field_context *context, uint64_t boot_time);

#endif
