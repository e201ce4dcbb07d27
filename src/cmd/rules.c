/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/rules.h"

#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include <jansson.h>

#include "cmd/command.h"
#include "cmd/json.h"
#include "cmd/load_rules.h"
#include "cmd/rules_explain.h"
#include "cmd/rules_lint.h"
#include "rules/field.h"

struct rules_command_options {
    struct texts rules;
    struct rules_choice choice;
    bool json;
    bool markdown;
    bool lint;
    struct texts allowed;
    const char *recording;
    const char *name; /* the operand behind the action */
};

#define OPTION(option_name, option_kind, member, option_help)                                      \
    .name = option_name, .kind = OPTION_##option_kind,                                             \
    .offset = offsetof(struct rules_command_options, member), .help = option_help

static const struct option_row rows[] = {
    RULES_OPTION(struct rules_command_options, rules),
    CHOICE_OPTIONS(struct rules_command_options, choice),
    {OPTION("json", FLAG, json, "list, fields, explain, check --lint: as a JSON array")},
    {OPTION("markdown", FLAG, markdown, "fields: as tables of a document")},
    {OPTION("lint", FLAG, lint, "check: find what loads and still is not what was meant")},
    {OPTION("allow", TEXTS, allowed, "check --lint: leave out findings of this code or rule"),
     .value = "PATTERN"},
    {OPTION("recording", TEXT, recording, "explain: count what of it would leave the kernel"),
     .value = "FILE"},
};

static const struct usage usage = {
    .command = "rules",
    .operands = "check|list|fields|explain NAME|test",
    .summary =
        "check    load the rules; errors and warnings as file:line:column; with --lint, what\n"
        "         loads and still is not what was meant\n"
        "list     the rules: priority, name, tags\n"
        "fields   what conditions and outputs can name\n"
        "explain  what of a rule is decided in the kernel, and why the rest is not; NAME\n"
        "         may hold *, ? and []\n"
        "test     judge the events of test files: bulwark rules test --help\n\n"
        "Exit code 0, warnings or not; 1 when --lint finds something; 2 when the rules\n"
        "don't load or no rule is called so.",
    .rows = rows,
    .row_count = sizeof(rows) / sizeof(rows[0]),
    .operands_min = 1,
    .operands_max = 2,
};

static int load(const struct rules_command_options *options, enum warnings_shown shown,
                struct ruleset **ret_rules, size_t *ret_warnings)
{
    const struct rules_options everything = {
        .matching = MATCHING_ALL,
        .minimum_priority = PRIORITY_DEBUG,
    };

    return load_rules(&options->rules, &options->choice, &everything, shown, ret_rules,
                      ret_warnings);
}

static int check(const struct rules_command_options *options)
{
    struct ruleset *rules = NULL;
    size_t warnings = 0, enabled = 0;
    const struct lint_request lint = {&options->rules, &options->allowed, options->json};

    if (options->lint)
        return rules_lint_print(&lint);
    if (load(options, WARNINGS_ALL, &rules, &warnings) < 0)
        return EXIT_ERROR;
    for (size_t i = 0; i < rules_count(rules); i++) {
        struct rule_info info;
        rules_info(rules, i, &info);
        enabled += info.enabled;
    }
    printf("%zu rules, %zu of them enabled, %zu warnings\n", rules_count(rules), enabled, warnings);
    rules_free(rules);
    return EXIT_FINE;
}

static void list_as_text(const struct ruleset *rules)
{
    for (size_t i = 0; i < rules_count(rules); i++) {
        struct rule_info info;
        rules_info(rules, i, &info);
        printf("%-13s %s%s", rule_priority_name(info.priority), info.name,
               info.enabled ? "" : " (disabled)");
        if (info.action != ACTION_ALERT)
            printf(" (%s, %s)", rule_action_name(info.action), rule_mode_name(info.mode));
        putchar('\n');
        printf("%13s %s:%u", "", info.file, info.line);
        for (size_t t = 0; info.tags && info.tags[t]; t++)
            printf(" %s", info.tags[t]);
        putchar('\n');
    }
}

static json_t *rule_json(const struct rule_info *info)
{
    json_t *tags = json_array();

    for (size_t t = 0; info->tags && info->tags[t]; t++)
        json_array_append_new(tags, json_of_text(info->tags[t]));
    return json_pack("{s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:s, s:b, s:o, s:o, s:i}", "rule",
                     json_of_text(info->name), "desc", json_of_text(info->description), "condition",
                     json_of_text(info->condition), "output", json_of_text(info->output), "source",
                     json_of_text(info->source), "priority", rule_priority_name(info->priority),
                     "action", rule_action_name(info->action), "mode", rule_mode_name(info->mode),
                     "enabled", info->enabled, "tags", tags, "file", json_of_text(info->file),
                     "line", (int)info->line);
}

static int list(const struct rules_command_options *options)
{
    struct ruleset *rules = NULL;
    int code = EXIT_FINE;

    if (load(options, WARNINGS_NONE, &rules, NULL) < 0)
        return EXIT_ERROR;
    if (options->json) {
        json_t *array = json_array();
        for (size_t i = 0; i < rules_count(rules); i++) {
            struct rule_info info;
            rules_info(rules, i, &info);
            json_array_append_new(array, rule_json(&info));
        }
        code = json_print(array);
    } else {
        list_as_text(rules);
    }
    rules_free(rules);
    return code;
}

static const char *const type_names[] = {
    [FIELD_STRING] = "string",     [FIELD_NUMBER] = "number", [FIELD_BOOL] = "bool",
    [FIELD_DURATION] = "duration", [FIELD_TIME] = "time",     [FIELD_ADDRESS] = "address",
    [FIELD_NETWORK] = "network",   [FIELD_PORT] = "port",     [FIELD_STRINGS] = "list",
    [FIELD_NAMES] = "names",
};

