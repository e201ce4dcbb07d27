/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_AGENT_H
#define CMD_AGENT_H

/*
 * The pipeline of `bulwark run` and `bulwark record`: sensor -> recorder -> world -> rules ->
 * output, in one thread, around one event loop.
 */

#include <stdbool.h>
#include <stdint.h>

#include "base/loop.h"
#include "cmd/agent_drift.h"
#include "cmd/agent_isolation.h"
#include "cmd/drop_alert.h"
#include "cmd/load_rules.h"
#include "cmd/options.h"
#include "enforce/respond.h"
#include "output/output.h"
#include "rules/rules.h"
#include "sensor/recording.h"
#include "sensor/sensor.h"
#include "world/facts.h"
#include "world/world.h"

struct agent_options {
    struct texts rules;
    struct rules_choice choice;
    struct texts outputs; /* none: standard output */
    bool json;
    bool all_matches;
    enum rule_priority priority;
    enum rule_mode mode;
    uint32_t response_rate; /* a second at most; 0: no limit */
    const char *record;
    bool record_overwrite;
    bool record_only;  /* no rule is judged, no alert made */
    bool no_filter;    /* the kernel side sends all events of the types that rules need */
    bool tracepoint;   /* system calls are told of by tracepoint in any case */
    bool no_lsm;       /* rules deny as where there is no BPF LSM */
    bool keep_guards;  /* what rules deny stays denied after an orderly end */
    bool check_filter; /* and marks those it would not have sent */
    bool all_events;   /* not only those that rules need: loads none */
    uint32_t critical_ring;
    uint32_t bulk_ring;
    uint32_t bulk_rate;        /* events a second of one cgroup while the bulk ring is half full */
    uint32_t bulk_burst;       /* and at once; see sensor/noise.h for 0 */
    uint64_t dedup_window;     /* ns; 0: repetitions are sent */
    const char *fanotify_late; /* "allow" or "deny": what waited too long for its answer */
    bool fanotify_late_deny;
    uint64_t fanotify_limit; /* ns that it may wait */
    uint64_t duration;       /* ns, 0: until a signal */
    uint64_t stats;          /* ns between two prints of the counters, 0: never */
};

#define RESPONSE_RATE_DEFAULT 1000
#define BULK_RATE_DEFAULT     20000
#define BULK_RATE_OPTIONS                                                                          \
    {OPTION("bulk-rate", NUMBER, bulk_rate,                                                        \
            "events a second of a container when the bulk ring is half full; 0: no limit"),        \
     .value = "NUMBER"},                                                                           \
        {OPTION("bulk-burst", NUMBER, bulk_burst, "and at once; 0: by the size of the ring"),      \
         .value = "NUMBER"}

/* What was lost when a person was last told of it. */
struct losses_told {
    uint64_t sensor[COUNTER_MAX];
    uint64_t outputs;
    uint64_t when; /* CLOCK_BOOTTIME ns; 0: never */
};

struct prevention;

struct agent {
    const struct agent_options *options;
    struct loop *loop;
    struct loop_source *poll_timer;  /* reads the rings again when they give no wake-up */
    struct loop_source *world_timer; /* world_tick is due */
    uint64_t world_due;              /* when world_timer goes off, UINT64_MAX: it is off */
    struct ruleset *rules;           /* NULL: everything is recorded, nothing judged */
    struct output *output;
    struct responder_config responder_config;
    struct responder *responder; /* NULL: nothing but alerts */
    struct facts *facts;
    struct world *world;
    struct sensor *sensor;
    struct agent_isolation *isolation;
    struct agent_drift *drift;
    struct agent_guard *guard;     /* NULL: no rule denies, or the kernel can't */
    struct prevention *prevention; /* NULL: no rule denies, or nothing here can */
    struct agent_filter *filter;   /* NULL: no event is dropped by tables */
    uint64_t filter_missed;        /* alerts of events that the tables would have dropped */
    struct recorder *recorder;
    int recording_failed; /* 0 or -errno: the recording ended there */
    int lock_fd;
    uint64_t started; /* CLOCK_BOOTTIME ns */
    uint64_t records; /* taken from the rings */
    uint64_t records_of[EVENT_TYPE_MAX];
    uint64_t alerts;
    uint64_t denials_of_runtimes;               /* acts of rules that deny, not a container's */
    uint64_t feed_failed;                       /* records the world had no memory for */
    uint64_t dropped_in_recording[COUNTER_MAX]; /* what its DROP records tell so far */
    struct losses_told told;
    struct drop_alert drop_alert;
};

