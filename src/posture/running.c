/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/running.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "posture/image_history.h"
#include "posture/kernel_internal.h"
#include "posture/running_declared.h"
#include "world/facts.h"
#include "world/proc.h"

#define ID_BEGINNING_MIN 6

DEFINE_CLEANUP(struct facts *, facts_free);
DEFINE_CLEANUP(struct world *, world_free);

/* A container and its first process; namespaces to see whom it shares them with. */
struct candidate {
    struct container *container;
    const struct process *first;
    uint64_t namespaces[NAMESPACE_KINDS];
};

struct search {
    const char *only;
    struct facts *facts;
    struct kernel_host host;
    struct candidate *items;
    size_t count;
    struct running_result result;
    running_visit visit;
    void *data;
};

static void search_done(struct search *search)
{
    kernel_host_done(&search->host);
    free(search->items);
}

/* Facts are records too, but none that anybody judges. */
static void ignore(void *data, const struct judged_event *judged)
{
}

/* Process 1 of its pid namespace, else the oldest; not the runtime's own that goes in. */
static bool comes_first(const struct process *process, const struct process *other)
{
    if (!other)
        return true;
    if (process->outside != other->outside)
        return !process->outside;
    if ((process->vpid == 1) != (other->vpid == 1))
        return process->vpid == 1;
    return process->id.start_time < other->id.start_time;
}

static struct candidate *find_candidate(struct search *search, const struct container *container)
{
    for (size_t i = 0; i < search->count; i++)
        if (search->items[i].container == container)
            return &search->items[i];
    return NULL;
}

static int by_age(const void *a, const void *b)
{
    uint64_t x = ((const struct candidate *)a)->first->id.start_time;
    uint64_t y = ((const struct candidate *)b)->first->id.start_time;

    return (x > y) - (x < y);
}

static int list_candidates(struct search *search, struct world *world)
{
    search->items = calloc(RUNNING_MAX, sizeof(*search->items));
    if (!search->items)
        return -ENOMEM;
    for (struct process *process = NULL; (process = world_next_process(world, process));) {
        if (!process->container || process->kthread || process->exit_time)
            continue;
        struct candidate *candidate = find_candidate(search, process->container);
        if (!candidate && search->count < RUNNING_MAX) {
            candidate = &search->items[search->count++];
            candidate->container = process->container;
        }
        if (!candidate)
            search->result.left_out++;
        else if (comes_first(process, candidate->first))
            candidate->first = process;
    }
    qsort(search->items, search->count, sizeof(*search->items), by_age);
    return 0;
}

