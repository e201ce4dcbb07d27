/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_RULES_EXPLAIN_H
#define CMD_RULES_EXPLAIN_H

#include "rules/rules.h"

struct explain_request {
    const char *name;      /* of a rule, or a pattern */
    const char *recording; /* NULL: nothing is counted */
    bool json;
};

/* Print what rules_explain says of the rules that are called so; returns the exit code. */
int rules_explain_print(struct ruleset *rules, const struct explain_request *request);

#endif
