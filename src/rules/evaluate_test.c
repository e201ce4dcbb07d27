/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/stub.h"

/* What the conditions below are asked of: an openat. */
static int set_values(void **state)
{
    static const char *const ancestors[] = {"sh", "sshd", "systemd", NULL};
    static const char *const labels[] = {"app", "web", NULL};
    static const char *const none[] = {NULL};

    stub_reset();
    stub_string("proc.name", "Cat");
    stub_string("proc.cmdline", "Cat -n \"/etc/shadow\"");
    stub_string("fd.name", "/etc/pam.d/login");
    stub_string("container.image.repository", "/a//b/c");
    stub_string("container.image.tag", "x/y");
    stub_string("proc.cwd", "/srv/");
    stub_string("evt.arg[flags]", "O_RDONLY|O_CLOEXEC");
    stub_string("proc.aname[1]", "sh");
    stub_string("proc.env[HOME]", "/root");
    stub_string("container.id", "");
    stub_string("container.name", "Y2F0"); /* "cat" */
    stub_list("proc.aname", ancestors);
    stub_list("k8s.pod.labels", labels);
    stub_list("proc.env", none);
    stub_number_pair("fd.port", 40000, 443);
    stub_number("fd.num", -1);
    stub_number("evt.rawres", 255);
    stub_number("fd.sport", 443);
    stub_number("evt.is_open_read", 1);
    stub_number("proc.duration", 5000000000);
    stub_number("evt.time", 1700000000000000000);
    stub_address("fd.sip", "10.1.2.3");
    stub_pair("fd.ip", "10.1.2.3", "192.0.2.7");
    stub_address("fd.cip", "192.0.2.7");
    stub_address("fd.net", "::ffff:127.0.0.9");
    stub_address("fd.sip.name", "10.1.2.3");
    return 0;
}

struct row {
    const char *condition;
    bool holds;
};

