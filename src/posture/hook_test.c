/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/hook.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#define NAME "hook.yaml"

static int load(const char *text, struct arena *arena, struct hook_policy *policy,
                struct error *error)
{
    return hook_policy_load(NAME, text, strlen(text), arena, policy, error);
}

static void test_policy(void **test)
{
    _cleanup_arena_ struct arena arena = {0};
    struct hook_policy policy;
    struct error error = {0};

    assert_int_equal(load("mode: audit\non_error: open\nunknown: allow\nchecks:\n  severity: high\n"
                          "  ids: [CIS-DOCKER-5.*]\n  except: [CIS-DOCKER-5.10]\n"
                          "images: {allow: [registry.example/shop/*, 'sha256:ab']}\n"
                          "log: file:/var/log/x\n",
                          &arena, &policy, &error),
                     0);
    assert_true(policy.audit && policy.allow_unknown && policy.by_severity && policy.by_image);
    assert_int_equal(policy.on_error, HOOK_OPEN);
    assert_int_equal(policy.severity, SEVERITY_HIGH);
    assert_string_equal(policy.log, "/var/log/x");
    assert_true(hook_policy_has(&policy, check_find("CIS-DOCKER-5.4")));
    assert_false(hook_policy_has(&policy, check_find("CIS-DOCKER-5.10")));
    assert_true(hook_policy_has(&policy, check_find("BULWARK-HOST-PATH-EXECUTION")));
    /* Of the kernel alone: a declaration can't be asked. */
    assert_false(hook_policy_has(&policy, check_find("BULWARK-RUNTIME-SOCKET")));
    assert_true(hook_policy_allows_image(&policy, "registry.example/shop/web:1", NULL));
    assert_true(hook_policy_allows_image(&policy, "other", "sha256:ab"));
    assert_false(hook_policy_allows_image(&policy, "other", "sha256:abc"));
    assert_false(hook_policy_allows_image(&policy, "evil/registry.example/shop/web", NULL));
    assert_false(hook_policy_allows_image(&policy, NULL, NULL));
}

static void test_bad_policies(void **test)
{
    static const struct {
        const char *text, *message;
        unsigned line, column;
        bool open;
    } rows[] = {
        {"", "empty", 1, 1, false},
        {"[]", "mapping", 1, 1, false},
        {"mode: enforce\n", "asks for nothing", 1, 1, false},
        {"mode: strict\nchecks: {severity: high}\n", "neither enforce nor audit", 1, 7, false},
        {"on_error: open\nchecks: {severity: huge}\n", "no severity", 2, 20, true},
        {"on_error: open\ncheks: {}\n", "no such key", 2, 1, true},
        {"checks: {ids: [CIS-DOCKER-99]}\n", "no check", 1, 16, false},
        {"checks: {ids: [PSS-PRIVILEGED]}\n", "no check", 1, 16, false},
        {"images: {signed: true}\n", "not available yet", 1, 18, false},
        {"images: {allow: [{}]}\n", "text is expected", 1, 18, false},
        {"checks: {severity: high}\nlog: /var/log/x\n", "neither syslog nor file", 2, 6, false},
        {"checks: {severity: high}\n---\na: b\n", "one document", 3, 1, false},
        {"checks: [\n", "", 2, 1, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
        _cleanup_arena_ struct arena arena = {0};
        struct hook_policy policy;
        struct error error = {0};
        assert_true(load(rows[i].text, &arena, &policy, &error) < 0);
        if (!strstr(error.message, rows[i].message) || error.line != rows[i].line ||
            error.column != rows[i].column)
            fail_msg("'%s': %u:%u: %s", rows[i].text, error.line, error.column, error.message);
        assert_string_equal(error.file, NAME);
        assert_int_equal(policy.on_error == HOOK_OPEN, rows[i].open);
        assert_int_equal(policy.on_error_known, rows[i].open);
        assert_false(policy.by_severity || policy.ids.count || policy.by_image);
    }
}

static void test_state(void **test)
{
    static const struct {
        const char *text, *message;
    } bad[] = {
        {"", ""},
        {"[]", "object"},
        {"{\"id\": \"a\"}", "no 'bundle'"},
        {"{\"bundle\": \"/b\"}", "no 'id'"},
        {"{\"id\": \"a\", \"bundle\": \"b\"}", "absolute"},
        {"{\"id\": \"a\", \"id\": \"b\", \"bundle\": \"/b\"}", "duplicate"},
        {"{\"id\": 1, \"bundle\": \"/b\"}", "no 'id'"},
    };
    _cleanup_arena_ struct arena arena = {0};
    const char *good = "{\"ociVersion\": \"1.0.2\", \"id\": \"a\", \"bundle\": \"/b\", \"pid\": 7}";
    struct hook_state state;
    struct error error = {0};

    assert_int_equal(hook_state_read("state", good, strlen(good), &arena, &state, &error), 0);
    assert_string_equal(state.id, "a");
    assert_int_equal(state.pid, 7);
    for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
        error = (struct error){0};
        assert_true(
            hook_state_read("state", bad[i].text, strlen(bad[i].text), &arena, &state, &error) < 0);
        assert_non_null(strstr(error.message, bad[i].message));
    }
    assert_int_equal(hook_state_read("state", good, HOOK_STATE_MAX + 1, &arena, &state, &error),
                     -E2BIG);
}

