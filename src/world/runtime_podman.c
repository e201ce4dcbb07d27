/* SPDX-License-Identifier: Apache-2.0 */
/*
 * podman: the bundle and names of containers/storage, and podman's own database, which alone has
 * the labels and the pod (a bolt file up to podman 4; podman 5 may keep SQLite, which is not read).
 */
#include <errno.h>
#include <fcntl.h>
#include <string.h>

#include "base/cleanup.h"
#include "world/bolt.h"
#include "world/json_get.h"
#include "world/oci.h"
#include "world/root_file.h"
#include "world/runtime.h"
#include "world/timestamp.h"

static bool is_podman(const json_t *config)
{
    const char *manager = json_member_text(json_at(config, "annotations"), "io.container.manager");

    return manager && !strcmp(manager, "libpod");
}

static void apply_annotations(const json_t *config, struct container_facts *found)
{
    const json_t *annotations = json_at(config, "annotations");
    const char *privileged = json_member_text(annotations, "io.podman.annotations.privileged");

    if (privileged && !strcmp(privileged, "TRUE"))
        found->flags |= CONTAINER_FLAG_PRIVILEGED;
}

static json_t *bolt_json(struct bolt *bolt, const char *const path[], struct buf *value)
{
    return bolt_get(bolt, path, value) < 0 ? NULL : json_loadb(value->data, value->len, 0, NULL);
}

static int read_database(int fd, const char *id, struct container_facts *found)
{
    _cleanup_buf_ struct buf value = {.max = OCI_CONFIG_MAX};
    struct bolt bolt;
    int r = bolt_begin(fd, &bolt);
    if (r < 0)
        return r;

    _cleanup_json_ json_t *config =
        bolt_json(&bolt, (const char *const[]){"ctr", id, "config", NULL}, &value);
    _cleanup_json_ json_t *state =
        bolt_json(&bolt, (const char *const[]){"ctr", id, "state", NULL}, &value);
    const char *pod_id = json_text(config, "pod");
    _cleanup_json_ json_t *pod =
        pod_id ? bolt_json(&bolt, (const char *const[]){"pod", pod_id, "config", NULL}, &value)
               : NULL;
    r = bolt_end(&bolt);
    if (r < 0)
        return r;

    uint64_t start;
    const char *started = json_text(state, "startedTime");
    if (started && timestamp_parse(started, &start))
        container_facts_start(found, start);
    runtime_labels(json_at(config, "labels"), FACT_LABELS, found);
    container_facts_text(found, FACT_NAME, json_text(config, "name"));
    container_facts_text(found, FACT_IMAGE, json_text(config, "rootfsImageName"));
    container_facts_text(found, FACT_USER, json_text(config, "user"));
    container_facts_text(found, FACT_POD_NAME, json_text(pod, "name"));
    if (json_is_true(json_at(config, "pause")))
        found->flags |= CONTAINER_FLAG_POD_SANDBOX;
    return 0;
}

static void apply_database(struct facts *facts, const char *storage, const char *id,
                           struct container_facts *found)
{
    _cleanup_free_ char *path = runtime_path("%s/libpod/bolt_state.db", storage);
    int r = -EAGAIN;

    if (!path)
        return;
    _cleanup_close_ int fd = root_open(facts->root_fd, path, O_RDONLY);
    if (fd < 0)
        return;
    for (unsigned attempt = 0; attempt < 3 && r == -EAGAIN; attempt++)
        r = read_database(fd, id, found);
    if (r < 0)
        facts->counters.runtime_files_malformed++;
    else
        facts->counters.runtime_files_read++;
}

static void apply(struct facts *facts, const char *storage, const char *id, const json_t *config,
                  struct container_facts *found)
{
    apply_annotations(config, found);
    apply_database(facts, storage, id, found);
}

int runtime_podman_find(struct facts *facts, const struct runtime_query *query,
                        struct container_facts *found)
{
    static const struct storage_runtime podman = {RUNTIME_PODMAN, is_podman, apply};

    return runtime_storage_find(facts, query, &podman, found);
}
