/* SPDX-License-Identifier: Apache-2.0 */
#include "world/state_index.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "world/facts_internal.h"
#include "world/hash.h"
#include "world/json_get.h"
#include "world/root_file.h"
#include "world/timestamp.h"

/* How long a directory without a state file counts as a container that is being made. */
#define PENDING_SECONDS 10
/* A time of modification this close to now may be that of the next change too: file systems take
 * it from the clock of ticks, of which there are 100 a second at least. */
#define TICKS_NS                  20000000
#define ROOTS_MAX                 256
#define INCOMPLETE_MAX            64 /* directories without a state file that are looked at again */
#define CGROUPS_PER_CONTAINER_MAX 16

/*
 * Places of state directories. A "*" stands for any one name: containerd's namespaces, the users
 * whose runtimes run rootless.
 */
static const char *const places[] = {
    "run/runc",                  /* runc --root, its default; podman and CRI-O too */
    "run/crun",                  /* the same of crun */
    "run/containerd/runc/*",     /* containerd's shim: /run/containerd/runc/NAMESPACE */
    "run/docker/runtime-runc/*", /* dockerd 20.10 and newer: .../moby */
    "run/docker/containerd/runc/*",
    "run/user/*/runc", /* $XDG_RUNTIME_DIR: rootless */
    "run/user/*/crun",
    "run/user/*/containerd/runc/*",
    "run/user/*/docker/runtime-runc/*",
};

/* Whose bundle it is, by a part of its path. */
static const struct {
    const char *part;
    enum container_runtime runtime;
} bundle_owners[] = {
    {"/moby/", RUNTIME_DOCKER},
    {"/docker/", RUNTIME_DOCKER},
    {"/io.containerd.runtime.v2.task/", RUNTIME_CONTAINERD},
    {"/io.containerd.runtime.v1.linux/", RUNTIME_CONTAINERD},
    {"/overlay-containers/", RUNTIME_PODMAN},
    {"/vfs-containers/", RUNTIME_PODMAN},
};

struct entry {
    struct state_entry state;
    struct cgroup_key *cgroups[CGROUPS_PER_CONTAINER_MAX];
    unsigned cgroup_count;
    uint64_t directory_inode, file_inode;
    off_t file_size;
    struct timespec file_time;
    bool seen;     /* in the running refresh */
    bool readable; /* else only remembered so as not to be read again */
    UT_hash_handle by_directory, by_id;
};

struct cgroup_key {
    struct entry *entry;
    UT_hash_handle hh;
    char path[];
};

struct watched_root {
    char *path;
    uint64_t inode;
    struct timespec time;
    UT_hash_handle hh;
};

/* A directory whose state file may come at any time, which changes it but not its root. */
struct incomplete {
    char *path;
    int64_t time;
};

struct state_index {
    struct entry *by_directory;
    struct entry *by_id;
    struct cgroup_key *by_cgroup;
    unsigned count;
    uint64_t signature; /* of all roots, at the last full scan */
    bool pending;       /* the signature does not tell whether something changed */
    struct incomplete incomplete[INCOMPLETE_MAX];
    unsigned incomplete_count;
};

int state_index_new(struct state_index **ret_index)
{
    struct state_index *index = calloc(1, sizeof(*index));

    if (!index)
        return -ENOMEM;
    *ret_index = index;
    return 0;
}

static void forget(struct state_index *index, struct entry *entry)
{
    for (unsigned i = 0; i < entry->cgroup_count; i++) {
        HASH_DEL(index->by_cgroup, entry->cgroups[i]);
        free(entry->cgroups[i]);
    }
    if (entry->readable)
        HASH_DELETE(by_id, index->by_id, entry);
    HASH_DELETE(by_directory, index->by_directory, entry);
    index->count--;
    free(entry->state.directory);
    free(entry->state.bundle);
    free(entry->state.rootfs);
    free(entry->state.name_space);
    free(entry);
}

static void forget_incomplete(struct state_index *index)
{
    while (index->incomplete_count)
        free(index->incomplete[--index->incomplete_count].path);
}

static int64_t modified(const struct stat *st)
{
    return st->st_mtim.tv_sec * INT64_C(1000000000) + st->st_mtim.tv_nsec;
}