/* Run until a signal or the end of options->duration. Returns the exit code; told all on stderr. */
int agent_run(const struct agent_options *options);

/* agent_filter.c */

/* Give the kernel side the tables of the rules. */
void agent_set_filter(struct agent *agent);
/* Count an event for the rules it was sent for. */
void agent_note_sent(struct agent *agent, const struct event *event);
/* After an event was judged: tell the kernel side what its actor's state rules out. */
void agent_learn_mask(struct agent *agent, const struct judged_event *judged);
/* Something was learned from outside the stream of events. */
void agent_forget_masks(struct agent *agent);
/* A record was read and the world knows of it. */
void agent_masks_voided(struct agent *agent, const struct event_header *header);
/* So many critical events were lost so far. */
void agent_resume_masks(struct agent *agent, uint64_t lost);
/* Counts and tells when the event of an alert would not have been sent. */
void agent_check_filter(struct agent *agent, const struct alert *alert);

/* agent_guard.c */

/* Have the kernel keep those rules that deny, before `rules` become the agent's. The error names
 * the rule that it can't. */
int agent_set_guard(struct agent *agent, struct ruleset *rules, struct error *ret_error);
void agent_close_guard(struct agent *agent);
/* Whether it is about all acts that rules can deny: by LSM programs. */
bool agent_guard_is_whole(const struct agent *agent);
/* Containers may have come, gone or changed. */
void agent_guard_containers(struct agent *agent);
/* True for an event that tells of a refused act: its alerts were made. */
bool agent_judge_denied(struct agent *agent, const struct judged_event *judged);
/* True for the alert of a rule that denies when there is nothing to tell: the call failed since it
 * was refused, which was told, or it is one of the container's runtime, which no guard looks at. */
bool agent_guard_has_told(struct agent *agent, const struct alert *alert);

/* True for an act that guards should have refused, by the rules: told so. */
bool agent_guard_missed(struct agent *agent, const struct alert *alert);
void agent_print_guard(const struct agent *agent);

/* agent_respond.c */

int agent_open_responder(struct agent *agent);
/* Warn of actions that the rules ask for and that can't be carried out here. */
void agent_check_actions(const struct agent *agent);
/* Do what the alert's rule asks for, then write the alert with what became of it. */
void agent_respond(struct agent *agent, const struct alert *alert);
/* A warning for each container that rules have paused, now or in an earlier run. */
void agent_tell_paused(void);
/* The counters, and their line at the end. */
void agent_print_responses(const struct agent *agent);
void agent_print_responses_summary(const struct agent *agent);

/* agent_noise.c */

/* What was not sent since the last time, as events of the containers it is of. */
void agent_tell_noise(struct agent *agent);
/* A line for each container some event of which was not sent, on stderr. */
void agent_print_noise(const struct agent *agent);

/* agent_counters.c */

#define COUNTER_LINE "bulwark: stats "

/* Every counter by cause, on stderr. */
void agent_print_counters(const struct agent *agent);
/* Warn of what was lost since the last time, at most once in a while; put it into the recording. */
void agent_check_losses(struct agent *agent);
/* The line at the end. */
void agent_print_summary(const struct agent *agent);

/* agent.c: take so many waiting records at most; tells on stderr why it fails. 0 or -errno. */
int agent_read(struct agent *agent, size_t limit);

/* agent.c: one record into the recording, if there is one. */
void agent_record(struct agent *agent, const void *record, size_t size);
/* agent.c: a record that user space has made, into the world and the recording; releases it. */
void agent_feed(struct agent *agent, struct event_writer *writer);

#endif
