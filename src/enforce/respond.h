/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENFORCE_RESPOND_H
#define ENFORCE_RESPOND_H

/* Carries out what rules ask for beside the alert, as far as user space can: kill and pause. */

#include "base/error.h"
#include "rules/response.h"
#include "world/world.h"

struct responder_config {
    const char *paused; /* where what is paused is kept, see paused.h; made when needed */
    uint32_t rate;      /* processes killed and containers paused a second at most; 0: no limit */
};

struct responder;

/* `config` and what it points to must outlive the responder. */
int responder_new(const struct responder_config *config, struct responder **ret_responder);
void responder_free(struct responder *responder);

/*
 * Do what the alert's rule asks for; false when that is nothing but the alert, and *ret_response is
 * left alone. To be called before the alert is written: it takes microseconds, the process goes on
 * meanwhile.
 */
bool respond(struct responder *responder, struct world *world, const struct alert *alert,
             struct response *ret_response);

/* Whether an action can be carried out here at all: 0, or -errno with the reason for people. */
int respond_check(const struct responder *responder, enum rule_action action,
                  struct error *ret_error);

/* Responses, by what became of them. */
#define RESPOND_COUNTER_LIST(X)                                                                    \
    X(done, "responses_done")                                                                      \
    X(repeated, "responses_repeated") /* to what was killed or paused already: none needed */      \
    X(audit, "responses_audit")                                                                    \
    X(not_prevented, "responses_not_prevented")                                                    \
    X(failed, "responses_failed")                                                                  \
    X(gone, "responses_gone")                                                                      \
    X(refused, "responses_refused")                                                                \
    X(limited, "responses_limited")    /* not done: more a second than the rate allows */          \
    X(unrecorded, "pauses_unrecorded") /* done, and not kept: `thaw` does not know of it */

struct respond_counters {
#define RESPOND_COUNTER_FIELD(field, text) uint64_t field;
    RESPOND_COUNTER_LIST(RESPOND_COUNTER_FIELD)
#undef RESPOND_COUNTER_FIELD
};

const struct respond_counters *respond_counters(const struct responder *responder);

#endif
