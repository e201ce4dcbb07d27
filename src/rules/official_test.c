/* SPDX-License-Identifier: Apache-2.0 */
/* Falco's own rule files, which are not in this repository, load as they are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "rules/rules.h"

#define EXIT_SKIPPED 77 /* for Meson */

static const char *directory;

static const char *const stable[] = {"falco_rules.yaml"};
static const char *const incubating[] = {"falco-incubating_rules.yaml"};
static const char *const both[] = {"falco_rules.yaml", "falco-incubating_rules.yaml"};

struct row {
    const char *const *files;
    size_t count, rules_at_least;
};

static const struct row rows[] = {{stable, 1, 20}, {incubating, 1, 20}, {both, 2, 40}};

/* Nothing in them is unknown here, and no rule is left out. */
static void expect_known(const struct rules_warnings *warnings)
{
    static const char *const codes[] = {"LOAD_UNKNOWN_KEY", "LOAD_UNKNOWN_ITEM",
                                        "LOAD_UNKNOWN_SOURCE", "LOAD_UNKNOWN_FILTER",
                                        "LOAD_COMPILE_CONDITION"};
    char text[1024];

    for (size_t i = 0; i < warnings->count; i++) {
        for (size_t k = 0; k < sizeof(codes) / sizeof(codes[0]); k++)
            if (strcmp(warnings->items[i].code, codes[k]) == 0)
                fail_msg("%s: %s", codes[k],
                         error_format(&warnings->items[i].at, text, sizeof(text)));
    }
}

static void expect_rules(const struct ruleset *rules)
{
    struct rules_needs needs;

    for (size_t i = 0; i < rules_count(rules); i++) {
        struct rule_info info;
        unsigned types = 0;
        rules_info(rules, i, &info);
        rules_rule_needs(rules, i, &needs);
        for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
            types += needs.types[type];
        if (!types)
            fail_msg("rule '%s' can match no event", info.name);
        assert_true(info.name[0] && info.description[0] && info.condition[0] && info.output[0]);
    }
}

static void official_files_load(void **state)
{
    const struct row *row = *state;
    const struct rules_options options = {.minimum_priority = PRIORITY_DEBUG};
    struct buf paths[2] = {{0}};
    const char *names[2];
    struct rules_warnings warnings = {0};
    struct ruleset *rules = NULL;
    struct error error = {0};
    char text[1024];

    for (size_t i = 0; i < row->count; i++) {
        assert_int_equal(buf_printf(&paths[i], "%s/%s", directory, row->files[i]), 0);
        names[i] = paths[i].data;
    }
    if (rules_load_files(names, row->count, &options, &warnings, &rules, &error) < 0)
        fail_msg("%s", error_format(&error, text, sizeof(text)));
    assert_true(rules_count(rules) >= row->rules_at_least);
    expect_known(&warnings);
    expect_rules(rules);
    rules_free(rules);
    rules_warnings_done(&warnings);
    for (size_t i = 0; i < row->count; i++)
        buf_done(&paths[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"stable", official_files_load, NULL, NULL, (void *)&rows[0]},
        {"incubating", official_files_load, NULL, NULL, (void *)&rows[1]},
        {"both", official_files_load, NULL, NULL, (void *)&rows[2]},
    };

    directory = getenv("BULWARK_FALCO_RULES");
    if (!directory || !directory[0])
        directory = TEST_FALCO_RULES;
    for (size_t i = 0; i < 2; i++) {
        _cleanup_buf_ struct buf path = {0};
        if (buf_printf(&path, "%s/%s", directory, both[i]) < 0)
            return 1;
        if (access(path.data, R_OK) < 0) {
            printf("no %s (set BULWARK_FALCO_RULES)\n", path.data);
            return EXIT_SKIPPED;
        }
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
