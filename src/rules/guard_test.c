/* SPDX-License-Identifier: Apache-2.0 */
/* Which rules the kernel can keep, and which files and containers their tables are about. */
#include "rules/guard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "rules/filter_internal.h"

static struct ruleset *load(const char *condition, const char *more)
{
    const struct rules_options options = {.minimum_priority = PRIORITY_DEBUG};
    struct rules_warnings warnings = {0};
    struct ruleset *rules = NULL;
    struct error error = {0};
    _cleanup_buf_ struct buf text = {0};

    buf_printf(&text,
               "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: >\n    %s\n%s",
               condition, more);
    const struct rules_source source = {.name = "test.yaml", .text = text.data, .len = text.len};
    if (rules_load(&source, 1, &options, &warnings, &rules, &error) < 0)
        fail_msg("%s: %s", condition, error.message);
    rules_warnings_done(&warnings);
    return rules;
}

static const struct {
    const char *condition;
    const char *refused; /* part of the error; NULL: it can be kept */
} rows[] = {
    {"evt.type=openat and fd.name=/etc/shadow", NULL},
    {"evt.type in (open, openat) and evt.is_open_write=true and fd.name startswith /etc/ and "
     "fd.typechar='f' and fd.num>=0",
     NULL},
    {"evt.type=openat and fd.name pmatch (/etc, /usr/bin)", NULL},
    {"evt.type=openat and fd.filename in (a, b) and not fd.name startswith /tmp", NULL},
    {"evt.type=openat and fd.name contains shadow", "does not know 'fd.name contains"},
    {"evt.type=openat and fd.name endswith /x", "fd.name and the paths"},
    {"evt.type=openat and fd.directory=/etc", "does not know"},
    {"evt.type=openat and fd.name=/x and proc.name=cat", "proc.exepath is known"},
    {"evt.type=openat and fd.name=/x and not proc.exepath in (/bin/cat, /bin/tac)", NULL},
    {"evt.type=openat and fd.name=/x and proc.aname[2]=sh", "proc.pexepath is known"},
    {"evt.type=openat and fd.name=/x and user.uid=0", "does not know 'user.uid"},
    {"evt.type=openat and fd.name=/x and container.image.repository contains nginx", NULL},
    {"evt.type=openat and fd.name=/x and k8s.ns.name=prod", NULL},
    {"evt.type=execve and proc.is_exe_upper_layer=true", NULL},
    {"evt.type=execve and proc.cmdline contains x", "does not know"},
    {"evt.type=execve and proc.pexepath=/usr/sbin/nginx and proc.exepath in (/bin/sh)", NULL},
    {"evt.type=openat and proc.pexepath=/usr/sbin/nginx", "the parent's executable"},
    {"evt.type=mmap and fd.is_upper_layer=true", NULL},
    {"evt.type=setns", "asks nobody before 'setns'"},
    {"fd.name=/x", "asks nobody before"},
    {"evt.type=process_vm_writev", "can't tell"},
    {"evt.type in (ptrace, process_vm_writev)", NULL},
    {"evt.type=open_by_handle_at", "can't tell 'open_by_handle_at' from 'open'"},
    {"evt.type=ptrace and fd.name=/x", "before 'ptrace' the kernel does not know the file"},
    {"evt.type=unlinkat and evt.arg.name startswith /var/log/", NULL},
    {"evt.type in (rename, renameat) and evt.arg.newpath startswith /usr/bin/", NULL},
    {"evt.type=connect and fd.sip=192.0.2.1", NULL},
    {"evt.type=connect and fd.sport in (22, 443)", NULL},
    {"evt.type=connect and fd.name=/run/docker.sock", NULL},
    {"evt.type=bind and fd.sport=80", "before 'bind'"},
    {"evt.type=socket and evt.arg.domain=AF_PACKET", NULL},
    {"evt.type=mount and container.id != host", NULL},
    {"evt.type in (mknod, mknodat) and evt.arg.mode contains S_IFBLK", NULL},
    {"evt.type in (mknod, mknodat) and not evt.arg.mode contains S_IFIFO", NULL},
    {"evt.type in (mknod, mknodat) and evt.arg.mode contains S_IFREG", "does not know"},
    {"evt.type in (mknod, mknodat) and evt.arg.mode contains 0644", "does not know"},
    {"evt.type in (mkdir, mkdirat) and evt.arg.mode contains S_IFCHR", "before 'mkdir'"},
};

static void test_what_can_be_kept(void **state)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        struct ruleset *rules = load(rows[i].condition, "  action: deny\n");
        const struct rules_guard *guard = NULL;
        struct error error = {0};
        int r = rules_make_guard(rules, &guard, &error);
        if (!rows[i].refused && (r < 0 || !guard))
            fail_msg("%s: %s", rows[i].condition, error.message);
        if (rows[i].refused && (r >= 0 || !strstr(error.message, rows[i].refused)))
            fail_msg("%s: %d, %s", rows[i].condition, r, error.message);
        if (rows[i].refused)
            assert_int_equal(error.line, 1);
        rules_free(rules);
    }
}

static void test_only_those_that_deny(void **state)
{
    static const char *const others[] = {"", "  action: kill\n", "  action: deny\n  mode: audit\n",
                                         "  action: deny\n  enabled: false\n"};

    for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
        struct ruleset *rules = load("evt.type=setns", others[i]);
        const struct rules_guard *guard = NULL;
        assert_int_equal(rules_make_guard(rules, &guard, NULL), 0);
        assert_null(guard);
        rules_free(rules);
    }
}