static const struct row rows[] = {
    /* strings */
    {"proc.name = Cat", true},
    {"proc.name=Cat", true},
    {"proc.name == \"Cat\"", true},
    {"proc.name = cat", false},
    {"proc.name = 'Ca'", false},
    {"proc.name != cat", true},
    {"proc.name != Cat", false},
    {"container.id = \"\"", true},
    {"fd.name contains pam", true},
    {"fd.name contains Pam", false},
    {"fd.name contains \"\"", true},
    {"fd.name icontains PAM.D", true},
    {"fd.name icontains shadow", false},
    {"fd.name startswith /etc/", true},
    {"fd.name startswith etc", false},
    {"fd.name endswith login", true},
    {"fd.name endswith /etc/pam.d/login/x", false},
    {"fd.name glob '/etc/*/log?n'", true},
    {"fd.name glob '/etc/*'", true},
    {"fd.name glob '/etc/[o-q]am.d/[!a-k]ogin'", true},
    {"fd.name glob '/ETC/*'", false},
    {"fd.name glob '*x*'", false},
    {"fd.name glob '/[[:alpha:]]t*[![:upper:]]'", true},
    {"fd.name glob '/[[:digit:]]t*'", false},
    {"fd.name glob '/etc/pam.d/login\\\\'", false},
    {"fd.name glob '/etc/[p'", false},
    {"fd.name iglob '/[[:upper:]]TC/*'", false},
    {"fd.name iglob '/[[:lower:]]TC/*'", true},
    {"fd.name iglob '/ETC/*/LOGIN'", true},
    {"fd.name iglob '/usr/*'", false},
    {"fd.name regex '/etc/[a-z.]+/lo(g|x)in'", true},
    {"fd.name regex 'etc'", false}, /* anchored at both ends */
    {"fd.name regex '/etc/.*|x'", true},
    {"proc.name bcontains 6174", true},
    {"proc.name bcontains 4154", false},
    {"proc.name bstartswith 436174", true},
    {"proc.name bstartswith 61", false},
    {"proc.cmdline contains '\"/etc'", true},
    {"proc.cmdline = \"Cat -n \\\"/etc/shadow\\\"\"", true},
    /* lists */
    {"proc.name in (ls, Cat, 'a b')", true},
    {"proc.name in (ls, \"cat\")", false},
    {"proc.name in ()", false},
    {"not proc.name in ()", true},
    {"proc.name in(Cat)", true},
    {"proc.name intersects (Cat, x)", true},
    {"fd.name pmatch (/var, /etc)", true},
    {"fd.name pmatch (/etc/pam.d/)", true},
    {"fd.name pmatch (/etc/pam)", false},
    {"fd.name pmatch (/etc/pam.d/login/x)", false},
    {"fd.name pmatch (/)", true},
    {"fd.name pmatch ()", false},
    {"fd.name pmatch (/x, /e*)", true},
    {"fd.name pmatch ('/*/pam.[a-d]')", true},
    {"fd.name pmatch ('/*/login')", false}, /* no pattern goes across a slash */
    {"fd.name pmatch ('/etc/*/*/*')", false},
    {"fd.name pmatch ('*/login')", false},
    {"fd.name pmatch (//etc///pam.d//)", true},
    {"fd.name pmatch (etc)", false},
    {"fd.name pmatch ('')", false},
    {"container.image.repository pmatch (/a/b)", true}, /* "/a//b/c" */
    {"container.image.repository pmatch ('/a/?/c')", true},
    {"proc.cwd pmatch ('/*/*')", false},  /* "/srv/" */
    {"container.id pmatch ('*')", false}, /* "" */
    {"proc.cwd pmatch ('/s*', /srv/x)", true},
    {"container.image.tag pmatch (x)", true}, /* "x/y" */
    {"container.image.tag pmatch ('')", true},
    {"container.image.tag pmatch (/, /x, '/*')", false},
    {"container.image.tag pmatch ('?')", true},
    {"evt.arg.flags contains O_CLOEXEC", true},
    {"evt.arg[flags] contains O_CLOEXEC", true},
    {"proc.env[HOME] = /root", true},
    {"proc.env[\"A B\"] exists", false},
    /* ancestors: any of them */
    {"proc.aname in (sshd, x)", true},
    {"proc.aname in (x, y)", false},
    {"proc.aname = systemd", true},
    {"proc.aname startswith sys", true},
    {"proc.aname[1] = sh", true},
    {"proc.aname[7] = sh", false},
    /* other lists: `in` wants all, `intersects` one */
    {"k8s.pod.labels in (app, web, x)", true},
    {"k8s.pod.labels in (app, x)", false},
    {"k8s.pod.labels intersects (app, x)", true},
    {"k8s.pod.labels intersects (x)", false},
    {"k8s.pod.labels = web", true},
    {"k8s.pod.labels exists", true},
    {"k8s.pod.labels in ()", false},
    {"k8s.pod.labels in val(k8s.pod.labels)", true},
    {"k8s.pod.labels in val(proc.aname)", false},
    {"k8s.pod.labels intersects val(k8s.pod.labels)", true},
    {"k8s.pod.labels in val(container.name)", false},
    {"proc.aname in val(proc.aname[1])", true},
    {"k8s.pod.labels intersects ()", false},
    {"k8s.pod.labels contains pp", true},
    {"k8s.pod.labels glob 'w?b'", true},
    {"k8s.pod.labels regex 'we'", false},
    /* a list without elements */
    {"proc.env exists", true},
    {"proc.env in (x)", false},
    {"proc.env in ()", false},
    {"proc.env intersects (x)", false},
    {"proc.env = \"\"", false},
    {"proc.env != x", false},
    {"len(proc.env) = 0", true},
    /* numbers */
    {"fd.num = -1", true},
    {"fd.num=-1", true},
    {"fd.num >= 0", false},
    {"fd.num < 0", true},
    {"fd.num<=-1", true},
    {"evt.rawres > 0xfe", true},
    {"evt.rawres = 0xFF", true},
    {"evt.rawres >= 256", false},
    {"evt.rawres in (0, 1, 255)", true},
    {"evt.rawres intersects (0, 1)", false},
    {"evt.rawres != 255", false},
    {"proc.duration <= 5000000000", true},
    {"fd.sport in (80, 443)", true},
    {"fd.sport = 80", false},
    {"evt.is_open_read = true", true},
    {"evt.is_open_read=FALSE", false},
    {"evt.is_open_read != false", true},
    {"evt.is_open_read in (true)", true},
    {"proc.duration > 4999999999", true},
    {"proc.duration in (5000000000)", true},
    {"evt.time >= 1700000000000000000", true},
    {"evt.time < 1700000000000000000", false},
    {"fd.sport > 442", true},
    {"fd.sport <= 0x1bb", true},
    {"fd.sport != 443", false},
    {"evt.rawres in (0xff)", true},
    {"evt.rawres > -1", true},
    {"fd.num = +1", false},
    {"evt.is_open_read exists", true},
    {"evt.is_open_read intersects (false)", false},
    {"evt.is_open_read = 1", true},
    /* addresses */
    {"fd.sip = 10.1.2.3", true},
    {"fd.sip = \"::ffff:10.1.2.3\"", true},
    {"fd.sip != 10.1.2.4", true},
    {"fd.sip in (10.1.2.4, 10.1.2.3)", true},
    {"fd.sip = ::1", false},
    {"fd.net = 127.0.0.0/8", true},
    {"fd.net = \"127.0.0.9\"", true},
    {"fd.net != 127.0.0.0/8", false},
    {"fd.net in (10.0.0.0/8, 127.0.0.8/31)", true},
    {"fd.net in (10.0.0.0/8, 127.0.0.10/31)", false},
    {"fd.net = ::ffff:127.0.0.0/104", true},
    {"fd.net = 0.0.0.0/0", true},
    {"fd.net intersects (127.0.0.0/8)", true},
    {"fd.net pmatch (127.0.0.0/8)", true},
    {"fd.sip pmatch (10.1.2.3)", true},
    {"fd.sip exists", true},
    {"fd.net in (::/0)", false}, /* an IPv4 address in whatever form */
    {"fd.net != ::1/128", true},
    {"fd.net exists", true},
    /* both ends of a connection */
    {"fd.ip = 192.0.2.7", true},
    {"fd.ip in (1.1.1.1, 10.1.2.3)", true},
    {"fd.ip = 1.1.1.1", false},
    {"fd.ip != 192.0.2.7", false},
    {"fd.ip != 1.1.1.1", true},
    {"not fd.ip in (1.1.1.1)", true},
    {"not fd.ip = 10.1.2.3", false},
    {"fd.port = 443", true},
    {"fd.port = 40000", true},
    {"fd.port = 80", false},
    {"fd.port != 443", false},
    {"fd.port != 40000", false},
    {"fd.port != 80", true},
    {"fd.port < 1024", true},
    {"fd.port > 40000", false},
    {"fd.port in (80, 443)", true},
    {"fd.sport = val(fd.port)", true},
    {"fd.sport != val(fd.port)", false},
    /* names of addresses */
    {"fd.sip.name = db.example.org", true},
    {"fd.sip.name != db.example.org", false},
    {"fd.sip.name in (x, db.example.org)", true},
    {"fd.sip.name = x", false},
    {"fd.sip.name != x", true},
    {"fd.sip.name intersects (x)", false},
    {"fd.sip.name exists", true},
    /* missing: every comparison is false */
    {"proc.pname exists", false},
    {"proc.name exists", true},
    {"not proc.pname exists", true},
    {"proc.pname = x", false},
    {"proc.pname != x", false},
    {"not proc.pname = x", true},
    {"not proc.pname != x", true},
    {"proc.pname in (x)", false},
    {"not proc.pname in (x)", true},
    {"proc.pname contains ''", false},
    /* modifiers */
    {"fd.name contains anyof (x, pam)", true},
    {"fd.name contains anyof (x, y)", false},
    {"fd.name contains allof (etc, pam, login)", true},
    {"fd.name contains allof (etc, x)", false},
    {"fd.name contains oneof (etc, x)", true},
    {"fd.name contains oneof (etc, pam)", false},
    {"fd.name startswith oneof(/etc, /usr)", true},
    {"fd.name contains allof ()", false},
    {"fd.name contains oneof ()", false},
    {"fd.name contains anyof ()", false},
    {"fd.name = anyof (x, /etc/pam.d/login)", true},
    {"fd.name != allof (x, y)", true},
    {"fd.name != allof (x, /etc/pam.d/login)", false},
    {"fd.name glob anyof ('x*', '/etc/*')", true},
    {"fd.name regex oneof ('/etc/.*', '/var/.*')", true},
    {"fd.name icontains allof (PAM, LOGIN)", true},
    {"fd.name bcontains anyof (00, 70616d)", true},
    {"tolower(proc.name) startswith anyof (c, d)", true},
    {"proc.pname contains anyof (x)", false},
    {"not proc.pname contains allof ()", true},
    {"fd.name = anyof", false}, /* a value, when no list follows */
    /* transformers */
    {"tolower(proc.name) = cat", true},
    {"toupper(proc.name) = CAT", true},
    {"basename(fd.name) = login", true},
    {"basename(proc.name) = Cat", true},
    {"tolower( basename( fd.name ) ) in (login)", true},
    {"b64(container.name) = cat", true},
    {"b64(fd.name) exists", false},
    {"len(proc.name) = 3", true},
    {"len(proc.name) > 3", false},
    {"len(proc.aname) = 3", true},
    {"tolower(proc.pname) exists", false},
    {"len(proc.pname) = 0", false},
    {"len(container.id) = 0", true},
    {"len(fd.name) in (16, 17)", true},
    {"toupper(proc.aname) in (SH, SSHD, SYSTEMD)", true},
    {"basename(k8s.pod.labels) = web", true},
    {"toupper(b64(container.name)) = CAT", true},
    /* fields on the right */
    {"tolower(proc.name) = tolower(proc.name)", true},
    {"fd.name endswith basename(fd.name)", true},
    {"len(proc.name) < len(fd.name)", true},
    {"proc.name glob val(proc.name)", true},
    {"fd.ip = val(fd.sip)", true},
    {"fd.ip = val(fd.cip)", true},
    {"fd.cip = val(fd.ip)", true},
    {"fd.cip != val(fd.ip)", false},
    {"fd.sip != val(fd.ip)", false},
    {"fd.net != val(fd.ip)", true},
    {"fd.cip in val(fd.ip)", true},
    {"k8s.pod.labels intersects val(k8s.pod.labels)", true},
    {"proc.name = val(proc.name)", true},
    {"proc.name != val(fd.name)", true},
    {"proc.name = val(proc.pname)", false},
    {"proc.name != val(proc.pname)", false}, /* missing there too */
    {"proc.cmdline startswith val(proc.name)", true},
    {"proc.cmdline icontains tolower(proc.name)", true},
    {"evt.rawres > val(fd.num)", true},
    {"fd.sip = val(fd.ip)", true},
    {"proc.aname[1] in val(proc.aname)", true},
    {"proc.name in val(proc.aname)", false},
    /* structure */
    {"proc.name=x and proc.name=y or proc.name=Cat", true},
    {"proc.name=Cat or proc.name=x and proc.name=y", true},
    {"(proc.name=Cat or proc.name=x) and proc.name=y", false},
    {"not proc.name=x and proc.name=y", false},
    {"not (proc.name=x and proc.name=y)", true},
    {"not(proc.name=Cat)", false},
    {"not not proc.name=Cat", true},
    {"proc.name=Cat and(fd.num=-1)", true},
    {"(((proc.name=Cat)))", true},
    {"evt.num > 0", true},
    {"evt.num = 0", false},
};

