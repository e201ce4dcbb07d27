/* SPDX-License-Identifier: Apache-2.0 */
/* What there is to read of the checks themselves. */
#include <stdio.h>
#include <string.h>

#include "posture/report.h"

static const char *const source_names[] = {
    [SOURCE_OCI] = "config.json",   [SOURCE_RUNTIME] = "runtime files",
    [SOURCE_MANIFEST] = "manifest", [SOURCE_KERNEL] = "kernel",
    [SOURCE_NODE] = "node",
};

static void print_sources(const struct check *check, FILE *file)
{
    const char *comma = "";

    for (unsigned i = SOURCE_OCI; i <= SOURCE_NODE; i++) {
        if (!(check->sources & (1u << i)))
            continue;
        fprintf(file, "%s%s", comma, source_names[i]);
        comma = ", ";
    }
}

static void print_versions(const struct check *check, FILE *file)
{
    if (check->minor_first || check->minor_last)
        fprintf(file, "from v1.%u", check->minor_first);
    if (check->minor_last)
        fprintf(file, " to v1.%u", check->minor_last);
}

int checks_list(FILE *file)
{
    for (size_t t = 0; t < check_table_count; t++) {
        for (size_t i = 0; i < check_tables[t]->count; i++) {
            const struct check *check = &check_tables[t]->checks[i];
            fprintf(file, "%-32s %-8s %-9s %s\n", check->id, severity_name(check->severity),
                    subject_kind_name(check->subject), check->title);
        }
    }
    return 0;
}

int checks_list_markdown(FILE *file)
{
    for (size_t t = 0; t < check_table_count; t++) {
        fprintf(file,
                "%s### %s\n\n| check | severity | subject | what should be | asked of |\n"
                "| --- | --- | --- | --- | --- |\n",
                t ? "\n" : "", check_tables[t]->name);
        for (size_t i = 0; i < check_tables[t]->count; i++) {
            const struct check *check = &check_tables[t]->checks[i];
            fprintf(file, "| `%s` | %s | %s | %s | ", check->id, severity_name(check->severity),
                    subject_kind_name(check->subject), check->title);
            print_sources(check, file);
            if (check->minor_first || check->minor_last) {
                fputs(", ", file);
                print_versions(check, file);
            }
            fputs(" |\n", file);
        }
    }
    return 0;
}

int check_explain(const struct check *check, FILE *file)
{
    fprintf(file, "%s: %s\n\n", check->id, check->title);
    fprintf(file, "severity    %s\nsubject     %s\nasked of    ", severity_name(check->severity),
            subject_kind_name(check->subject));
    print_sources(check, file);
    fputc('\n', file);
    if (check->standard != STANDARD_NONE)
        fprintf(file, "standard    Pod Security Standards, %s\n", standard_name(check->standard));
    if (check->minor_first || check->minor_last) {
        fputs("Kubernetes  ", file);
        print_versions(check, file);
        fputc('\n', file);
    }
    if (check->overrides)
        fprintf(file, "instead of  %s, at its own level\n", check->overrides);
    if (check->rationale)
        fprintf(file, "\nWhy: %s\n", check->rationale);
    if (check->remedy)
        fprintf(file, "\nWhat to do: %s\n", check->remedy);
    if (check->references && check->references[0])
        fputs("\nSee:\n", file);
    for (size_t i = 0; check->references && check->references[i]; i++)
        fprintf(file, "  %s\n", check->references[i]);
    return 0;
}