/* Whether a path of a table has column 0; by the longest prefix, as the kernel's trie finds it. */
static bool finds(const struct rules_guard *guard, enum filter_text text, const char *path)
{
    const struct filter_path *best = NULL;

    for (size_t i = 0; i < guard->tables.path_count; i++) {
        const struct filter_path *at = &guard->tables.paths[i];
        if (at->text != text || strncmp(at->path, path, at->len) != 0 ||
            (at->whole && path[at->len]))
            continue;
        if (!best || at->len + at->whole > best->len + best->whole)
            best = at;
    }
    return best && filter_vector_has(&best->columns, 0);
}

static void test_paths_are_exact(void **state)
{
    struct ruleset *rules =
        load("evt.type=openat and (fd.name=/etc/shadow or fd.name startswith /root/) and not "
             "fd.name=/root/ok",
             "  action: deny\n");
    const struct rules_guard *guard = NULL;

    assert_int_equal(rules_make_guard(rules, &guard, NULL), 0);
    assert_true(finds(guard, FILTER_TEXT_PATH, "/etc/shadow"));
    assert_false(finds(guard, FILTER_TEXT_PATH, "/etc/shadow2"));
    assert_false(finds(guard, FILTER_TEXT_PATH, "/etc"));
    assert_true(finds(guard, FILTER_TEXT_PATH, "/root/x/y"));
    assert_false(finds(guard, FILTER_TEXT_PATH, "/root/ok"));
    /* What must keep its name. */
    assert_true(filter_vector_has(&guard->slot.protects, 0));
    assert_true(finds(guard, FILTER_TEXT_ANCESTOR, "/etc/shadow"));
    assert_true(finds(guard, FILTER_TEXT_ANCESTOR, "/etc"));
    assert_true(finds(guard, FILTER_TEXT_ANCESTOR, "/root"));
    assert_false(finds(guard, FILTER_TEXT_ANCESTOR, "/etc/passwd"));
    assert_false(finds(guard, FILTER_TEXT_ANCESTOR, "/"));
    assert_true(guard->types[EVENT_OPENAT]);
    assert_false(guard->types[EVENT_EXECVE]);
    rules_free(rules);
}

static void test_what_is_excluded_protects_nothing(void **state)
{
    struct ruleset *rules =
        load("evt.type=openat and not fd.name startswith /tmp/", "  action: deny\n");
    const struct rules_guard *guard = NULL;

    assert_int_equal(rules_make_guard(rules, &guard, NULL), 0);
    assert_true(finds(guard, FILTER_TEXT_PATH, "/etc"));
    assert_false(finds(guard, FILTER_TEXT_PATH, "/tmp/x"));
    assert_false(filter_vector_has(&guard->slot.protects, 0));
    rules_free(rules);
}

static void test_containers(void **state)
{
    static const struct {
        const char *condition;
        bool host, unknown, nginx;
    } all[] = {
        {"evt.type=mount", true, true, true},
        {"evt.type=mount and container.id != host", false, true, true},
        {"evt.type=mount and container.id = host", true, false, false},
        {"evt.type=mount and container.image.repository=nginx", false, false, true},
        /* of one that is not known yet nothing is said, either way */
        {"evt.type=mount and not container.image.repository=redis", true, false, true},
        {"evt.type=mount and container.id != host and not container.image.repository in (nginx)",
         false, false, false},
    };

    for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
        struct ruleset *rules = load(all[i].condition, "  action: deny\n");
        const struct world_requests none = {0};
        struct world *world = NULL;
        const struct rules_guard *guard = NULL;
        struct container nginx = {
            .id = "a", .short_id = "a", .metadata_known = true, .image_repository = "nginx"};
        struct filter_vector host, known;

        assert_int_equal(world_new(NULL, &none, NULL, NULL, &world), 0);
        assert_int_equal(rules_make_guard(rules, &guard, NULL), 0);
        rules_guard_container(rules, world, NULL, &host);
        rules_guard_container(rules, world, &nginx, &known);
        if (filter_vector_has(&host, 0) != all[i].host ||
            filter_vector_has(&known, 0) != all[i].nginx ||
            filter_vector_has(&guard->slot.unknown, 0) != all[i].unknown)
            fail_msg("%s: host %d nginx %d unknown %d", all[i].condition,
                     filter_vector_has(&host, 0), filter_vector_has(&known, 0),
                     filter_vector_has(&guard->slot.unknown, 0));
        world_free(world);
        rules_free(rules);
    }
}

#define TEST_EXCEPTIONS TEST_RULES "/../tests/benign/prevent.yaml"

/* With as many exceptions by image as their text promises room for. */
static void test_own_rules_can_be_kept(void **state)
{
    static const char *const paths[] = {TEST_RULES, TEST_RULES "/prevent", TEST_EXCEPTIONS,
                                        TEST_EXCEPTIONS};
    const struct rules_options options = {.minimum_priority = PRIORITY_DEBUG};
    struct rules_warnings warnings = {0};
    struct ruleset *rules = NULL;
    const struct rules_guard *guard = NULL;
    struct error error = {0};

    if (rules_load_files(paths, 4, &options, &warnings, &rules, &error) < 0 ||
        rules_make_guard(rules, &guard, &error) < 0)
        fail_msg("%s", error.message);
    assert_int_equal(warnings.count, 0);
    assert_non_null(guard);
    rules_warnings_done(&warnings);
    rules_free(rules);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_what_can_be_kept),
        cmocka_unit_test(test_only_those_that_deny),
        cmocka_unit_test(test_paths_are_exact),
        cmocka_unit_test(test_what_is_excluded_protects_nothing),
        cmocka_unit_test(test_containers),
        cmocka_unit_test(test_own_rules_can_be_kept),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
