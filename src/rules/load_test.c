/* SPDX-License-Identifier: Apache-2.0 */
/* Sources, files and directories of rules; what a file requires; what is no YAML; sizes. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "rules/stub.h"
#include "world/tree_testing.h"

static const struct rules_options everything = {.matching = MATCHING_ALL,
                                                .minimum_priority = PRIORITY_DEBUG};

static void versions_are_compared(void **state)
{
    static const char *const good[] = {
        "- required_engine_version: 0\n",
        "- required_engine_version: 7\n",
        "- required_engine_version: 62\n",
        "- required_engine_version: 0.62.0\n",
        "- required_engine_version: \"0.31.5\"\n",
        "- required_engine_version: 0.57.0-rc1\n",
        "- required_plugin_versions: []\n",
        "- required_plugin_versions:\n  - name: container\n    version: 0.2.2\n",
        ("- required_plugin_versions:\n  - {name: f, version: 1.0.0, alternatives: "
         "[{name: container, version: 0.4.0}]}\n"),
    };
    static const struct stub_error_row bad[] = {
        {"- required_engine_version: 63\n", 1, 28, "requires engine version 63, this is 0.62.0"},
        {"- required_engine_version: 0.62.1\n", 1, 28, "requires engine version 0.62.1"},
        {"- required_engine_version: 1.0.0\n", 1, 28, "requires engine version 1.0.0"},
        {"- required_engine_version: -1\n", 1, 28, "is no engine version"},
        {"- required_engine_version: 0.62\n", 1, 28, "is no engine version"},
        {"- required_engine_version: 99999999999\n", 1, 28, "is no engine version"},
        {"- required_engine_version: 0.62.0x\n", 1, 28, "is no engine version"},
        {"- required_engine_version: new\n", 1, 28, "is no engine version"},
        {"- required_engine_version:\n", 1, 27, "is empty"},
        {"- required_engine_version: [1]\n", 1, 28, "must be a single value"},
        {"- required_plugin_versions: container\n", 1, 29, "must be a sequence"},
        {"- required_plugin_versions: [container]\n", 1, 30, "expected a mapping"},
        {"- required_plugin_versions:\n  - name: container\n", 2, 5, "a 'name' and a 'version'"},
        {"- required_plugin_versions:\n  - version: 0.4.0\n", 2, 5, "a 'name' and a 'version'"},
        {"- required_plugin_versions:\n  - name: container\n    version: 4\n", 3, 14,
         "'4' is no version"},
        {"- required_plugin_versions:\n  - name: container\n    version: 0.99.0\n", 2, 5,
         "requires plugin 'container' 0.99.0"},
        {"- required_plugin_versions:\n  - name: json\n    version: 0.7.0\n    alternatives:\n"
         "    - name: container\n      version: 0.99.0\n",
         2, 5, "requires plugin 'json' 0.7.0 or an alternative"},
        {"- required_plugin_versions:\n  - name: json\n    version: 0.7.0\n    alternatives: x\n",
         4, 19, "must be a sequence"},
        /* one that comes later counts too */
        {STUB_RULE("a", "fd.num = 3") "- required_engine_version: 99\n", 6, 28, "requires engine"},
    };

    for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
        struct ruleset *rules = stub_load(good[i]);
        if (!rules)
            fail_msg("%s: %s", good[i], stub_error.message);
        rules_free(rules);
    }
    stub_expect_errors(bad, sizeof(bad) / sizeof(bad[0]));
}

