/* SPDX-License-Identifier: Apache-2.0 */
/* A report as JSON: an object whose findings stand in a line each. */
#include "posture/report_json.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/utf8.h"
#include "posture/report.h"

json_t *report_json_text(const char *text)
{
    _cleanup_buf_ struct buf valid = {0};

    if (!text)
        return json_null();
    size_t len = strlen(text);
    if (utf8_valid_prefix(text, len) == len)
        return json_stringn(text, len);
    for (size_t i = 0; i < len;) {
        size_t n = utf8_length(text + i, len - i);
        if (n)
            buf_add(&valid, text + i, n);
        else
            buf_add_string(&valid, "\xef\xbf\xbd"), n = 1;
        i += n;
    }
    return valid.failed ? NULL : json_stringn(valid.data, valid.len);
}

void report_json_set(json_t *object, const char *key, const char *text)
{
    if (text)
        json_object_set_new(object, key, report_json_text(text));
}

bool report_json_put(FILE *file, json_t *value)
{
    int r = value ? json_dumpf(value, file, JSON_COMPACT | JSON_ENCODE_ANY) : -1;

    json_decref(value);
    return r == 0;
}

static json_t *note_json(const struct check_note *note)
{
    const struct evidence *evidence = &note->evidence;
    json_t *json = json_object();

    json_object_set_new(json, "verdict", json_string(verdict_name(note->verdict)));
    report_json_set(json, "text", note->text);
    if (evidence->source != SOURCE_NONE)
        report_json_set(json, "source", source_name(evidence->source));
    report_json_set(json, "file", evidence->file);
    if (evidence->line)
        json_object_set_new(json, "line", json_integer(evidence->line));
    if (evidence->column)
        json_object_set_new(json, "column", json_integer(evidence->column));
    report_json_set(json, "field", evidence->field);
    report_json_set(json, "value", evidence->text);
    return json;
}

static json_t *waiver_json(const struct waiver *waiver)
{
    return json_pack("{s:o, s:o, s:i}", "reason", report_json_text(waiver->reason), "expires",
                     report_json_text(waiver->expires_text), "line", (int)waiver->line);
}

static json_t *finding_json(const struct finding *finding)
{
    const struct check *check = finding->check;
    json_t *notes = json_array(), *references = json_array();

    for (size_t i = 0; i < finding->note_count; i++)
        json_array_append_new(notes, note_json(&finding->notes[i]));
    for (size_t i = 0; check->references && check->references[i]; i++)
        json_array_append_new(references, json_string(check->references[i]));
    json_t *json = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:s, s:o}", "verdict",
                             verdict_name(finding->verdict), "severity",
                             severity_name(check->severity), "check", check->id, "title",
                             check->title, "subject_kind", subject_kind_name(finding->subject_kind),
                             "subject", report_json_text(finding->subject), "source",
                             source_name(finding->source), "evidence", notes);
    if (finding->notes_left_out)
        json_object_set_new(json, "evidence_left_out",
                            json_integer((json_int_t)finding->notes_left_out));
    if (check->standard != STANDARD_NONE)
        report_json_set(json, "standard", standard_name(check->standard));
    if (finding->waiver)
        json_object_set_new(json, "waiver", waiver_json(finding->waiver));
    if (finding->expired && !finding->waiver)
        json_object_set_new(json, "expired_waiver", waiver_json(finding->expired));
    if (finding_is_open(finding))
        report_json_set(json, "remedy", check->remedy);
    json_object_set_new(json, "references", references);
    return json;
}

static json_t *severities_json(const size_t *counts)
{
    json_t *json = json_object();

    for (unsigned i = 0; i < SEVERITIES; i++)
        json_object_set_new(json, severity_name(i), json_integer((json_int_t)counts[i]));
    return json;
}

static json_t *sums_json(const struct report *report)
{
    const struct report_sums *sums = &report->sums;
    int score = report_score(report);

    return json_pack("{s:I, s:I, s:I, s:I, s:I, s:I, s:o, s:o, s:o}", "subjects",
                     (json_int_t)sums->subjects, "failed", (json_int_t)sums->verdicts[VERDICT_FAIL],
                     "unknown", (json_int_t)sums->verdicts[VERDICT_UNKNOWN], "passed",
                     (json_int_t)sums->verdicts[VERDICT_PASS], "not_applicable",
                     (json_int_t)sums->verdicts[VERDICT_NOT_APPLICABLE], "waived",
                     (json_int_t)sums->waived, "failed_by_severity", severities_json(sums->failed),
                     "unknown_by_severity", severities_json(sums->unknown), "score",
                     score < 0 ? json_null() : json_integer(score));
}

int report_write_json(const struct report *report, FILE *file)
{
    char version[16];
    bool fine = true;

    snprintf(version, sizeof(version), "v1.%u", report->options.kubernetes_minor);
    fprintf(file, "{\"bulwark\":");
    fine &= report_json_put(file, report_json_text(report->program_version));
    fprintf(file, ",\"kubernetes_version\":\"%s\",\n\"findings\":[", version);
    for (size_t i = 0; i < report->count && fine; i++) {
        fputs(i ? ",\n" : "\n", file);
        fine &= report_json_put(file, finding_json(&report->findings[i]));
    }
    fputs("\n],\n\"summary\":", file);
    fine &= report_json_put(file, sums_json(report));
    fputs("}\n", file);
    return fine ? 0 : -ENOMEM;
}