static void read_namespaces(struct search *search)
{
    for (size_t i = 0; i < search->count; i++) {
        char path[32];
        snprintf(path, sizeof(path), "proc/%u", search->items[i].first->id.pid);
        _cleanup_close_ int fd =
            openat(search->host.root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
        for (unsigned kind = 0; fd >= 0 && kind < NAMESPACE_KINDS; kind++)
            search->items[i].namespaces[kind] = proc_namespace(fd, kernel_namespace_file(kind));
    }
}

static const char *name_of(const struct container *container)
{
    return *container->name ? container->name : container->id;
}

/* Not the pod's own sharing: its containers are meant to have one network. */
static bool same_pod(const struct container *a, const struct container *b)
{
    return *a->pod_uid && !strcmp(a->pod_uid, b->pod_uid);
}

static void tell_shared(const struct search *search, const struct candidate *own,
                        struct container_config *config, struct arena *arena)
{
    for (size_t n = 0; n < config->namespaces.count; n++) {
        struct config_namespace *namespace = &config->namespaces.items[n];
        for (size_t i = 0; i < search->count && !namespace->host && !namespace->shared_with; i++) {
            const struct candidate *other = &search->items[i];
            if (other != own && other->namespaces[namespace->kind] == namespace->inode &&
                !same_pod(own->container, other->container))
            namespace->shared_with = kernel_text(arena, "%s", name_of(other->container));
        }
    }
}

static bool is_meant(const struct container *container, const char *only)
{
    size_t len = strlen(only);

    return !strcmp(container->name, only) || !strcmp(container->id, only) ||
           (len >= ID_BEGINNING_MIN && !strncmp(container->id, only, len));
}

/* What the kernel does not call it by. */
static void take_names(struct container_config *actual, const struct container_config *declared,
                       const char *id)
{
    static const enum config_setting ids[] = {CONFIG_NAME, CONFIG_IMAGE, CONFIG_IMAGE_DIGEST,
                                              CONFIG_RUNTIME};

    actual->id = id;
    for (size_t i = 0; declared && i < sizeof(ids) / sizeof(*ids); i++)
        actual->settings[ids[i]] = declared->settings[ids[i]];
}

static const char *subject_name(const struct container *container, struct arena *arena)
{
    if (*container->pod_name)
        return kernel_text(arena, "container/%s/%s/%s", container->pod_namespace,
                           container->pod_name, name_of(container));
    return kernel_text(arena, "container/%s", name_of(container));
}

static int look_at(struct search *search, const struct candidate *candidate)
{
    const struct container *container = candidate->container;
    _cleanup_arena_ struct arena arena = {0};
    struct container_config actual, declared;
    struct running_container running = {
        .id = container->id,
        .name = name_of(container),
        .subject = subject_name(container, &arena),
        .runtime = container_runtime_name(container->runtime),
        .pid = candidate->first->id.pid,
        .arena = &arena,
    };

    int r = kernel_read_container(&search->host, running.pid, candidate->first->id.start_time,
                                  &arena, &actual);
    if (r == -ESRCH)
        search->result.gone++;
    else if (r < 0)
        return r;
    else
        running.actual = &actual;
    r = running_declared(search->host.root_fd, container, &arena, &declared,
                         &running.why_not_declared);
    if (r == -ENOMEM || !running.subject)
        return -ENOMEM;
    if (r >= 0)
        running.declared = &declared;
    if (running.actual && image_history_read(search->facts, container, &arena, &actual) < 0)
        return -ENOMEM;
    if (running.actual) {
        take_names(&actual, running.declared, running.id);
        tell_shared(search, candidate, &actual, &arena);
    }
    return search->visit(search->data, &running);
}

static int look_at_all(struct search *search, struct error *error)
{
    size_t meant = 0;

    for (size_t i = 0; search->only && i < search->count; i++)
        meant += is_meant(search->items[i].container, search->only);
    if (search->only && meant != 1)
        return error_set(error, meant ? -EEXIST : -ENOENT,
                         meant ? "%zu running containers are called '%s'"
                               : "none of %zu running containers is called '%s'",
                         meant ? meant : search->count, search->only);
    for (size_t i = 0; i < search->count; i++) {
        if (search->only && !is_meant(search->items[i].container, search->only))
            continue;
        search->result.found++;
        int r = look_at(search, &search->items[i]);
        if (r != 0)
            return r;
    }
    return 0;
}

int running_containers(const char *root, const char *only, running_visit visit, void *data,
                       struct running_result *ret_result, struct error *error)
{
    _cleanup_(facts_freep) struct facts *facts = NULL;
    _cleanup_(world_freep) struct world *world = NULL;
    _cleanup_(search_done) struct search search = {
        .only = only, .visit = visit, .data = data, .host = {.root_fd = -1}};

    int r = facts_new(root, NULL, NULL, &facts, error);
    if (r < 0)
        return r;
    search.facts = facts;
    struct world_requests requests = facts_requests(facts);
    r = world_new(NULL, &requests, ignore, NULL, &world);
    if (r >= 0)
        r = facts_feed_start(facts, world);
    if (r >= 0)
        r = facts_feed_machine(facts, world);
    if (r >= 0)
        r = list_candidates(&search, world);
    if (r >= 0)
        r = kernel_host_open(root, &search.host);
    if (r < 0)
        return error_set(error, r, "can't look at the machine's containers: %s", strerror(-r));
    read_namespaces(&search);
    r = look_at_all(&search, error);
    *ret_result = search.result;
    return r;
}