/* Rules of a plugin's source are skipped; the others of its file are not. */
static void what_is_not_built_in_is_a_warning(void **state)
{
    static const struct stub_warning_row rows[] = {
        {"- required_plugin_versions:\n  - name: k8saudit\n    version: 0.7.0\n", 2, 5,
         "LOAD_UNKNOWN_PLUGIN", "requires plugin 'k8saudit' 0.7.0"},
        {"- required_plugin_versions:\n  - name: json\n    version: 0.7.0\n    alternatives:\n"
         "    - name: frob\n      version: 1.0.0\n",
         2, 5, "LOAD_UNKNOWN_PLUGIN", "requires plugin 'json' 0.7.0 or an alternative"},
    };
    static const char mixed[] =
        "- required_plugin_versions:\n  - {name: k8saudit, version: 0.7.0}\n"
        "- macro: kevt\n  condition: jevt.value[/stage] in (ResponseComplete)\n"
        "- rule: audit\n  desc: d\n  output: \"%ka.user.name\"\n  priority: INFO\n"
        "  source: k8s_audit\n  condition: kevt and ka.verb=create\n" STUB_RULE("own",
                                                                                "fd.num = 3");

    stub_expect_warnings(rows, sizeof(rows) / sizeof(rows[0]));
    struct ruleset *rules = stub_load(mixed);
    if (!rules)
        fail_msg("%s", stub_error.message);
    assert_int_equal(rules_count(rules), 1);
    assert_int_equal(stub_warned("LOAD_UNKNOWN_SOURCE", "k8s_audit"), 1);
    rules_free(rules);
}

static void what_is_no_yaml_says_where(void **state)
{
    static const struct stub_error_row rows[] = {
        {"- rule: a\n   desc: d\n", 2, 8, "not valid YAML"},
        {"- rule: a\n\tdesc: d\n", 2, 1, "not valid YAML"},
        {"- rule: 'a\n", 2, 1, "not valid YAML"},
        {"- rule: [a\n", 2, 1, "not valid YAML"},
        {"- rule: a: b\n", 1, 10, "not valid YAML"},
        {"- rule: a\n  rule: b\n", 2, 3, "key 'rule' comes twice"},
        {STUB_RULE("a", "fd.num = 3") "- rule: \xc3\n", 6, 9, "byte 0xc3 is not UTF-8"},
        {"- list: *l\n", 1, 9, "names no anchor"},
        /* the good beginning does not help */
        {STUB_RULE("a", "fd.num = 3") "- }\n", 6, 3, "not valid YAML"},
    };

    stub_expect_errors(rows, sizeof(rows) / sizeof(rows[0]));
}

static void nothing_is_a_set_of_no_rules(void **state)
{
    static const char *const texts[] = {"",     "\n", "# nothing\n", "---\n", "---\n...\n---\n",
                                        "[]\n", "~\n"};
    struct ruleset *rules = NULL;

    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        rules = stub_load(texts[i]);
        if (!rules)
            fail_msg("%s: %s", texts[i], stub_error.message);
        assert_int_equal(rules_count(rules), 0);
        assert_int_equal(stub_judge(rules, EVENT_OPENAT), 0);
        rules_free(rules);
    }
    rules = NULL;
    assert_int_equal(rules_load(NULL, 0, &everything, NULL, &rules, NULL), 0);
    assert_non_null(rules);
    rules_free(rules);
}

/* One list of items over all sources; an error names the one it is in. */
static void sources_are_one_list(void **state)
{
    static const char first[] = STUB_RULE("a", "m") "- list: l\n  items: [cat]\n";
    static const char second[] = "- macro: m\n  condition: proc.name in (l)\n";
    static const char bad[] = "- rule: a\n  append: true\n  condition: and proc.nmae = x\n";
    struct rules_source sources[] = {{"first.yaml", first, sizeof(first) - 1},
                                     {"second.yaml", second, sizeof(second) - 1},
                                     {"bad.yaml", bad, sizeof(bad) - 1}};
    struct rules_warnings warnings = {0};
    struct ruleset *rules = NULL;
    struct rule_info info;
    struct error error = {0};

    stub_reset();
    stub_string("proc.name", "cat");
    assert_int_equal(rules_load(sources, 2, &everything, NULL, &rules, &error), 0);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
    rules_info(rules, 0, &info);
    assert_string_equal(info.file, "first.yaml");
    assert_int_equal(info.line, 1);

    struct ruleset *before = rules;
    assert_int_equal(rules_load(sources, 3, &everything, &warnings, &rules, &error), -EINVAL);
    assert_ptr_equal(rules, before);
    assert_string_equal(error.file, "bad.yaml");
    assert_int_equal(error.line, 3);
    assert_int_equal(error.column, 18);
    assert_int_equal(warnings.count, 1); /* filled also on failure */
    assert_string_equal(warnings.items[0].at.file, "bad.yaml");
    rules_warnings_done(&warnings);
    rules_free(rules);
}