static void remember_incomplete(struct state_index *index, const char *root, const char *id,
                                const struct stat *st)
{
    struct incomplete *incomplete = &index->incomplete[index->incomplete_count];

    if (index->incomplete_count == INCOMPLETE_MAX ||
        asprintf(&incomplete->path, "%s/%s", root, id) < 0)
        return;
    incomplete->time = modified(st);
    index->incomplete_count++;
}

void state_index_free(struct state_index *index)
{
    struct entry *entry, *next;

    if (!index)
        return;
    forget_incomplete(index);
    HASH_ITER (by_directory, index->by_directory, entry, next) {
        forget(index, entry);
    }
    free(index);
}

static void add_cgroup(struct state_index *index, struct entry *entry, const char *path)
{
    struct cgroup_key *key = NULL;
    size_t len = path ? strlen(path) : 0;

    while (len > 1 && path[len - 1] == '/')
        len--;
    /* A container in a root cgroup would make the whole machine its own. */
    if (len <= 1 || *path != '/' || len >= CGROUP_PATH_MAX ||
        entry->cgroup_count == CGROUPS_PER_CONTAINER_MAX)
        return;
    HASH_FIND(hh, index->by_cgroup, path, len, key);
    if (key)
        return;
    key = malloc(sizeof(*key) + len + 1);
    if (!key)
        return;
    key->entry = entry;
    memcpy(key->path, path, len);
    key->path[len] = '\0';
    HASH_ADD_KEYPTR(hh, index->by_cgroup, key->path, len, key);
    if (!key->hh.tbl) {
        free(key);
        return;
    }
    entry->cgroups[entry->cgroup_count++] = key;
}

static char *text_or_empty(const char *text)
{
    return strdup(text ? text : "");
}

/* runc: paths of directories by controller, "bundle=..." among the labels. */
static void apply_runc(struct facts *facts, struct entry *entry, const json_t *state)
{
    const char *created = json_text(state, "created");
    const char *bundle = NULL, *key;
    json_t *value;
    size_t i;

    json_object_foreach ((json_t *)json_at(state, "cgroup_paths"), key, value) {
        const char *directory = json_string_value(value);
        if (directory)
            add_cgroup(facts->states, entry, cgroupfs_strip(&facts->cgroupfs, directory));
    }
    json_array_foreach (json_at(state, "config/labels"), i, value) {
        const char *label = json_string_value(value);
        if (label && !strncmp(label, "bundle=", strlen("bundle=")))
            bundle = label + strlen("bundle=");
    }
    if (created)
        timestamp_parse(created, &entry->state.start_time);
    entry->state.runtime = RUNTIME_RUNC;
    entry->state.bundle = text_or_empty(bundle);
    entry->state.rootfs = text_or_empty(json_text(state, "config/rootfs"));
}

static void apply_crun(struct facts *facts, struct entry *entry, const json_t *state)
{
    const char *created = json_text(state, "created");

    add_cgroup(facts->states, entry, json_text(state, "cgroup-path"));
    if (created)
        timestamp_parse(created, &entry->state.start_time);
    entry->state.runtime = RUNTIME_CRUN;
    entry->state.crun = true;
    entry->state.bundle = text_or_empty(json_text(state, "bundle"));
    entry->state.rootfs = text_or_empty(json_text(state, "rootfs"));
}

/* crun copies the configuration first and writes its status last, when the container may run
 * already: until then that is all there is. */
static void apply_crun_early(struct facts *facts, struct entry *entry, const json_t *config)
{
    entry->state.runtime = RUNTIME_CRUN;
    entry->state.crun = true;
    entry->state.early = true;
    entry->state.bundle = text_or_empty(NULL);
    entry->state.rootfs = text_or_empty(NULL);
}

static const struct {
    const char *file;
    void (*apply)(struct facts *facts, struct entry *entry, const json_t *state);
    bool early; /* the true one is still to come */
} kinds[] = {
    {.file = "state.json", .apply = apply_runc},
    {.file = "status", .apply = apply_crun},
    {.file = "config.json", .apply = apply_crun_early, .early = true},
};

static void find_owner(struct state_entry *state)
{
    for (size_t i = 0; state->bundle && i < sizeof(bundle_owners) / sizeof(*bundle_owners); i++) {
        if (strstr(state->bundle, bundle_owners[i].part)) {
            state->runtime = bundle_owners[i].runtime;
            return;
        }
    }
}

