/* SPDX-License-Identifier: Apache-2.0 */
/* What rules do beside the alert. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rules/response.h"
#include "rules/stub.h"

#define RULE_A STUB_RULE("a", "fd.num = 3")

static void actions_are_read_and_forgotten(void **state)
{
    static const struct {
        const char *more;
        enum rule_mode asked;
        enum rule_action action;
        enum rule_mode mode;
    } rows[] = {
        {"", MODE_ENFORCE, ACTION_ALERT, MODE_ENFORCE},
        {"", MODE_AUDIT, ACTION_ALERT, MODE_AUDIT},
        {"  action: alert\n", MODE_ENFORCE, ACTION_ALERT, MODE_ENFORCE},
        {"  action: deny\n", MODE_ENFORCE, ACTION_DENY, MODE_ENFORCE},
        {"  action: kill\n  mode: audit\n", MODE_ENFORCE, ACTION_KILL, MODE_AUDIT},
        {"  action: pause\n  mode: enforce\n", MODE_ENFORCE, ACTION_PAUSE, MODE_ENFORCE},
        /* who starts the agent with --mode audit has the last word */
        {"  action: kill\n  mode: enforce\n", MODE_AUDIT, ACTION_KILL, MODE_AUDIT},
        {"  action: kill\n", MODE_AUDIT, ACTION_KILL, MODE_AUDIT},
        /* a new definition begins anew */
        {"  action: kill\n  mode: audit\n" STUB_RULE("a", "fd.num = 4"), MODE_ENFORCE, ACTION_ALERT,
         MODE_ENFORCE},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_buf_ struct buf yaml = {0};
        struct rules_options options = {.minimum_priority = PRIORITY_DEBUG, .mode = rows[i].asked};
        struct ruleset *rules = NULL;
        struct rule_info info;

        buf_add_string(&yaml, STUB_RULE("a", "fd.num = 3"));
        buf_add_string(&yaml, rows[i].more);
        const struct rules_source source = {"test.yaml", yaml.data, yaml.len};
        assert_int_equal(rules_load(&source, 1, &options, NULL, &rules, &stub_error), 0);
        rules_info(rules, 0, &info);
        assert_int_equal(info.action, rows[i].action);
        assert_int_equal(info.mode, rows[i].mode);
        rules_free(rules);
    }
}

/* An earlier alert must not keep a rule from acting. */
static void first_match_hides_no_action(void **state)
{
    static const char alert[] = STUB_RULE("alert", "fd.num = 3");
    static const char second[] = STUB_RULE("second", "fd.num = 3");
    static const char other[] = STUB_RULE("other", "fd.num = 4") "  action: kill\n";
    static const char kill[] = STUB_RULE("kill", "fd.num = 3") "  action: kill\n";
    static const char pause[] = STUB_RULE("pause", "fd.num = 3") "  action: pause\n  mode: audit\n";
    const struct {
        const char *parts[4];
        unsigned count;
        const char *fired[3];
    } rows[] = {
        {{alert, second}, 1, {"alert"}},
        {{alert, second, kill}, 2, {"alert", "kill"}},
        {{alert, kill, second, pause}, 3, {"alert", "kill", "pause"}},
        {{kill, alert, second}, 1, {"kill"}},
        {{other, alert, second, other}, 1, {"alert"}},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct rules_options options = {.matching = MATCHING_FIRST,
                                        .minimum_priority = PRIORITY_DEBUG};
        _cleanup_buf_ struct buf yaml = {0};

        stub_reset();
        stub_number("fd.num", 3);
        for (size_t p = 0; p < 4 && rows[i].parts[p]; p++)
            buf_add_string(&yaml, rows[i].parts[p]);
        struct ruleset *rules = stub_load_options(yaml.data, &options);
        assert_non_null(rules);
        assert_int_equal(stub_judge(rules, EVENT_OPENAT), rows[i].count);
        for (unsigned k = 0; k < rows[i].count; k++)
            assert_string_equal(stub_alerts[k].rule, rows[i].fired[k]);
        rules_free(rules);
    }
}

static void responses_are_told(void **state)
{
    static const struct {
        struct response response;
        const char *text, *json;
    } rows[] = {
        {{ACTION_KILL, MODE_ENFORCE, RESPONSE_DONE, MEANS_SIGNAL, 0},
         "action=kill mode=enforce result=killed means=signal",
         "{\"asked\":\"kill\",\"means\":\"signal\",\"mode\":\"enforce\",\"result\":\"killed\"}"},
        {{ACTION_PAUSE, MODE_ENFORCE, RESPONSE_FAILED, MEANS_FREEZER, EPERM},
         "action=pause mode=enforce result=failed means=freezer errno=EPERM",
         "{\"asked\":\"pause\",\"errno\":\"EPERM\",\"means\":\"freezer\",\"mode\":\"enforce\","
         "\"result\":\"failed\"}"},
        {{ACTION_DENY, MODE_ENFORCE, RESPONSE_DONE, MEANS_LSM, EACCES},
         "action=deny mode=enforce result=denied means=lsm errno=EACCES",
         "{\"asked\":\"deny\",\"errno\":\"EACCES\",\"means\":\"lsm\",\"mode\":\"enforce\","
         "\"result\":\"denied\"}"},
        {{ACTION_DENY, MODE_ENFORCE, RESPONSE_NOT_PREVENTED, MEANS_NONE, 0},
         "action=deny mode=enforce result=not-prevented means=none",
         "{\"asked\":\"deny\",\"means\":\"none\",\"mode\":\"enforce\","
         "\"result\":\"not prevented\"}"},
        {{ACTION_PAUSE, MODE_AUDIT, RESPONSE_AUDIT, MEANS_NONE, 0},
         "action=pause mode=audit result=audit means=none",
         "{\"asked\":\"pause\",\"means\":\"none\",\"mode\":\"audit\",\"result\":\"audit\"}"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_buf_ struct buf text = {0}, json = {0};
        assert_int_equal(response_text(&text, &rows[i].response), 0);
        assert_string_equal(text.data, rows[i].text);
        assert_int_equal(response_json(&json, &rows[i].response), 0);
        assert_string_equal(json.data, rows[i].json);
    }
}

static void bad_actions_say_where(void **state)
{
    static const struct stub_error_row rows[] = {
        {RULE_A "  action: block\n", 6, 11,
         "'block' is no action, expected alert, deny, kill or pause"},
        {RULE_A "  action: [kill]\n", 6, 11, "'a list or mapping' is no action"},
        {RULE_A "  action: Kill\n", 6, 11, "'Kill' is no action"},
        {RULE_A "  action:\n", 6, 10, "is no action"},
        {RULE_A "  mode: loud\n", 6, 9, "'loud' is no mode, expected audit or enforce"},
        {RULE_A "- rule: a\n  action: kill\n  override: {action: append}\n", 8, 14,
         "'action' cannot be appended to, only replaced"},
    };

    stub_expect_errors(rows, sizeof(rows) / sizeof(rows[0]));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(actions_are_read_and_forgotten),
        cmocka_unit_test(first_match_hides_no_action),
        cmocka_unit_test(responses_are_told),
        cmocka_unit_test(bad_actions_say_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
