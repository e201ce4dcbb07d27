/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RULES_H
#define RULES_RULES_H

/*
 * Rule files in Falco's language, loaded into an immutable set, and its verdict on an event.
 * Semantics: docs/rules.md.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "event/abi.h"
#include "world/world.h"

enum rule_priority {
    PRIORITY_EMERGENCY = 0,
    PRIORITY_ALERT,
    PRIORITY_CRITICAL,
    PRIORITY_ERROR,
    PRIORITY_WARNING,
    PRIORITY_NOTICE,
    PRIORITY_INFORMATIONAL,
    PRIORITY_DEBUG,
};

/* "Warning"; and back, case-insensitively, INFO included: false when it is none. */
const char *rule_priority_name(enum rule_priority priority);
bool rule_priority_parse(const char *text, enum rule_priority *ret_priority);

/* What is done when a rule matches, beside the alert. */
enum rule_action {
    ACTION_ALERT = 0, /* nothing */
    ACTION_DENY,      /* the act fails */
    ACTION_KILL,      /* the process gets SIGKILL */
    ACTION_PAUSE,     /* the container's cgroup is frozen */
    ACTION_MAX,
};

enum rule_mode {
    MODE_ENFORCE = 0, /* the action is carried out */
    MODE_AUDIT,       /* it is only told */
};

/* "kill", "audit"; and back: false when it is none. */
const char *rule_action_name(enum rule_action action);
bool rule_action_parse(const char *text, enum rule_action *ret_action);
const char *rule_mode_name(enum rule_mode mode);
bool rule_mode_parse(const char *text, enum rule_mode *ret_mode);

enum rule_matching { MATCHING_FIRST, MATCHING_ALL };

struct checker;
struct response; /* response.h */
struct rules_source;

/* Turns rules on or off, whatever their files say. */
struct rule_switch {
    const char *pattern; /* of a name or a tag: *, ?, []; behind "rule=" or "tag=" of that alone */
    bool enable;
    size_t matched; /* rules, filled by the loader */
};

/* The one source of events that there is. */
#define RULES_SOURCE "syscall"

struct rules_options {
    enum rule_matching matching;
    enum rule_priority
        minimum_priority;     /* less urgent rules are not loaded; default (zeroed struct)
                                 would be EMERGENCY: callers set PRIORITY_DEBUG */
    bool no_suggested_output; /* true: don't append container_id=... k8s_ns_name=... to outputs */
    /* MODE_AUDIT: of every rule, whatever its file says. MODE_ENFORCE: as the files say. */
    enum rule_mode mode;
    /* In order: the last that matches a rule decides. */
    struct rule_switch *switches;
    size_t switch_count;
    /* What is added to outputs: texts of YAML, see docs/rules.md. */
    const char *const *append_outputs;
    size_t append_output_count;
    /* Looks at all that was loaded while its text is still there (lint.h); NULL: nobody does. */
    int (*inspect)(void *data, struct checker *checker, const struct rules_source *sources,
                   size_t count);
    void *inspect_data;
};

/* The version of Falco's engine whose rule language this is: for required_engine_version. */
#define RULES_ENGINE_VERSION "0.62.0"

/* One source of rules: a file name for messages, and its text. */
struct rules_source {
    const char *name;
    const char *text;
    size_t len;
};

/* A warning of the loader: LOAD_UNKNOWN_KEY, ... with its place. */
struct rules_warning {
    const char *code;
    struct error at;
};

struct rules_warnings {
    struct rules_warning *items;
    size_t count;
    size_t dropped; /* past the bound of 1,000 */
};

void rules_warnings_done(struct rules_warnings *warnings);

struct ruleset;

/*
 * Load sources in order, as if they were one list. On failure *ret_error says where and why, and
 * nothing is changed. `warnings` (zeroed by the caller, filled also on failure) is released by
 * rules_warnings_done.
 */
