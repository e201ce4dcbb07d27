/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_HOOK_H
#define POSTURE_HOOK_H

/*
 * Whether a container may start, by its declaration and a policy: what `bulwark hook` decides when
 * a runtime calls it (OCI runtime-spec, config.md, POSIX-platform Hooks). Reads no file.
 */

#include <time.h>

#include "posture/hook_policy.h"
#include "posture/model.h"

#define HOOK_STATE_MAX  ((size_t)1 << 20) /* bytes on standard input */
#define HOOK_CONFIG_MAX ((size_t)8 << 20) /* bytes of a config.json */

/* OCI state (runtime.md, State); texts are in the arena. */
struct hook_state {
    const char *id, *bundle, *status;
    int64_t pid; /* 0: not given */
};

/* An error has the position in `name`. -EINVAL for what is no state, -E2BIG. */
int hook_state_read(const char *name, const char *text, size_t len, struct arena *arena,
                    struct hook_state *ret_state, struct error *ret_error);

/* A config.json of the bundle, whose directory is state->bundle. */
int hook_config_read(const char *file, const char *text, size_t len, const struct hook_state *state,
                     struct arena *arena, struct container_config *ret_config,
                     struct error *ret_error);

struct hook_violation {
    const struct check *check; /* NULL: the image */
    enum verdict verdict;      /* FAIL or UNKNOWN */
    const char *text;          /* why, in the arena */
    const char *field;         /* of config.json; NULL */
};

struct hook_verdict {
    struct hook_violation *items; /* one of each check that fails */
    size_t count;
    size_t waived;
    const char *image, *digest; /* NULL: not known */
};

/*
 * Ask the policy's checks, and look the image up. `policy->waivers` count as of `now`. 0 or
 * -ENOMEM.
 */
int hook_judge(struct hook_policy *policy, const struct hook_state *state,
               const struct container_config *config, time_t now, struct arena *arena,
               struct hook_verdict *ret_verdict);

#endif
