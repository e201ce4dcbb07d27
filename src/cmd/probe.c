/* SPDX-License-Identifier: Apache-2.0 */
#include "sensor/probe.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "base/buf.h"
#include "cmd/command.h"
#include "cmd/load_rules.h"
#include "enforce/fanotify.h"
#include "event/table.h"
#include "rules/foresee.h"
#include "sensor/guard.h"
#include "sensor/isolation.h"
#include "sensor/permission.h"

struct probe_options {
    struct texts rules;
    bool json;
};

#define OPTION(option_name, option_kind, member, option_help)                                      \
    .name = option_name, .kind = OPTION_##option_kind,                                             \
    .offset = offsetof(struct probe_options, member), .help = option_help

static const struct option_row rows[] = {
    RULES_OPTION(struct probe_options, rules),
    {OPTION("json", FLAG, json, "as a JSON object")},
};

static const struct usage usage = {
    .command = "probe",
    .summary = "Try what this kernel allows, and tell what each rule gets here.\n"
               "Exit code 0; 1 when the agent can't run or a rule is blind; 2 for an error.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
};

static const char *const result_names[] = {
    [PROBE_YES] = "yes", [PROBE_NO] = "no", [PROBE_REFUSED] = "refused"};

/* What a rule gets on this kernel. */
struct verdict {
    const char *text; /* "prevented", "killed", "alerted", "blind", "disabled" */
    char reason[400]; /* empty for "alerted" */
};

struct probe {
    struct probe_feature features[PROBE_FEATURES_MAX];
    size_t count;
    const char *tier;
    const char *missing;   /* the first required feature that is not there, or NULL */
    struct ruleset *rules; /* NULL: they could not be loaded */
    size_t blind;
    bool guards;   /* denies by LSM programs */
    bool prevents; /* else by fanotify */
    bool sockets;  /* and by programs of the root cgroup */
};

/* Whether this machine's architecture has a system call that makes such an event. */
static bool type_exists(enum event_type type)
{
    static uint8_t natives[EVENT_SYSCALL_MAX], compats[EVENT_SYSCALL_MAX];
    static bool filled;
    const struct event_type_info *info = event_type_info(type);

    if (!info || info->family == FAMILY_FACT)
        return false;
    if (info->family == FAMILY_PROCESS || info->family == FAMILY_META)
        return true; /* tracepoints of their own, or none needed */
    if (!filled) {
        event_syscall_table(false, natives);
        event_syscall_table(true, compats);
        filled = true;
    }
    return memchr(natives, (int)type, sizeof(natives)) ||
           memchr(compats, (int)type, sizeof(compats));
}

static bool rule_sees_something(const struct ruleset *rules, size_t index)
{
    struct rules_needs needs = {0};

    rules_rule_needs(rules, index, &needs);
    for (unsigned type = 0; type < EVENT_TYPE_MAX; type++) {
        if (needs.types[type] && type_exists((enum event_type)type))
            return true;
    }
    return false;
}

static void judge_denial(const struct probe *probe, size_t index, const struct rule_info *info,
                         struct verdict *verdict)
{
    _cleanup_buf_ struct buf words = {0};
    struct rule_foresight foresight;
    bool all = probe->guards;

    if (info->mode == MODE_AUDIT) {
        snprintf(verdict->reason, sizeof(verdict->reason), "mode is audit");
        return;
    }
    if (probe->guards) {
        buf_add_string(&words, "by LSM programs");
    } else if (probe->prevents || probe->sockets) {
        rules_foresight(probe->rules, index, &foresight);
        if (!probe->prevents)
            rule_foresight_without(&foresight);
        all = rule_foresight_text(
            &foresight, probe->sockets ? rules_sockets(probe->rules, index) : NULL, &words);
    } else {
        buf_add_string(&words, "nothing here can deny");
    }
    snprintf(verdict->reason, sizeof(verdict->reason), "%s%s", words.data ? words.data : "",
             all ? "" : "; who did it is killed after");
    verdict->text = all ? "prevented" : "killed";
}

static struct verdict judge_rule(const struct probe *probe, size_t index)
{
    struct verdict verdict = {.text = "blind"};
    struct rule_info info;

    rules_info(probe->rules, index, &info);
    if (!info.enabled)
        verdict.text = "disabled";
    else if (strcmp(info.source, "syscall") != 0)
        snprintf(verdict.reason, sizeof(verdict.reason), "source %s is not observed", info.source);
    else if (probe->missing)
        snprintf(verdict.reason, sizeof(verdict.reason), "the agent can't run: no %s",
                 probe->missing);
    else if (!rule_sees_something(probe->rules, index))
        snprintf(verdict.reason, sizeof(verdict.reason), "its events do not exist on this machine");
    else
        verdict.text = "alerted";
    if (info.action == ACTION_DENY && !strcmp(verdict.text, "alerted"))
        judge_denial(probe, index, &info, &verdict);
    return verdict;
}

