/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A report as SARIF 2.1.0 (OASIS): a result for each note of what failed or is not known, with its
 * place; rules are the checks that have results. Passes are left out, as scanners do.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "posture/report.h"
#include "posture/report_json.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

static const struct {
    const char *level;
    const char *score; /* security-severity, as code hosts read it */
} severities[SEVERITIES] = {
    [SEVERITY_INFO] = {"note", "0.0"},      [SEVERITY_LOW] = {"note", "3.0"},
    [SEVERITY_MEDIUM] = {"warning", "5.5"}, [SEVERITY_HIGH] = {"error", "8.0"},
    [SEVERITY_CRITICAL] = {"error", "9.5"},
};

/* The checks that have results, in the order of their first. */
struct rules {
    const struct check **items;
    size_t count;
};

static void rules_done(struct rules *rules)
{
    free(rules->items);
}

static int rule_index(const struct rules *rules, const struct check *check)
{
    for (size_t i = 0; i < rules->count; i++) {
        if (rules->items[i] == check)
            return (int)i;
    }
    return -1;
}

static json_t *message_json(const char *text)
{
    return json_pack("{s:o}", "text", report_json_text(text));
}

static json_t *rule_json(const struct check *check)
{
    json_t *tags = json_pack("[s]", "security");
    const char *page = NULL;

    for (size_t i = 0; check->references && check->references[i]; i++) {
        bool is_page = strncmp(check->references[i], "https://", 8) == 0;
        if (!is_page)
            json_array_append_new(tags, json_string(check->references[i]));
        else if (!page)
            page = check->references[i];
    }
    json_t *json =
        json_pack("{s:s, s:o, s:o, s:o, s:{s:s}, s:{s:o, s:s}}", "id", check->id,
                  "shortDescription", message_json(check->title), "fullDescription",
                  message_json(check->rationale ? check->rationale : check->title), "help",
                  message_json(check->remedy ? check->remedy : check->title),
                  "defaultConfiguration", "level", severities[check->severity].level, "properties",
                  "tags", tags, "security-severity", severities[check->severity].score);
    report_json_set(json, "helpUri", page);
    return json;
}

/* A path as a relative or file URI. */
static json_t *uri_json(const char *path)
{
    static const char unreserved[] = "-._~/:@!$&'()*+,;=";
    _cleanup_buf_ struct buf uri = {0};

    if (*path == '/')
        buf_add_string(&uri, "file://");
    /* a colon in the first part would make it a scheme */
    else if (strchr(path, ':'))
        buf_add_string(&uri, "./");
    for (; *path; path++) {
        unsigned char c = (unsigned char)*path;
        bool plain = (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') ||
                     strchr(unreserved, c);
        if (plain)
            buf_add_char(&uri, (char)c);
        else
            buf_printf(&uri, "%%%02X", c);
    }
    return uri.failed || !uri.data ? json_string("") : json_string(uri.data);
}

static json_t *location_json(const struct finding *finding, const struct evidence *evidence)
{
    json_t *logical = json_pack(
        "{s:o}", "fullyQualifiedName",
        report_json_text(evidence && evidence->field ? evidence->field : finding->subject));
    json_t *location = json_pack("{s:[o]}", "logicalLocations", logical);

    if (!evidence || !evidence->file)
        return location;
    json_t *physical = json_pack("{s:{s:o}}", "artifactLocation", "uri", uri_json(evidence->file));
    if (evidence->line) {
        json_t *region = json_pack("{s:i}", "startLine", (int)evidence->line);
        if (evidence->column)
            json_object_set_new(region, "startColumn", json_integer(evidence->column));
        json_object_set_new(physical, "region", region);
    }
    json_object_set_new(location, "physicalLocation", physical);
    return location;
}

/* `note` may be NULL: there is no more to say than the check's title. */
static json_t *result_json(const struct finding *finding, const struct check_note *note, int index)
{
    bool failed = finding->verdict == VERDICT_FAIL;
    _cleanup_buf_ struct buf text = {0};

    buf_printf(&text, "%s: %s", finding->subject, note ? note->text : finding->check->title);
    json_t *json = json_pack("{s:s, s:i, s:s, s:s, s:o, s:[o]}", "ruleId", finding->check->id,
                             "ruleIndex", index, "kind", failed ? "fail" : "open", "level",
                             failed ? severities[finding->check->severity].level : "none",
                             "message", message_json(text.data ? text.data : ""), "locations",
                             location_json(finding, note ? &note->evidence : NULL));
    if (finding->waiver)
        json_object_set_new(json, "suppressions",
                            json_pack("[{s:s, s:s, s:o}]", "kind", "external", "status", "accepted",
                                      "justification", report_json_text(finding->waiver->reason)));
    return json;
}

static bool put_results(FILE *file, const struct finding *finding, int index, const char **comma)
{
    size_t told = 0;
    bool fine = true;

    for (size_t i = 0; i < finding->note_count && fine; i++) {
        if (finding->notes[i].verdict != finding->verdict)
            continue;
        fputs(*comma, file);
        fine = report_json_put(file, result_json(finding, &finding->notes[i], index));
        *comma = ",\n";
        told++;
    }
    if (told)
        return fine;
    fputs(*comma, file);
    *comma = ",\n";
    return report_json_put(file, result_json(finding, NULL, index));
}

static int collect_rules(const struct report *report, struct rules *rules)
{
    size_t max = 0;

    for (size_t i = 0; i < report->count; i++)
        max += finding_is_open(&report->findings[i]);
    for (size_t i = 0; i < report->count; i++) {
        const struct check *check = report->findings[i].check;
        if (!finding_is_open(&report->findings[i]) || rule_index(rules, check) >= 0)
            continue;
        if (!rules->items && !(rules->items = calloc(max, sizeof(*rules->items))))
            return -ENOMEM;
        rules->items[rules->count++] = check;
    }
    return 0;
}

int report_write_sarif(const struct report *report, FILE *file)
{
    _cleanup_(rules_done) struct rules rules = {0};
    const char *comma = "\n";
    bool fine = true;

    int r = collect_rules(report, &rules);
    if (r < 0)
        return r;
    fputs("{\"$schema\":\"" SCHEMA "\",\"version\":\"2.1.0\",\"runs\":[{\n"
          "\"tool\":{\"driver\":{\"name\":\"Bulwark\",\"version\":",
          file);
    fine &= report_json_put(file, report_json_text(report->program_version));
    fputs(",\"rules\":[", file);
    for (size_t i = 0; i < rules.count && fine; i++) {
        fputs(i ? ",\n" : "\n", file);
        fine &= report_json_put(file, rule_json(rules.items[i]));
    }
    fputs("\n]}},\n\"columnKind\":\"unicodeCodePoints\",\n\"results\":[", file);
    for (size_t i = 0; i < report->count && fine; i++) {
        if (finding_is_open(&report->findings[i]))
            fine &= put_results(file, &report->findings[i],
                                rule_index(&rules, report->findings[i].check), &comma);
    }
    fputs("\n]}]}\n", file);
    return fine ? 0 : -ENOMEM;
}
