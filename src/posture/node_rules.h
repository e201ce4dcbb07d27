/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_NODE_RULES_H
#define POSTURE_NODE_RULES_H

/* Two kinds of question that nearly all checks of a node are: about an option, about a file. */

#include "posture/check.h"

enum option_test {
    OPTION_IS,         /* the value */
    OPTION_IS_NOT,     /* the value */
    OPTION_IS_SET,     /* to anything */
    OPTION_IS_NOT_SET, /* at all */
    OPTION_HAS,        /* the word in its list */
    OPTION_HAS_NOT,    /* the word in its list */
    OPTION_AT_LEAST,   /* a number */
    OPTION_ONLY,       /* words of a list */
};

struct option_rule {
    const char *component;
    const char *flag; /* NULL: only a file has it */
    const char *key;  /* in the component's file; NULL: as the flag */
    enum option_test test;
    const char *value;      /* what the test compares with */
    const char *when_unset; /* what holds where it is given nowhere; NULL: nothing */
};

void check_option(struct check_run *run, const struct option_rule *rule);

#define MODE_ANY 07777

struct file_rule {
    const char *role;  /* node_file.component */
    mode_t mode;       /* bits it may have; MODE_ANY: not asked */
    const char *owner; /* "0:0", or names of facts: "0:gid.docker"; NULL: not asked */
};

/* Not applicable when there is no such file. */
void check_file(struct check_run *run, const struct file_rule *rule);

/*
 * What a benchmark's table makes of its X(number, severity, title, rationale, remedy, rule's
 * members): NODE_RULE the rule, NODE_CHECK the check, whose rule is found by its place. Of a table
 * of KUBERNETES_CHECK all are asked by its function answer().
 */
#define NODE_RULE(number, level, name, why, what, ...) {__VA_ARGS__},
#define NODE_CHECK(ids, benchmark, kind, number, level, name, why, what, function)                 \
    {.id = ids number,                                                                             \
     .title = (name),                                                                              \
     .severity = SEVERITY_##level,                                                                 \
     .subject = SUBJECT_##kind,                                                                    \
     .sources = FROM_NODE,                                                                         \
     .references = REFERENCES(benchmark " " number),                                               \
     .rationale = (why),                                                                           \
     .remedy = (what),                                                                             \
     .evaluate = (function)},
#define KUBERNETES_CHECK(number, level, name, why, what, ...)                                      \
    NODE_CHECK("CIS-KUBERNETES-", "CIS Kubernetes 1.10", NODE, number, level, name, why, what,     \
               answer)

#endif
