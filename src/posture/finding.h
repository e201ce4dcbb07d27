/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_FINDING_H
#define POSTURE_FINDING_H

/*
 * What an audit found: for each check that was asked of a subject one result, with its notes
 * copied. The report's own arena holds everything, so the models can go.
 */

#include <time.h>

#include "base/arena.h"
#include "posture/check.h"
#include "posture/waiver.h"

struct finding {
    const struct check *check;
    const char *subject; /* name */
    enum subject_kind subject_kind;
    enum source source;
    enum verdict verdict;
    const struct waiver *waiver; /* a FAIL that is accepted; NULL */
    const struct check_note *notes;
    size_t note_count;
    size_t notes_left_out;
};

struct report_sums {
    size_t subjects;
    size_t verdicts[VERDICTS]; /* waived ones are not among the FAILs */
    size_t failed[SEVERITIES]; /* by severity, waived ones left out */
    size_t unknown[SEVERITIES];
    size_t waived;
    size_t waivers_expired; /* that would have matched a FAIL */
    size_t left_out;        /* passes past REPORT_FINDINGS_MAX: counted, not kept */
};

struct report {
    struct arena arena;
    struct finding *findings; /* FAILs, UNKNOWNs and, with keep_passes, the rest */
    size_t count;
    struct report_sums sums;
    bool keep_passes;
    bool out_of_memory;
    struct waivers *waivers; /* NULL: none */
    time_t now;              /* against which waivers expire */
    struct check_options options;
};

#define REPORT_FINDINGS_MAX 200000

/*
 * Ask each check of `tables` that applies of the subject and keep what it answers. A NULL `filter`
 * takes all checks. Returns 0, -ENOMEM, or -E2BIG when there are too many findings.
 */
int report_add_subject(struct report *report, const struct subject *subject,
                       bool (*filter)(const struct check *check, const void *data),
                       const void *data);

/* A result that is no check's function: declared against actual, say. Notes are copied. */
int report_add(struct report *report, const struct check_run *run);

/*
 * 0 to 100: the share of the weights of what passed in what was asked. UNKNOWN counts as asked and
 * not passed, a waived FAIL too; NOT-APPLICABLE is left out. 100 only where all is known and
 * passes.
 */
unsigned report_score(const struct report *report);

/* Whether there is a FAIL, not waived, of this severity or above. */
bool report_fails(const struct report *report, enum severity severity);

void report_done(struct report *report);

#define _cleanup_report_ __attribute__((cleanup(report_done)))

#endif
