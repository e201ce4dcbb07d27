/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rules/access.h"
#include "rules/matcher.h"
#include "rules/oracle.h"
#include "rules/stub.h"

#define RULES 300

static uint32_t state = 1;

static unsigned below(unsigned n)
{
    state = state * 1664525u + 1013904223u;
    return (state >> 8) % n;
}

#define ANY_OF(array) ((array)[below(sizeof(array) / sizeof((array)[0]))])

static const char *const texts[] = {
    "/",   "",      "/etc", "/etc/",   "/etc/pam.d", "/etc/pam.d/login",
    "pam", "PAM.D", "in",   "login",   "/etcpam",    "//etc//pam",
    "etc", "/a/b",  "a",    "/Etc/Pam"};

static void add_begin(struct buf *yaml, unsigned number)
{
    buf_printf(yaml, "- rule: r%u\n  desc: d\n  output: o\n  priority: INFO\n  condition: |\n    ",
               number);
}

/* One of each way to compare, with fields that have one value, several, both ends and none. */
static void add_random_atom(struct buf *yaml)
{
    static const char *const fields[] = {"fd.name",    "proc.cmdline",      "tolower(fd.name)",
                                         "proc.aname", "basename(fd.name)", "k8s.pod.labels",
                                         "proc.cwd"};
    static const char *const operators[] = {"=",        "!=",       "startswith",
                                            "endswith", "contains", "icontains",
                                            "glob",     "contains", "startswith"};
    static const char *const modifiers[] = {"oneof", "anyof", "allof"};
    static const char *const lists[] = {"in", "intersects", "pmatch"};
    static const char *const bytes[] = {"bcontains 70616d", "bstartswith 2f65"};
    static const char *const globs[] = {"/etc/*", "/*/pam*", "*", "/[e]tc/*", "/e?c", "l*n"};
    static const char *const others[] = {"fd.port = %u",
                                         "fd.port in (%u, 3)",
                                         "fd.sport = %u",
                                         "fd.ip = 10.0.0.%u",
                                         "fd.ip in (10.0.0.%u, 10.0.1.1)",
                                         "fd.net pmatch (10.0.0.%u)",
                                         "fd.net in (10.0.0.%u/31)",
                                         "fd.ip = '::ffff:10.0.0.%u'"};

    const char *field = ANY_OF(fields);
    unsigned one = below(4);
    switch (below(7)) {
    case 0: {
        unsigned values = 1 + below(12);
        buf_printf(yaml, "%s %s %s (", field, ANY_OF(operators), ANY_OF(modifiers));
        for (unsigned i = 0; i < values; i++)
            buf_printf(yaml, "%s'%s'", i ? ", " : "", ANY_OF(texts));
        buf_printf(yaml, ")");
        break;
    }
    case 1:
        buf_printf(yaml, "%s %s ('%s', '%s')", field, ANY_OF(lists), ANY_OF(texts), ANY_OF(texts));
        break;
    case 2: buf_printf(yaml, "%s pmatch ('%s', '%s')", field, ANY_OF(globs), ANY_OF(texts)); break;
    case 3: buf_printf(yaml, "%s glob '%s'", field, ANY_OF(globs)); break;
    case 4: buf_printf(yaml, "%s %s", field, ANY_OF(bytes)); break;
    case 5: {
        const char *other = ANY_OF(others), *hole = strstr(other, "%u");
        buf_add(yaml, other, (size_t)(hole - other));
        buf_printf(yaml, "%u%s", one, hole + 2);
        break;
    }
    default: buf_printf(yaml, "%s %s '%s'", field, ANY_OF(operators), ANY_OF(texts));
    }
}

static void add_random_rule(struct buf *yaml, unsigned number)
{
    unsigned parts = 1 + below(3);

    add_begin(yaml, number);
    for (unsigned i = 0; i < parts; i++) {
        buf_printf(yaml, "%s%s", !i ? "" : below(2) ? " and " : " or ", below(4) ? "" : "not ");
        add_random_atom(yaml);
    }
    buf_add_char(yaml, '\n');
}