static void conditions_hold_as_told(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        bool holds = stub_holds(rows[i].condition);
        if (holds != rows[i].holds)
            fail_msg("%s: %s", rows[i].condition, holds ? "holds" : "does not hold");
    }
}

/* Event types: and intersects, or unites, not complements; fields of other kinds are neutral. */
static void rules_see_their_events_only(void **state)
{
    static const struct {
        const char *condition;
        bool openat, execve, connect;
    } types[] = {
        {"evt.type = openat", true, false, false},
        {"evt.type in (openat, connect)", true, false, true},
        {"evt.type != openat", false, true, true},
        {"not evt.type = openat", false, true, true},
        {"evt.type exists", true, true, true},
        {"evt.type = openat or evt.type = execve", true, true, false},
        {"evt.type in (openat, execve) and evt.type != execve", true, false, false},
        {"not (evt.type = openat or evt.type = execve)", false, false, true},
        {"not (evt.type != openat and fd.num = 1)", true, true, true},
        {"proc.name = Cat", true, true, true},
        {"not proc.name = x and evt.type = connect", false, false, true},
        {"evt.type = openat and not (evt.type = execve and fd.num = 0)", true, false, false},
        {"evt.type startswith open", true, true, true}, /* not narrowed: evaluated for all */
    };

    for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
        struct ruleset *rules = stub_load_condition(types[i].condition);
        struct rules_needs needs;
        assert_non_null(rules);
        rules_needs(rules, &needs);
        if (needs.types[EVENT_OPENAT] != types[i].openat ||
            needs.types[EVENT_EXECVE] != types[i].execve ||
            needs.types[EVENT_CONNECT] != types[i].connect)
            fail_msg("%s: openat %d, execve %d, connect %d", types[i].condition,
                     needs.types[EVENT_OPENAT], needs.types[EVENT_EXECVE],
                     needs.types[EVENT_CONNECT]);
        assert_false(needs.types[EVENT_CONTAINER]); /* a fact, no event */
        rules_free(rules);
    }
}