static void print_feature(const struct probe_feature *feature)
{
    printf("  %-25s  ", feature->name);
    if (feature->result == PROBE_YES)
        printf("yes%s%s\n", feature->detail[0] ? "      " : "", feature->detail);
    else
        printf("%-7s  %s: %s\n", result_names[feature->result],
               feature->required ? "required" : "optional", feature->detail);
}

static bool add_feature(struct probe *probe, const char *name, int r, const struct error *error)
{
    if (probe->count == PROBE_FEATURES_MAX)
        return r == 0;
    struct probe_feature *feature = &probe->features[probe->count++];
    *feature = (struct probe_feature){.name = name,
                                      .result = r == 0        ? PROBE_YES
                                                : r == -EPERM ? PROBE_REFUSED
                                                              : PROBE_NO};
    snprintf(feature->detail, sizeof(feature->detail), "%.150s", error->message);
    return r == 0;
}

/* What else can deny, and be compared: rows of their own. */
static void try_means(struct probe *probe)
{
    struct permission *permission = NULL;
    struct error error = {0};

    int r = fanotify_possible(&error);
    if (r == 0)
        r = permission_open(&permission, &error);
    permission_close(permission);
    probe->prevents = add_feature(probe, "fanotify permissions", r, &error);
    error = (struct error){0};
    r = guard_probe(GUARD_BY_CGROUP, &error);
    probe->sockets = add_feature(probe, "programs at sockets", r, &error);
    error = (struct error){0};
    r = isolation_probe_labels(&error);
    add_feature(probe, "labels of AppArmor", r, &error);
    probe->guards = guard_probe(GUARD_BY_LSM, &error) == 0;
    /* What they would do for each rule. */
    if (probe->rules && rules_foresee_sockets(probe->rules) < 0)
        probe->sockets = false;
}

static void print_rules(struct probe *probe)
{
    size_t disabled = 0, prevented = 0, killed = 0;

    puts("\nWhat each rule gets");
    for (size_t i = 0; i < rules_count(probe->rules); i++) {
        struct verdict verdict = judge_rule(probe, i);
        struct rule_info info;
        rules_info(probe->rules, i, &info);
        probe->blind += strcmp(verdict.text, "blind") == 0;
        disabled += strcmp(verdict.text, "disabled") == 0;
        prevented += strcmp(verdict.text, "prevented") == 0;
        killed += strcmp(verdict.text, "killed") == 0;
        printf("  %-9s  %s%s%s\n", verdict.text, info.name, verdict.reason[0] ? ": " : "",
               verdict.reason);
    }
    size_t others = prevented + killed + probe->blind + disabled;
    printf("\n%zu rules: %zu prevented, %zu killed, %zu alerted, %zu blind, %zu disabled\n",
           rules_count(probe->rules), prevented, killed, rules_count(probe->rules) - others,
           probe->blind, disabled);
}

static void print_text(struct probe *probe)
{
    printf("tier: %s\n\nWhat this kernel allows\n", probe->tier);
    for (size_t i = 0; i < probe->count; i++)
        print_feature(&probe->features[i]);
    if (probe->rules)
        print_rules(probe);
}

static void print_json(struct probe *probe)
{
    json_t *features = json_array(), *rules = probe->rules ? json_array() : json_null();

    for (size_t i = 0; i < probe->count; i++) {
        const struct probe_feature *feature = &probe->features[i];
        json_array_append_new(features,
                              json_pack("{s:s, s:b, s:s, s:s}", "name", feature->name, "required",
                                        feature->required, "result", result_names[feature->result],
                                        "detail", feature->detail));
    }
    for (size_t i = 0; probe->rules && i < rules_count(probe->rules); i++) {
        struct verdict verdict = judge_rule(probe, i);
        struct rule_info info;
        rules_info(probe->rules, i, &info);
        probe->blind += strcmp(verdict.text, "blind") == 0;
        json_array_append_new(rules, json_pack("{s:s, s:s, s:s}", "rule", info.name, "gets",
                                               verdict.text, "reason", verdict.reason));
    }
    json_t *root =
        json_pack("{s:s, s:o, s:o}", "tier", probe->tier, "features", features, "rules", rules);
    json_dumpf(root, stdout, JSON_INDENT(2));
    putchar('\n');
    json_decref(root);
}

int probe_command(int argc, char **argv)
{
    const struct rules_options everything = {.minimum_priority = PRIORITY_DEBUG};
    struct probe_options options = {0};
    struct probe probe = {0};

    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    int loaded = load_rules(&options.rules, NULL, &everything, WARNINGS_NONE, &probe.rules, NULL);
    probe.count = probe_run(probe.features);
    try_means(&probe);
    probe.tier = probe_tier(probe.features, probe.count);
    for (size_t i = 0; i < probe.count && !probe.missing; i++) {
        if (probe.features[i].required && probe.features[i].result != PROBE_YES)
            probe.missing = probe.features[i].name;
    }

    if (options.json)
        print_json(&probe);
    else
        print_text(&probe);
    rules_free(probe.rules);
    if (loaded < 0)
        return EXIT_ERROR; /* what is asked of the kernel was told all the same */
    return probe.missing || probe.blind ? EXIT_FINDINGS : EXIT_FINE;
}
