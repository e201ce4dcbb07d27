/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_RULES_LINT_H
#define CMD_RULES_LINT_H

/* `bulwark rules check --lint`: what the linter finds, on standard output. */

#include "cmd/options.h"

struct lint_request {
    const struct texts *rules;   /* files and directories, none for the built-in ones */
    const struct texts *allowed; /* findings whose code or rule matches one are left out */
    bool json;
};

/* The exit code: 0 without findings, 1 with some, 2 when the rules don't load. */
int rules_lint_print(const struct lint_request *request);

#endif
