/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_FINDING_H
#define POSTURE_FINDING_H

/*
 * What an audit found: for each check that was asked of a subject one result, with its notes
 * copied. The report's own arena holds everything, so the models can go.
 */

#include <stdint.h>
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
    const struct waiver *waiver;  /* a FAIL that is accepted; NULL */
    const struct waiver *expired; /* it would be, had this waiver not expired; NULL */
    const struct check_note *notes;
    size_t note_count;
    size_t notes_left_out;
};

/* Whether there is something to do about it, if only to find out: what is waived too. */
static inline bool finding_is_open(const struct finding *finding)
{
    return finding->verdict == VERDICT_FAIL || finding->verdict == VERDICT_UNKNOWN;
}

struct report_sums {
    size_t subjects;
    size_t verdicts[VERDICTS]; /* waived ones are not among the FAILs */
    size_t failed[SEVERITIES]; /* by severity, waived ones left out */
    size_t unknown[SEVERITIES];
    size_t waived;
    uint64_t weight_asked, weight_passed; /* of which the score is made */
};

struct report {
    struct arena arena;
    struct finding *findings; /* in the order in which they were made */
    size_t count;
    struct report_sums sums;
    struct waivers *waivers; /* NULL: none */
    time_t now;              /* against which waivers expire */
    struct check_options options;
    const char *program_version;
};

#define REPORT_FINDINGS_MAX 200000
#define REPORT_MEMORY_MAX   ((size_t)256 << 20)

/*
 * Ask each check of check_tables that applies of the subject and keep what it answers. A NULL
 * `filter` takes all checks. A subject of which nothing is asked is not counted. Returns 0,
 * -ENOMEM, or -E2BIG when there are too many findings.
 */
int report_add_subject(struct report *report, const struct subject *subject,
                       bool (*filter)(const struct check *check, const void *data),
                       const void *data);

/*
 * A subject that is asked of by hand, and an answer to a check that need not be in a table. Notes
 * and names are copied.
 */
void report_begin_subject(struct report *report);
int report_add(struct report *report, const struct check_run *run);

/* What was added can be taken back: what a file gave that turned out to be bad further down. */
struct report_mark {
    size_t count;
    struct report_sums sums;
};
struct report_mark report_mark(const struct report *report);
void report_rewind(struct report *report, const struct report_mark *mark);

/*
 * 0 to 100: the share of the weights of what passed in what was asked. UNKNOWN counts as asked and
 * not passed, a waived FAIL too; NOT-APPLICABLE is left out. 100 only where all is known and
 * passes. -1 when nothing was asked.
 */
int report_score(const struct report *report);

/* Whether there is a FAIL that is not waived, or an UNKNOWN, of this severity or above. */
bool report_fails(const struct report *report, enum severity severity);

void report_done(struct report *report);

#define _cleanup_report_ __attribute__((cleanup(report_done)))

#endif