static void a_field_is_read_once_per_event(void **state)
{
    struct ruleset *rules = stub_load_condition(
        "proc.name = x or proc.name = y or tolower(proc.name) = z or proc.name in (a, b)");

    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 0);
    assert_int_equal(stub_extractions("proc.name"), 2); /* plain, and to be transformed */
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 0);
    assert_int_equal(stub_extractions("proc.name"), 4);
    rules_free(rules);
}

static void needs_follow_the_enabled_rules(void **state)
{
    static const char yaml[] =
        "- rule: a\n  desc: d\n  priority: INFO\n  output: '%proc.env[HOME]'\n"
        "  condition: evt.type=openat and fd.sip.name = x\n"
        "- rule: b\n  desc: d\n  priority: INFO\n  output: o\n  enabled: false\n"
        "  condition: evt.type=execve and proc.cwd = /\n";
    struct ruleset *rules = stub_load(yaml);
    struct rules_needs needs;

    assert_non_null(rules);
    rules_needs(rules, &needs);
    assert_true(needs.env);
    assert_true(needs.dns);
    assert_false(needs.cwd);
    assert_true(needs.types[EVENT_OPENAT]);
    assert_false(needs.types[EVENT_EXECVE]);
    assert_false(needs.types[EVENT_CHDIR]);
    rules_free(rules);

    rules = stub_load_condition("evt.type=openat and proc.cwd = /");
    rules_needs(rules, &needs);
    assert_true(needs.cwd);
    assert_true(needs.types[EVENT_CHDIR] && needs.types[EVENT_FCHDIR]);
    assert_false(needs.env || needs.dns || needs.types[EVENT_SETSID]);
    rules_free(rules);
}