static int load_files(const char *const *paths, size_t count, struct ruleset **ret_rules,
                      struct error *error)
{
    *error = (struct error){0};
    return rules_load_files(paths, count, &everything, NULL, ret_rules, error);
}

static void directories_are_read_in_order_of_names(void **state)
{
    struct tree tree;
    struct ruleset *rules;
    struct error error;
    struct rule_info info;
    static const char *const names[] = {"a", "b", "z"};

    tree_make(&tree);
    tree_write(&tree, "rules/20.yaml", STUB_RULE("b", "fd.num = 3"), 1);
    tree_write(&tree, "rules/10.yml", STUB_RULE("a", "fd.num = 3"), 1);
    tree_write(&tree, "rules/.30.yaml", "broken: [", 1);
    tree_write(&tree, "rules/README.md", "broken: [", 1);
    tree_write(&tree, "last.rules", STUB_RULE("z", "fd.num = 3"), 1);
    _cleanup_free_ char *directory = strdup(tree_path(&tree, "rules"));
    _cleanup_free_ char *file = strdup(tree_path(&tree, "last.rules"));
    const char *const paths[] = {directory, file};

    if (load_files(paths, 2, &rules, &error) < 0)
        fail_msg("%s: %s", error.file, error.message);
    assert_int_equal(rules_count(rules), 3);
    for (size_t i = 0; i < 3; i++) {
        rules_info(rules, i, &info);
        assert_string_equal(info.name, names[i]);
    }
    assert_string_equal(info.file, file);
    rules_free(rules);
    tree_remove(&tree);
}

static void files_that_cannot_be_read_are_named(void **state)
{
    static const struct {
        const char *path;
        int error;
        const char *message;
    } rows[] = {
        {"none.yaml", -ENOENT, "cannot be read: No such file or directory"},
        {"empty", -ENOENT, "has no *.yaml and no *.yml"},
        {"inside", -EISDIR, "cannot be read: Is a directory"},
        {"file.yaml/x.yaml", -ENOTDIR, "cannot be read: Not a directory"},
        {"big.yaml", -EFBIG, "larger than 4 MiB"},
    };
    struct tree tree;
    struct ruleset *rules = NULL;

    tree_make(&tree);
    tree_mkdir(&tree, "empty");
    tree_mkdir(&tree, "inside/x.yaml");
    tree_write(&tree, "file.yaml", "", 1);
    tree_write(&tree, "big.yaml", "# 32 bytes of a remark, and more\n", ((size_t)4 << 20) / 32);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *path = tree_path(&tree, rows[i].path);
        struct error error;
        int r = load_files(&path, 1, &rules, &error);
        if (r != rows[i].error || error.code != r || !strstr(error.message, rows[i].message) ||
            strncmp(error.file, path, strlen(path)) != 0)
            fail_msg("%s: %d, %s: %s", rows[i].path, r, error.file, error.message);
    }
    assert_null(rules);
    tree_remove(&tree);
}

static void a_fifo_is_no_rule_file(void **state)
{
    struct tree tree;
    struct ruleset *rules = NULL;
    struct error error;

    tree_make(&tree);
    const char *path = tree_path(&tree, "fifo.yaml");
    assert_int_equal(mkfifo(path, 0600), 0);
    int r = load_files(&path, 1, &rules, &error);
    assert_true(r < 0 || rules_count(rules) == 0);
    if (r == 0)
        rules_free(rules);
    tree_remove(&tree);
}

static void fill(struct buf *yaml, size_t size, const char *text)
{
    while (yaml->len < size)
        buf_add_string(yaml, text);
}

