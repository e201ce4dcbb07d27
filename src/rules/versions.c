/* SPDX-License-Identifier: Apache-2.0 */
#include "rules/versions.h"

#include <errno.h>
#include <string.h>

#include "rules/warnings.h"

struct version {
    unsigned long parts[3];
};

/* What is built in and answers to the name of a Falco plugin. */
static const struct {
    const char *name, *version;
} plugins_built_in[] = {
    {"container", "0.7.0"},
};

static bool parse_version(const char *text, struct version *ret_version)
{
    for (int i = 0; i < 3; i++) {
        char *end;
        if (*text < '0' || *text > '9' || strspn(text, "0123456789") > 9)
            return false;
        ret_version->parts[i] = strtoul(text, &end, 10);
        if (i < 2 && *end != '.')
            return false;
        text = end + (i < 2);
    }
    return !*text || *text == '-' || *text == '+';
}

/* Same major version, and not older. */
static bool satisfies(const struct version *have, const struct version *want)
{
    if (have->parts[0] != want->parts[0])
        return false;
    if (have->parts[1] != want->parts[1])
        return have->parts[1] > want->parts[1];
    return have->parts[2] >= want->parts[2];
}

int versions_check_engine(const struct yaml_node *version, struct error *ret_error)
{
    struct version have = {{0}}, want = {{0}};
    size_t digits = strspn(version->value, "0123456789");

    if (digits == version->len && digits < 10)
        want.parts[1] = strtoul(version->value, NULL, 10);
    else if (!parse_version(version->value, &want))
        return yaml_error(ret_error, version, -EINVAL,
                          "'%.64s' is no engine version, expected a number or X.Y.Z",
                          version->value);
    parse_version(RULES_ENGINE_VERSION, &have);
    if (!satisfies(&have, &want))
        return yaml_error(ret_error, version, -EINVAL,
                          "the file requires engine version %.64s, this is " RULES_ENGINE_VERSION,
                          version->value);
    return 0;
}

enum requirement { NOT_BUILT_IN, TOO_NEW, MET };

/* How {name, version} is met. -EINVAL when it is no requirement. */
static int check_requirement(const struct yaml_node *entry, enum requirement *ret_requirement,
                             struct error *error)
{
    struct version have, want;

    if (entry->kind != YAML_MAPPING)
        return yaml_error(error, entry, -EINVAL, "expected a mapping with 'name' and 'version'");
    const struct yaml_node *name = yaml_get(entry, "name"), *version = yaml_get(entry, "version");
    if (!name || name->kind != YAML_SCALAR || !version || version->kind != YAML_SCALAR)
        return yaml_error(error, entry, -EINVAL, "a required plugin has a 'name' and a 'version'");
    if (!parse_version(version->value, &want))
        return yaml_error(error, version, -EINVAL, "'%.64s' is no version, expected X.Y.Z",
                          version->value);
    *ret_requirement = NOT_BUILT_IN;
    for (size_t i = 0; i < sizeof(plugins_built_in) / sizeof(plugins_built_in[0]); i++) {
        if (strcmp(plugins_built_in[i].name, name->value) == 0 &&
            parse_version(plugins_built_in[i].version, &have))
            *ret_requirement = satisfies(&have, &want) ? MET : TOO_NEW;
    }
    return 0;
}

/*
 * A plugin that is not built in is a source of other events, or has fields of its own: rules of
 * such a source are skipped, and such fields are unknown. What else is in the file still loads.
 */
static int check_plugin(const struct yaml_node *entry, struct rules_warnings *warnings,
                        struct error *error)
{
    const struct yaml_node *alternatives;
    enum requirement best, other;
    struct error at = {0};

    int r = check_requirement(entry, &best, error);
    if (r < 0)
        return r;
    alternatives = yaml_get(entry, "alternatives");
    if (alternatives && alternatives->kind != YAML_SEQUENCE)
        return yaml_error(error, alternatives, -EINVAL, "'alternatives' must be a sequence");
    for (size_t i = 0; alternatives && i < alternatives->count; i++) {
        r = check_requirement(alternatives->items[i], &other, error);
        if (r < 0)
            return r;
        if (other > best)
            best = other;
    }
    if (best == MET)
        return 0;
    r = best == TOO_NEW ? -EINVAL : 0;
    yaml_error(r < 0 ? error : &at, entry, r,
               "the file requires plugin '%.64s' %.64s%s; built in is container 0.7.0, "
               "others cannot be loaded",
               yaml_get(entry, "name")->value, yaml_get(entry, "version")->value,
               alternatives ? " or an alternative" : "");
    if (r == 0)
        warnings_add(warnings, "LOAD_UNKNOWN_PLUGIN", &at);
    return r;
}

int versions_check_plugins(const struct yaml_node *plugins, struct rules_warnings *warnings,
                           struct error *ret_error)
{
    if (plugins->kind != YAML_SEQUENCE)
        return yaml_error(ret_error, plugins, -EINVAL,
                          "'required_plugin_versions' must be a sequence");
    for (size_t i = 0; i < plugins->count; i++) {
        int r = check_plugin(plugins->items[i], warnings, ret_error);
        if (r < 0)
            return r;
    }
    return 0;
}
