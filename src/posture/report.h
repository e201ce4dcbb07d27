/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_REPORT_H
#define POSTURE_REPORT_H

/* A report written out: one function a format. All write to `file` and return 0 or -errno. */

#include <stdio.h>

#include "posture/finding.h"

/* The formats by name ("table", "json", "sarif", "junit"). */
enum report_format { REPORT_TABLE, REPORT_JSON, REPORT_SARIF, REPORT_JUNIT };

/* Text from outside, so that a terminal takes it for nothing but text. */
void report_print_text(FILE *file, const char *text);

/* "container 'web' adds 'SYS_ADMIN' (spec.containers[0]...)", the whole of a note; may be cut. */
const char *note_format(const struct check_note *note, char *buffer, size_t size);

int report_write_table(const struct report *report, FILE *file);
int report_write_json(const struct report *report, FILE *file);
int report_write_sarif(const struct report *report, FILE *file);
int report_write_junit(const struct report *report, FILE *file);
int report_write(const struct report *report, enum report_format format, FILE *file);

/* --list: a line a check, or Markdown for docs/audit.md; --explain: all that is known of one. */
int checks_list(FILE *file);
int checks_list_markdown(FILE *file);
int check_explain(const struct check *check, FILE *file);

#endif
