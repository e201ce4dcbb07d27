/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as JUnit XML: a suite for each subject, a case for each check. What is not known is an
 * error, never a pass; what is waived or not applicable is skipped.
 */
#include <stdio.h>
#include <string.h>

#include "base/utf8.h"
#include "posture/report.h"

/* XML 1.0 has no way to write most control characters. */
static bool is_xml_char(const char *text, size_t len)
{
    if (!len)
        return false;
    if (len == 1)
        return (unsigned char)*text >= 0x20;
    return !(len == 3 && memcmp(text, "\xef\xbf", 2) == 0 && (unsigned char)text[2] >= 0xbe);
}

static void put_text(FILE *file, const char *text)
{
    size_t len = strlen(text);

    for (size_t i = 0; i < len;) {
        size_t n = utf8_length(text + i, len - i);
        if (!is_xml_char(text + i, n))
            fputs("\xef\xbf\xbd", file), n = 1;
        else if (text[i] == '<')
            fputs("&lt;", file);
        else if (text[i] == '>')
            fputs("&gt;", file);
        else if (text[i] == '&')
            fputs("&amp;", file);
        else if (text[i] == '"')
            fputs("&quot;", file);
        else
            fwrite(text + i, 1, n, file);
        i += n;
    }
}

static void put_notes(FILE *file, const struct finding *finding)
{
    char text[2048], place[ERROR_FILE_MAX + 32];

    for (size_t i = 0; i < finding->note_count; i++) {
        const struct check_note *note = &finding->notes[i];
        if (note->verdict != finding->verdict)
            continue;
        put_text(file, evidence_place(&note->evidence, place, sizeof(place)));
        fputs(*place ? ": " : "", file);
        put_text(file, note_format(note, text, sizeof(text)));
        fputc('\n', file);
    }
    if (finding->check->remedy)
        put_text(file, finding->check->remedy);
}

static void put_case(FILE *file, const struct finding *finding)
{
    const char *element = finding->verdict == VERDICT_FAIL ? "failure" : "error";

    fputs("  <testcase classname=\"", file);
    put_text(file, finding->subject);
    fprintf(file, "\" name=\"%s\"", finding->check->id);
    if (finding->waiver) {
        fputs("><skipped message=\"waived: ", file);
        put_text(file, finding->waiver->reason);
        fputs("\"/></testcase>\n", file);
    } else if (finding->verdict == VERDICT_PASS) {
        fputs("/>\n", file);
    } else if (finding->verdict == VERDICT_NOT_APPLICABLE) {
        fputs("><skipped message=\"not applicable\"/></testcase>\n", file);
    } else {
        fprintf(file, "><%s type=\"%s\" message=\"", element,
                severity_name(finding->check->severity));
        put_text(file, finding->check->title);
        fputs("\">", file);
        put_notes(file, finding);
        fprintf(file, "</%s></testcase>\n", element);
    }
}

struct counts {
    size_t tests, failures, errors, skipped;
};

static void count(struct counts *counts, const struct finding *finding)
{
    counts->tests++;
    if (finding->waiver || finding->verdict == VERDICT_NOT_APPLICABLE)
        counts->skipped++;
    else if (finding->verdict == VERDICT_FAIL)
        counts->failures++;
    else if (finding->verdict == VERDICT_UNKNOWN)
        counts->errors++;
}

static void put_counts(FILE *file, const struct counts *counts, bool with_skipped)
{
    fprintf(file, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\"", counts->tests, counts->failures,
            counts->errors);
    if (with_skipped)
        fprintf(file, " skipped=\"%zu\"", counts->skipped);
}

/* From `first` on, the findings of one subject. */
static size_t put_suite(FILE *file, const struct report *report, size_t first)
{
    const char *subject = report->findings[first].subject;
    struct counts counts = {0};
    size_t end = first;

    for (; end < report->count && strcmp(report->findings[end].subject, subject) == 0; end++)
        count(&counts, &report->findings[end]);
    fputs(" <testsuite name=\"", file);
    put_text(file, subject);
    fputc('"', file);
    put_counts(file, &counts, true);
    fputs(">\n", file);
    for (size_t i = first; i < end; i++)
        put_case(file, &report->findings[i]);
    fputs(" </testsuite>\n", file);
    return end;
}

int report_write_junit(const struct report *report, FILE *file)
{
    struct counts counts = {0};

    for (size_t i = 0; i < report->count; i++)
        count(&counts, &report->findings[i]);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites name=\"bulwark audit\"", file);
    put_counts(file, &counts, false);
    fputs(">\n", file);
    for (size_t at = 0; at < report->count;)
        at = put_suite(file, report, at);
    fputs("</testsuites>\n", file);
    return 0;
}
