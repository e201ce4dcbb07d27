/* SPDX-License-Identifier: Apache-2.0 */
/* What rules do beside the alert. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/buf.h"
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
        cmocka_unit_test(bad_actions_say_where),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
