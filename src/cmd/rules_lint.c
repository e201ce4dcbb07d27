/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/rules_lint.h"

#include <fnmatch.h>
#include <stdio.h>

#include <jansson.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "cmd/command.h"
#include "cmd/load_rules.h"
#include "rules/lint.h"

#define PLACE_MAX (ERROR_FILE_MAX + ERROR_MESSAGE_MAX + 32)

static bool is_allowed(const struct lint_finding *finding, const struct texts *allowed)
{
    for (size_t i = 0; i < allowed->count; i++)
        if (fnmatch(allowed->items[i], finding->code, FNM_CASEFOLD) == 0 ||
            fnmatch(allowed->items[i], finding->rule, FNM_CASEFOLD) == 0)
            return true;
    return false;
}

static void print_text(const struct lint_finding *finding)
{
    char place[PLACE_MAX];

    printf("%s", error_format(&finding->at, place, sizeof(place)));
    if (finding->others)
        printf(" (and %zu more rules)", finding->others);
    printf(" [%s]\n    %s\n", finding->code, finding->advice);
}

static json_t *finding_json(const struct lint_finding *finding)
{
    return json_pack("{s:s, s:s, s:s, s:i, s:i, s:s, s:s, s:I}", "code", finding->code, "rule",
                     finding->rule, "file", finding->at.file, "line", (int)finding->at.line,
                     "column", (int)finding->at.column, "why", finding->at.message, "advice",
                     finding->advice, "other_rules", (json_int_t)finding->others);
}

static int print_json(const struct lint_findings *findings, const struct texts *allowed)
{
    json_t *array = json_array();
    int r = array ? 0 : -1;

    for (size_t i = 0; i < findings->count && r == 0; i++)
        if (!is_allowed(&findings->items[i], allowed))
            r = json_array_append_new(array, finding_json(&findings->items[i]));
    if (r == 0)
        r = json_dumpf(array, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(array);
    return r;
}

static int print(const struct lint_findings *findings, const struct lint_request *request)
{
    size_t shown = 0;
    int r = 0;

    for (size_t i = 0; i < findings->count; i++) {
        if (is_allowed(&findings->items[i], request->allowed))
            continue;
        shown++;
        if (!request->json)
            print_text(&findings->items[i]);
    }
    if (request->json)
        r = print_json(findings, request->allowed);
    else
        printf("%zu findings, %zu allowed\n", shown, findings->count - shown);
    if (findings->dropped)
        log_warning("%zu findings more are not shown", findings->dropped);
    if (findings->unfinished)
        log_warning("too many rules to compare each with each: some may be hidden untold");
    if (r < 0)
        return EXIT_ERROR;
    return shown || findings->dropped ? EXIT_FINDINGS : EXIT_FINE;
}

int rules_lint_print(const struct lint_request *request)
{
    struct rules_options everything = {
        .matching = MATCHING_ALL,
        .minimum_priority = PRIORITY_DEBUG,
    };
    _cleanup_(lint_findings_done) struct lint_findings findings = {0};
    struct ruleset *rules = NULL;

    lint_ask(&everything, &findings);
    if (load_rules(request->rules, NULL, &everything, WARNINGS_ALL, &rules, NULL) < 0)
        return EXIT_ERROR;
    rules_free(rules);
    return print(&findings, request);
}
