/* SPDX-License-Identifier: Apache-2.0 */
#include "output/format.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>
#include <jansson.h>

#include "rules/response.h"

static const char *const tags[] = {"T1555", "container", "mitre_credential_access", NULL};

static const struct alert_field fields[] = {
    {.name = "container.id", .text = "b07396ca2cac"},
    {.name = "container.image.repository", .text = NULL},
    {.name = "evt.type", .text = "openat"},
    {.name = "proc.aname[4]", .text = "memfd:sealed-91"},
    {.name = "proc.is_exe_upper_layer", .text = "true", .is_bool = true, .number = 1},
    {.name = "proc.tty", .text = "0", .is_number = true, .number = 0},
    {.name = "user.loginuid", .text = "-1", .is_number = true, .number = -1},
};

static struct alert sensitive_file(void)
{
    return (struct alert){
        .rule = {.name = "Read sensitive file untrusted",
                 .source = "syscall",
                 .priority = PRIORITY_WARNING,
                 .tags = tags},
        .time = 1795497434588008469,
        .hostname = "node-1",
        .output = "Sensitive file opened | file=/etc/shadow",
        .fields = fields,
        .field_count = sizeof(fields) / sizeof(fields[0]),
    };
}

static void assert_json(const struct alert *alert, const char *expected)
{
    struct buf buf = {0};

    assert_int_equal(format_json(&buf, alert), 0);
    assert_string_equal(buf.data, expected);
    buf_done(&buf);
}

static void json_is_as_falco_prints_it(void **state)
{
    const struct alert alert = sensitive_file();

    assert_json(&alert,
                "{\"hostname\":\"node-1\",\"output\":\"05:17:14.588008469: Warning Sensitive file "
                "opened | file=/etc/shadow\",\"output_fields\":{\"container.id\":\"b07396ca2cac\","
                "\"container.image.repository\":null,\"evt.time\":1795497434588008469,"
                "\"evt.type\":\"openat\",\"proc.aname[4]\":\"memfd:sealed-91\","
                "\"proc.is_exe_upper_layer\":true,\"proc.tty\":0,\"user.loginuid\":-1},"
                "\"priority\":\"Warning\",\"rule\":\"Read sensitive file untrusted\","
                "\"source\":\"syscall\",\"tags\":[\"T1555\",\"container\","
                "\"mitre_credential_access\"],\"time\":\"2026-11-24T05:17:14.588008469Z\"}");
}

/* Both texts end, or begin, with what became of the rule's action; without one they are as before.
 */
static void the_response_is_told(void **state)
{
    static const struct response killed = {ACTION_KILL, MODE_ENFORCE, RESPONSE_DONE, MEANS_SIGNAL,
                                           0};
    struct alert alert = sensitive_file();
    _cleanup_buf_ struct buf text = {0}, json = {0};

    alert.response = &killed;
    assert_int_equal(format_text(&text, &alert, false), 0);
    assert_string_equal(text.data,
                        "05:17:14.588008469: Warning Sensitive file opened | file=/etc/shadow "
                        "action=kill mode=enforce result=killed means=signal");
    assert_int_equal(format_json(&json, &alert), 0);
    assert_non_null(strstr(json.data, "{\"action\":{\"asked\":\"kill\",\"means\":\"signal\","
                                      "\"mode\":\"enforce\",\"result\":\"killed\"},"
                                      "\"hostname\":\"node-1\","));
}

