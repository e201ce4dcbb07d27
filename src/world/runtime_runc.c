/* SPDX-License-Identifier: Apache-2.0 */
/* Plain runc: ROOT/ID/state.json names the bundle, its config.json tells the rest. */
#include <errno.h>
#include <string.h>

#include "base/cleanup.h"
#include "world/json_get.h"
#include "world/oci.h"
#include "world/runtime.h"

#define UMOCI_MAX (1u << 20)

/* A bundle that umoci unpacked has the image's tag and digest beside it. */
static void apply_umoci(struct facts *facts, const char *bundle, struct container_facts *found)
{
    _cleanup_free_ char *path = runtime_path("%s/umoci.json", bundle + strspn(bundle, "/"));
    _cleanup_json_ json_t *umoci = NULL;

    if (path && facts_json(facts, path, UMOCI_MAX, &umoci) == 0)
        oci_apply_umoci(umoci, found);
}

static void apply_state(const struct state_entry *state, struct container_facts *found)
{
    container_facts_text(found, FACT_NAME, state->id); /* runc and crun know no other name */
    container_facts_text(found, FACT_BUNDLE, state->bundle);
    container_facts_text(found, FACT_ROOTFS, state->rootfs);
    container_facts_start(found, state->start_time);
}

int runtime_state_find(struct facts *facts, const struct runtime_query *query, bool crun,
                       struct container_facts *found)
{
    const struct state_entry *state = query->state;
    _cleanup_json_ json_t *config = NULL;
    const char *directory = NULL;

    if (!state || state->crun != crun)
        return -ENOENT;
    found->runtime = crun ? RUNTIME_CRUN : RUNTIME_RUNC;
    apply_state(state, found);
    /* crun keeps a copy of the configuration beside its status; the bundle may be gone by now. */
    if (crun)
        directory = state->directory;
    else if (state->bundle[0] == '/')
        directory = state->bundle + strspn(state->bundle, "/");
    if (directory && runtime_bundle(facts, directory, found, &config) == 0) {
        runtime_labels(json_at(config, "annotations"), FACT_LABELS, found);
        oci_apply(config, found);
        oci_apply_image(config, found);
    } else if (state->early) {
        return -ENOENT;
    } else {
        found->flags |= CONTAINER_FLAG_PARTIAL;
    }
    if (state->early)
        found->flags |= CONTAINER_FLAG_PARTIAL;
    if (state->bundle[0] == '/')
        apply_umoci(facts, state->bundle, found);
    runtime_start_from_file(facts, state->directory, found);
    return 0;
}

int runtime_runc_find(struct facts *facts, const struct runtime_query *query,
                      struct container_facts *found)
{
    return runtime_state_find(facts, query, false, found);
}
