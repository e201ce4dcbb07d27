/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "posture/waiver.h"

#define ROW  "waivers:\n- check: PSS-*\n  subject: Pod/a/?\n  reason: r\n  expires: 2028-02-29\n"
#define ENDS 1835481600 /* 2028-03-01 00:00 UTC */

static void a_waiver_holds_until_its_day_is_over(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    const struct waiver *expired = NULL;
    struct waivers waivers;

    assert_int_equal(waivers_load("w", ROW, strlen(ROW), &arena, &waivers, NULL), 0);
    assert_int_equal(waivers.count, 1);
    assert_int_equal(waivers.items[0].ends, ENDS);
    assert_ptr_equal(waivers_find(&waivers, "PSS-X", "Pod/a/b", ENDS - 1, &expired),
                     &waivers.items[0]);
    assert_null(expired);
    assert_int_equal(waivers.items[0].used, 1);
    assert_null(waivers_find(&waivers, "PSS-X", "Pod/a/b", ENDS, &expired));
    assert_ptr_equal(expired, &waivers.items[0]);
    assert_int_equal(waivers.items[0].too_late, 1);
}

static void patterns_match_as_a_whole(void **state)
{
    static const struct {
        const char *check, *subject;
        bool matches;
    } rows[] = {
        {"PSS-PRIVILEGED", "Pod/a/b", true},
        {"pss-privileged", "Pod/a/b", true},
        {"XPSS-PRIVILEGED", "Pod/a/b", false},
        {"PSS", "Pod/a/b", false},
        {"PSS-", "Pod/a/b", true},
        {"PSS-X", "Pod/a/bc", false},
        {"PSS-X", "Pod/a/", false},
        {"PSS-X", "xPod/a/b", false},
    };
    _cleanup_arena_ struct arena arena = {0};
    const struct waiver *expired = NULL;
    struct waivers waivers;

    assert_int_equal(waivers_load("w", ROW, strlen(ROW), &arena, &waivers, NULL), 0);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        assert_int_equal(!!waivers_find(&waivers, rows[i].check, rows[i].subject, 0, &expired),
                         rows[i].matches);
}

/* One star after the other costs no more than their product. */
static void a_pattern_of_stars_is_cheap(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    _cleanup_buf_ struct buf text = {0}, subject = {0};
    const struct waiver *expired = NULL;
    struct waivers waivers;

    buf_add_string(&text, "waivers:\n- {check: x, reason: r, expires: 2028-01-01, subject: \"");
    for (int i = 0; i < 300; i++)
        buf_add_string(&text, "*a");
    buf_add_string(&text, "b\"}\n");
    for (int i = 0; i < 100000; i++)
        buf_add_char(&subject, 'a');
    assert_int_equal(waivers_load("w", text.data, text.len, &arena, &waivers, NULL), 0);
    assert_null(waivers_find(&waivers, "x", subject.data, 0, &expired));
}

static void bad_files_are_refused_where_they_are(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *message;
    } rows[] = {
        {"- a\n", 1, 1, "expected 'waivers:'"},
        {"waiver: []\n", 1, 1, "expected 'waivers:'"},
        {"waivers: 5\n", 1, 1, "expected 'waivers:'"},
        {"waivers: []\nmore: 1\n", 1, 1, "expected 'waivers:'"},
        {"waivers:\n- 5\n", 2, 3, "a waiver is a mapping"},
        {"waivers:\n- check: a\n", 2, 3, "needs 'subject'"},
        {"waivers:\n- {check: a, subject: b, reason: c}\n", 2, 3, "needs 'expires'"},
        {"waivers:\n- {check: a, subject: b, expires: 2027-01-01}\n", 2, 3, "needs 'reason'"},
        {"waivers:\n- {check: a, subject: b, reason: '', expires: 2027-01-01}\n", 2, 34, "a text"},
        {"waivers:\n- {check: [a]}\n", 2, 11, "'check' must be a text"},
        {"waivers:\n- {check: 5}\n", 2, 11, "'check' must be a text"},
        {"waivers:\n- {chek: a}\n", 2, 4, "unknown key 'chek'"},
        {"waivers:\n- {check: a, subject: b, reason: c, expires: 2027-02-29}\n", 2, 46,
         "is no day"},
        {"waivers:\n- {check: a, subject: b, reason: c, expires: 2027-13-01}\n", 2, 46,
         "is no day"},
        {"waivers:\n- {check: a, subject: b, reason: c, expires: 27-01-01}\n", 2, 46, "is no day"},
        {"waivers:\n- {check: a, subject: b, reason: c, expires: never}\n", 2, 46, "is no day"},
        {"waivers:\n- {check: a, check: b}\n", 2, 14, "comes twice"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_arena_ struct arena arena = {0};
        struct waivers waivers = {.count = 7};
        struct error error = {0};
        int r = waivers_load("w", rows[i].text, strlen(rows[i].text), &arena, &waivers, &error);
        if (r >= 0 || !strstr(error.message, rows[i].message) || error.line != rows[i].line ||
            error.column != rows[i].column)
            fail_msg("%zu: %u:%u: %s", i, error.line, error.column, error.message);
        assert_int_equal(waivers.count, 7);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_waiver_holds_until_its_day_is_over),
        cmocka_unit_test(patterns_match_as_a_whole),
        cmocka_unit_test(a_pattern_of_stars_is_cheap),
        cmocka_unit_test(bad_files_are_refused_where_they_are),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
