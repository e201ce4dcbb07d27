/* SPDX-License-Identifier: Apache-2.0 */
/* A report for people: a line for each thing that is wrong or not known, and the sums. */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "posture/report.h"

void report_print_text(FILE *file, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len;) {
        size_t n = utf8_length(text + i, len - i);
        if (n && utf8_printable(text + i, n))
            fwrite(text + i, 1, n, file);
        else
            fprintf(file, "\\x%02x", (unsigned char)text[i]), n = 1;
        i += n;
    }
}

const char *note_format(const struct check_note *note, char *buffer, size_t size)
{
    snprintf(buffer, size, "%s%s%s%s", note->text, note->evidence.field ? " (" : "",
             note->evidence.field ? note->evidence.field : "", note->evidence.field ? ")" : "");
    return buffer;
}

struct widths {
    int id, subject, place;
};

#define WIDTH_MAX 48

static void widen(int *width, const char *text)
{
    size_t len = strlen(text);

    if (len > WIDTH_MAX)
        len = WIDTH_MAX;
    if ((int)len > *width)
        *width = (int)len;
}

static struct widths measure(const struct report *report)
{
    struct widths widths = {0};
    char place[ERROR_FILE_MAX + 32];

    for (size_t i = 0; i < report->count; i++) {
        const struct finding *finding = &report->findings[i];
        if (!finding_is_open(finding))
            continue;
        widen(&widths.id, finding->check->id);
        widen(&widths.subject, finding->subject);
        for (size_t k = 0; k < finding->note_count; k++)
            widen(&widths.place, evidence_place(&finding->notes[k].evidence, place, sizeof(place)));
    }
    return widths;
}

static void print_column(FILE *file, const char *text, int width)
{
    int len = (int)strlen(text);

    report_print_text(file, text);
    fprintf(file, "%*s  ", len < width ? width - len : 0, "");
}

static void print_note(const struct finding *finding, const struct check_note *note,
                       const struct widths *widths, FILE *file)
{
    char text[2048], place[ERROR_FILE_MAX + 32];
    const char *verdict = finding->waiver                       ? "waived"
                          : finding->verdict == VERDICT_UNKNOWN ? "unknown"
                                                                : "fail";

    print_column(file, verdict, (int)strlen("unknown"));
    print_column(file, severity_name(finding->check->severity), (int)strlen("critical"));
    print_column(file, finding->check->id, widths->id);
    print_column(file, finding->subject, widths->subject);
    print_column(file, note ? evidence_place(&note->evidence, place, sizeof(place)) : "",
                 widths->place);
    report_print_text(file, note ? note_format(note, text, sizeof(text)) : finding->check->title);
    fputc('\n', file);
}

static void print_finding(const struct finding *finding, const struct widths *widths, FILE *file)
{
    size_t told = 0;

    for (size_t i = 0; i < finding->note_count; i++) {
        if (finding->notes[i].verdict != finding->verdict)
            continue;
        print_note(finding, &finding->notes[i], widths, file);
        told++;
    }
    if (!told)
        print_note(finding, NULL, widths, file);
    if (finding->notes_left_out)
        fprintf(file, "         and %zu more\n", finding->notes_left_out);
    if (finding->waiver) {
        fprintf(file, "         waived until %s: ", finding->waiver->expires_text);
        report_print_text(file, finding->waiver->reason);
        fputc('\n', file);
    } else if (finding->expired) {
        fprintf(file, "         its waiver expired on %s\n", finding->expired->expires_text);
    }
}

static void print_severities(const char *name, const size_t *counts, FILE *file)
{
    const char *comma = " (";

    fputs(name, file);
    for (int i = SEVERITIES - 1; i >= 0; i--) {
        if (!counts[i])
            continue;
        fprintf(file, "%s%zu %s", comma, counts[i], severity_name(i));
        comma = ", ";
    }
    if (*comma == ',')
        fputc(')', file);
}

static void print_sums(const struct report *report, FILE *file)
{
    const struct report_sums *sums = &report->sums;
    int score = report_score(report);

    fprintf(file, "%zu subject%s: %zu", sums->subjects, sums->subjects == 1 ? "" : "s",
            sums->verdicts[VERDICT_FAIL]);
    print_severities(" failed", sums->failed, file);
    fprintf(file, ", %zu", sums->verdicts[VERDICT_UNKNOWN]);
    print_severities(" unknown", sums->unknown, file);
    fprintf(file, ", %zu passed, %zu waived, %zu not applicable", sums->verdicts[VERDICT_PASS],
            sums->waived, sums->verdicts[VERDICT_NOT_APPLICABLE]);
    if (score >= 0)
        fprintf(file, "; score %d of 100", score);
    fputc('\n', file);
}

static void print_unused_waivers(const struct waivers *waivers, FILE *file)
{
    for (size_t i = 0; waivers && i < waivers->count; i++) {
        const struct waiver *waiver = &waivers->items[i];
        if (waiver->used || waiver->too_late)
            continue;
        fprintf(file, "the waiver in line %u waives nothing: ", waiver->line);
        report_print_text(file, waiver->check);
        fputs(" of ", file);
        report_print_text(file, waiver->subject);
        fputc('\n', file);
    }
}

int report_write_table(const struct report *report, FILE *file)
{
    const struct widths widths = measure(report);

    for (size_t i = 0; i < report->count; i++) {
        if (finding_is_open(&report->findings[i]))
            print_finding(&report->findings[i], &widths, file);
    }
    print_sums(report, file);
    print_unused_waivers(report->waivers, file);
    return 0;
}