/* What follows the name when an argument is given. */
static const char *const argument_texts[] = {
    [FIELD_NO_ARGUMENT] = "",       [FIELD_OPTIONAL_INDEX] = "[N]?",
    [FIELD_REQUIRED_INDEX] = "[N]", [FIELD_OPTIONAL_KEY] = "[KEY]?",
    [FIELD_REQUIRED_KEY] = "[KEY]", [FIELD_SUFFIX_KEY] = ".NAME",
};

static const struct {
    enum field_tier tier;
    const char *name;
} tiers[] = {
    {FIELD_TIER_TRACING, "tracing"},
    {FIELD_TIER_LSM, "lsm"},
};

static const char *class_name(const struct field *field)
{
    return field->class == FIELD_OF_PROCESS ? "process" : "event";
}

static json_t *tiers_json(const struct field *field)
{
    json_t *array = json_array();

    for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++)
        if (field->tiers & tiers[i].tier)
            json_array_append_new(array, json_string(tiers[i].name));
    return array;
}

static json_t *changes_json(const struct field *field)
{
    json_t *array = json_array();

    for (unsigned place = 0; place < FIELD_CHANGE_MAX; place++)
        if (field->changes >> place & 1)
            json_array_append_new(array, json_string(field_change_name(place)));
    return array;
}

static json_t *field_json(const struct field *field)
{
    return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:s, s:s*, s:b}", "name", field->name,
                     "argument", argument_texts[field->argument], "type", type_names[field->type],
                     "class", class_name(field), "changes_with", changes_json(field), "tiers",
                     tiers_json(field), "description", field->description, "limits", field->limits,
                     "deprecated", field->deprecated);
}

static int fields_as_json(void)
{
    json_t *array = json_array();
    const struct field *field;

    for (size_t i = 0; (field = field_at(i)); i++)
        json_array_append_new(array, field_json(field));
    return json_print(array);
}

/* "tracing, lsm" or "none". */
static void tiers_text(const struct field *field, char *text, size_t size)
{
    size_t used = 0;

    snprintf(text, size, "none");
    for (size_t i = 0; i < sizeof(tiers) / sizeof(tiers[0]); i++) {
        if (!(field->tiers & tiers[i].tier) || used >= size)
            continue;
        int n = snprintf(text + used, size - used, "%s%s", used ? ", " : "", tiers[i].name);
        used += n > 0 ? (size_t)n : 0;
    }
}

/* A line of a table, or of a table in a document. */
static void print_field(const struct field *field, bool markdown)
{
    const char *type = type_names[field->type];
    char name[80], in[32];

    snprintf(name, sizeof(name), "%s%s", field->name, argument_texts[field->argument]);
    tiers_text(field, in, sizeof(in));
    if (markdown)
        printf("| `%s` | %s | %s | %s | ", name, type, class_name(field), in);
    else
        printf("%-36s %-9s %-8s %-13s ", name, type, class_name(field), in);
    printf("%s%s", field->description, field->deprecated ? "; deprecated" : "");
    if (field->limits)
        printf("; %s%s", field->tiers ? "" : "never set: ", field->limits);
    puts(markdown ? " |" : "");
}

static void fields_as_text(void)
{
    for (size_t i = 0; field_at(i); i++)
        print_field(field_at(i), false);
}

/* One table for each class of names: what stands before the first dot. */
static void fields_as_markdown(void)
{
    const struct field *field;
    size_t group_len = 0;
    const char *group = "";

    for (size_t i = 0; (field = field_at(i)); i++) {
        size_t len = strcspn(field->name, ".");
        if (len != group_len || strncmp(field->name, group, len) != 0) {
            group = field->name;
            group_len = len;
            printf("%s### `%.*s`\n\n| field | type | class | tiers | what it is |\n"
                   "| --- | --- | --- | --- | --- |\n",
                   i ? "\n" : "", (int)len, group);
        }
        print_field(field, true);
    }
}

static int fields(const struct rules_command_options *options)
{
    if (options->json)
        return fields_as_json();
    if (options->markdown)
        fields_as_markdown();
    else
        fields_as_text();
    return EXIT_FINE;
}

static int explain(const struct rules_command_options *options)
{
    const struct explain_request request = {options->name, options->recording, options->json};
    struct ruleset *rules = NULL;

    if (load(options, WARNINGS_NONE, &rules, NULL) < 0)
        return EXIT_ERROR;
    int code = rules_explain_print(rules, &request);
    rules_free(rules);
    return code;
}

int rules_command(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*function)(const struct rules_command_options *options);
        bool takes_name;
    } actions[] = {
        {"check", check, false},
        {"list", list, false},
        {"fields", fields, false},
        {"explain", explain, true},
    };
    struct rules_command_options options = {0};

    if (argc > 1 && strcmp(argv[1], "test") == 0) /* has options of its own */
        return rules_test_command(argc - 1, argv + 1);
    int code = options_parse(&usage, argc, argv, &options);
    if (code >= 0)
        return code;
    options.name = argv[optind + 1]; /* NULL behind the last */
    for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++) {
        if (strcmp(argv[optind], actions[i].name) != 0)
            continue;
        if (options.name && !actions[i].takes_name)
            return options_error(&usage, "'%s' is too much", options.name);
        if (!options.name && actions[i].takes_name)
            return options_error(&usage, "NAME is missing");
        return actions[i].function(&options);
    }
    return options_error(&usage, "'%s' is none of check, list, fields, explain, test",
                         argv[optind]);
}