static void random_values(void)
{
    static const char *const addresses[] = {"10.0.0.0", "10.0.0.1", "10.0.0.2", "::1"};
    static char path[128], line[128];
    const char *list[4] = {NULL};

    for (unsigned i = below(4); i-- > 0;)
        list[i] = ANY_OF(texts);
    stub_reset();
    snprintf(path, sizeof(path), "%s%s", ANY_OF(texts), below(2) ? ANY_OF(texts) : "");
    snprintf(line, sizeof(line), "%s %s %s", ANY_OF(texts), ANY_OF(texts), ANY_OF(texts));
    stub_string("fd.name", path);
    stub_string("proc.cmdline", line);
    stub_list("proc.aname", list);
    stub_list("k8s.pod.labels", list);
    stub_number_pair("fd.port", below(4), below(4));
    stub_number("fd.sport", below(4));
    stub_pair("fd.ip", ANY_OF(addresses), "10.0.0.3");
    stub_address("fd.net", ANY_OF(addresses));
}

struct fired {
    unsigned rules[RULES];
    size_t count;
};

static void keep_fired(void *data, const struct alert *alert)
{
    struct fired *fired = data;

    fired->rules[fired->count++] = (unsigned)strtoul(alert->rule.name + 1, NULL, 10);
}

static const struct rules_options all_matches = {
    .matching = MATCHING_ALL, .minimum_priority = PRIORITY_DEBUG, .no_suggested_output = true};

/* What is found at once, and the rules filed under it, are what the plain evaluator finds.
 * BULWARK_RANDOM_SEED makes other rules and values. */
static void agrees_with_the_plain_evaluator(void **unused)
{
    struct event_header header = {.type = EVENT_OPENAT};
    struct event event = {.header = &header};
    struct judged_event judged = {.event = &event, .wall_time = 7};
    unsigned matched = 0;
    const char *seed = getenv("BULWARK_RANDOM_SEED");

    state = seed ? (uint32_t)strtoul(seed, NULL, 10) : 1;
    for (unsigned set = 0; set < 40; set++) {
        /* few: all are evaluated; many: they are filed */
        unsigned count = set % 4 ? RULES : ACCESS_RULES_MIN - 1;
        struct rules_options options = all_matches;
        struct oracle *oracle = NULL;
        _cleanup_buf_ struct buf yaml = {0};
        oracle_ask(&options, &oracle);
        for (unsigned i = 0; i < count; i++)
            add_random_rule(&yaml, i);
        struct ruleset *rules = stub_load_options(yaml.data, &options);
        if (!rules)
            fail_msg("%u: %s\n%s", stub_error.line, stub_error.message, yaml.data);
        for (unsigned i = 0; i < 30; i++) {
            const char *const *names;
            struct fired fired = {0};
            random_values();
            rules_judge(rules, NULL, &judged, keep_fired, &fired);
            size_t wanted = oracle_judge(oracle, NULL, &judged, &names);
            for (size_t j = 0; j < wanted || j < fired.count; j++) {
                unsigned name = j < wanted ? (unsigned)strtoul(names[j] + 1, NULL, 10) : RULES;
                unsigned got = j < fired.count ? fired.rules[j] : RULES;
                struct rule *wrong = rules->rules[name < got ? name : got];
                if (name != got)
                    fail_msg("rule %u should match, %u does: %s", name, got, wrong->info.condition);
            }
            matched += wanted > 0;
        }
        oracle_free(oracle);
        rules_free(rules);
    }
    assert_true(matched > 600);
}