static void read_state(struct facts *facts, struct entry *entry, size_t kind)
{
    _cleanup_json_ json_t *state = NULL;
    _cleanup_free_ char *path = NULL;

    if (asprintf(&path, "%s/%s", entry->state.directory, kinds[kind].file) < 0) {
        path = NULL;
        return;
    }
    if (facts_json(facts, path, STATE_FILE_MAX, &state) < 0)
        return;
    kinds[kind].apply(facts, entry, state);
    find_owner(&entry->state);
    HASH_ADD_KEYPTR(by_id, facts->states->by_id, entry->state.id, strlen(entry->state.id), entry);
    entry->readable = entry->by_id.tbl;
}

static struct entry *new_entry(struct state_index *index, const char *root, const char *id)
{
    struct entry *entry = calloc(1, sizeof(*entry));
    const char *slash = strrchr(root, '/');

    if (!entry)
        return NULL;
    snprintf(entry->state.id, sizeof(entry->state.id), "%s", id);
    entry->state.name_space = strdup(slash ? slash + 1 : root);
    if (!entry->state.name_space || asprintf(&entry->state.directory, "%s/%s", root, id) < 0) {
        free(entry->state.name_space);
        free(entry);
        return NULL;
    }
    HASH_ADD_KEYPTR(by_directory, index->by_directory, entry->state.directory,
                    strlen(entry->state.directory), entry);
    if (!entry->by_directory.tbl) {
        free(entry->state.directory);
        free(entry->state.name_space);
        free(entry);
        return NULL;
    }
    index->count++;
    return entry;
}

static bool is_young(const struct stat *st)
{
    time_t age = time(NULL) - st->st_mtime;

    return age >= -1 && age < PENDING_SECONDS; /* file systems may have the finer clock */
}

/* One container's directory; true when its state file is yet to come. */
static bool scan_container(struct facts *facts, int root_fd, const char *root, const char *id)
{
    struct state_index *index = facts->states;
    struct stat dir, file = {0};
    struct entry *entry = NULL;
    char name[CONTAINER_ID_MAX + 16], directory[PATH_MAX];
    size_t kind = 0;

    if (fstatat(root_fd, id, &dir, AT_SYMLINK_NOFOLLOW) < 0 || !S_ISDIR(dir.st_mode))
        return false;
    for (; kind < sizeof(kinds) / sizeof(*kinds); kind++) {
        snprintf(name, sizeof(name), "%s/%s", id, kinds[kind].file);
        if (fstatat(root_fd, name, &file, AT_SYMLINK_NOFOLLOW) == 0)
            break;
    }
    if (kind == sizeof(kinds) / sizeof(*kinds)) {
        remember_incomplete(index, root, id, &dir);
        return is_young(&dir);
    }

    if ((size_t)snprintf(directory, sizeof(directory), "%s/%s", root, id) >= sizeof(directory))
        return false;
    HASH_FIND(by_directory, index->by_directory, directory, strlen(directory), entry);
    if (entry &&
        (entry->directory_inode != dir.st_ino || entry->file_inode != file.st_ino ||
         entry->file_size != file.st_size || entry->file_time.tv_sec != file.st_mtim.tv_sec ||
         entry->file_time.tv_nsec != file.st_mtim.tv_nsec)) {
        forget(index, entry);
        entry = NULL;
    }
    if (!entry) {
        if (index->count == STATE_CONTAINERS_MAX)
            return false;
        entry = new_entry(index, root, id);
        if (!entry)
            return false;
        entry->directory_inode = dir.st_ino;
        entry->file_inode = file.st_ino;
        entry->file_size = file.st_size;
        entry->file_time = file.st_mtim;
        read_state(facts, entry, kind);
    }
    entry->seen = true;
    return (!entry->readable || kinds[kind].early) && is_young(&file);
}

static uint64_t mix(uint64_t hash, uint64_t value)
{
    return (hash ^ value) * 0x9e3779b97f4a7c15ull + (hash >> 29);
}

struct scan {
    struct facts *facts;
    bool full; /* else only the roots' signature is taken */
    bool pending;
    int64_t now;
    uint64_t signature;
    unsigned roots;
};