/* Whatever the fields are, evt.time is there once and the keys are sorted. */
static void evt_time_has_its_place(void **state)
{
    static const struct alert_field first = {.name = "a", .text = "x"};
    static const struct alert_field last = {.name = "z", .text = "x"};
    static const struct alert_field own = {.name = "evt.time", .text = "05:17:14"};
    const struct {
        struct alert_field fields[3];
        size_t count;
        const char *expected;
    } rows[] = {
        {{{0}}, 0, "{\"evt.time\":7}"},
        {{first}, 1, "{\"a\":\"x\",\"evt.time\":7}"},
        {{last}, 1, "{\"evt.time\":7,\"z\":\"x\"}"},
        {{own}, 1, "{\"evt.time\":7}"},
        {{own, last}, 2, "{\"evt.time\":7,\"z\":\"x\"}"},
        {{first, own, last}, 3, "{\"a\":\"x\",\"evt.time\":7,\"z\":\"x\"}"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct alert alert = sensitive_file();
        struct buf buf = {0};
        alert.time = 7;
        alert.fields = rows[i].fields;
        alert.field_count = rows[i].count;
        assert_int_equal(format_json(&buf, &alert), 0);
        assert_non_null(strstr(buf.data, rows[i].expected));
        buf_done(&buf);
    }
}

static void lists_become_arrays(void **state)
{
    static const char *const names[] = {"bash", "sshd", NULL};
    const struct alert_field list = {.name = "proc.aname", .text = "bash,sshd", .list = names};
    struct alert alert = sensitive_file();
    struct buf buf = {0};

    alert.fields = &list;
    alert.field_count = 1;
    alert.rule.tags = NULL;
    assert_int_equal(format_json(&buf, &alert), 0);
    assert_non_null(strstr(buf.data, "\"proc.aname\":[\"bash\",\"sshd\"]"));
    assert_non_null(strstr(buf.data, "\"tags\":[]"));
    buf_done(&buf);
}

static void odd_bytes_give_json_all_the_same(void **state)
{
    static const struct {
        const char *text, *in_json, *parsed;
    } rows[] = {
        {"a\"b\\c/", "a\\\"b\\\\c/", "a\"b\\c/"},
        {"\b\f\n\r\t\x01\x1f\x7f", "\\b\\f\\n\\r\\t\\u0001\\u001f\\u007f",
         "\b\f\n\r\t\x01\x1f\x7f"},
        {"\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d", "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d",
         "\xc3\xa9\xe2\x82\xac\xf0\x9f\x90\x9d"},
        {"\xc2\x9b"
         "31m",
         "\\u009b31m",
         "\xc2\x9b"
         "31m"},
        {"a\xff"
         "b",
         "a\xef\xbf\xbd"
         "b",
         "a\xef\xbf\xbd"
         "b"},
        {"\xc3", "\xef\xbf\xbd", "\xef\xbf\xbd"},
        {"\xc0\xaf", "\xef\xbf\xbd\xef\xbf\xbd", "\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xed\xa0\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xf4\x90\x80\x80", "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
         "\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd"},
        {"\xe2\x82x", "\xef\xbf\xbd\xef\xbf\xbdx", "\xef\xbf\xbd\xef\xbf\xbdx"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct alert_field field = {.name = "fd.name", .text = rows[i].text};
        struct alert alert = sensitive_file();
        struct buf buf = {0};
        alert.fields = &field;
        alert.field_count = 1;
        assert_int_equal(format_json(&buf, &alert), 0);
        assert_non_null(strstr(buf.data, rows[i].in_json));

        json_t *root = json_loads(buf.data, JSON_REJECT_DUPLICATES, NULL);
        assert_non_null(root);
        json_t *value = json_object_get(json_object_get(root, "output_fields"), "fd.name");
        assert_string_equal(json_string_value(value), rows[i].parsed);
        json_decref(root);
        buf_done(&buf);
    }
}

static void text_is_one_line_and_coloured_on_request(void **state)
{
    const struct alert alert = sensitive_file();
    struct buf buf = {0};

    assert_int_equal(format_text(&buf, &alert, false), 0);
    assert_string_equal(buf.data, "05:17:14.588008469: Warning Sensitive file opened | "
                                  "file=/etc/shadow");
    buf_reset(&buf);
    assert_int_equal(format_text(&buf, &alert, true), 0);
    assert_non_null(strstr(buf.data, "\033[1;33mWarning\033[0m Sensitive"));
    buf_done(&buf);
}

static void past_the_maximum_nothing_is_made(void **state)
{
    const struct alert alert = sensitive_file();
    struct buf buf = {.max = 100};

    assert_true(format_json(&buf, &alert) < 0);
    buf_done(&buf);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_as_falco_prints_it),
        cmocka_unit_test(the_response_is_told),
        cmocka_unit_test(evt_time_has_its_place),
        cmocka_unit_test(lists_become_arrays),
        cmocka_unit_test(odd_bytes_give_json_all_the_same),
        cmocka_unit_test(text_is_one_line_and_coloured_on_request),
        cmocka_unit_test(past_the_maximum_nothing_is_made),
    };

    setenv("TZ", "UTC", 1);
    tzset();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
