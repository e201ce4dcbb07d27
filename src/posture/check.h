/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_CHECK_H
#define POSTURE_CHECK_H

/*
 * A check is a row: what it looks at, why, and a function that answers. Each family of checks is a
 * table in a file of its own, check_tables lists the tables.
 *
 * A function answers by calling check_fail, check_unknown, check_pass and check_not_applicable, as
 * often as it likes: it may fail for one container's mount and then for another. The worst counts:
 * FAIL over UNKNOWN over PASS over NOT-APPLICABLE. One that calls none of them answers UNKNOWN.
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "posture/model.h"

enum severity { SEVERITY_INFO, SEVERITY_LOW, SEVERITY_MEDIUM, SEVERITY_HIGH, SEVERITY_CRITICAL };

#define SEVERITIES (SEVERITY_CRITICAL + 1)

enum verdict { VERDICT_NOT_APPLICABLE, VERDICT_PASS, VERDICT_UNKNOWN, VERDICT_FAIL };

#define VERDICTS (VERDICT_FAIL + 1)

/* What a check is about, and the member of struct subject that is set for it. */
enum subject_kind {
    SUBJECT_CONTAINER, /* container; pod where it is known */
    SUBJECT_POD,       /* pod */
    SUBJECT_IMAGE,     /* container, of which its image is looked at */
    SUBJECT_RUNTIME,   /* node */
    SUBJECT_NODE,      /* node */
};

/* Bits of `sources`: which kinds of model the check can be asked of. */
#define FROM_OCI      (1u << SOURCE_OCI)
#define FROM_RUNTIME  (1u << SOURCE_RUNTIME)
#define FROM_MANIFEST (1u << SOURCE_MANIFEST)
#define FROM_KERNEL   (1u << SOURCE_KERNEL)
#define FROM_NODE     (1u << SOURCE_NODE)
#define FROM_DECLARED (FROM_OCI | FROM_RUNTIME | FROM_MANIFEST)

/* Which of the Pod Security Standards a check belongs to. */
enum standard { STANDARD_NONE, STANDARD_BASELINE, STANDARD_RESTRICTED };

/* A version of Kubernetes: 1.`minor`. */
#define KUBERNETES_MINOR_NEWEST 37

struct check_options {
    unsigned kubernetes_minor; /* which rules of the Pod Security Standards hold */
};

struct subject {
    enum subject_kind kind;
    enum source source;
    const char *name; /* as waivers and outputs call it: "Pod/default/web", "container/web" */
    const struct container_config *container;
    const struct pod_config *pod;
    const struct node_config *node;
    /* For a running container, as it was declared (`container` is the kernel's): NULL: not known */
    const struct container_config *declared;
};

struct check_note {
    enum verdict verdict;
    struct evidence evidence;
    const char *text; /* what is wrong, or why it is not known */
};

/* One check asked of one subject. */
struct check_run {
    const struct check *check;
    const struct subject *subject;
    const struct check_options *options;
    struct arena *arena;
    bool answered;
    bool no_memory; /* a note is missing: the verdict stays */
    enum verdict verdict;
    struct check_note *notes; /* of every verdict that has something to say */
    size_t note_count;
    size_t notes_left_out; /* past CHECK_NOTES_MAX */
};

#define CHECK_NOTES_MAX 100

typedef void (*check_function)(struct check_run *run);

struct check {
    const char *id;    /* "PSS-PRIVILEGED", "CIS-DOCKER-5.4", "BULWARK-RUNTIME-SOCKET": stays */
    const char *title; /* what should be: "Containers are not privileged" */
    enum severity severity;
    enum subject_kind subject;
    unsigned sources; /* FROM_... */
    enum standard standard;
    unsigned minor_first, minor_last; /* of Kubernetes, both included; 0: from the first, no end */
    const char *overrides; /* a check of the baseline that this one takes the place of; NULL */
    const char *const *references; /* NULL-terminated; "CIS Docker 5.4", "ATT&CK T1611", URLs */
    const char *rationale;         /* why it matters */
    const char *remedy;            /* what to do */
    check_function evaluate;
};

/* References of a row: .references = REFERENCES("ATT&CK T1611", "CIS Docker 1.6.0 5.4") */
#define REFERENCES(...) ((const char *const[]){__VA_ARGS__, NULL})

struct check_table {
    const char *name; /* "Pod Security Standards, baseline" */
    const struct check *checks;
    size_t count;
};

/* One table a file; each has a row in check_tables.c, in the order in which they are listed: */
extern const struct check_table pss_baseline_checks;
extern const struct check_table pss_restricted_checks;
extern const struct check_table docker_container_checks;
extern const struct check_table node_docker_checks;
extern const struct check_table node_kubernetes_checks;
extern const struct check_table node_kubernetes_files;
extern const struct check_table our_checks;
extern const struct check_table declared_actual_checks;

extern const struct check_table *const check_tables[];
extern const size_t check_table_count;

/* NULL when there is none; case does not count. */
const struct check *check_find(const char *id);

/* Whether the check can be asked of the subject at all: kind, source, version. */
bool check_applies(const struct check *check, const struct subject *subject,
                   const struct check_options *options);

/* Whether the check is of the standard, as it is in that version. */
bool check_is_of_standard(const struct check *check, enum standard standard,
                          const struct check_options *options);

/* Evaluate one check; notes are in the arena. */
void check_evaluate(const struct check *check, const struct subject *subject,
                    const struct check_options *options, struct arena *arena,
                    struct check_run *ret_run);

/* `evidence` may be NULL: there is none but the subject. */
void check_fail(struct check_run *run, const struct evidence *evidence, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void check_unknown(struct check_run *run, const struct evidence *evidence, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void check_pass(struct check_run *run);
void check_not_applicable(struct check_run *run);
/* Passes because of this, which is worth telling: the kernel's value. */
void check_pass_by(struct check_run *run, const struct evidence *evidence, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/*
 * The answer for most flags: fails with the setting's evidence when it is set to `bad`, is unknown
 * when the setting is, passes otherwise. An unset one counts as `when_unset`.
 */
void check_flag(struct check_run *run, const struct setting *setting, bool bad, bool when_unset,
                const char *what);

const char *severity_name(enum severity severity);
bool severity_parse(const char *text, enum severity *ret_severity);
const char *verdict_name(enum verdict verdict); /* "PASS", "FAIL", "UNKNOWN", "NOT-APPLICABLE" */
const char *subject_kind_name(enum subject_kind kind);
const char *standard_name(enum standard standard);

#endif
