/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RESPONSE_H
#define RULES_RESPONSE_H

/*
 * What became of the action that a rule asked for: the one form in which every means tells it, and
 * the two texts of it that alerts carry.
 */

#include "base/buf.h"
#include "rules/rules.h"

/* By what an action is carried out. */
enum response_means {
    MEANS_NONE = 0, /* nothing here can */
    MEANS_SIGNAL,
    MEANS_FREEZER, /* of cgroups, v1 or v2 */
    MEANS_LSM,
    MEANS_FANOTIFY,
    MEANS_CGROUP, /* BPF programs at a cgroup's sockets */
};

enum response_result {
    RESPONSE_DONE = 0, /* "denied", "killed", "paused" */
    RESPONSE_AUDIT,    /* the mode is audit: nothing was done */
    RESPONSE_FAILED,   /* `error` says why */
    RESPONSE_NOT_PREVENTED,
    RESPONSE_GONE,    /* who acted has ended before */
    RESPONSE_REFUSED, /* the agent, init, a kernel thread, ...: never acted upon */
    RESPONSE_LIMITED, /* more responses a second than are allowed */
};

struct response {
    enum rule_action asked;
    enum rule_mode mode;
    enum response_result result;
    enum response_means means;
    int error; /* errno of a failure, or what a denied call returned; 0: none */
};

/* "killed", "audit", ...; "signal", ... */
const char *response_result_name(const struct response *response);
const char *response_means_name(enum response_means means);

/* "action=kill mode=enforce result=failed means=signal errno=EPERM". 0 or -errno. */
int response_text(struct buf *buf, const struct response *response);

/* The value of the alert's key "action"; without "errno" when there is none. 0 or -errno. */
int response_json(struct buf *buf, const struct response *response);

#endif