/* Of many rules that compare one field in one way, those are evaluated whose value is there. */
static void one_of_many_rules_is_evaluated(void **unused)
{
    static const struct {
        const char *condition; /* with the number of the rule at the end */
        const char *after;
    } rows[] = {
        {"fd.name = /data/d", ""},
        {"fd.name in (/data/x, /data/d", ")"},
        {"fd.name startswith /data/d", ""},
        {"fd.name endswith d", ""},
        {"fd.name contains /d", ""},
        {"fd.name icontains DATA/D", ""},
        {"fd.name contains anyof (xyz, ata/d", ")"},
        {"fd.name bcontains 2f64", ""},
        {"fd.name pmatch (/data/d", ")"},
        {"fd.name glob '/data/d", "*'"},
        {"toupper(fd.name) = /DATA/D", ""},
        {"proc.aname = d", ""},
        {"proc.aname in (d", ")"},
        {"k8s.pod.labels in (x, d", ")"},
        {"k8s.pod.labels intersects (d", ")"},
        {"fd.port = 1", ""},
        {"fd.sip in (10.0.1.1, 10.0.0.", ")"},
        {"(fd.sport = 1 or fd.name contains /d", ") and proc.cmdline exists"},
        {"fd.name startswith / and not proc.name = x and proc.cmdline endswith d", ""},
    };
    static const char *const list[] = {"d137", NULL};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        _cleanup_buf_ struct buf yaml = {0};
        bool bytes = strstr(rows[i].condition, "bcontains");
        for (unsigned rule = 100; rule < 200; rule++) {
            add_begin(&yaml, rule);
            buf_add_string(&yaml, rows[i].condition);
            if (bytes)
                buf_printf(&yaml, "3%u3%u3%u", rule / 100, rule / 10 % 10, rule % 10);
            else
                buf_printf(&yaml, "%u", rule);
            buf_printf(&yaml, "%s\n", rows[i].after);
        }
        struct ruleset *rules = stub_load(yaml.data);
        if (!rules)
            fail_msg("%s", stub_error.message);
        stub_reset();
        stub_string("fd.name", "/data/d137");
        stub_string("proc.cmdline", "cat d137");
        stub_list("proc.aname", list);
        stub_list("k8s.pod.labels", list);
        stub_number_pair("fd.port", 1137, 22);
        stub_number("fd.sport", 22);
        stub_address("fd.sip", "10.0.0.137");
        unsigned matches = stub_judge(rules, EVENT_OPENAT);
        uint64_t evaluations = rules_counters(rules)->evaluations;
        if (matches != 1 || evaluations != 1 || strcmp(stub_alerts[0].rule, "r137") != 0)
            fail_msg("%s: %u of %llu evaluated rules match", rows[i].condition, matches,
                     (unsigned long long)evaluations);
        rules_free(rules);
    }
}

/* Parts of which few rules ask are not searched for in every value. */
static void few_parts_are_looked_for_one_by_one(void **unused)
{
    _cleanup_buf_ struct buf yaml = {0};

    for (unsigned rule = 0; rule < 100; rule++) {
        add_begin(&yaml, rule);
        buf_printf(&yaml, "fd.name %s d%u\n", rule < 5 ? "contains" : "=", rule);
    }
    struct ruleset *rules = stub_load(yaml.data);
    assert_non_null(rules);
    stub_reset();
    stub_string("fd.name", "d42");
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 2); /* d4 and d42 */
    assert_int_equal(rules_counters(rules)->evaluations, 6);
    rules_free(rules);
}

/* What has no room is counted, and found nevertheless. */
static void what_does_not_fit_is_compared_one_by_one(void **unused)
{
    struct ruleset *rules = stub_load_condition(
        "fd.name contains anyof (a0, a1, a2, a3, a4, a5, a6, a7, a8, a9, b0, b1, b2)");

    assert_non_null(rules);
    assert_int_equal(rules_counters(rules)->unshared, 0);
    stub_reset();
    stub_string("fd.name", "/b2");
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
    assert_true(rules->atoms->decided);

    *rules->atoms = (struct atom){.key = rules->atoms->key,
                                  .left = rules->atoms->left,
                                  .op = rules->atoms->op,
                                  .modifier = rules->atoms->modifier,
                                  .operands = rules->atoms->operands,
                                  .operand_count = rules->atoms->operand_count,
                                  .hh = rules->atoms->hh};
    rules->pattern_count = 0;
    assert_int_equal(matcher_make(rules, 10), 0);
    assert_int_equal(rules_counters(rules)->unshared, 13);
    assert_null(rules->atoms->engine);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
    stub_reset();
    stub_string("fd.name", "/b3");
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 0);
    rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_the_plain_evaluator),
        cmocka_unit_test(one_of_many_rules_is_evaluated),
        cmocka_unit_test(few_parts_are_looked_for_one_by_one),
        cmocka_unit_test(what_does_not_fit_is_compared_one_by_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
