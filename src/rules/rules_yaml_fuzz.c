/* SPDX-License-Identifier: Apache-2.0 */
/* A whole rule file, with the real fields. What is refused must say why and where. */
#include <string.h>

#include "base/fuzz.h"
#include "rules/rules.h"

#define FILE_NAME "rules.yaml"

/* A place is in the file, or there is none. */
static void check_place(const struct error *at, const char *text, size_t size)
{
    unsigned lines = 1;

    for (size_t i = 0; i < size; i++)
        lines += text[i] == '\n' || text[i] == '\r' || (unsigned char)text[i] >= 0x80;
    expect(at->message[0]);
    expect(!at->file[0] || strcmp(at->file, FILE_NAME) == 0);
    expect(at->line <= lines + 1);
    expect(!at->line == !at->column && at->column <= size + 1);
}

static void check_rules(const struct ruleset *rules)
{
    struct rules_needs needs, of_rule;
    struct rule_info info;

    rules_needs(rules, &needs);
    for (size_t i = 0; i < rules_count(rules); i++) {
        rules_info(rules, i, &info);
        expect(info.name && info.description && info.condition && info.output && info.tags);
        rules_rule_needs(rules, i, &of_rule);
        for (unsigned type = 0; type < EVENT_TYPE_MAX && info.enabled; type++)
            expect(needs.types[type] || !of_rule.types[type]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const char *text = (const char *)data;
    struct rules_options options = {.matching = MATCHING_ALL, .minimum_priority = PRIORITY_DEBUG};
    struct rules_source source = {FILE_NAME, text, size};
    struct rules_warnings warnings = {0};
    struct ruleset *rules = NULL;
    struct error error = {0};

    int r = rules_load(&source, 1, &options, &warnings, &rules, &error);
    expect((r == 0) == (rules != NULL));
    if (r < 0) {
        expect(error.code == r);
        check_place(&error, text, size);
    } else {
        expect(r == 0);
        check_rules(rules);
    }
    for (size_t i = 0; i < warnings.count; i++) {
        expect(warnings.items[i].code != NULL);
        check_place(&warnings.items[i].at, text, size);
    }
    rules_free(rules);
    rules_warnings_done(&warnings);
    return 0;
}
