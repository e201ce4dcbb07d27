/* SPDX-License-Identifier: Apache-2.0 */
/* A file of tests for rules, and the judging of what it describes. Every record it makes is well
 * formed; what is refused says why and where. */
#include <stdlib.h>
#include <string.h>

#include "base/fuzz.h"
#include "cases/cases.h"
#include "event/event.h"

#define FILE_NAME "tests.yaml"
#define RULES                                                                                      \
    "- rule: Any\n  desc: d\n  condition: evt.num > 0\n  priority: INFO\n"                         \
    "  output: '%evt.args %proc.cmdline %fd.name %container.name %user.name %proc.aname[2]'\n"

static void check_record(const struct case_record *record)
{
    struct event event;

    expect(event_decode(record->data, record->size, &event) == 0);
}

static void play(struct ruleset *rules, const struct rule_case *test)
{
    struct case_player *player;

    for (size_t i = 0; i < test->record_count; i++)
        check_record(&test->records[i]);
    if (test->recording || case_player_new(rules, &player) < 0)
        return;
    expect(case_player_records(player, test) == 0);
    case_player_end(player);
    expect(case_player_hits(player, 0) > 0);
    case_player_free(player);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct rules_source source = {"rules.yaml", RULES, strlen(RULES)};
    const struct rules_options options = {.matching = MATCHING_ALL,
                                          .minimum_priority = PRIORITY_DEBUG};
    static struct ruleset *rules; /* loaded once */
    struct rules_warnings warnings = {0};
    _cleanup_arena_ struct arena arena = {0};
    struct case_file file = {0};
    struct error error = {0};

    if (!rules)
        expect(rules_load(&source, 1, &options, &warnings, &rules, &error) == 0);
    rules_warnings_done(&warnings);

    int r = cases_load(FILE_NAME, (const char *)data, size, &arena, &file, &error);
    if (r < 0) {
        expect(error.code == r && error.message[0]);
        expect(!error.file[0] || strcmp(error.file, FILE_NAME) == 0);
        expect(!file.count);
        return 0;
    }
    expect(file.count > 0);
    for (size_t i = 0; i < file.count; i++)
        play(rules, &file.cases[i]);
    if (cases_check_rules(&file, rules, &error) < 0)
        expect(error.line > 0 && error.column > 0);
    return 0;
}
