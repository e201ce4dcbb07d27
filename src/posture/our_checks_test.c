/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "posture/check.h"
#include "posture/host_paths.h"
#include "posture/secret_command.h"
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

/* Steps as Docker, BuildKit and Buildah write them, and the names of the secrets in them. */
static void test_commands(void **state)
{
    static const struct {
        const char *text, *names; /* "?" for one without a name */
    } rows[] = {
        {"/bin/sh -c #(nop)  ENV DB_PASSWORD=correct-horse MODE=fast", "DB_PASSWORD "},
        {"/bin/sh -c #(nop) ENV DB_PASSWORD=\"correct horse\" MODE=fast", "DB_PASSWORD "},
        {"ENV API_TOKEN=a1b2c3d4e5", "API_TOKEN "},
        {"ARG API_TOKEN", ""},
        {"ARG API_TOKEN=a1b2c3d4e5", "API_TOKEN "},
        {"|2 DEPLOY_TOKEN=a1b2c3 VERSION=1.2.3 /bin/sh -c make", "DEPLOY_TOKEN "},
        {"RUN |1 DEPLOY_TOKEN=a1b2c3 /bin/sh -c make # buildkit", "DEPLOY_TOKEN "},
        {"RUN /bin/sh -c export DB_PASSWORD='hunter2!'; client --access-key=a1b2c3d4",
         "DB_PASSWORD access_key "},
        {"RUN /bin/sh -c curl https://me:a1b2c3@git.example/x.tar", "? "},
        {"RUN /bin/sh -c git clone https://git.example/x && TOKEN=$(cat /run/secrets/t) make", ""},
        {"RUN /bin/sh -c TOKEN=\"$TOKEN\" PASSWORD=`pwgen 20` SECRET=${X} make", ""},
        {"RUN --mount=type=secret,id=token,target=/root/.token make", ""},
        {"RUN /bin/sh -c login --password-file=/run/secrets/x --token-ttl=24h", ""},
        {"ENV KEY=-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEAxyzxyzxyzxyz", "? "},
        {"ENV ID=AKIAIOSFODNN7EXAMPLE", "ID "},
        {"RUN /bin/sh -c push \"ghp_0123456789abcdefghijklmnopqrstuvwxyz\";", "? "},
        {"ENV GPG_KEY=E3FF2839C048B25C084DEBE9B26995E310250568", ""},
        {"ENV PATH=/usr/local/sbin:/usr/local/bin PYTHON_SHA256=40f868bcbdeb8149a31", ""},
        {"CMD [\"app\" \"--secret=a1b2c3d4\"]", "secret "},
        {"= =a1b2c3d4 --= PASSWORD= PASSWORD", ""},
        {"", ""},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        const char *at = rows[i].text;
        char name[SECRET_NAME_MAX];
        _cleanup_buf_ struct buf names = {0};
        buf_printf(&names, "%s", "");
        while (secret_in_command(&at, name))
            buf_printf(&names, "%s ", *name ? name : "?");
        if (strcmp(names.data, rows[i].names) != 0)
            fail_msg("%s: %s", rows[i].text, names.data);
    }
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
        cmocka_unit_test(test_secrets),       cmocka_unit_test(test_commands),
        cmocka_unit_test(test_paths),         cmocka_unit_test(test_rows),
        cmocka_unit_test(test_nothing_known),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
