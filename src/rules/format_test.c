/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/format.h"
#include "rules/stub.h"

static struct ruleset *load_output(const char *output, bool suggested)
{
    struct rules_options options = {.minimum_priority = PRIORITY_DEBUG,
                                    .no_suggested_output = !suggested};
    _cleanup_buf_ struct buf yaml = {0};

    buf_printf(&yaml,
               "- rule: rule\n  desc: d\n  condition: evt.type = openat\n  priority: INFO\n"
               "  output: |\n    %s\n",
               output);
    return stub_load_options(yaml.data, &options);
}

static int set_values(void **state)
{
    static const char *const labels[] = {"app", "w\nb", NULL};

    stub_reset();
    stub_string("proc.name", "cat");
    stub_string("fd.name", "/etc/x");
    stub_string("proc.aname[2]", "sshd");
    stub_string(
        "proc.cmdline",
        "a\nb\r\t\x1b[2J \xff \xc2\x9b \xe2\x80\xae\xe2\x80\xac \xc3\xa9 \\n \xf0\x9f\x90\x88");
    stub_string("evt.arg[flags]", "O_RDONLY");
    stub_string("container.id", "");
    stub_number("fd.num", 3);
    stub_number("evt.is_open_read", 1);
    stub_list("k8s.pod.labels", labels);
    return 0;
}

static void templates_print(void **state)
{
    static const struct {
        const char *output, *text, *fields;
    } rows[] = {
        {"plain", "plain", ""},
        {"  a %proc.name b  ", "a cat b", "proc.name=cat"},
        {"%fd.name%proc.name", "/etc/xcat", "fd.name=/etc/x, proc.name=cat"},
        {"g=%proc.aname[2] gg=%proc.aname[3]", "g=sshd gg=<NA>",
         "proc.aname[2]=sshd, "
         "proc.aname[3]=-"},
        {"%proc.pname %proc.name %proc.name", "<NA> cat cat", "proc.name=cat, proc.pname=-"},
        {"n=%fd.num r=%evt.is_open_read", "n=3 r=true", "evt.is_open_read=?1, fd.num=#3"},
        {"100%% of %fd.name.", "100% of /etc/x.", "fd.name=/etc/x"},
        {"%fd.name.bak", "/etc/x.bak", "fd.name=/etc/x"},
        {"*%proc.name", "cat", "proc.name=cat"},
        {"%toupper(proc.name)", "CAT", "toupper(proc.name)=CAT"},
        {"(%proc.name)", "(cat)", "proc.name=cat"},
        {"%k8s.pod.labels", "app,w\\nb", "k8s.pod.labels=[app][w\nb]"},
        {"a %container.info b", "a  b", ""},
        {"%%proc.name %%%fd.num%%", "%proc.name %3%", "fd.num=#3"},
        {"%fd.num%%", "3%", "fd.num=#3"},
        {"%len(proc.name) %fd.num", "3 3", "fd.num=#3, len(proc.name)=#3"},
        {"%tolower(proc.pname)", "<NA>", "tolower(proc.pname)=-"},
        {"%evt.arg.flags %evt.arg[flags]", "O_RDONLY O_RDONLY",
         "evt.arg.flags=O_RDONLY, evt.arg[flags]=O_RDONLY"},
        {"%proc.env[\"A B\"]", "<NA>", "proc.env[\"A B\"]=-"},
        {"<%container.id>", "<>", "container.id="},
        {"%evt.type %evt.num", "openat 1", "evt.num=#1, evt.type=openat"},
        {"proc.name=%proc.name, (%fd.num)!", "proc.name=cat, (3)!", "fd.num=#3, proc.name=cat"},
        {"\xc3\xa9 \xe2\x82\xac %proc.name", "\xc3\xa9 \xe2\x82\xac cat", "proc.name=cat"},
        {"a\n    b", "a b", ""},
    };

    unsigned failed = 0;
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ruleset *rules = load_output(rows[i].output, false);
        if (!rules)
            fail_msg("%s: %s", rows[i].output, stub_error.message);
        assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
        if (strcmp(stub_alerts[0].output, rows[i].text) != 0 ||
            strcmp(stub_alerts[0].fields, rows[i].fields) != 0) {
            print_error("%s: '%s', '%s'\n", rows[i].output, stub_alerts[0].output,
                        stub_alerts[0].fields);
            failed++;
        }
        rules_free(rules);
    }
    assert_int_equal(failed, 0);
}