/* A file of a megabyte loads, or says what is too large, and soon. */
static void a_megabyte_is_loaded_or_refused(void **state)
{
    _cleanup_buf_ struct buf list = {0}, output = {0}, condition = {0}, many = {0};
    time_t start = time(NULL);
    struct ruleset *rules;

    stub_reset();
    stub_string("proc.name", "cat");
    buf_add_string(&list, "- list: l\n  items: [");
    fill(&list, 1 << 20, "some-name-or-other, some_more_of_it, ");
    buf_add_string(&list, "cat]\n" STUB_RULE("a", "proc.name in (l)"));
    rules = stub_load(list.data);
    assert_non_null(rules);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
    rules_free(rules);

    buf_add_string(&output, "- rule: a\n  desc: d\n  priority: INFO\n  condition: fd.num = 3\n"
                            "  output: o ");
    fill(&output, 1 << 20, "%proc.name,%fd.num ");
    rules = stub_load(output.data);
    assert_non_null(rules);
    rules_free(rules);

    buf_add_string(&condition, "- rule: a\n  desc: d\n  priority: INFO\n  output: o\n"
                               "  condition: fd.num = 1");
    fill(&condition, 1 << 20, " or fd.num = 3");
    assert_null(stub_load(condition.data));
    assert_int_equal(stub_error.line, 1);
    assert_non_null(strstr(stub_error.message, "the limit is 262144"));

    for (unsigned i = 0; many.len < 1 << 20; i++)
        buf_printf(&many,
                   "- rule: r%u\n  desc: d\n  output: o\n  priority: INFO\n"
                   "  condition: fd.num = %u\n",
                   i, i);
    rules = stub_load(many.data);
    assert_non_null(rules);
    assert_true(rules_count(rules) > 10000);
    rules_free(rules);
    assert_true(time(NULL) - start < 20);
}

/* Doubling lists and macros: refused, or shared, before memory or time run out. */
static void multiplication_is_bounded(void **state)
{
    _cleanup_buf_ struct buf lists = {0}, macros = {0}, chain = {0};

    buf_add_string(&lists, "- list: l0\n  items: [a, b, c, d]\n");
    buf_add_string(&macros, "- macro: m0\n  condition: fd.num = 3\n");
    buf_add_string(&chain, "- macro: m0\n  condition: fd.num = 3\n");
    for (int i = 1; i < 60; i++) {
        buf_printf(&lists, "- list: l%d\n  items: [l%d, l%d]\n", i, i - 1, i - 1);
        buf_printf(&macros, "- macro: m%d\n  condition: m%d and m%d\n", i, i - 1, i - 1);
    }
    for (int i = 1; i < 5000; i++)
        buf_printf(&chain, "- macro: m%d\n  condition: not m%d\n", i, i - 1);
    assert_null(stub_load(lists.data));
    assert_non_null(strstr(stub_error.message, "more than 100000 values"));

    buf_add_string(&macros, STUB_RULE("a", "m59"));
    stub_reset();
    stub_number("fd.num", 3);
    assert_string_equal(stub_fired(macros.data), "a");

    buf_add_string(&chain, STUB_RULE("a", "m4999"));
    assert_null(stub_load(chain.data));
    assert_non_null(strstr(stub_error.message, "deep"));
}

static void warnings_are_bounded(void **state)
{
    _cleanup_buf_ struct buf yaml = {0};

    for (unsigned i = 0; i < 1500; i++)
        buf_printf(&yaml, "- what: %u\n", i);
    struct ruleset *rules = stub_load(yaml.data);
    assert_non_null(rules);
    assert_int_equal(stub_warnings.count, 1000);
    assert_int_equal(stub_warnings.dropped, 500);
    rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(versions_are_compared),
        cmocka_unit_test(what_is_not_built_in_is_a_warning),
        cmocka_unit_test(what_is_no_yaml_says_where),
        cmocka_unit_test(nothing_is_a_set_of_no_rules),
        cmocka_unit_test(sources_are_one_list),
        cmocka_unit_test(directories_are_read_in_order_of_names),
        cmocka_unit_test(files_that_cannot_be_read_are_named),
        cmocka_unit_test(a_fifo_is_no_rule_file),
        cmocka_unit_test(a_megabyte_is_loaded_or_refused),
        cmocka_unit_test(multiplication_is_bounded),
        cmocka_unit_test(warnings_are_bounded),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
