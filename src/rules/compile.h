/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COMPILE_H
#define RULES_COMPILE_H

#include "rules/check.h"

/* Compile what was collected into an empty rule set. */
int compile_rules(struct checker *checker, const struct rules_options *options);

#endif
