/* SPDX-License-Identifier: Apache-2.0 */
/* The differences between what was declared and what is, as one check of a running container. */
#include <errno.h>

#include "posture/check.h"
#include "posture/declared_actual.h"

static int tell_difference(void *data, const struct drift *drift)
{
    struct check_run *run = data;

    check_fail(run, drift->evidence, "%s%s%s: declared %s, actual %s, wanted %s", drift->setting,
               *drift->object ? " " : "", drift->object, drift->declared, drift->actual,
               drift->wanted);
    return 0;
}

static void answer_declared_actual(struct check_run *run)
{
    const struct drift_columns columns = {.declared = run->subject->declared,
                                          .actual = run->subject->container};

    if (!columns.declared)
        return check_unknown(run, NULL, "no file of a runtime tells what was declared");
    int r = declared_actual_compare(&columns, run->arena, tell_difference, run);
    if (r == -E2BIG)
        check_fail(run, NULL, "and more than %d differences", DRIFTS_MAX);
    else if (r < 0)
        check_unknown(run, NULL, "no memory to compare");
    else
        check_pass(run);
}

static const struct check rows[] = {
    {.id = "BULWARK-DECLARED-ACTUAL",
     .title = "The container has no more than was declared",
     .severity = SEVERITY_HIGH,
     .subject = SUBJECT_CONTAINER,
     .sources = FROM_KERNEL,
     .references = REFERENCES("ATT&CK T1611", "NIST SP 800-190 4.4.3"),
     .rationale = "What differs from its declaration was changed by hand or by somebody who broke "
                  "out; or it never came into force.",
     .remedy = "Find out who changed it, and start the container anew.",
     .evaluate = answer_declared_actual},
};

const struct check_table declared_actual_checks = {
    .name = "Bulwark, declared against actual",
    .checks = rows,
    .count = sizeof(rows) / sizeof(*rows),
};