/*
 * A pattern that would take for ever gives up, is counted, and does not match; so does one that
 * goes too deep where there is no JIT.
 */
static void regular_expressions_are_bounded(void **state)
{
    static const char *const patterns[] = {"(a|aa|a+)+", "(*NO_JIT)(a|aa|a+)+",
                                           "(*NO_JIT)(a(?1)?c?)b"};
    static char text[3002];

    memset(text, 'a', sizeof(text) - 1);
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        /* the last would match */
        text[sizeof(text) - 2] = i == 2 ? 'b' : 'c';
        for (unsigned negated = 0; negated < 2; negated++) {
            char condition[64];
            snprintf(condition, sizeof(condition), "%sproc.cmdline regex '%s'",
                     negated ? "not " : "", patterns[i]);
            struct ruleset *rules = stub_load_condition(condition);
            assert_non_null(rules);
            stub_reset();
            stub_string("proc.cmdline", text);
            if (stub_judge(rules, EVENT_OPENAT) != negated ||
                rules_counters(rules)->regex_limit != 1)
                fail_msg("%s", condition);
            rules_free(rules);
        }
    }
}

/* Events that no rule can match are counted, and nothing is read of them. */
static void events_are_counted(void **state)
{
    struct ruleset *rules = stub_load_condition("evt.type = openat and proc.name = Cat");

    assert_non_null(rules);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
    assert_int_equal(stub_judge(rules, EVENT_EXECVE), 0);
    assert_int_equal(stub_judge(rules, EVENT_TYPE_MAX), 0);
    assert_int_equal(rules_counters(rules)->events, 3);
    assert_int_equal(rules_counters(rules)->evaluations, 1);
    assert_int_equal(rules_counters(rules)->alerts, 1);
    assert_int_equal(stub_extractions("proc.name"), 1);
    rules_free(rules);
}

