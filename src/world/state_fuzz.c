/* SPDX-License-Identifier: Apache-2.0 */
/* One input as each of the files that runtimes write, in a machine made for it. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "world/facts.h"
#include "world/runtime.h"
#include "world/tree_testing.h"

int world_feed(struct world *world, const void *record, size_t size)
{
    struct event event;

    if (event_decode(record, size, &event) < 0)
        __builtin_trap();
    return 0;
}

static const char *const files[] = {
    "run/runc/a/state.json",
    "run/crun/b/status",
    "run/crun/b/config.json",
    "var/lib/docker/containers/e/config.v2.json",
    "var/lib/docker/containers/e/hostconfig.json",
    "var/lib/containers/storage/overlay-containers/containers.json",
    "var/lib/containers/storage/overlay-images/images.json",
    "var/lib/containers/storage/overlay-containers/c/userdata/config.json",
    "run/containerd/io.containerd.runtime.v2.task/n/d/config.json",
    "proc/self/mountinfo",
    "proc/self/cgroup",
    "proc/7/stat",
    "proc/7/status",
    "proc/7/cgroup",
    "etc/passwd",
};

static struct tree machine;

static void remove_machine(void)
{
    tree_remove(&machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const ids[] = {"a", "b", "c", "d", "e"};
    struct facts *facts;
    struct cgroup_container container;

    if (!machine.root[0]) {
        tree_make(&machine);
        atexit(remove_machine);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        const char *path = tree_path(&machine, files[i]);
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0 || write_all(fd, data, size) < 0)
            return 0;
    }
    if (facts_new(machine.root, NULL, NULL, &facts, NULL) < 0)
        return 0;
    struct world_requests requests = facts_requests(facts);
    for (size_t i = 0; i < sizeof(ids) / sizeof(*ids); i++)
        requests.container_metadata(facts, NULL, ids[i], RUNTIME_UNKNOWN, "/user-0.slice/x", 0);
    requests.cgroup_container(facts, NULL, 1, "/facts-runc1/x", &container);
    requests.process(facts, NULL, 7, 0);
    requests.users(facts, NULL, NULL, 0);
    facts_free(facts);
    return 0;
}
