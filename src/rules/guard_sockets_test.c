/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules programs of sockets keep, and what of their acts gets past. */
#include "rules/guard_sockets.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/cleanup.h"
#include "rules/filter_internal.h"
#include "rules/foresee.h"
#include "rules/guard.h"

#define BY  "by programs of the root cgroup"
#define TCP " and fd.l4proto = tcp"
#define NO_UDP                                                                                     \
    ", but by a connected socket, unless the rule names connect too, or one that is not UDP"
#define OTHERS ", but of sockets that are neither TCP nor UDP"
#define SENDS  "evt.type in (connect, sendto, sendmsg, sendmmsg) and fd.l4proto = udp"

static struct ruleset *load(const char *conditions[2], const char *more)
{
    const struct rules_options options = {.minimum_priority = PRIORITY_DEBUG};
    _cleanup_buf_ struct buf text = {0};
    struct ruleset *rules = NULL;
    struct error error = {0};

    for (size_t i = 0; i < 2 && conditions[i]; i++)
        buf_printf(&text,
                   "- rule: r%zu\n  desc: d\n  output: o\n  priority: INFO\n  action: deny\n"
                   "  condition: >\n    %s\n%s",
                   i, conditions[i], more);
    const struct rules_source source = {.name = "test.yaml", .text = text.data, .len = text.len};
    if (rules_load(&source, 1, &options, NULL, &rules, &error) < 0)
        fail_msg("%s: %s", conditions[0], error.message);
    return rules;
}

static const struct {
    const char *condition, *words;
    bool kept, all;
} rows[] = {
    {"evt.type = connect and fd.sport = 80" TCP, "connect is denied " BY, true, true},
    {"evt.type = connect and fd.sip = 192.0.2.1 and fd.l4proto in (tcp, udp)",
     "connect is denied " BY, true, true},
    {"evt.type = connect and fd.sport = 80", "connect is denied " BY OTHERS, true, false},
    {"evt.type = connect", "connect is denied " BY OTHERS, true, false},
    {"evt.type = connect and not fd.l4proto = udp", "connect is denied " BY OTHERS, true, false},
    {"evt.type = connect and fd.typechar = 4" TCP,
     "connect is denied " BY ", but where the kernel does not know 'fd.typechar = 1:4' before it",
     true, false},
    {"evt.type = connect and fd.sport = 80 and container.image.repository = x"
     " and proc.exepath = /bin/nc" TCP,
     "connect is denied " BY, true, true},
    {"evt.type = bind" TCP, "bind is denied " BY, true, true},
    {"evt.type = bind and fd.l4proto = udp and fd.sport = 80", "bind is denied " BY, true, true},
    {"evt.type in (sendto, sendmsg, sendmmsg) and fd.l4proto = udp and fd.sport = 53",
     "send is denied " BY NO_UDP, true, false},
    {SENDS " and fd.sport = 53", "connect is denied " BY "; send is denied " BY, true, true},
    {"evt.type in (connect, sendto) and fd.sport = 53" TCP,
     "connect is denied " BY "; send is denied " BY NO_UDP, true, false},
    {"evt.type = connect and proc.name = nc" TCP,
     "connect is not denied: the kernel does not know 'proc.name = 2:nc' before the act; "
     "proc.exepath is known, by =, in, startswith, pmatch, and proc.is_exe_upper_layer and its "
     "like",
     false, false},
    {"evt.type = connect and fd.name = /run/docker.sock", "connect is denied " BY OTHERS, true,
     false},
    {"evt.type in (connect, openat) and fd.filename = x",
     "open is denied by fanotify; connect is not denied: it asks for a file: make it rules of "
     "their "
     "own",
     false, false},
    {"evt.type in (connect, setns) and fd.sport = 80" TCP,
     "connect is denied " BY "; its other events are not denied", true, false},
    {"evt.type = setns", "its events are not denied", false, false},
};

static void test_what_is_kept(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const char *conditions[2] = {rows[i].condition};
        struct ruleset *rules = load(conditions, "");
        const struct rules_guard *guard = NULL;
        _cleanup_buf_ struct buf words = {0};
        struct rule_foresight foresight;

        assert_int_equal(rules_make_socket_guard(rules, &guard, NULL), 0);
        rules_foresight(rules, 0, &foresight);
        bool all = rule_foresight_text(&foresight, rules_sockets(rules, 0), &words);
        if (strcmp(words.data, rows[i].words) != 0 || all != rows[i].all)
            fail_msg("%s: %d, %s", rows[i].condition, all, words.data);
        if ((guard != NULL) != rows[i].kept)
            fail_msg("%s: kept %d", rows[i].condition, guard != NULL);
        rules_free(rules);
    }
}

/* What can't be kept must not change what is refused. */
static void test_others_have_no_column(void **state)
{
    const char *conditions[2] = {"evt.type = connect and proc.name = nc" TCP,
                                 "evt.type = connect and fd.sport = 80" TCP};
    struct ruleset *rules = load(conditions, "");
    const struct rules_guard *guard = NULL;

    assert_int_equal(rules_make_socket_guard(rules, &guard, NULL), 0);
    assert_non_null(guard);
    assert_int_equal(guard->tables.port_count, 1);
    assert_true(guard->types[EVENT_CONNECT]);
    assert_false(guard->types[EVENT_BIND]);
    assert_true(filter_vector_has(&guard->tables.slot.small[FILTER_TYPE_AT + EVENT_CONNECT], 0));
    assert_false(filter_vector_has(&guard->tables.slot.small[FILTER_TYPE_AT + EVENT_CONNECT], 1));
    rules_free(rules);
}

static void test_only_what_is_to_be_enforced(void **state)
{
    static const char *const others[] = {"  mode: audit\n", "  enabled: false\n"};
    const char *conditions[2] = {"evt.type = connect and fd.sport = 80" TCP};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct ruleset *rules = load(conditions, others[i]);
        const struct rules_guard *guard = NULL;
        assert_int_equal(rules_make_socket_guard(rules, &guard, NULL), 0);
        assert_null(guard);
        rules_free(rules);
    }
}

/* Only calls that would succeed are acts. */
static void test_failures_are_no_acts(void **state)
{
    const char *conditions[2] = {"evt.type = connect and evt.failed = true and fd.sport = 80" TCP};
    struct ruleset *rules = load(conditions, "");
    const struct rules_guard *guard = NULL;

    assert_int_equal(rules_make_socket_guard(rules, &guard, NULL), 0);
    assert_true(!guard || !guard->types[EVENT_CONNECT]);
    rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_is_kept),
        cmocka_unit_test(test_others_have_no_column),
        cmocka_unit_test(test_only_what_is_to_be_enforced),
        cmocka_unit_test(test_failures_are_no_acts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