static void first_match_hides_the_others(void **state)
{
    static const char yaml[] = "- rule: a\n  desc: d\n  priority: INFO\n  output: o\n"
                               "  condition: proc.name = x\n"
                               "- rule: b\n  desc: d\n  priority: Error\n  output: o\n"
                               "  condition: proc.name = Cat\n"
                               "- rule: c\n  desc: d\n  priority: INFO\n  output: o\n"
                               "  condition: proc.name exists\n";
    struct rules_options options = {.matching = MATCHING_ALL, .minimum_priority = PRIORITY_DEBUG};
    struct rule_info info;

    struct ruleset *rules = stub_load_options(yaml, &options);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 2);
    assert_string_equal(stub_alerts[0].rule, "b");
    assert_string_equal(stub_alerts[1].rule, "c");
    assert_int_equal(rules_count(rules), 3);
    rules_info(rules, 1, &info);
    assert_int_equal(info.hits, 1);
    rules_free(rules);

    options.matching = MATCHING_FIRST;
    rules = stub_load_options(yaml, &options);
    assert_int_equal(stub_judge(rules, EVENT_OPENAT), 1);
    assert_string_equal(stub_alerts[0].rule, "b");
    rules_free(rules);

    static const struct {
        enum rule_priority priority;
        size_t count;
    } floors[] = {{PRIORITY_CRITICAL, 0},
                  {PRIORITY_ERROR, 1},
                  {PRIORITY_NOTICE, 1},
                  {PRIORITY_INFORMATIONAL, 3}};
    for (size_t i = 0; i < sizeof(floors) / sizeof(floors[0]); i++) {
        options.minimum_priority = floors[i].priority;
        rules = stub_load_options(yaml, &options);
        assert_int_equal(rules_count(rules), floors[i].count);
        rules_free(rules);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(conditions_hold_as_told, set_values),
        cmocka_unit_test_setup(rules_see_their_events_only, set_values),
        cmocka_unit_test_setup(a_field_is_read_once_per_event, set_values),
        cmocka_unit_test(needs_follow_the_enabled_rules),
        cmocka_unit_test(regular_expressions_are_bounded),
        cmocka_unit_test_setup(events_are_counted, set_values),
        cmocka_unit_test_setup(first_match_hides_the_others, set_values),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
