/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_ORACLE_H
#define RULES_ORACLE_H

/*
 * The language defined by a second evaluator, as plain as can be: it walks the syntax tree, fetches
 * the fields anew for each comparison and looks at one value after the other. It shares the parser
 * and the fields with the compiled rules, no comparison. What it says of an event is right, and the
 * compiled rules and the kernel's tables are held against it.
 */

#include "rules/rules.h"

struct oracle;

/*
 * Have rules_load* with these options make *ret_oracle (NULL before) of what they load; when they
 * are used again, it is made anew. Takes the place of options->inspect.
 */
void oracle_ask(struct rules_options *options, struct oracle **ret_oracle);

/* What oracle_ask sets, for who has more to inspect: `data` is the struct oracle **. */
int oracle_inspect(void *data, struct checker *checker, const struct rules_source *sources,
                   size_t count);

void oracle_free(struct oracle *oracle);

/*
 * The names of the rules that match, in order; under MATCHING_FIRST as rules_judge says. They live
 * until the next call.
 */
size_t oracle_judge(struct oracle *oracle, struct world *world, const struct judged_event *judged,
                    const char *const **ret_names);

#endif