/* What is watched cannot end the line or steer the terminal; as a field it is itself, in UTF-8. */
static void values_cannot_forge(void **state)
{
    struct ruleset *rules = load_output("c=%proc.cmdline", false);

    assert_non_null(rules);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
    assert_string_equal(
        stub_alerts[0].output,
        "c=a\\nb\\r\\t\\x1b[2J \\xff \\xc2\\x9b \\xe2\\x80\\xae\\xe2\\x80\\xac \xc3\xa9 \\n "
        "\xf0\x9f\x90\x88");
    assert_string_equal(
        stub_alerts[0].fields,
        "proc.cmdline=a\nb\r\t\x1b[2J \\xff \xc2\x9b \xe2\x80\xae\xe2\x80\xac \xc3\xa9 \\n "
        "\xf0\x9f\x90\x88");
    rules_free(rules);
}

static void containers_are_appended(void **state)
{
    struct ruleset *rules = load_output("x id=%container.id", true);

    stub_reset();
    stub_string("container.id", "b07396ca2cac");
    assert_non_null(rules);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
    assert_string_equal(stub_alerts[0].output,
                        "x id=b07396ca2cac container_name=<NA> container_image_repository=<NA> "
                        "container_image_tag=<NA> k8s_pod_name=<NA> k8s_ns_name=<NA>");
    rules_free(rules);
}

/* Only what the output does not name itself. */
static void what_is_named_is_not_appended(void **state)
{
    static const struct {
        const char *output;
        bool id, name;
    } rows[] = {
        {"x", true, true},
        {"%container.name", true, false},
        {"%toupper(container.name)", true, false},
        {"in %container.id.", false, true},
        {"(container.id=%proc.name)", true, true},
        {"%tolower( toupper( container.name ) )", true, false},
        {"container.id", true, true},
        {"%%container.id", true, true},
        {"a=%container.id b=%container.name,", false, false},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ruleset *rules = load_output(rows[i].output, true);
        if (!rules)
            fail_msg("%s: %s", rows[i].output, stub_error.message);
        assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
        bool id = strstr(stub_alerts[0].output, " container_id=");
        bool name = strstr(stub_alerts[0].output, " container_name=");
        if (id != rows[i].id || name != rows[i].name)
            fail_msg("%s: '%s'", rows[i].output, stub_alerts[0].output);
        rules_free(rules);
    }
}

static void fields_are_bounded(void **state)
{
    _cleanup_buf_ struct buf output = {0};

    for (int i = 0; i < 1000; i++)
        buf_printf(&output, "%%proc.env[%d] %%proc.env[0] ", i);
    struct ruleset *rules = load_output(output.data, false);
    assert_non_null(rules);
    rules_free(rules);
    buf_add_string(&output, "%proc.env[1000]");
    assert_null(load_output(output.data, false));
    assert_non_null(strstr(stub_error.message, "more than 1000 fields"));
    assert_int_equal(stub_error.line, 6);
}

static void bad_templates_have_a_place(void **state)
{
    static const struct {
        const char *output;
        unsigned column;
        const char *message;
    } rows[] = {
        {"a %proc.nmae", 4, "field 'proc.nmae' does not exist"},
        {"a % b", 3, "'%' is not followed by a field"},
        {"a %", 3, "'%' is not followed by a field"},
        {"a %proc", 3, "'%' is not followed by a field"},
        {"%proc.name[", 12, "expected the argument of the field, found the end of the text"},
        {"%proc.name[1]", 2, "takes no argument"},
        {"%tolower(fd.num)", 10, "takes strings"},
        {"%join(proc.name)", 7, "not supported yet"},
        {"%tolower(proc.name", 19, "expected ')'"},
        {"%proc.aname[1", 14, "expected ']'"},
        {"%frob(proc.name)", 2, "'frob' is no transformer"},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        assert_null(load_output(rows[i].output, false));
        if (stub_error.line != 6 || stub_error.column != rows[i].column + 4 ||
            !strstr(stub_error.message, rows[i].message))
            fail_msg("%s: %u:%u: %s", rows[i].output, stub_error.line, stub_error.column - 4,
                     stub_error.message);
    }
    assert_null(load_output("%", true));
}

static void deprecated_tokens_warn(void **state)
{
    struct ruleset *rules = load_output("%container.info %evt.dir", false);

    assert_non_null(rules);
    assert_int_equal(stub_warned("LOAD_DEPRECATED_ITEM", "%container.info"), 1);
    assert_int_equal(stub_warned("LOAD_DEPRECATED_ITEM", "evt.dir"), 1);
    rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(templates_print, set_values),
        cmocka_unit_test_setup(values_cannot_forge, set_values),
        cmocka_unit_test_setup(containers_are_appended, set_values),
        cmocka_unit_test_setup(what_is_named_is_not_appended, set_values),
        cmocka_unit_test(fields_are_bounded),
        cmocka_unit_test(bad_templates_have_a_place),
        cmocka_unit_test(deprecated_tokens_warn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
