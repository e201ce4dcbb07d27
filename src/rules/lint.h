/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_LINT_H
#define RULES_LINT_H

/*
 * Looks for rules that load and still are not what their author wants: those that can't match, that
 * another hides, that are evaded by a name, that cost much. A finding is only reported when it is
 * sure; what can't be told is no finding.
 */

#include "rules/rules.h"

struct lint_finding {
    const char *code;   /* LINT_NEVER, ... */
    const char *advice; /* what to do */
    char *rule;         /* the rule, or what is defined; owned */
    size_t others;      /* rules more that use the same place */
    struct error at;    /* where and why */
};

struct lint_findings {
    struct lint_finding *items; /* by file, line and column */
    size_t count;
    size_t dropped;  /* past the bound of 1,000, or for want of memory */
    bool unfinished; /* there are too many rules to compare each with each */
};

/* Have rules_load* with these options fill `findings` (zeroed by the caller) when all loads. */
void lint_ask(struct rules_options *options, struct lint_findings *findings);

void lint_findings_done(struct lint_findings *findings);

#endif
