/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/report.h"

#include <errno.h>
#include <string.h>

/* What a check counts for in the score. */
static const unsigned weights[SEVERITIES] = {
    [SEVERITY_INFO] = 1,  [SEVERITY_LOW] = 2,       [SEVERITY_MEDIUM] = 5,
    [SEVERITY_HIGH] = 10, [SEVERITY_CRITICAL] = 20,
};

static const char *copy_text(struct arena *arena, const char *text, bool *failed)
{
    if (!text)
        return NULL;
    char *copy = arena_copy(arena, text, strlen(text));
    *failed |= !copy;
    return copy;
}

/* Most notes of a subject are of one file: its name is kept once. */
static const char *keep_file(struct report *report, const char *file, bool *failed)
{
    const struct finding *last = report->count ? &report->findings[report->count - 1] : NULL;

    if (file && last && last->note_count && last->notes[0].evidence.file &&
        strcmp(last->notes[0].evidence.file, file) == 0)
        return last->notes[0].evidence.file;
    return copy_text(&report->arena, file, failed);
}

static int copy_notes(struct report *report, const struct check_run *run, struct finding *finding)
{
    struct check_note *notes = arena_array(&report->arena, run->note_count, sizeof(*run->notes));
    bool failed = !notes;

    for (size_t i = 0; i < run->note_count && !failed; i++) {
        notes[i] = run->notes[i];
        notes[i].text = copy_text(&report->arena, notes[i].text, &failed);
        notes[i].evidence.file = i && run->notes[i].evidence.file == run->notes[0].evidence.file
                                     ? notes[0].evidence.file
                                     : keep_file(report, notes[i].evidence.file, &failed);
        notes[i].evidence.field = copy_text(&report->arena, notes[i].evidence.field, &failed);
        notes[i].evidence.text = copy_text(&report->arena, notes[i].evidence.text, &failed);
    }
    finding->notes = notes;
    finding->note_count = run->note_count;
    finding->notes_left_out = run->notes_left_out;
    return failed ? -ENOMEM : 0;
}

static const char *keep_subject(struct report *report, const char *name)
{
    const struct finding *last = report->count ? &report->findings[report->count - 1] : NULL;

    if (last && strcmp(last->subject, name) == 0)
        return last->subject;
    return arena_copy(&report->arena, name, strlen(name));
}

static void add_sums(struct report *report, const struct finding *finding)
{
    struct report_sums *sums = &report->sums;
    enum severity severity = finding->check->severity;

    if (finding->verdict != VERDICT_NOT_APPLICABLE)
        sums->weight_asked += weights[severity];
    if (finding->verdict == VERDICT_PASS)
        sums->weight_passed += weights[severity];
    if (finding->waiver) {
        sums->waived++;
        return;
    }
    sums->verdicts[finding->verdict]++;
    if (finding->verdict == VERDICT_FAIL)
        sums->failed[severity]++;
    if (finding->verdict == VERDICT_UNKNOWN)
        sums->unknown[severity]++;
}

void report_begin_subject(struct report *report)
{
    report->sums.subjects++;
}

int report_add(struct report *report, const struct check_run *run)
{
    if (!report->arena.max)
        report->arena.max = REPORT_MEMORY_MAX;
    if (run->no_memory)
        return -ENOMEM;
    if (report->count >= REPORT_FINDINGS_MAX)
        return -E2BIG;

    struct finding finding = {
        .check = run->check,
        .subject = keep_subject(report, run->subject->name),
        .subject_kind = run->subject->kind,
        .source = run->subject->source,
        .verdict = run->verdict,
    };
    if (!finding.subject || (run->note_count && copy_notes(report, run, &finding) < 0))
        return -ENOMEM;
    if (finding.verdict == VERDICT_FAIL && report->waivers)
        finding.waiver = waivers_find(report->waivers, run->check->id, run->subject->name,
                                      report->now, &finding.expired);
    struct finding *slot =
        arena_grow(&report->arena, &report->findings, &report->count, sizeof(*slot));
    if (!slot)
        return -ENOMEM;
    *slot = finding;
    add_sums(report, slot);
    return 0;
}

int report_add_subject(struct report *report, const struct subject *subject,
                       bool (*filter)(const struct check *check, const void *data),
                       const void *data)
{
    _cleanup_arena_ struct arena arena = {0};
    bool begun = false;

    for (size_t t = 0; t < check_table_count; t++) {
        for (size_t i = 0; i < check_tables[t]->count; i++) {
            const struct check *check = &check_tables[t]->checks[i];
            struct check_run run;
            if (!check_applies(check, subject, &report->options) ||
                (filter && !filter(check, data)))
                continue;
            if (!begun)
                report_begin_subject(report);
            begun = true;
            check_evaluate(check, subject, &report->options, &arena, &run);
            int r = report_add(report, &run);
            if (r < 0)
                return r;
        }
    }
    return 0;
}

struct report_mark report_mark(const struct report *report)
{
    return (struct report_mark){report->count, report->sums};
}

void report_rewind(struct report *report, const struct report_mark *mark)
{
    report->sums = mark->sums;
    /* the array grows at powers of two: it may be taken up again at any length */
    report->count = mark->count;
}

int report_score(const struct report *report)
{
    const struct report_sums *sums = &report->sums;

    return sums->weight_asked ? (int)(100 * sums->weight_passed / sums->weight_asked) : -1;
}

bool report_fails(const struct report *report, enum severity severity)
{
    for (unsigned i = severity; i < SEVERITIES; i++) {
        if (report->sums.failed[i] || report->sums.unknown[i])
            return true;
    }
    return false;
}

void report_done(struct report *report)
{
    arena_done(&report->arena);
    report->findings = NULL;
    report->count = 0;
}

int report_write(const struct report *report, enum report_format format, FILE *file)
{
    static int (*const writers[])(const struct report *, FILE *) = {
        [REPORT_TABLE] = report_write_table,
        [REPORT_JSON] = report_write_json,
        [REPORT_SARIF] = report_write_sarif,
        [REPORT_JUNIT] = report_write_junit,
    };

    int r = writers[format](report, file);
    if (r == 0 && (fflush(file) != 0 || ferror(file)))
        r = errno ? -errno : -EIO;
    return r;
}
