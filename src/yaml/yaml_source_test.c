/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "yaml/yaml_source.h"

/* The place of '@' in the value of the first scalar under "k" must be that of '@' in the file. */
static void places_in_scalars_are_found(void **state)
{
    static const char *const texts[] = {
        "k: a@bc",
        "k: abc @",
        "k: abc\n  def @ x",
        "k: abc\n\n\n  def @",
        "k: 'it''s @'",
        "k: 'a\n\n  b @'",
        "k: \"a\\tb @\"",
        "k: \"\\x41\\u00e9 @\"",
        "k: \"a\\\n   b @\"",
        "k: \"\xc3\xa9\xc3\xa9 @\"",
        "k: >\n  abc\n  def @",
        "k: >\n\n  abc\n  def @",
        "k: >-\n    abc\n\n    def\n      more @\n    x",
        "k: >\n  a\n\n\n  b @",
        "k: |\n  abc\n  def @",
        "k: |\n  abc\n\n    def @",
        "k: |2\n  abc @",
        "k: >  # remark @ not this\n  abc (a,\n   b)\n  and @",
        "k: >\r\n  abc\r\n  def @",
        "- 1\n- k: |\n    x\n    y @\n",
        "# \xe2\x82\xac\nk: \xe2\x82\xac @",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        _cleanup_arena_ struct arena arena = {0};
        struct yaml_documents documents;
        struct error error = {0};
        const char *at = strrchr(texts[i], '@');
        unsigned line = 1, column = 1, got_line, got_column;

        for (const char *c = texts[i]; c < at; c++) {
            column++;
            if (*c == '\n') {
                line++;
                column = 1;
            }
        }
        if (yaml_load("f", texts[i], strlen(texts[i]), &arena, &documents, &error) < 0)
            fail_msg("%s: %s", texts[i], error.message);
        const struct yaml_node *node = documents.items[0];
        if (node->kind == YAML_SEQUENCE)
            node = node->items[1];
        node = yaml_get(node, "k");
        assert_non_null(node);
        const char *found = strchr(node->value, '@');
        assert_non_null(found);
        yaml_position(node, (size_t)(found - node->value), &got_line, &got_column);
        if (got_line != line || got_column != column)
            fail_msg("%s: %u:%u, not %u:%u", texts[i], got_line, got_column, line, column);
    }
}

static void bad_files_say_where(void **state)
{
    static const struct {
        const char *text;
        unsigned line, column;
        const char *message;
    } rows[] = {
        {"a: b\n c: d\n", 2, 3, "not valid YAML"},
        {"a: [1, 2\n", 2, 1, "not valid YAML"},
        {"- 'abc\n", 2, 1, "not valid YAML"},
        {"a: 1\nb: 2\na: 3\n", 3, 1, "key 'a' comes twice in one item, first in line 1"},
        {"a: \xff", 1, 4, "byte 0xff is not UTF-8"},
        {"a: 1\nb: \xc3\xa9 \xc3", 2, 7, "byte 0xc3 is not UTF-8"},
        {"a: \xed\xa0\x80", 1, 4, "not UTF-8"}, /* a surrogate */
        {"a: *b", 1, 4, "alias '*b' names no anchor"},
        {"a: &b [*b]", 1, 8, "alias '*b' names no anchor that ended before it"},
        {"? [a]\n: b\n", 1, 3, "a key must be a plain word"},
        {"a: \"x\\0y\"", 1, 4, "contains a NUL"},
        {"a: \x01", 1, 4, "not valid YAML"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_arena_ struct arena arena = {0};
        struct yaml_documents documents;
        struct error error = {0};

        int r = yaml_load("f", rows[i].text, strlen(rows[i].text), &arena, &documents, &error);
        if (r == 0 || !strstr(error.message, rows[i].message) || error.line != rows[i].line)
            fail_msg("%s: %d, %u:%u: %s", rows[i].text, r, error.line, error.column, error.message);
        if (!strstr(rows[i].message, "YAML"))
            assert_int_equal(error.column, rows[i].column);
    }
}

static void size_and_depth_are_bounded(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct yaml_documents documents;
    struct error error = {0};
    _cleanup_free_ char *big = calloc(1, YAML_FILE_MAX + 2);
    char deep[128];

    memset(big, ' ', YAML_FILE_MAX + 1);
    assert_int_equal(yaml_load("f", big, YAML_FILE_MAX + 1, &arena, &documents, &error), -EFBIG);
    assert_int_equal(yaml_load("f", big, YAML_FILE_MAX, &arena, &documents, &error), 0);
    assert_int_equal(documents.count, 0);

    memset(deep, '[', sizeof(deep));
    assert_int_equal(yaml_load("f", deep, sizeof(deep), &arena, &documents, &error), -E2BIG);
    assert_non_null(strstr(error.message, "nested more than"));
}

/* Searches that are not bounded otherwise. */
static void keys_and_anchors_are_bounded(void **state)
{
    static const struct {
        const char *before, *after, *message;
    } rows[] = {
        {"k", ": 1", "more than 1000 keys"},
        {"- &a", " x", "more than 1000 anchors"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_arena_ struct arena arena = {0};
        _cleanup_buf_ struct buf text = {0};
        struct yaml_documents documents;
        struct error error = {0};
        size_t most = 0;
        for (int line = 1; line <= 1001; line++) {
            most = line == 1001 ? text.len : 0;
            buf_printf(&text, "%s%d%s\n", rows[i].before, line, rows[i].after);
        }
        assert_int_equal(yaml_load("f", text.data, most, &arena, &documents, &error), 0);
        assert_int_equal(yaml_load("f", text.data, text.len, &arena, &documents, &error), -E2BIG);
        assert_non_null(strstr(error.message, rows[i].message));
        assert_int_equal(error.line, 1001);
    }
}

/* Aliases stand for what they name, and count as much. */
static void aliases_are_bounded(void **state)
{
    _cleanup_arena_ struct arena arena = {0};
    struct yaml_documents documents;
    struct error error = {0};
    _cleanup_buf_ struct buf bomb = {0};
    static const char text[] = "- &a [x, y]\n- *a\n";

    assert_int_equal(yaml_load("f", text, strlen(text), &arena, &documents, &error), 0);
    assert_ptr_equal(documents.items[0]->items[0], documents.items[0]->items[1]);

    buf_add_string(&bomb, "- &a0 [x,x,x,x,x,x,x,x]\n");
    for (int i = 1; i < 20; i++) {
        buf_printf(&bomb, "- &a%d [", i);
        for (int k = 0; k < 8; k++)
            buf_printf(&bomb, "*a%d,", i - 1);
        buf_add_string(&bomb, "]\n");
    }
    assert_int_equal(yaml_load("f", bomb.data, bomb.len, &arena, &documents, &error), -E2BIG);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(places_in_scalars_are_found),
        cmocka_unit_test(bad_files_say_where),
        cmocka_unit_test(size_and_depth_are_bounded),
        cmocka_unit_test(keys_and_anchors_are_bounded),
        cmocka_unit_test(aliases_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
