/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/node_rules.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "posture/node.h"
#include "world/scan.h"

static bool has_word(const char *list, const char *word, size_t len)
{
    for (const char *at = list; *at;) {
        size_t n = strcspn(at, ",");
        if (n == len && !strncasecmp(at, word, n))
            return true;
        at += n + (at[n] == ',');
    }
    return false;
}

/* A flag that stands alone is turned on. */
static const char *value_of(const struct node_option *option)
{
    return *option->value ? option->value : "true";
}

static bool only_words(const char *value, const char *allowed)
{
    for (const char *at = value; *at;) {
        size_t n = strcspn(at, ",");
        if (!has_word(allowed, at, n))
            return false;
        at += n + (at[n] == ',');
    }
    return *value;
}

/* Durations ("4h0m0s") begin with a number too, and only 0 is asked of them. */
static bool at_least(const char *value, const char *wanted)
{
    uint64_t a = 0, b = 0;

    return scan_number(&value, 10, &a) && scan_number(&wanted, 10, &b) && a >= b;
}

static bool holds(const struct option_rule *rule, const char *value)
{
    switch (rule->test) {
    case OPTION_IS: return !strcasecmp(value, rule->value);
    case OPTION_IS_NOT: return strcasecmp(value, rule->value) != 0;
    case OPTION_IS_SET: return *value;
    case OPTION_IS_NOT_SET: return false;
    case OPTION_HAS: return has_word(value, rule->value, strlen(rule->value));
    case OPTION_HAS_NOT: return !has_word(value, rule->value, strlen(rule->value));
    case OPTION_AT_LEAST: return at_least(value, rule->value);
    case OPTION_ONLY: return only_words(value, rule->value);
    }
    return false;
}

static const char *name_of(const struct option_rule *rule)
{
    return rule->flag ? rule->flag : rule->key;
}

static void answer_unset(struct check_run *run, const struct option_rule *rule)
{
    if (rule->test == OPTION_IS_NOT_SET || (rule->test == OPTION_HAS_NOT && !rule->when_unset))
        return check_pass(run);
    if (!rule->when_unset)
        return check_fail(run, NULL, "%s is not given %s", rule->component, name_of(rule));
    if (holds(rule, rule->when_unset))
        check_pass_by(run, NULL, "%s is '%s' by default", name_of(rule), rule->when_unset);
    else
        check_fail(run, NULL, "%s is not given, and is '%s' by default", name_of(rule),
                   rule->when_unset);
}

/* A file that could not be read may say anything. */
static bool is_unread(struct check_run *run, const struct option_rule *rule)
{
    const struct node_config *node = run->subject->node;
    char name[80];

    snprintf(name, sizeof(name), "unread.%s", rule->component);
    const struct config_pair *fact = node_fact(node, name);
    if (fact)
        check_unknown(run, &fact->evidence, "the configuration of %s: %s", rule->component,
                      fact->value);
    return fact;
}

void check_option(struct check_run *run, const struct option_rule *rule)
{
    const struct node_config *node = run->subject->node;
    bool list = rule->test == OPTION_HAS || rule->test == OPTION_HAS_NOT;

    if (!node_has_component(node, rule->component))
        return check_not_applicable(run);
    const struct node_option *option = node_option(node, rule->component, rule->flag, rule->key);
    if (!option)
        return is_unread(run, rule) ? (void)0 : answer_unset(run, rule);
    /* A list in a file is one option an item. */
    const struct node_option *with =
        list ? node_option_with(node, rule->component, rule->flag, rule->key, rule->value) : NULL;
    if (with)
        option = with;
    const char *value = value_of(option);
    if (list ? (with != NULL) == (rule->test == OPTION_HAS) : holds(rule, value))
        check_pass_by(run, &option->evidence, "%s is '%s'", option->name, value);
    else
        check_fail(run, &option->evidence, "%s is '%s'", option->name, value);
}

/* A number, or the value of a fact; false when there is no such fact. */
static bool parse_id(const struct node_config *node, const char *text, size_t len, uint32_t *ret_id)
{
    char name[32];
    const char *at = name;

    snprintf(name, sizeof(name), "%.*s", (int)len, text);
    if (!isdigit((unsigned char)*name)) {
        const struct config_pair *fact = node_fact(node, name);
        at = fact ? fact->value : NULL;
    }
    return at && scan_u32(&at, ret_id);
}

static void check_owner(struct check_run *run, const struct node_file *file, const char *owner)
{
    size_t len = strcspn(owner, ":");
    uint32_t uid, gid;

    if (!parse_id(run->subject->node, owner, len, &uid) ||
        !parse_id(run->subject->node, owner + len + 1, strlen(owner + len + 1), &gid))
        return check_unknown(run, &file->evidence, "%s: there is no user or group to compare with",
                             file->path);
    if (file->uid == uid && (file->gid == gid || file->gid == 0))
        check_pass_by(run, &file->evidence, "%s belongs to %u:%u", file->path, file->uid,
                      file->gid);
    else
        check_fail(run, &file->evidence, "%s belongs to %u:%u, not to %u:%u", file->path, file->uid,
                   file->gid, uid, gid);
}

void check_file(struct check_run *run, const struct file_rule *rule)
{
    const struct node_config *node = run->subject->node;
    bool found = false;

    for (size_t i = 0; i < node->files.count; i++) {
        const struct node_file *file = &node->files.items[i];
        if (strcmp(file->component, rule->role) != 0)
            continue;
        found = true;
        if (file->presence != PRESENCE_SET) {
            check_unknown(run, &file->evidence, "%s: %s", file->path,
                          file->evidence.text ? file->evidence.text : "can't be looked at");
            continue;
        }
        mode_t more = file->mode & 07777 & ~rule->mode;
        if (rule->owner)
            check_owner(run, file, rule->owner);
        if (rule->mode == MODE_ANY)
            continue;
        if (more)
            check_fail(run, &file->evidence, "%s has mode %04o, more than %04o", file->path,
                       file->mode & 07777, rule->mode);
        else
            check_pass_by(run, &file->evidence, "%s has mode %04o", file->path, file->mode & 07777);
    }
    if (!found)
        check_not_applicable(run);
}
