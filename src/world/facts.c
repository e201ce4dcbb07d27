/* SPDX-License-Identifier: Apache-2.0 */
#include "world/facts.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "world/cgroup_path.h"
#include "world/facts_internal.h"
#include "world/json_get.h"
#include "world/proc.h"
#include "world/root_file.h"
#include "world/runtime.h"
#include "world/state_index.h"
#include "world/user_files.h"

DEFINE_CLEANUP(struct facts *, facts_free);

/* In a container's pid namespace "init" is just any process: without CAP_SYS_ADMIN it tells
 * nothing. */
static uint64_t init_bounding(int root_fd)
{
    _cleanup_free_ char *text = NULL;
    struct proc_status status;

    if (read_file_at(root_fd, "proc/1/status", 65536, &text, NULL) < 0 ||
        !proc_parse_status(text, &status) || !(status.bounding >> CAP_SYS_ADMIN & 1))
        return UINT64_MAX;
    return status.bounding;
}

int facts_new(const char *root, facts_tap tap, void *tap_data, struct facts **ret_facts,
              struct error *error)
{
    _cleanup_(facts_freep) struct facts *facts = calloc(1, sizeof(*facts));

    if (!facts)
        return error_set(error, -ENOMEM, "out of memory");
    facts->tap = tap;
    facts->tap_data = tap_data;
    facts->root_fd = open(root, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (facts->root_fd < 0) {
        int r = -errno;
        return error_set(error, r, "can't open the root directory '%s': %s", root, strerror(-r));
    }
    facts->host_bounding = init_bounding(facts->root_fd);
    int r = cgroupfs_init(&facts->cgroupfs, facts->root_fd);
    if (r >= 0)
        r = state_index_new(&facts->states);
    if (r < 0)
        return error_set(error, r, "can't look at the machine: %s", strerror(-r));
    *ret_facts = TAKE_PTR(facts);
    return 0;
}

void facts_free(struct facts *facts)
{
    if (!facts)
        return;
    cgroupfs_done(&facts->cgroupfs);
    state_index_free(facts->states);
    event_writer_done(&facts->writer);
    if (facts->root_fd >= 0)
        close(facts->root_fd);
    free(facts);
}

void facts_want_env(struct facts *facts, bool want)
{
    facts->want_env = want;
}

const struct facts_counters *facts_counters(const struct facts *facts)
{
    return &facts->counters;
}

uint64_t facts_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_BOOTTIME, &now);
    return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

struct event_header facts_header(enum event_type type)
{
    return (struct event_header){
        .type = (uint16_t)type,
        .flags = EVENT_FLAG_SYNTHETIC,
        .time = facts_now(),
        .login_uid = UINT32_MAX,
    };
}

int facts_feed(struct facts *facts, struct world *world)
{
    struct event_writer *writer = &facts->writer;
    int r = event_writer_finish(writer);

    if (r < 0)
        return r;
    if (facts->tap)
        facts->tap(facts->tap_data, writer->data, writer->len);
    /* Feeding may lead to a request, which writes the next record: this one must outlive it. */
    struct event_writer own = *writer;
    *writer = (struct event_writer){0};
    r = world_feed(world, own.data, own.len);
    if (writer->data)
        event_writer_done(&own);
    else
        *writer = own;
    return r;
}

int facts_file(struct facts *facts, const char *path, size_t max, char **ret_data, size_t *ret_len)
{
    int r = root_read(facts->root_fd, path, max, ret_data, ret_len);

    if (r >= 0)
        facts->counters.runtime_files_read++;
    else if (r == -ENOENT || r == -ENOTDIR)
        return -ENOENT;
    else
        facts->counters.runtime_files_unreadable++;
    return r;
}

int facts_json(struct facts *facts, const char *path, size_t max, json_t **ret_json)
{
    _cleanup_free_ char *text = NULL;
    size_t len;
    int r = facts_file(facts, path, max, &text, &len);

    if (r < 0)
        return r;
    json_t *json = json_loadb(text, len, 0, NULL);
    if (!json) {
        facts->counters.runtime_files_malformed++;
        return -EBADMSG;
    }
    *ret_json = json;
    return 0;
}

/* An id becomes a name in paths: it must be one. */
static bool is_safe_name(const char *id)
{
    return *id && strlen(id) < CONTAINER_ID_MAX && !strchr(id, '/') && strcmp(id, ".") != 0 &&
           strcmp(id, "..") != 0;
}

static int feed_container(struct facts *facts, struct world *world, const char *id,
                          enum container_runtime hint, const char *cgroup_path)
{
    struct runtime_query query = {.id = id, .cgroup_path = cgroup_path};
    struct event_header header = facts_header(EVENT_CONTAINER);
    _cleanup_(container_facts_done) struct container_facts found;

    container_facts_init(&found);
    if (!is_safe_name(id))
        return -EINVAL;
    state_index_refresh(facts);
    if (cgroup_path)
        query.state = state_index_by_cgroup(facts->states, cgroup_path);
    if (!query.state || strcmp(query.state->id, id) != 0)
        query.state = state_index_by_id(facts->states, id);