static const char bad_config[] =
    "{\"ociVersion\": \"1.0.2\", \"root\": {\"path\": \"r\"}, \"process\": {\"user\": {\"uid\": 0},"
    " \"args\": [\"sh\"], \"capabilities\": {\"bounding\": [\"CAP_SYS_ADMIN\"]}},"
    " \"annotations\": {\"io.kubernetes.cri.image-name\": \"shop/web:1@sha256:ab\"}}";

static void judge(const char *text, struct arena *arena, struct hook_verdict *ret_verdict)
{
    const struct hook_state state = {.id = "c", .bundle = "/b", .status = "creating"};
    struct container_config config;
    struct hook_policy policy;
    struct error error = {0};

    assert_int_equal(load(text, arena, &policy, &error), 0);
    assert_int_equal(hook_config_read("/b/config.json", bad_config, strlen(bad_config), &state,
                                      arena, &config, &error),
                     0);
    assert_int_equal(hook_judge(&policy, &state, &config, 0, arena, ret_verdict), 0);
}

static void test_verdicts(void **test)
{
    _cleanup_arena_ struct arena arena = {0};
    struct hook_verdict verdict;

    judge("checks: {ids: [CIS-DOCKER-5.4]}", &arena, &verdict);
    assert_int_equal(verdict.count, 1);
    assert_string_equal(verdict.items[0].check->id, "CIS-DOCKER-5.4");
    assert_string_equal(verdict.image, "shop/web:1@sha256:ab");
    assert_string_equal(verdict.digest, "sha256:ab");
    judge("images: {allow: [shop/*]}", &arena, &verdict);
    assert_int_equal(verdict.count, 0);
    judge("images: {allow: ['sha256:ab']}", &arena, &verdict);
    assert_int_equal(verdict.count, 0);
    judge("images: {allow: [other/*]}", &arena, &verdict);
    assert_int_equal(verdict.count, 1);
    assert_null(verdict.items[0].check);
    judge("images: {allow: []}", &arena, &verdict);
    assert_int_equal(verdict.count, 1);
}

static void test_bad_config(void **test)
{
    _cleanup_arena_ struct arena arena = {0};
    const struct hook_state state = {.id = "c", .bundle = "/b", .status = "creating"};
    struct container_config config;
    struct error error = {0};
    const char *cut = "{\"ociVersion\": \"1.0.2\",\n \"root\": {";

    assert_int_equal(
        hook_config_read("/b/config.json", cut, strlen(cut), &state, &arena, &config, &error),
        -EINVAL);
    assert_int_equal(error.line, 2);
    assert_string_equal(error.file, "/b/config.json");
    assert_int_equal(hook_config_read("/b/config.json", "{}", 2, &state, &arena, &config, &error),
                     -EINVAL);
    assert_int_equal(hook_config_read("/b/config.json", cut, HOOK_CONFIG_MAX + 1, &state, &arena,
                                      &config, &error),
                     -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_policy),     cmocka_unit_test(test_bad_policies),
        cmocka_unit_test(test_state),      cmocka_unit_test(test_verdicts),
        cmocka_unit_test(test_bad_config),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
