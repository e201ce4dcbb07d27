/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/declared_actual.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "event/names.h"
#include "posture/declared_actual_internal.h"

#define VALUE_MAX          512
#define CPU_PERIOD_DEFAULT 100000

void comparison_tell(struct comparison *comparison, const struct drift *drift)
{
    if (comparison->status != 0)
        return;
    if (comparison->count++ == DRIFTS_MAX)
        comparison->status = -E2BIG;
    else
        comparison->status = comparison->function(comparison->data, drift);
}

static const char *copy(struct comparison *comparison, const char *text)
{
    const char *own = arena_copy(comparison->arena, text, strlen(text));

    if (!own && comparison->status == 0)
        comparison->status = -ENOMEM;
    return own;
}

/* What the expected column has of a setting: declared, else as at the start. */
struct expected {
    const struct setting *setting; /* NULL: neither says */
    bool at_start;
};

static struct expected expect(const struct drift_columns *columns, enum config_setting id)
{
    if (columns->declared && columns->declared->settings[id].presence == PRESENCE_SET)
        return (struct expected){&columns->declared->settings[id], false};
    if (columns->start && columns->start->settings[id].presence != PRESENCE_UNKNOWN)
        return (struct expected){&columns->start->settings[id], true};
    return (struct expected){0};
}

/* Whether `actual` is weaker than what was expected. */
typedef bool (*weaker)(const struct drift_columns *columns, const struct expected *expected,
                       const struct setting *actual);

static bool flag_fell(const struct drift_columns *columns, const struct expected *expected,
                      const struct setting *actual)
{
    return expected->setting->presence == PRESENCE_SET && expected->setting->flag &&
           !(actual->presence == PRESENCE_SET && actual->flag);
}

static bool number_fell(const struct drift_columns *columns, const struct expected *expected,
                        const struct setting *actual)
{
    return expected->setting->presence == PRESENCE_SET && actual->presence == PRESENCE_SET &&
           actual->number < expected->setting->number;
}

static bool limit_rose(const struct drift_columns *columns, const struct expected *expected,
                       const struct setting *actual)
{
    return expected->setting->presence == PRESENCE_SET &&
           (actual->presence == PRESENCE_UNSET || actual->number > expected->setting->number);
}

/* The kernel tells it by a period of 100 ms, or as it was written. */
static bool cpu_rose(const struct drift_columns *columns, const struct expected *expected,
                     const struct setting *actual)
{
    const struct setting *period =
        columns->declared ? &columns->declared->settings[CONFIG_CPU_PERIOD] : NULL;
    int64_t quota = expected->setting->number;

    if (!limit_rose(columns, expected, actual))
        return false;
    if (expected->at_start || actual->presence != PRESENCE_SET || !period ||
        period->presence != PRESENCE_SET || period->number <= 0)
        return true;
    return (double)actual->number > (double)quota * CPU_PERIOD_DEFAULT / (double)period->number + 1;
}

/* In a user namespace that was made since, they are no rights over the container's things. */
static bool has_same_users(const struct drift_columns *columns)
{
    const struct container_config *models[] = {columns->start, columns->actual};
    uint64_t inodes[2] = {0};

    for (size_t m = 0; m < 2; m++)
        for (size_t i = 0; models[m] && i < models[m]->namespaces.count; i++)
            if (models[m]->namespaces.items[i].kind == NAMESPACE_USER)
                inodes[m] = models[m]->namespaces.items[i].inode;
    return !inodes[0] || !inodes[1] || inodes[0] == inodes[1];
}

static bool mask_grew(const struct drift_columns *columns, const struct expected *expected,
                      const struct setting *actual)
{
    uint64_t before = expected->setting->presence == PRESENCE_SET ? expected->setting->mask : 0;

    return actual->presence == PRESENCE_SET && (actual->mask & ~before) && has_same_users(columns);
}

static bool became_root(const struct drift_columns *columns, const struct expected *expected,
                        const struct setting *actual)
{
    return expected->setting->presence == PRESENCE_SET && expected->setting->number != 0 &&
           actual->presence == PRESENCE_SET && actual->number == 0 && has_same_users(columns);
}

/* "docker-default (enforce)" is docker-default; SELinux labels are told whole. */
static bool label_changed(const struct drift_columns *columns, const struct expected *expected,
                          const struct setting *actual)
{
    if (expected->setting->presence != PRESENCE_SET ||
        !strcmp(expected->setting->text, "unconfined"))
        return false;
    if (actual->presence != PRESENCE_SET)
        return true;
    size_t len = strlen(expected->setting->text);
    return strncmp(actual->text, expected->setting->text, len) != 0 ||
           (actual->text[len] && actual->text[len] != ' ');
}

