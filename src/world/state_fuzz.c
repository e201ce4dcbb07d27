/* SPDX-License-Identifier: Apache-2.0 */
/* One input as each of the files that runtimes write, in a machine made for it. */
#include <fcntl.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "world/facts.h"
#include "world/runtime.h"

#define ID "4f797c539e6c745de61a93ca3ff892358ecbcaccd8414d5db545c38428142970"

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
    "var/lib/docker/containers/" ID "/config.v2.json",
    "var/lib/docker/containers/" ID "/hostconfig.json",
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

static void make_parents(char *path, const char *from)
{
    for (char *slash = strchr(from, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        mkdir(path, 0700);
        *slash = '/';
    }
}

static const char *machine(void)
{
    static char root[64];

    if (root[0])
        return root;
    snprintf(root, sizeof(root), "/tmp/bulwark-fuzz-%d", (int)getpid());
    mkdir(root, 0700);
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", root, files[i]);
        make_parents(path, path + strlen(root) + 1);
    }
    return root;
}

static void remove_machine(void)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf '%s'", machine());
    if (system(command) != 0)
        fprintf(stderr, "%s is left behind\n", machine());
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const ids[] = {"a", "b", ID, "c", "d"};
    static bool registered;
    struct facts *facts;
    struct cgroup_container container;

    if (!registered)
        registered = atexit(remove_machine) == 0;
    for (size_t i = 0; i < sizeof(files) / sizeof(*files); i++) {
        char path[256];
        snprintf(path, sizeof(path), "%s/%s", machine(), files[i]);
        _cleanup_close_ int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        if (fd < 0 || write_all(fd, data, size) < 0)
            return 0;
    }
    if (facts_new(machine(), NULL, NULL, &facts, NULL) < 0)
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
