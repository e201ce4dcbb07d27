/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_ACTS_H
#define SENSOR_ACTS_H

/* What the sensor test does, and what each act's event must hold. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/event.h"

#define ACTS_DIR  "/tmp/bulwark-sensor-test"
#define ACTS_FILE ACTS_DIR "/a"

enum { ANY = -100000 }; /* any result that is no error */

struct expect {
    enum param_id param; /* 0 ends the list */
    int64_t number;
    const char *string;
    uint32_t len;
};

struct act {
    const char *name;
    enum event_type type;
    long (*run)(void);
    int64_t result; /* ANY, a number, or -errno */
    uint16_t flags; /* EVENT_FLAG_* that must be set */
    struct expect expects[6];
    bool (*check)(const struct event *event); /* what a table can't say; NULL: nothing more */
};

extern const struct act acts[];
extern const size_t acts_count;

/* setns by a thread whose seccomp filter answers it with EXDEV. */
long act_denied(void);
long act_trapped(void);
long act_sendmmsg(void);

/* The directory and the file that acts work on. */
void acts_prepare(void);
void acts_clean(void);

#endif
