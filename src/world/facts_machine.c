/* SPDX-License-Identifier: Apache-2.0 */
/* The first look at the machine: what was there before the first event. */
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "world/cgroup_path.h"
#include "world/facts.h"
#include "world/facts_internal.h"
#include "world/hash.h"
#include "world/proc.h"
#include "world/root_file.h"
#include "world/state_index.h"
#include "world/user_files.h"

struct seen {
    char id[CONTAINER_ID_MAX];
    UT_hash_handle hh;
};

struct machine {
    struct facts *facts;
    struct world *world;
    struct world_requests requests;
    struct seen *containers;
};

/* False when this container has been fed before. */
static bool see(struct machine *machine, const char *id)
{
    struct seen *seen = NULL;

    HASH_FIND_STR(machine->containers, id, seen);
    if (seen)
        return false;
    seen = calloc(1, sizeof(*seen));
    if (!seen)
        return true; /* fed twice is no harm */
    snprintf(seen->id, sizeof(seen->id), "%s", id);
    HASH_ADD_STR(machine->containers, id, seen);
    if (!seen->hh.tbl)
        free(seen);
    return true;
}

static void forget_seen(struct machine *machine)
{
    struct seen *seen, *next;

    HASH_ITER (hh, machine->containers, seen, next) {
        HASH_DEL(machine->containers, seen);
        free(seen);
    }
}

/* A cgroup that is no container's is left out: the world asks when an event comes from it. */
static int feed_container_cgroup(void *data, uint64_t id, const char *path)
{
    struct machine *machine = data;
    struct cgroup_container container;
    struct world_requests *requests = &machine->requests;

    int r = requests->cgroup_container(requests->data, machine->world, id, path, &container);
    if (r == -ENOMEM)
        return r;
    if (r < 0 || !see(machine, container.id))
        return 0;
    r = requests->container_metadata(requests->data, machine->world, container.id,
                                     container.runtime, path, 0);
    return r == -ENOMEM ? r : 0;
}

struct candidate {
    uint64_t start_time;
    uint32_t pid;
};

static int by_age(const void *a, const void *b)
{
    const struct candidate *x = a, *y = b;

    if (x->start_time != y->start_time)
        return x->start_time < y->start_time ? -1 : 1;
    return (x->pid > y->pid) - (x->pid < y->pid);
}

static bool parse_pid(const char *name, uint32_t *ret_pid)
{
    char *end;

    if (!isdigit((unsigned char)*name))
        return false;
    unsigned long pid = strtoul(name, &end, 10);
    if (*end || !pid || pid > INT32_MAX)
        return false;
    *ret_pid = (uint32_t)pid;
    return true;
}

/* All processes, oldest first, so that a parent is known before its children. */
static int list_processes(struct facts *facts, struct candidate **ret_list, size_t *ret_count)
{
    _cleanup_free_ struct candidate *list = NULL;
    size_t count = 0, capacity = 0;
    struct dirent *entry;

    int fd = root_open(facts->root_fd, "proc", O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return fd;
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    if (!dir)
        return -ENOMEM;
    while ((entry = readdir(dir))) {
        struct candidate candidate;
        struct proc_stat stat;
        if (!parse_pid(entry->d_name, &candidate.pid))
            continue;
        int r = proc_stat(facts, candidate.pid, &stat);
        if (r == -ENOENT || (r >= 0 && stat.dead)) {
            facts->counters.processes_vanished++;
            continue;
        }
        if (count == capacity) {
            capacity = capacity ? 2 * capacity : 512;
            void *grown = realloc(list, capacity * sizeof(*list));
            if (!grown)
                return -ENOMEM;
            list = grown;
        }
        candidate.start_time = r < 0 ? 0 : stat.start_time;
        list[count++] = candidate;
    }
    if (count)
        qsort(list, count, sizeof(*list), by_age);
    *ret_list = TAKE_PTR(list);
    *ret_count = count;
    return 0;
}

int facts_feed_machine(struct facts *facts, struct world *world)
{
    struct machine machine = {
        .facts = facts,
        .world = world,
        .requests = facts_requests(facts),
    };
    _cleanup_free_ struct candidate *list = NULL;
    size_t count = 0;

    user_files_feed(facts, world, NULL, 0); /* a host without /etc/passwd is none the worse */
    int r = cgroupfs_walk(&facts->cgroupfs, feed_container_cgroup, &machine);
    forget_seen(&machine);
    if (r < 0)
        return r;
    r = list_processes(facts, &list, &count);
    if (r < 0)
        return r;
    for (size_t i = 0; i < count; i++) {
        r = machine.requests.process(facts, world, list[i].pid, 0);
        if (r == -ENOMEM)
            return r;
    }
    return 0;
}