    int r = runtime_find_container(facts, &query, hint, &found);
    if (r < 0)
        return r;
    r = container_facts_record(&found, id, &header, &facts->writer);
    return r < 0 ? r : facts_feed(facts, world);
}

static bool find_cgroup_container(struct facts *facts, const char *path,
                                  struct cgroup_container *ret_container)
{
    if (cgroup_path_container(path, ret_container))
        return true;
    const struct state_entry *state = state_index_by_cgroup(facts->states, path);
    if (!state)
        return false;
    ret_container->runtime = state->runtime;
    memcpy(ret_container->id, state->id, sizeof(state->id));
    return true;
}

static int feed_cgroup(struct facts *facts, struct world *world, uint64_t id, const char *path,
                       const struct cgroup_container *container)
{
    struct event_header header = facts_header(EVENT_CGROUP_FOUND);
    struct event_writer *writer = &facts->writer;

    header.cgroup_id = id;
    event_writer_begin(writer, &header);
    event_writer_string(writer, PARAM_CGROUP, path);
    if (container) {
        event_writer_string(writer, PARAM_CONTAINER_ID, container->id);
        event_writer_string(writer, PARAM_CONTAINER_RUNTIME,
                            container_runtime_name(container->runtime));
    }
    return facts_feed(facts, world);
}

static int request_container(void *data, struct world *world, const char *id,
                             enum container_runtime hint, const char *cgroup_path, uint32_t pid)
{
    return feed_container(data, world, id, hint, cgroup_path);
}

static int request_process(void *data, struct world *world, uint32_t pid, uint64_t start_time)
{
    struct facts *facts = data;
    int r = proc_record(facts, pid, start_time);

    if (r == -ENOENT)
        facts->counters.processes_vanished++;
    else if (r < 0)
        facts->counters.processes_unreadable++;
    if (r < 0)
        return r;
    facts->counters.processes_found++;
    return facts_feed(facts, world);
}

static int request_users(void *data, struct world *world, const struct container *container,
                         uint32_t pid)
{
    return user_files_feed(data, world, container ? container->id : NULL, pid);
}

static int request_cgroup(void *data, struct world *world, uint64_t cgroup_id, uint32_t pid)
{
    struct facts *facts = data;
    struct cgroup_container container;
    _cleanup_free_ char *path = NULL;
    int r = proc_cgroup_by_id(facts, pid, cgroup_id, &path);

    if (r < 0)
        r = cgroupfs_path(&facts->cgroupfs, cgroup_id, &path);
    if (r < 0)
        return r;
    state_index_refresh(facts);
    bool found = find_cgroup_container(facts, path, &container);
    return feed_cgroup(facts, world, cgroup_id, path, found ? &container : NULL);
}

static int request_cgroup_container(void *data, struct world *world, uint64_t cgroup_id,
                                    const char *cgroup_path, struct cgroup_container *ret_container)
{
    struct facts *facts = data;
    struct cgroup_container container;
    bool pending = state_index_refresh(facts);

    if (!find_cgroup_container(facts, cgroup_path, &container))
        return pending ? -EAGAIN : -ENOENT;
    int r = feed_cgroup(facts, world, cgroup_id, cgroup_path, &container);
    if (r < 0)
        return r;
    *ret_container = container;
    return 0;
}

struct world_requests facts_requests(struct facts *facts)
{
    return (struct world_requests){
        .container_metadata = request_container,
        .process = request_process,
        .users = request_users,
        .cgroup = request_cgroup,
        .cgroup_container = request_cgroup_container,
        .data = facts,
    };
}

/* That of process 1; where that is not to be looked at, the agent's own. */
static uint32_t host_mount_namespace(struct facts *facts)
{
    struct stat st;

    if (fstatat(facts->root_fd, "proc/1/ns/mnt", &st, 0) == 0 ||
        fstatat(facts->root_fd, "proc/self/ns/mnt", &st, 0) == 0)
        return (uint32_t)st.st_ino;
    return 0;
}

int facts_feed_start(struct facts *facts, struct world *world)
{
    struct event_header header = facts_header(EVENT_START);
    _cleanup_free_ char *name = NULL;
    struct timespec real;
    uint64_t boot;

    if (read_file_at(facts->root_fd, "proc/sys/kernel/hostname", 1024, &name, NULL) == 0)
        name[strcspn(name, "\n")] = '\0';
    header.mount_namespace = host_mount_namespace(facts);
    clock_gettime(CLOCK_REALTIME, &real);
    boot = facts_now();
    event_writer_begin(&facts->writer, &header);
    event_writer_number(&facts->writer, PARAM_OFFSET,
                        real.tv_sec * INT64_C(1000000000) + real.tv_nsec - (int64_t)boot);
    event_writer_string(&facts->writer, PARAM_TEXT, name ? name : "");
    return facts_feed(facts, world);
}
