/* SPDX-License-Identifier: Apache-2.0 */
#include "world/names.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define S 1000000000ull

static const uint8_t one[4] = {1, 1, 1, 1};
static const uint8_t two[16] = {2, [15] = 2};

static void test_scopes_and_expiry(void **state)
{
    struct address_names names;

    address_names_init(&names, 100);
    assert_int_equal(address_names_learn(&names, 0, one, 4, "one.example", 0, 5), 0);
    assert_int_equal(address_names_learn(&names, 7, two, 16, "two.example", 0, 100), 0);
    assert_int_equal(address_names_learn(&names, 7, two, 16, "also.example", 0, 4000000000u), 0);
    assert_true(address_names_has(&names, 0, one, 4, "ONE.example", 59 * S));
    assert_false(address_names_has(&names, 0, one, 4, "one.example", 60 * S));
    assert_false(address_names_has(&names, 7, one, 4, "one.example", 0));
    assert_false(address_names_has(&names, 0, two, 16, "two.example", 0));
    assert_true(address_names_has(&names, 7, two, 16, "two.example", 99 * S));
    assert_true(address_names_has(&names, 7, two, 16, "also.example", 86399 * S));
    assert_false(address_names_has(&names, 7, two, 16, "also.example", 86400 * S));
    assert_string_equal(address_names_last(&names, 7, two, 16, 0), "also.example");
    assert_null(address_names_last(&names, 0, one, 4, 60 * S));

    /* Heard again: lives on, is not stored twice, and is the last. */
    assert_int_equal(address_names_learn(&names, 7, two, 16, "two.example", 99 * S, 100), 0);
    assert_int_equal(names.count, 3);
    assert_string_equal(address_names_last(&names, 7, two, 16, 150 * S), "two.example");
    address_names_forget_scope(&names, 7);
    address_names_forget_scope(&names, 8);
    assert_int_equal(names.count, 1);
    address_names_done(&names);
    assert_null(names.by_address);
    assert_null(names.by_scope);
}

static void learn_many(struct address_names *names, uint64_t scope, unsigned count, uint64_t now)
{
    for (unsigned i = 0; i < count; i++) {
        char name[32];
        snprintf(name, sizeof(name), "n%u.example", i);
        uint8_t address[4] = {10, (uint8_t)scope, (uint8_t)(i >> 8), (uint8_t)i};
        assert_int_equal(address_names_learn(names, scope, address, 4, name, now, 60), 0);
    }
}

static void test_bounds(void **state)
{
    struct address_names names;

    address_names_init(&names, 80);
    learn_many(&names, 1, 5, 0);
    learn_many(&names, 2, 1000, 0); /* has its share, and takes nothing from scope 1 */
    assert_int_equal(names.count, 15);
    assert_int_equal(names.evicted, 990);
    assert_true(address_names_has(&names, 1, (const uint8_t[]){10, 1, 0, 0}, 4, "n0.example", 0));
    for (uint64_t scope = 3; scope < 40; scope++)
        learn_many(&names, scope, 10, 0);
    assert_int_equal(names.count, 80);
    learn_many(&names, 50, 1, 100 * S); /* what is expired is no loss */
    uint64_t evicted = names.evicted;
    learn_many(&names, 51, 5, 100 * S);
    assert_int_equal(names.evicted, evicted);
    address_names_done(&names);

    address_names_init(&names, 1u << 20);
    for (unsigned i = 0; i < 1000; i++) {
        char name[32];
        snprintf(name, sizeof(name), "n%u.example", i);
        assert_int_equal(address_names_learn(&names, 0, one, 4, name, 0, 60), 0);
    }
    assert_int_equal(names.count, NAMES_PER_ADDRESS);
    address_names_done(&names);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scopes_and_expiry),
        cmocka_unit_test(test_bounds),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
