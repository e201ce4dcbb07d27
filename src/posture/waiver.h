/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_WAIVER_H
#define POSTURE_WAIVER_H

/*
 * Findings that somebody has accepted, for a reason and until a day. A YAML file:
 *
 *   waivers:
 *   - check: PSS-HOST-PORTS      # an id, or a glob of ids
 *     subject: DaemonSet/ingress  # a glob of names
 *     reason: the ingress needs port 443
 *     expires: 2027-01-31        # the last day on which it holds, UTC
 *
 * All four keys are needed. A waiver that has expired waives nothing, and is told.
 */

#include <stddef.h>
#include <time.h>

#include "base/arena.h"
#include "base/error.h"

struct waiver {
    const char *check, *subject, *reason;
    const char *expires_text;
    time_t ends; /* the first second on which it no longer holds */
    unsigned line;
    size_t used;     /* FAILs that it waived */
    size_t too_late; /* FAILs that it would have waived, had it not expired */
};

struct waivers {
    struct waiver *items;
    size_t count;
};

#define WAIVERS_MAX     10000
#define WAIVER_TEXT_MAX 1000

/* Parse `text`; what comes of it is in the arena. */
int waivers_load(const char *name, const char *text, size_t len, struct arena *arena,
                 struct waivers *ret_waivers, struct error *ret_error);

/*
 * The first one that holds at `now`, NULL when there is none; counts. *ret_expired is set when one
 * matches that has expired.
 */
struct waiver *waivers_find(struct waivers *waivers, const char *check, const char *subject,
                            time_t now, const struct waiver **ret_expired);

#endif
