/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest and all that is made of it: pods, verdicts, reports. What is refused says where; every
 * check of a pod knows its answer and shows the place of what fails.
 */
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/fuzz.h"
#include "posture/manifest.h"
#include "posture/report.h"

#define FILE_NAME "pod.yaml"

static int add_pod(void *data, const struct pod_config *pod)
{
    const struct subject subject = {
        .kind = SUBJECT_POD, .source = SOURCE_MANIFEST, .name = pod->name, .pod = pod};

    return report_add_subject(data, &subject, NULL, NULL);
}

static void check_findings(const struct report *report)
{
    for (size_t i = 0; i < report->count; i++) {
        const struct finding *finding = &report->findings[i];
        expect(finding->verdict != VERDICT_UNKNOWN);
        expect(finding->verdict != VERDICT_FAIL || finding->note_count > 0);
        for (size_t k = 0; k < finding->note_count; k++) {
            const struct evidence *evidence = &finding->notes[k].evidence;
            expect(evidence->line > 0 && evidence->column > 0 && evidence->field);
            expect(strcmp(evidence->file, FILE_NAME) == 0);
        }
    }
    int score = report_score(report);
    expect(score >= -1 && score <= 100);
    expect(score != 100 || !report_fails(report, SEVERITY_INFO));
}

static void write_all(const struct report *report)
{
    for (int format = REPORT_TABLE; format <= REPORT_JUNIT; format++) {
        _cleanup_free_ char *text = NULL;
        size_t len;
        FILE *file = open_memstream(&text, &len);
        if (!file)
            return;
        expect(report_write(report, format, file) == 0);
        fclose(file);
        expect(strlen(text) == len);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    _cleanup_report_ struct report report = {.program_version = "0"};
    struct manifest_counts counts = {0};
    struct error error = {0};

    /* one version of the rules for each input, so that all are met */
    report.options.kubernetes_minor = size ? data[size - 1] % 40 : KUBERNETES_MINOR_NEWEST;
    int r = manifest_read(FILE_NAME, (const char *)data, size, add_pod, &report, &counts, &error);
    if (r < 0) {
        expect(error.code == r && error.message[0]);
        expect(strcmp(error.file, FILE_NAME) == 0 && error.line > 0 && error.column > 0);
        expect(!counts.pods && !counts.other);
        return 0;
    }
    expect(counts.pods == report.sums.subjects);
    check_findings(&report);
    write_all(&report);
    return 0;
}
