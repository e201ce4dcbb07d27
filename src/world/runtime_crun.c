/* SPDX-License-Identifier: Apache-2.0 */
/* Plain crun: ROOT/ID/status names the bundle, ROOT/ID/config.json is a copy of its configuration.
 */
#include "world/runtime.h"

int runtime_crun_find(struct facts *facts, const struct runtime_query *query,
                      struct container_facts *found)
{
    return runtime_state_find(facts, query, true, found);
}