static const struct row {
    enum config_setting id;
    enum drift_part part;
    const char *name;
    const char *wanted;
    weaker weaker;
} rows[] = {
    {CONFIG_NO_NEW_PRIVILEGES, DRIFT_PROCESS, "no_new_privs", "true", flag_fell},
    {CONFIG_SECCOMP_MODE, DRIFT_PROCESS, "seccomp", "2", number_fell},
    {CONFIG_SECCOMP_FILTERS, DRIFT_PROCESS, "seccomp_filters", "1 or more", number_fell},
    {CONFIG_CAPABILITIES_BOUNDING, DRIFT_PROCESS, "bounding_capabilities", "none", mask_grew},
    {CONFIG_CAPABILITIES_PERMITTED, DRIFT_PROCESS, "permitted_capabilities", "none", mask_grew},
    {CONFIG_CAPABILITIES_EFFECTIVE, DRIFT_PROCESS, "effective_capabilities", "none", mask_grew},
    {CONFIG_CAPABILITIES_INHERITABLE, DRIFT_PROCESS, "inheritable_capabilities", "none", mask_grew},
    {CONFIG_CAPABILITIES_AMBIENT, DRIFT_PROCESS, "ambient_capabilities", "none", mask_grew},
    {CONFIG_UID, DRIFT_PROCESS, "uid", "not 0", became_root},
    {CONFIG_LSM_LABEL, DRIFT_PROCESS, "lsm_label", "confined", label_changed},
    {CONFIG_OOM_SCORE_ADJ, DRIFT_PROCESS, "oom_score_adj", "0 or more", number_fell},
    {CONFIG_READ_ONLY_ROOT, DRIFT_MOUNTS, "read_only_root", "true", flag_fell},
    {CONFIG_MEMORY_LIMIT, DRIFT_CGROUP, "memory_limit", "a limit", limit_rose},
    {CONFIG_CPU_QUOTA, DRIFT_CGROUP, "cpu_limit", "a limit", cpu_rose},
    {CONFIG_PIDS_LIMIT, DRIFT_CGROUP, "pids_limit", "a limit", limit_rose},
};

static const char *gained(struct comparison *comparison, const struct setting *before,
                          const struct setting *now)
{
    _cleanup_buf_ struct buf text = {.max = VALUE_MAX};
    uint64_t known = before->presence == PRESENCE_SET ? before->mask : 0;

    names_capability_set(&text, now->mask & ~known);
    return copy(comparison, text.data ? text.data : "");
}

static void compare_setting(struct comparison *comparison, const struct row *row)
{
    const struct drift_columns *columns = comparison->columns;
    const struct setting *actual = &columns->actual->settings[row->id];
    const struct expected expected = expect(columns, row->id);
    char before[VALUE_MAX], now[VALUE_MAX];

    if (!expected.setting || actual->presence == PRESENCE_UNKNOWN ||
        !row->weaker(columns, &expected, actual))
        return;
    enum setting_kind kind = config_setting_kinds[row->id];
    const char *object = kind == SETTING_MASK ? gained(comparison, expected.setting, actual) : "";
    struct drift drift = {
        .part = row->part,
        .setting = row->name,
        .object = object ? object : "",
        .declared =
            copy(comparison, setting_format(expected.setting, kind, before, sizeof(before))),
        .actual = copy(comparison, setting_format(actual, kind, now, sizeof(now))),
        .wanted = row->wanted,
        .at_start = expected.at_start,
        .evidence = setting_evidence(actual),
    };
    comparison_tell(comparison, &drift);
}

static const struct {
    const char *name;
    enum config_setting host;
} namespaces[NAMESPACE_KINDS] = {
    [NAMESPACE_PID] = {"pid_namespace", CONFIG_HOST_PID},
    [NAMESPACE_IPC] = {"ipc_namespace", CONFIG_HOST_IPC},
    [NAMESPACE_NETWORK] = {"net_namespace", CONFIG_HOST_NETWORK},
    [NAMESPACE_UTS] = {"uts_namespace", CONFIG_HOST_UTS},
    [NAMESPACE_USER] = {"user_namespace", CONFIG_HOST_USERS},
    [NAMESPACE_CGROUP] = {"cgroup_namespace", CONFIG_HOST_CGROUP},
    [NAMESPACE_MOUNT] = {"mnt_namespace", CONFIG_HOST_MOUNT},
};

static const struct config_namespace *find_namespace(const struct container_config *config,
                                                     enum namespace_kind kind)
{
    for (size_t i = 0; config && i < config->namespaces.count; i++)
        if (config->namespaces.items[i].kind == kind)
            return &config->namespaces.items[i];
    return NULL;
}

static const char *namespace_text(struct comparison *comparison,
                                  const struct config_namespace *namespace, bool host)
{
    char text[64];

    if (host)
        return "host";
    if (!namespace || !namespace->inode)
        return namespace && namespace->path ? namespace->path : "own";
    snprintf(text, sizeof(text), "%llu", (unsigned long long)namespace->inode);
    return copy(comparison, text);
}

/* The host's, where an own one was declared; or another than at the start. */
static void compare_namespace(struct comparison *comparison, enum namespace_kind kind)
{
    const struct drift_columns *columns = comparison->columns;
    const struct config_namespace *actual = find_namespace(columns->actual, kind);
    const struct config_namespace *start = find_namespace(columns->start, kind);
    const struct config_namespace *declared = find_namespace(columns->declared, kind);

    if (!actual || !actual->inode || !namespaces[kind].name)
        return;
    bool joined_host = actual->host && ((declared && !declared->host) || (start && !start->host));
    bool moved = start && start->inode && start->inode != actual->inode;
    if (!joined_host && !moved)
        return;
    bool by_start = start && start->inode;
    struct drift drift = {
        .part = DRIFT_NAMESPACES,
        .setting = namespaces[kind].name,
        .object = "",
        .declared = namespace_text(comparison, by_start ? start : declared,
                                   by_start ? start->host : declared->host),
        .actual = namespace_text(comparison, actual, actual->host),
        .wanted = "own",
        .at_start = by_start && !(declared && !declared->host && actual->host),
        .evidence = &actual->evidence,
    };
    comparison_tell(comparison, &drift);
}

int declared_actual_compare(const struct drift_columns *columns, struct arena *arena,
                            drift_function function, void *data)
{
    struct comparison comparison = {columns, arena, function, data, 0, 0};

    for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
        compare_setting(&comparison, &rows[i]);
    for (unsigned kind = 0; kind < NAMESPACE_KINDS; kind++)
        compare_namespace(&comparison, kind);
    compare_mounts(&comparison);
    compare_devices(&comparison);
    return comparison.status;
}
