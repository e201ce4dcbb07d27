/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "posture/check.h"
#include "posture/host_paths.h"
#include "posture/secret_value.h"

static void test_secrets(void **state)
{
    static const struct {
        const char *name, *value;
        bool secret;
    } rows[] = {
        {"DB_PASSWORD", "correct-horse", true},
        {"db_password", "correct-horse", true},
        {"API_TOKEN", "a1b2c3d4", true},
        {"DB_PASSWORD_FILE", "/run/secrets/db", false},
        {"DB_PASSWORD", "/run/secrets/db", false},
        {"DB_PASSWORD", "", false},
        {"DB_PASSWORD", "xxxxxxxx", false},
        {"PASSWORD_LENGTH", "16", false},
        {"TOKEN_TTL", "3600s", false},
        {"SECRET", "true", false},
        {"HOME", "/root", false},
        {"ID", "AKIAIOSFODNN7EXAMPLE", true},
        {"X", "AKIA", false},
        {"DATABASE", "postgres://app:hunter2@db:5432/app", true},
        {"DATABASE", "postgres://app@db:5432/app", false},
        {"DATABASE", "postgres://db:5432/a@b", false},
        {"KEY", "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B", true},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if ((secret_value(rows[i].name, rows[i].value) != NULL) != rows[i].secret)
            fail_msg("%s=%s", rows[i].name, rows[i].value);
}

static void test_paths(void **state)
{
    static const struct {
        const char *path;
        bool sensitive, execution;
    } rows[] = {
        {"/", true, true},
        {"/etc", true, true},
        {"/etc/cron.d", false, true},
        {"/etc/cron.d/job", false, true},
        {"/etc/cron.dx", false, false},
        {"/etc/hostname", false, false},
        {"/usr/local/bin", false, true},
        {"/usr/share", false, true},
        {"/var/lib/docker", false, true},
        {"/var/lib/docker/volumes/a/_data", false, false},
        {"/var/lib/kubelet/pods/1/volumes/x", false, false},
        {"/var/lib", false, true},
        {"/usr/share/zoneinfo", false, false},
        {"/srv/data", false, false},
        {"/home", false, true},
        {"/home/user/project", false, false},
        {"/dev", true, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        if ((host_path_sensitive(rows[i].path) != NULL) != rows[i].sensitive ||
            (host_path_execution(rows[i].path) != NULL) != rows[i].execution)
            fail_msg("%s", rows[i].path);
}

/* Ids are what waivers name: each is there once. */
static void test_rows(void **state)
{
    for (size_t t = 0; t < check_table_count; t++) {
        for (size_t i = 0; i < check_tables[t]->count; i++) {
            const struct check *check = &check_tables[t]->checks[i];
            assert_non_null(check->evaluate);
            assert_non_null(check->references);
            assert_true(check->sources && *check->title && *check->rationale && *check->remedy);
            assert_ptr_equal(check_find(check->id), check);
        }
    }
}

/* A model that nobody filled passes nothing. */
static void test_nothing_known(void **state)
{
    static const struct check_table *const tables[] = {&docker_container_checks, &our_checks};
    struct container_config container = {.source = SOURCE_KERNEL};
    struct subject subject = {.kind = SUBJECT_CONTAINER,
                              .source = SOURCE_KERNEL,
                              .name = "container/x",
                              .container = &container};
    struct check_options options = {.kubernetes_minor = KUBERNETES_MINOR_NEWEST};
    _cleanup_arena_ struct arena arena = {0};

    for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++) {
        for (size_t i = 0; i < tables[t]->count; i++) {
            struct check_run run;
            check_evaluate(&tables[t]->checks[i], &subject, &options, &arena, &run);
            if (run.verdict == VERDICT_PASS || run.verdict == VERDICT_FAIL)
                fail_msg("%s: %s", tables[t]->checks[i].id, verdict_name(run.verdict));
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_secrets),
        cmocka_unit_test(test_paths),
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_nothing_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
