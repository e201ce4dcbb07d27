/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_REPORT_H
#define POSTURE_REPORT_H

/* A report written out: one function a format. All write to `file` and return 0 or -errno. */

#include <stdio.h>

#include "posture/finding.h"

enum report_format { REPORT_TABLE, REPORT_JSON, REPORT_SARIF, REPORT_JUNIT };

int report_write(const struct report *report, enum report_format format, FILE *file);

/* --list: a line a check, or Markdown for docs/audit.md; --explain: all that is known of one. */
int checks_list(FILE *file);
int checks_list_markdown(FILE *file);
int check_explain(const struct check *check, FILE *file);

#endif