int rules_load(const struct rules_source *sources, size_t count,
               const struct rules_options *options, struct rules_warnings *warnings,
               struct ruleset **ret_rules, struct error *ret_error);

/* Read files and directories (their *.yaml and *.yml, in name order) and load them so. */
int rules_load_files(const char *const *paths, size_t count, const struct rules_options *options,
                     struct rules_warnings *warnings, struct ruleset **ret_rules,
                     struct error *ret_error);

void rules_free(struct ruleset *rules);

/* What the enabled rules need from the sensor. */
struct rules_needs {
    bool types[EVENT_TYPE_MAX]; /* events some rule can match */
    bool env;                   /* proc.env is used */
    bool dns;                   /* fd.*.name: names of addresses */
    bool cwd;                   /* proc.cwd is used */
};

void rules_needs(const struct ruleset *rules, struct rules_needs *ret_needs);
/* The same of one rule, enabled or not; only `types` is filled. */
void rules_rule_needs(const struct ruleset *rules, size_t index, struct rules_needs *ret_needs);

/* For listing. The pointers live as long as the set. */
struct rule_info {
    const char *name, *description, *condition, *output, *source, *file;
    unsigned line;
    enum rule_priority priority;
    enum rule_action action;
    enum rule_mode mode;
    bool enabled;
    const char *const *tags; /* sorted, NULL-terminated */
    uint64_t hits;           /* alerts so far */
    uint64_t sent;           /* events the kernel side sent for it, of those it looks up */
};

size_t rules_count(const struct ruleset *rules);
void rules_info(const struct ruleset *rules, size_t index, struct rule_info *ret_info);

/* A rule matched. Everything lives until the callback returns. */
struct alert_field {
    const char *name;        /* as written: "proc.aname[2]" */
    const char *text;        /* NULL when the event has no such value: JSON null, "<NA>" in text */
    int64_t number;          /* for is_number */
    bool is_number;          /* the JSON value is a number */
    bool is_bool;            /* the JSON value is `number != 0` */
    const char *const *list; /* NULL-terminated, for lists; else NULL */
};

struct alert {
    struct rule_info rule;
    uint64_t time; /* CLOCK_REALTIME, ns */
    const char *hostname;
    const char *output;               /* the output line without time and priority */
    const struct alert_field *fields; /* those the output names, by name, each once */
    size_t field_count;
    const struct judged_event *judged;
    const struct response *response; /* to the rule's action; NULL when it has none, or none was
                                        tried */
};

typedef void (*rules_alert)(void *data, const struct alert *alert);

/* What evaluation had to give up, by cause. */
#define RULES_COUNTER_LIST(X)                                                                      \
    X(events, "events")           /* judged */                                                     \
    X(evaluations, "evaluations") /* conditions evaluated */                                       \
    X(looked_up, "looked_up")     /* events the kernel side looked up, and sent */                 \
    X(alerts, "alerts")                                                                            \
    X(regex_limit, "regex_limit") /* a regular expression gave up: counts as no match */           \
    X(unshared, "unshared") /* operands past the memory of shared look-ups: compared one by one */ \
    X(text_lost, "text_lost")   /* a value's text did not fit into memory: shown as missing */     \
    X(values_cut, "values_cut") /* a value was longer than kept, or lost for want of memory */

struct rules_counters {
#define RULES_COUNTER_FIELD(field, text) uint64_t field;
    RULES_COUNTER_LIST(RULES_COUNTER_FIELD)
#undef RULES_COUNTER_FIELD
};

const struct rules_counters *rules_counters(const struct ruleset *rules);

/*
 * Judge one event: calls back for each match. Under MATCHING_FIRST for the first only, and for
 * each with an action: no alert that stands before it keeps it from acting. Returns how many.
 */
unsigned rules_judge(struct ruleset *rules, struct world *world, const struct judged_event *judged,
                     rules_alert alert, void *data);

#endif
