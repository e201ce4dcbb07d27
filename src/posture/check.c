/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

const struct check *check_find(const char *id)
{
    for (size_t t = 0; t < check_table_count; t++) {
        for (size_t i = 0; i < check_tables[t]->count; i++) {
            if (strcasecmp(check_tables[t]->checks[i].id, id) == 0)
                return &check_tables[t]->checks[i];
        }
    }
    return NULL;
}

bool check_applies(const struct check *check, const struct subject *subject,
                   const struct check_options *options)
{
    unsigned minor = options->kubernetes_minor;
    bool same_kind = check->subject == subject->kind ||
                     (check->subject == SUBJECT_IMAGE && subject->kind == SUBJECT_CONTAINER);

    if (!same_kind || !(check->sources & (1u << subject->source)))
        return false;
    return minor >= check->minor_first && (!check->minor_last || minor <= check->minor_last);
}

/* Whether a check of the restricted level takes the place of this one in that version. */
static bool is_overridden(const struct check *check, unsigned minor)
{
    for (size_t i = 0; i < pss_restricted_checks.count; i++) {
        const struct check *other = &pss_restricted_checks.checks[i];
        if (other->overrides && strcmp(other->overrides, check->id) == 0 &&
            minor >= other->minor_first)
            return true;
    }
    return false;
}

bool check_is_of_standard(const struct check *check, enum standard standard,
                          const struct check_options *options)
{
    if (check->standard == STANDARD_NONE || check->standard > standard)
        return false;
    return check->standard == standard || !is_overridden(check, options->kubernetes_minor);
}

void check_evaluate(const struct check *check, const struct subject *subject,
                    const struct check_options *options, struct arena *arena,
                    struct check_run *ret_run)
{
    *ret_run = (struct check_run){
        .check = check,
        .subject = subject,
        .options = options,
        .arena = arena,
        .verdict = VERDICT_UNKNOWN,
    };
    check->evaluate(ret_run);
}

static void answer(struct check_run *run, enum verdict verdict)
{
    if (!run->answered || verdict > run->verdict)
        run->verdict = verdict;
    run->answered = true;
}

static void add_note(struct check_run *run, enum verdict verdict, const struct evidence *evidence,
                     const char *format, va_list args)
{
    char line[1024];

    if (run->note_count == CHECK_NOTES_MAX) {
        run->notes_left_out++;
        return;
    }
    int len = vsnprintf(line, sizeof(line), format, args);
    char *copy = len < 0 ? NULL : arena_copy(run->arena, line, strlen(line));
    struct check_note *note =
        copy ? arena_grow(run->arena, &run->notes, &run->note_count, sizeof(*note)) : NULL;
    if (!note) {
        run->no_memory = true;
        return;
    }
    *note = (struct check_note){.verdict = verdict, .text = copy};
    if (evidence)
        note->evidence = *evidence;
}

#define ADD_NOTE(run, verdict, evidence, format)                                                   \
    do {                                                                                           \
        va_list _args;                                                                             \
        answer((run), (verdict));                                                                  \
        va_start(_args, format);                                                                   \
        add_note((run), (verdict), (evidence), (format), _args);                                   \
        va_end(_args);                                                                             \
    } while (0)

void check_fail(struct check_run *run, const struct evidence *evidence, const char *format, ...)
{
    ADD_NOTE(run, VERDICT_FAIL, evidence, format);
}

void check_unknown(struct check_run *run, const struct evidence *evidence, const char *format, ...)
{
    ADD_NOTE(run, VERDICT_UNKNOWN, evidence, format);
}

void check_pass_by(struct check_run *run, const struct evidence *evidence, const char *format, ...)
{
    ADD_NOTE(run, VERDICT_PASS, evidence, format);
}

void check_pass(struct check_run *run)
{
    answer(run, VERDICT_PASS);
}

void check_not_applicable(struct check_run *run)
{
    answer(run, VERDICT_NOT_APPLICABLE);
}

void check_flag(struct check_run *run, const struct setting *setting, bool bad, bool when_unset,
                const char *what)
{
    if (setting->presence == PRESENCE_UNKNOWN)
        return check_unknown(run, setting_evidence(setting), "%s is not known", what);

    bool value = setting->presence == PRESENCE_SET ? setting->flag : when_unset;
    if (value != bad)
        return check_pass(run);
    check_fail(run, setting_evidence(setting), "%s is %s%s", what, bad ? "true" : "false",
               setting->presence == PRESENCE_SET ? "" : " where nothing is set");
}

const char *severity_name(enum severity severity)
{
    static const char *const names[SEVERITIES] = {"info", "low", "medium", "high", "critical"};

    return names[severity];
}

bool severity_parse(const char *text, enum severity *ret_severity)
{
    for (unsigned i = 0; i < SEVERITIES; i++) {
        if (strcasecmp(text, severity_name(i)) == 0) {
            *ret_severity = i;
            return true;
        }
    }
    return false;
}

const char *verdict_name(enum verdict verdict)
{
    static const char *const names[VERDICTS] = {"NOT-APPLICABLE", "PASS", "UNKNOWN", "FAIL"};

    return names[verdict];
}

const char *subject_kind_name(enum subject_kind kind)
{
    static const char *const names[] = {"container", "pod", "image", "runtime", "node"};

    return names[kind];
}

const char *standard_name(enum standard standard)
{
    static const char *const names[] = {"none", "baseline", "restricted"};

    return names[standard];
}
