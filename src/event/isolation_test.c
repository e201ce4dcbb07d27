/* SPDX-License-Identifier: Apache-2.0 */
#include "event/isolation.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define NET_RAW   (1ull << 13)
#define SYS_ADMIN ISOLATION_CAP_SYS_ADMIN
#define DEFAULT   0xa80425fbull /* what Docker gives; without SYS_ADMIN */
#define ALL       0x1ffffffffffull
#define BIT(name) ISOLATION_BIT(name)

/* Namespaces by enum isolation_namespace: those of the container are 11 to 17. */
#define OWN {11, 12, 13, 14, 15, 16, 17}

static const struct isolation_allowance allowed = {
    .cgroup = 1, .bounding = DEFAULT, .namespaces = OWN, .seccomp = 2, .no_new_privs = 1};
static const struct isolation_allowance plain = {
    .cgroup = 1, .bounding = DEFAULT, .namespaces = OWN};

/* Rows say what differs from what stands in STATE and USER_ONLY. */
#pragma GCC diagnostic ignored "-Woverride-init"

/* A state that is allowed, but for what the row says. */
#define STATE(...)                                                                                 \
    {.permitted = DEFAULT,                                                                         \
     .effective = DEFAULT,                                                                         \
     .bounding = DEFAULT,                                                                          \
     .namespaces = OWN,                                                                            \
     .seccomp = 2,                                                                                 \
     .no_new_privs = 1,                                                                            \
     .root_namespace = 11,                                                                         \
     .cwd_namespace = 11,                                                                          \
     __VA_ARGS__}

static const struct {
    const char *name;
    const struct isolation_allowance *allowed;
    struct isolation_state now;
    uint32_t kinds;
} breaches[] = {
    {"what it was given", &allowed, STATE(), 0},
    {"less", &allowed, STATE(.permitted = 0, .effective = 0, .bounding = NET_RAW), 0},
    {"setuid program within the bounding set", &allowed, STATE(.effective = DEFAULT, .uids = {0}),
     0},
    {"permitted", &allowed, STATE(.permitted = DEFAULT | SYS_ADMIN), BIT(CAPABILITY)},
    {"effective", &allowed, STATE(.effective = ALL), BIT(CAPABILITY)},
    {"bounding", &allowed, STATE(.bounding = ALL), BIT(CAPABILITY)},
    {"all of them in a user namespace below", &allowed,
     STATE(.permitted = ALL, .effective = ALL, .bounding = ALL,
           .namespaces = {11, 12, 13, 14, 15, 16, 99}, .facts = ISOLATION_BELOW),
     0},
    {"user namespace that is not below", &allowed,
     STATE(.permitted = ALL, .namespaces = {11, 12, 13, 14, 15, 16, 1}), BIT(USER_NAMESPACE)},
    {"namespaces it made", &allowed, STATE(.namespaces = {91, 92, 93, 94, 95, 96, 17}), 0},
    {"mount namespace of the host", &allowed,
     STATE(.namespaces = {1, 12, 13, 14, 15, 16, 17}, .facts = ISOLATION_FOREIGN(ISOLATION_MNT)),
     BIT(MNT_NAMESPACE)},
    {"all of the host's", &allowed, STATE(.namespaces = {1, 2, 3, 4, 5, 6, 17}, .facts = 0x3f),
     BIT(MNT_NAMESPACE) | BIT(PID_NAMESPACE) | BIT(NET_NAMESPACE) | BIT(IPC_NAMESPACE) |
         BIT(UTS_NAMESPACE) | BIT(CGROUP_NAMESPACE)},
    {"network of the host that it was given", &allowed,
     STATE(.facts = ISOLATION_FOREIGN(ISOLATION_NET)), 0},
    {"root", &allowed, STATE(.root_namespace = 1, .facts = ISOLATION_ROOT_FOREIGN), BIT(ROOT)},
    {"working directory", &allowed, STATE(.cwd_namespace = 1, .facts = ISOLATION_CWD_FOREIGN),
     BIT(CWD)},
    {"working directory unmounted", &allowed, STATE(.cwd_namespace = 0), 0},
    {"seccomp filter gone", &allowed, STATE(.seccomp = 0), BIT(SECCOMP)},
    {"seccomp strict where a filter was given", &allowed, STATE(.seccomp = 1), BIT(SECCOMP)},
    {"seccomp where none was given", &plain, STATE(), 0},
    {"none where none was given", &plain, STATE(.seccomp = 0, .no_new_privs = 0), 0},
    {"no_new_privs gone", &allowed, STATE(.no_new_privs = 0), BIT(NO_NEW_PRIVS)},
    {"cgroup", &allowed, STATE(.facts = ISOLATION_MOVED), BIT(CGROUP)},
    {"user that is not mapped", &allowed, STATE(.facts = ISOLATION_UNMAPPED), BIT(UID)},
};

