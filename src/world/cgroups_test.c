/* SPDX-License-Identifier: Apache-2.0 */
#include "world/cgroups.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void test_cgroups(void **state)
{
    struct containers containers = {.limit = 4};
    struct container_entry *a, *b;
    struct cgroups table;

    cgroups_init(&table, 3);
    assert_int_equal(containers_add(&containers, "aa", 2, RUNTIME_RUNC, &a), 0);
    assert_int_equal(containers_add(&containers, "bb", 2, RUNTIME_RUNC, &b), 0);
    assert_null(cgroups_find(&table, 1));
    cgroups_get(&table, 1);
    cgroups_get(&table, 2);
    uint32_t generation = table.generation;
    cgroups_set(&table, cgroups_find(&table, 1), a);
    assert_int_not_equal(table.generation, generation);
    generation = table.generation;
    cgroups_set(&table, cgroups_find(&table, 1), a);
    assert_int_equal(table.generation, generation);
    cgroups_set(&table, cgroups_get(&table, 2), b);
    cgroups_set(&table, cgroups_get(&table, 3), b);
    assert_int_equal(b->container.references, 3);

    cgroups_get(&table, 4); /* the oldest goes */
    assert_null(cgroups_find(&table, 1));
    assert_int_equal(table.evicted, 1);
    assert_int_equal(a->container.references, 1);
    cgroups_remove_container(&table, b);
    assert_null(cgroups_find(&table, 2));
    assert_null(cgroups_find(&table, 3));
    assert_non_null(cgroups_find(&table, 4));
    assert_int_equal(b->container.references, 1);
    cgroups_done(&table);
    containers_remove(&containers, a);
    containers_remove(&containers, b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(test_cgroups)};

    return cmocka_run_group_tests(tests, NULL, NULL);
}
