/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "sensor/noise.h"

#define SECOND 1000000000ull

static struct noise_container *rows;
static unsigned waits;

struct told {
    unsigned visits;
    uint64_t cgroup, grown[NOISE_MAX], total[NOISE_MAX];
};

static void remember(void *data, uint64_t cgroup, const uint64_t grown[NOISE_MAX],
                     const uint64_t total[NOISE_MAX])
{
    struct told *told = data;

    told->visits++;
    told->cgroup = cgroup;
    for (unsigned i = 0; i < NOISE_MAX; i++) {
        told->grown[i] += grown[i];
        told->total[i] = total[i];
    }
}

/* A program that found the row before it was given up counts once more. */
static void wait_for_late_one(void)
{
    waits++;
    rows[0].counts[NOISE_RING_FULL] += 3;
}

static struct noise *noise_new(void)
{
    struct noise *noise = calloc(1, sizeof(*noise));

    rows = calloc(NOISE_CONTAINERS + 1, sizeof(*rows));
    assert_non_null(noise);
    assert_non_null(rows);
    noise->rows = rows;
    waits = 0;
    return noise;
}

static void noise_free(struct noise *noise)
{
    free(rows);
    free(noise);
}

static void tells_growth_once(void **state)
{
    struct noise *noise = noise_new();
    struct told told = {0};

    noise_read(noise, SECOND, wait_for_late_one, remember, &told);
    assert_int_equal(told.visits, 0);
    rows[7].cgroup = 42;
    rows[7].counts[NOISE_RATE_LIMITED] = 5;
    noise_read(noise, SECOND, wait_for_late_one, remember, &told);
    noise_read(noise, SECOND, wait_for_late_one, remember, &told);
    assert_int_equal(told.visits, 1);
    assert_int_equal(told.cgroup, 42);
    assert_int_equal(told.grown[NOISE_RATE_LIMITED], 5);
    rows[7].counts[NOISE_RATE_LIMITED] = 6;
    noise_read(noise, SECOND, wait_for_late_one, remember, &told);
    assert_int_equal(told.grown[NOISE_RATE_LIMITED], 6);
    assert_int_equal(told.total[NOISE_RATE_LIMITED], 6);
    noise_free(noise);
}

static void tells_the_others(void **state)
{
    struct noise *noise = noise_new();
    struct told told = {.cgroup = 1};

    rows[NOISE_OTHERS].counts[NOISE_RING_FULL] = 9;
    noise_read(noise, SECOND, wait_for_late_one, remember, &told);
    assert_int_equal(told.visits, 1);
    assert_int_equal(told.cgroup, 0);
    assert_int_equal(told.grown[NOISE_RING_FULL], 9);
    told = (struct told){0};
    noise_list(noise, remember, &told);
    assert_int_equal(told.total[NOISE_RING_FULL], 9);
    noise_free(noise);
}

/* Quiet rows make room, but only when it is short; what was counted meanwhile is told. */
static void gives_up_quiet_rows(void **state)
{
    struct noise *noise = noise_new();
    struct told told = {0};

    for (size_t i = 0; i < NOISE_CONTAINERS / 2; i++)
        rows[i].cgroup = i + 1;
    noise_read(noise, SECOND, wait_for_late_one, remember, &told);
    noise_read(noise, 100 * SECOND, wait_for_late_one, remember, &told);
    assert_int_equal(waits, 0);
    rows[NOISE_CONTAINERS - 1].cgroup = 4711;
    rows[NOISE_CONTAINERS - 1].counts[NOISE_RING_FULL] = 1;
    noise_read(noise, 101 * SECOND, wait_for_late_one, remember, &told);
    assert_int_equal(waits, 1);
    assert_int_equal(told.visits, 2);
    assert_int_equal(told.cgroup, 1);
    assert_int_equal(told.grown[NOISE_RING_FULL], 4);
    assert_int_equal(rows[0].cgroup, 0);
    assert_int_equal(rows[0].counts[NOISE_RING_FULL], 0);
    assert_int_equal(rows[NOISE_CONTAINERS - 1].cgroup, 4711);

    rows[0].cgroup = 5000; /* another's now */
    rows[0].counts[NOISE_RING_FULL] = 2;
    told = (struct told){0};
    noise_read(noise, 102 * SECOND, wait_for_late_one, remember, &told);
    assert_int_equal(told.cgroup, 5000);
    assert_int_equal(told.grown[NOISE_RING_FULL], 2);
    noise_free(noise);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tells_growth_once),
        cmocka_unit_test(tells_the_others),
        cmocka_unit_test(gives_up_quiet_rows),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
