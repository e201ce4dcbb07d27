/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "sensor/preemption.h"

#define NONE    "CONFIG_PREEMPT_NONE=y\n"
#define DYNAMIC "#1 SMP PREEMPT_DYNAMIC Debian 6.12.1-1 (2026-01-01)"

static void test_kernels(void **state)
{
    static const struct {
        struct preemption_facts facts;
        bool possible;
    } rows[] = {
        {{"#1 SMP Debian 6.1.1-1", NULL, NULL, NULL}, false},
        {{"#1 SMP Debian 6.1.1-1", "none voluntary (full)", NULL, NULL}, false},
        {{"#1 SMP PREEMPT Debian 6.1.1-1", NULL, "quiet", NONE}, true},
        {{"#1 SMP PREEMPT_RT Debian 6.1.1-1", "(none) voluntary full", NULL, NULL}, true},
        {{DYNAMIC, NULL, NULL, NULL}, true},
        {{DYNAMIC, "none (voluntary) full \n", NULL, NULL}, false},
        {{DYNAMIC, "(none) voluntary full \n", NULL, NULL}, false},
        {{DYNAMIC, "none voluntary (full) \n", "preempt=none", NONE}, true},
        {{DYNAMIC, "none voluntary full (lazy) \n", NULL, NULL}, true},
        {{DYNAMIC, "", NULL, NULL}, true},
        {{DYNAMIC, NULL, "quiet", NULL}, true},
        {{DYNAMIC, NULL, "quiet", NONE}, false},
        {{DYNAMIC, NULL, "quiet", "CONFIG_PREEMPT_VOLUNTARY=y\n"}, false},
        {{DYNAMIC, NULL, "quiet", "CONFIG_PREEMPT=y\n# CONFIG_PREEMPT_NONE is not set\n"}, true},
        {{DYNAMIC, NULL, "quiet preempt=full", NONE}, true},
        {{DYNAMIC, NULL, "preempt=voluntary quiet\n", "CONFIG_PREEMPT=y\n"}, false},
        {{DYNAMIC, NULL, "preempt=nonesuch", NONE}, true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(preemption_possible(&rows[i].facts), rows[i].possible);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_kernels)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
