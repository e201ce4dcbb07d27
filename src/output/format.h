/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_FORMAT_H
#define OUTPUT_FORMAT_H

/* The two texts of an alert; private to this folder. Neither appends a newline. 0 or -errno. */

#include <stdbool.h>

#include "base/buf.h"
#include "rules/rules.h"

/* "HH:MM:SS.nnnnnnnnn: Priority output", local time; behind it what became of the rule's action. */
int format_text(struct buf *buf, const struct alert *alert, bool colour);

/*
 * Falco's alert JSON: compact, keys sorted, always with evt.time among the output fields. Bytes
 * that are not UTF-8 become U+FFFD; DEL and C1 controls are escaped like C0, since a line may reach
 * a terminal.
 */
int format_json(struct buf *buf, const struct alert *alert);

#endif
