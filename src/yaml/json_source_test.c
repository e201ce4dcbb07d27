/* SPDX-License-Identifier: Apache-2.0 */
/* JSON gives the tree that the same text gives as YAML, and more where it is not YAML. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "yaml/yaml_source.h"

static void describe(struct buf *out, const struct yaml_node *node)
{
    static const char *const opening[] = {"", "[", "{"}, *const closing[] = {"", "]", "}"};

    buf_printf(out, "%s@%u:%u ", opening[node->kind], node->line, node->column);
    if (node->kind == YAML_SCALAR)
        buf_printf(out, "%s<%.*s>", node->style == YAML_PLAIN ? "plain" : "quoted", (int)node->len,
                   node->value);
    for (size_t i = 0; i < node->count; i++)
        describe(out, node->items[i]);
    buf_add_string(out, closing[node->kind]);
}

static int read_all(const char *text, bool json, struct buf *out, struct error *error)
{
    const struct yaml_limits limits = {1 << 20, 1000, 8, json};
    _cleanup_(yaml_stream_freep) struct yaml_stream *stream = NULL;
    _cleanup_arena_ struct arena arena = {0};

    int r = yaml_stream_new("f", text, strlen(text), &limits, &arena, &stream, error);
    for (;;) {
        struct yaml_node *node = NULL;
        if (r < 0 || (r = yaml_stream_next(stream, &arena, &node, error)) < 0 || !node)
            return r;
        describe(out, node);
    }
}

static void json_is_the_yaml_that_it_is(void **state)
{
    static const char *const texts[] = {
        "{}",
        "[]",
        " {\"a\": 1}\n",
        "{\"a\":[1,-2.5e+3,true,false,null,\"x\"],\n  \"b\":{\"c\":{}}}",
        "[\n\t\"\\u00e9 \\\" \\\\ \\b\\f\\n\\r\\t\",\n \"\xc3\xa9\"]",
        "{\"yes\":\"yes\",\"<<\":\"~\"}",
        "\xef\xbb\xbf{\"a\":\n\n 1}",
        "[[[[[[[1]]]]]]]",
        "[\"\\u20ac\\u0041\"]",
        "{\"\":\"\"}",
        "[\"a\",\r\n\"b\"]",
    };

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        _cleanup_buf_ struct buf json = {0}, yaml = {0};
        assert_int_equal(read_all(texts[i], true, &json, NULL), 0);
        assert_int_equal(read_all(texts[i], false, &yaml, NULL), 0);
        assert_string_equal(json.data, yaml.data);
    }
}

static void what_is_no_yaml_is_read(void **state)
{
    static const char *const rows[][2] = {
        {"[\"\\ud83d\\ude00\"]", "[@1:1 @1:2 quoted<\xf0\x9f\x98\x80>]"},
        {"[\"\\ud83d\"]", "[@1:1 @1:2 quoted<\xef\xbf\xbd>]"},
        {"[\"\\ude00\\ud83dx\"]", "[@1:1 @1:2 quoted<\xef\xbf\xbd\xef\xbf\xbdx>]"},
        {"[\"\\ud83d\\u0041\"]", "[@1:1 @1:2 quoted<\xef\xbf\xbd"
                                 "A>]"},
        {"{\"a\":1}\n{\"a\":2}[]",
         "{@1:1 @1:2 quoted<a>@1:6 plain<1>}{@2:1 @2:2 quoted<a>@2:6 plain<2>}[@2:8 ]"},
        {"[\"a\\/b\"]", "[@1:1 @1:2 quoted<a/b>]"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_buf_ struct buf out = {0};
        struct error error = {0};
        if (read_all(rows[i][0], true, &out, &error) < 0)
            fail_msg("%s: %s", rows[i][0], error.message);
        assert_string_equal(out.data, rows[i][1]);
    }
}

/* Text that is no JSON is YAML, or told by YAML's reader to be neither. */
static void the_rest_is_yaml(void **state)
{
    static const struct {
        const char *text, *result;
    } rows[] = {
        {"{a: b}", "{@1:1 @1:2 plain<a>@1:5 plain<b>}"},
        {"[01]", "[@1:1 @1:2 plain<01>]"},
        {"[1,]", "[@1:1 @1:2 plain<1>]"},
        {"[tru]", "[@1:1 @1:2 plain<tru>]"},
        {"{\"a\":1}\n---\n{}", "{@1:1 @1:2 quoted<a>@1:6 plain<1>}{@3:1 }"},
        {"{\"a\":1", NULL},
        {"[\"a]", NULL},
        {"[\"\\x\"]", NULL},
        {"[\"\\u12\"]", NULL},
        {"[\"\\u0000\"]", NULL},
        {"[[[[[[[[[1]]]]]]]]]", NULL},
        {"{\"a\":1,\"a\":2}", NULL},
        {"[\"\xff\"]", NULL},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_buf_ struct buf out = {0};
        struct error error = {0};
        int r = read_all(rows[i].text, true, &out, &error);
        if ((r < 0) != !rows[i].result)
            fail_msg("%s: %d %s", rows[i].text, r, error.message);
        if (r < 0) {
            assert_int_equal(error.code, r);
            assert_true(error.line > 0 && error.column > 0);
        } else {
            assert_string_equal(out.data, rows[i].result);
        }
    }
}

static void nodes_are_bounded(void **state)
{
    _cleanup_buf_ struct buf text = {0}, out = {0};
    struct error error = {0};

    buf_add_char(&text, '[');
    for (int i = 0; i < 1000; i++)
        buf_add_string(&text, "1,");
    buf_add_string(&text, "1]");
    assert_int_equal(read_all(text.data, true, &out, &error), -E2BIG);
    assert_int_equal(error.line, 1);
    assert_int_equal(error.column, 2000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(json_is_the_yaml_that_it_is),
        cmocka_unit_test(what_is_no_yaml_is_read),
        cmocka_unit_test(the_rest_is_yaml),
        cmocka_unit_test(nodes_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