static void more_than_allowed_is_named(void **state)
{
    for (size_t i = 0; i < sizeof(breaches) / sizeof(breaches[0]); i++) {
        uint32_t kinds = isolation_breaches(breaches[i].allowed, &breaches[i].now);
        if (kinds != breaches[i].kinds)
            fail_msg("%s: %x, not %x", breaches[i].name, kinds, breaches[i].kinds);
    }
}

#define USER_ONLY(...)                                                                             \
    {.bounding = DEFAULT,                                                                          \
     .uids = {1000, 1000, 1000, 1000},                                                             \
     .gids = {100, 100, 100, 100},                                                                 \
     .namespaces = OWN,                                                                            \
     __VA_ARGS__}

static const struct {
    const char *name;
    struct isolation_state before, now;
    struct isolation_exec exec;
    uint32_t kinds;
} steps[] = {
    {"nothing", USER_ONLY(), USER_ONLY(), {0}, 0},
    {"a user becomes root", USER_ONLY(), USER_ONLY(.uids = {0, 0, 0, 0}), {0}, BIT(CREDENTIALS)},
    {"a user becomes root and executes",
     USER_ONLY(),
     USER_ONLY(.uids = {0, 0, 0, 0}, .permitted = DEFAULT),
     {.executed = 1},
     BIT(CREDENTIALS)},
    {"real id changed by a setuid program",
     USER_ONLY(),
     USER_ONLY(.uids = {0, 0, 0, 0}, .permitted = DEFAULT),
     {.executed = 1, .setuid = 1},
     BIT(CREDENTIALS)},
    {"setuid program",
     USER_ONLY(),
     USER_ONLY(.uids = {1000, 0, 0, 0}, .permitted = DEFAULT, .effective = DEFAULT),
     {.executed = 1, .setuid = 1},
     0},
    {"setuid program's id without its bit",
     USER_ONLY(),
     USER_ONLY(.uids = {1000, 0, 0, 0}),
     {.executed = 1},
     BIT(CREDENTIALS)},
    {"setgid program",
     USER_ONLY(),
     USER_ONLY(.gids = {100, 42, 42, 42}),
     {.executed = 1, .setgid = 1},
     0},
    {"group without a setgid program",
     USER_ONLY(),
     USER_ONLY(.gids = {100, 42, 42, 42}),
     {.executed = 1, .setuid = 1},
     BIT(CREDENTIALS)},
    {"back to an id it has",
     USER_ONLY(.uids = {1000, 0, 0, 0}),
     USER_ONLY(.uids = {1000, 1000, 0, 1000}),
     {0},
     0},
    {"root becomes a user",
     USER_ONLY(.uids = {0}, .permitted = DEFAULT),
     USER_ONLY(.gids = {7, 7, 7, 7}),
     {0},
     0},
    {"root without CAP_SETUID does not",
     USER_ONLY(.uids = {0}, .permitted = NET_RAW),
     USER_ONLY(.permitted = 0),
     {0},
     BIT(CREDENTIALS)},
    {"program with file capabilities",
     USER_ONLY(),
     USER_ONLY(.permitted = NET_RAW),
     {.executed = 1},
     0},
    {"capability without an exec",
     USER_ONLY(),
     USER_ONLY(.permitted = NET_RAW),
     {0},
     BIT(CREDENTIALS)},
    {"capability beyond the bounding set at an exec",
     USER_ONLY(),
     USER_ONLY(.permitted = SYS_ADMIN),
     {.executed = 1},
     BIT(CREDENTIALS)},
    {"bounding set that grew",
     USER_ONLY(),
     USER_ONLY(.bounding = ALL),
     {.executed = 1},
     BIT(CREDENTIALS)},
    {"bounding set dropped", USER_ONLY(), USER_ONLY(.bounding = 0), {0}, 0},
    {"all of it in a user namespace below",
     USER_ONLY(),
     USER_ONLY(.permitted = ALL, .bounding = ALL, .uids = {1, 1, 1, 1},
               .namespaces = {99, 12, 13, 14, 15, 16, 98}, .facts = ISOLATION_BELOW_LAST),
     {0},
     0},
    {"up to another user namespace",
     USER_ONLY(.namespaces = {11, 12, 13, 14, 15, 16, 98}),
     USER_ONLY(),
     {0},
     BIT(CREDENTIALS)},
    {"namespace by CAP_SYS_ADMIN",
     USER_ONLY(.permitted = SYS_ADMIN),
     USER_ONLY(.permitted = SYS_ADMIN, .namespaces = {99, 12, 13, 14, 15, 16, 17}),
     {0},
     0},
    {"namespace without",
     USER_ONLY(),
     USER_ONLY(.namespaces = {99, 12, 13, 14, 15, 16, 17}),
     {0},
     BIT(NAMESPACES)},
};

static void what_no_call_leads_to_is_told(void **state)
{
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]); i++) {
        uint32_t kinds = isolation_unexplained(&steps[i].before, &steps[i].now, &steps[i].exec);
        if (kinds != steps[i].kinds)
            fail_msg("%s: %x, not %x", steps[i].name, kinds, steps[i].kinds);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(more_than_allowed_is_named),
        cmocka_unit_test(what_no_call_leads_to_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
