/* SPDX-License-Identifier: Apache-2.0 */
/* Rule files of every generation load: tests/data/dialects. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "rules/rules.h"

struct row {
    const char *files[3];
    size_t rules, enabled;
    const char *codes[8]; /* of the warnings, but for deprecated items; each as often as it comes */
};

static const struct row rows[] = {
    {{"integers.yaml"},
     7,
     6,
     {"LOAD_UNKNOWN_FILTER", "LOAD_UNUSED_MACRO", "LOAD_UNUSED_LIST", "LOAD_UNUSED_LIST",
      "LOAD_UNUSED_LIST"}},
    {{"versions.yaml"}, 4, 3, {"LOAD_UNKNOWN_PLUGIN", "LOAD_UNKNOWN_KEY", "LOAD_UNKNOWN_ITEM"}},
    {{"audit.yaml"}, 1, 1, {"LOAD_UNKNOWN_PLUGIN", "LOAD_UNKNOWN_SOURCE", "LOAD_UNKNOWN_SOURCE"}},
    /* one after another, as a directory of them is read */
    {{"audit.yaml", "integers.yaml", "versions.yaml"}, 12, 10, {NULL}},
};

static void expect_warnings(const struct row *row, const struct rules_warnings *warnings)
{
    size_t at = 0;
    char text[1024];

    for (size_t i = 0; i < warnings->count; i++) {
        const char *code = warnings->items[i].code;
        if (strcmp(code, "LOAD_DEPRECATED_ITEM") == 0)
            continue;
        if (at == 8 || !row->codes[at] || strcmp(row->codes[at], code) != 0)
            fail_msg("%s: %s", code, error_format(&warnings->items[i].at, text, sizeof(text)));
        at++;
    }
    assert_true(at == 8 || !row->codes[at]);
}

static void files_load(void **state)
{
    const struct row *row = *state;
    const struct rules_options options = {.minimum_priority = PRIORITY_DEBUG};
    struct rules_warnings warnings = {0};
    struct ruleset *rules = NULL;
    struct rules_needs needs;
    struct error error = {0};
    struct buf paths[3] = {{0}};
    const char *names[3];
    size_t count = 0, enabled = 0;
    char text[1024];

    for (; count < 3 && row->files[count]; count++) {
        assert_int_equal(buf_printf(&paths[count], TEST_DIALECTS "/%s", row->files[count]), 0);
        names[count] = paths[count].data;
    }
    if (rules_load_files(names, count, &options, &warnings, &rules, &error) < 0)
        fail_msg("%s", error_format(&error, text, sizeof(text)));
    if (row->codes[0])
        expect_warnings(row, &warnings);
    assert_int_equal(rules_count(rules), row->rules);
    for (size_t i = 0; i < rules_count(rules); i++) {
        struct rule_info info;
        unsigned types = 0;
        rules_info(rules, i, &info);
        rules_rule_needs(rules, i, &needs);
        for (unsigned type = 0; type < EVENT_TYPE_MAX; type++)
            types += needs.types[type];
        /* what is asked of the start of a call never holds, as in Falco */
        if (!types && !strstr(info.condition, "evt.dir=>"))
            fail_msg("rule '%s' can match no event", info.name);
        enabled += info.enabled;
    }
    assert_int_equal(enabled, row->enabled);
    rules_free(rules);
    rules_warnings_done(&warnings);
    for (size_t i = 0; i < count; i++)
        buf_done(&paths[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        {"integers", files_load, NULL, NULL, (void *)&rows[0]},
        {"versions", files_load, NULL, NULL, (void *)&rows[1]},
        {"audit", files_load, NULL, NULL, (void *)&rows[2]},
        {"all", files_load, NULL, NULL, (void *)&rows[3]},
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
