/* SPDX-License-Identifier: Apache-2.0 */
/* What holds for every row of every table of checks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "posture/manifest.h"
#include "posture/report.h"

#define MINOR_LAST 40

static void ids_are_unique_and_rows_are_whole(void **state)
{
    for (size_t t = 0; t < check_table_count; t++) {
        for (size_t i = 0; i < check_tables[t]->count; i++) {
            const struct check *check = &check_tables[t]->checks[i];
            assert_ptr_equal(check_find(check->id), check);
            assert_non_null(check->title);
            assert_non_null(check->remedy);
            assert_non_null(check->evaluate);
            assert_true(check->sources != 0);
            if (check->overrides)
                assert_non_null(check_find(check->overrides));
        }
    }
}

/* A model that nobody has filled says nothing: no check may take that for a pass. */
static void what_is_not_known_is_no_pass(void **state)
{
    struct container_config container = {.source = SOURCE_MANIFEST};
    struct container_config *containers[] = {&container};
    struct pod_config pod = {
        .source = SOURCE_MANIFEST, .name = "", .containers = containers, .container_count = 1};
    const struct subject subject = {SUBJECT_POD, SOURCE_MANIFEST, .name = "x", .pod = &pod};

    for (unsigned minor = 0; minor <= MINOR_LAST; minor++) {
        const struct check_options options = {.kubernetes_minor = minor};
        _cleanup_arena_ struct arena arena = {0};
        for (size_t t = 0; t < check_table_count; t++) {
            for (size_t i = 0; i < check_tables[t]->count; i++) {
                struct check_run run;
                if (!check_applies(&check_tables[t]->checks[i], &subject, &options))
                    continue;
                check_evaluate(&check_tables[t]->checks[i], &subject, &options, &arena, &run);
                assert_int_equal(run.verdict, VERDICT_UNKNOWN);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ids_are_unique_and_rows_are_whole),
        cmocka_unit_test(what_is_not_known_is_no_pass),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
