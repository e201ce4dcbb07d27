/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_HOOK_POLICY_H
#define POSTURE_HOOK_POLICY_H

/*
 * Which containers `bulwark hook` lets start. A YAML file:
 *
 *   mode: enforce        # or audit: tell, and let go (enforce)
 *   on_error: closed     # or open: what becomes of a container that can't be judged (closed)
 *   unknown: allow       # or refuse: a check that can't be answered by the declaration (refuse)
 *   checks:              # a container that fails one of them is refused
 *     severity: high     # all of this severity and above
 *     ids: [CIS-DOCKER-5.4, PSS-*]   # and these; globs
 *     except: [CIS-DOCKER-5.10]      # but not these; globs
 *   images:
 *     allow:             # globs of names, or digests; when given, no other image starts
 *     - registry.example/shop*
 *     - sha256:...
 *   waivers: waivers.yaml            # beside this file; see waiver.h
 *   log: syslog          # or file:/var/log/bulwark-hook.log: what was refused, or would have been
 */

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/error.h"
#include "posture/check.h"
#include "posture/waiver.h"

#define HOOK_POLICY_MAX ((size_t)1 << 20) /* bytes */
#define HOOK_TEXTS_MAX  1000              /* ids, images */
#define HOOK_TEXT_MAX   1000

enum hook_on_error { HOOK_CLOSED, HOOK_OPEN };

struct hook_texts {
    const char **items;
    size_t count;
};

struct hook_policy {
    bool audit;
    enum hook_on_error on_error;
    bool on_error_known; /* also of a file that is refused, when it could be read this far */
    bool allow_unknown;
    bool by_severity;
    enum severity severity;
    struct hook_texts ids, except;
    bool by_image;
    struct hook_texts images;
    const char *waivers_file; /* as written; NULL */
    const char *log;          /* "syslog", a path; NULL: none */
    struct waivers waivers;   /* the caller loads them */
};

/*
 * Parse `text`, which must outlive the arena. On failure only on_error and on_error_known are set
 * in *policy.
 */
int hook_policy_load(const char *name, const char *text, size_t len, struct arena *arena,
                     struct hook_policy *policy, struct error *ret_error);

/* Whether a container that fails this check is refused. */
bool hook_policy_has(const struct hook_policy *policy, const struct check *check);

/* Either of them may be NULL: not known. */
bool hook_policy_allows_image(const struct hook_policy *policy, const char *name,
                              const char *digest);

#endif