static bool is_fresh(const struct scan *scan, int64_t time)
{
    return llabs(scan->now - time) < TICKS_NS;
}

static void sign(struct scan *scan, const struct stat *st)
{
    scan->signature = mix(mix(scan->signature, st->st_ino), (uint64_t)modified(st));
    if (is_fresh(scan, modified(st)))
        scan->pending = true;
}

static void scan_root(struct scan *scan, const char *root)
{
    struct stat st;
    int fd = root_open(scan->facts->root_fd, root, O_RDONLY | O_DIRECTORY);

    if (fd < 0)
        return;
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    if (!dir)
        return;
    if (scan->roots++ >= ROOTS_MAX || fstat(fd, &st) < 0)
        return;
    if (!scan->full) {
        sign(scan, &st);
        return;
    }
    for (struct dirent *entry; (entry = readdir(dir));)
        if (entry->d_name[0] != '.' && strlen(entry->d_name) < CONTAINER_ID_MAX &&
            scan_container(scan->facts, fd, root, entry->d_name))
            scan->pending = true;
}

/* Replaces the first "*" by every name there is, then the next. */
static void scan_place(struct scan *scan, const char *place)
{
    const char *star = strchr(place, '*');
    char path[PATH_MAX];

    if (!star) {
        scan_root(scan, place);
        return;
    }
    snprintf(path, sizeof(path), "%.*s", (int)(star - place), place);
    int fd = root_open(scan->facts->root_fd, path, O_RDONLY | O_DIRECTORY);
    if (fd < 0)
        return;
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    if (!dir)
        return;
    for (struct dirent *entry; (entry = readdir(dir)) && scan->roots < ROOTS_MAX;) {
        if (entry->d_name[0] == '.' || strchr(entry->d_name, '*'))
            continue;
        if ((size_t)snprintf(path, sizeof(path), "%.*s%s%s", (int)(star - place), place,
                             entry->d_name, star + 1) < sizeof(path))
            scan_place(scan, path);
    }
}

static void scan_all(struct scan *scan)
{
    for (size_t i = 0; i < sizeof(places) / sizeof(*places); i++)
        scan_place(scan, places[i]);
}

/* Takes the signature; true when anything may have changed since the last full scan. */
static bool look(struct scan *scan)
{
    const struct state_index *index = scan->facts->states;
    struct timespec now;
    struct stat st;
    bool changed = index->pending;

    clock_gettime(CLOCK_REALTIME_COARSE, &now);
    scan->now = now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
    scan_all(scan);
    for (unsigned i = 0; i < index->incomplete_count && !changed; i++)
        changed = fstatat(scan->facts->root_fd, index->incomplete[i].path, &st,
                          AT_SYMLINK_NOFOLLOW) < 0 ||
                  modified(&st) != index->incomplete[i].time || is_fresh(scan, modified(&st));
    return changed || scan->signature != index->signature;
}

bool state_index_refresh(struct facts *facts)
{
    struct state_index *index = facts->states;
    struct scan before = {.facts = facts}, scan = {.facts = facts, .full = true};
    struct entry *entry, *next;

    if (!look(&before))
        return false;

    HASH_ITER (by_directory, index->by_directory, entry, next) {
        entry->seen = false;
    }
    forget_incomplete(index);
    scan_all(&scan);
    HASH_ITER (by_directory, index->by_directory, entry, next) {
        if (!entry->seen)
            forget(index, entry);
    }
    index->signature = before.signature;
    index->pending = scan.pending || before.pending;
    return scan.pending;
}

const struct state_entry *state_index_by_cgroup(const struct state_index *index, const char *path)
{
    size_t len = strlen(path);

    while (len > 1) {
        struct cgroup_key *key = NULL;
        HASH_FIND(hh, index->by_cgroup, path, len, key);
        if (key)
            return &key->entry->state;
        while (len && path[len - 1] != '/')
            len--;
        while (len && path[len - 1] == '/')
            len--;
    }
    return NULL;
}

const struct state_entry *state_index_by_id(const struct state_index *index, const char *id)
{
    struct entry *entry = NULL;

    HASH_FIND(by_id, index->by_id, id, strlen(id), entry);
    return entry ? &entry->state : NULL;
}
