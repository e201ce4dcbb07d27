/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cmocka.h>

#include "sensor/hook_check.h"

/* Nobody counts: the first call is the one that is not seen, and whose calls are counted is as
 * before. */
static void a_call_that_is_not_seen_is_named(void **state)
{
    uint8_t types[EVENT_SYSCALL_MAX] = {[SYS_openat] = EVENT_OPENAT, [SYS_setsid] = EVENT_SETSID};
    uint32_t self = 7;
    uint64_t seen = 0;
    unsigned number = 0;

    assert_int_equal(hook_check(&(struct hook_view){&self, &seen}, types, &number), -ENOENT);
    assert_int_equal(number, SYS_setsid);
    assert_int_equal(self, 7);
}

static void calls_that_do_not_exist_are_not_missed(void **state)
{
    uint8_t types[EVENT_SYSCALL_MAX] = {[EVENT_SYSCALL_MAX - 1] = EVENT_OPENAT};
    uint32_t self = 0;
    uint64_t seen = 0;
    unsigned number;

    assert_int_equal(hook_check(&(struct hook_view){&self, &seen}, types, &number), 0);
}

static void nothing_wanted_is_nothing_missed(void **state)
{
    uint8_t types[EVENT_SYSCALL_MAX] = {0};
    uint32_t self = 0;
    uint64_t seen = 0;
    unsigned number;

    assert_int_equal(hook_check(&(struct hook_view){&self, &seen}, types, &number), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_call_that_is_not_seen_is_named),
        cmocka_unit_test(nothing_wanted_is_nothing_missed),
        cmocka_unit_test(calls_that_do_not_exist_are_not_missed),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
