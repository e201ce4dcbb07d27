/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/freezer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "world/cgroup_path.h"
#include "world/cgroupfs.h"

#define V2             0u /* number of its hierarchy */
#define HIERARCHY_NONE UINT32_MAX
#define LINES_MAX      64
#define SMALL_FILE_MAX 65536
#define MEMBERS_FILE   (1u << 20) /* of cgroup.procs */
#define MEMBERS_MAX    256        /* that are asked whether they are the container's */

struct freezer {
    int root_fd;
    struct cgroupfs cgroupfs;
    unsigned v1; /* HIERARCHY_NONE: there is none */
};

/* The two ways to tell a cgroup; the file says which one it is. */
static const struct control {
    const char *file, *freeze, *thaw;
} controls[] = {
    {"freezer.state", "FROZEN", "THAWED"},
    {"cgroup.freeze", "1", "0"},
};

#define CONTROLS (sizeof(controls) / sizeof(controls[0]))

/* By /proc/cgroups: "freezer	hierarchy	count	enabled"; 0 where v1 does not have it. */
static unsigned freezer_hierarchy(void)
{
    static const char name[] = "\nfreezer\t";
    _cleanup_free_ char *text = NULL;

    if (read_file("/proc/cgroups", SMALL_FILE_MAX, &text, NULL) < 0)
        return HIERARCHY_NONE;
    const char *line = strstr(text, name);
    unsigned long number = line ? strtoul(line + strlen(name), NULL, 10) : 0;
    return number ? (unsigned)number : HIERARCHY_NONE;
}

int freezer_new(struct freezer **ret_freezer)
{
    struct freezer *freezer = calloc(1, sizeof(*freezer));

    if (!freezer)
        return -ENOMEM;
    freezer->root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
    int r = freezer->root_fd < 0 ? -errno : cgroupfs_init(&freezer->cgroupfs, freezer->root_fd);
    if (r < 0) {
        freezer_free(freezer);
        return r;
    }
    freezer->v1 = freezer_hierarchy();
    *ret_freezer = freezer;
    return 0;
}

void freezer_free(struct freezer *freezer)
{
    if (!freezer)
        return;
    cgroupfs_done(&freezer->cgroupfs);
    if (freezer->root_fd >= 0)
        close(freezer->root_fd);
    free(freezer);
}

static const struct cgroup_mount *mount_of(const struct freezer *freezer, unsigned hierarchy)
{
    for (unsigned i = 0; i < freezer->cgroupfs.count; i++)
        if (freezer->cgroupfs.mounts[i].hierarchy == hierarchy)
            return &freezer->cgroupfs.mounts[i];
    return NULL;
}

const char *freezer_mount(const struct freezer *freezer)
{
    const struct cgroup_mount *mount = mount_of(freezer, freezer->v1);

    if (!mount)
        mount = mount_of(freezer, V2);
    return mount ? mount->path : NULL;
}

static const struct control *control_of(const char *directory, int *ret_fd)
{
    _cleanup_close_ int fd = open(directory, O_PATH | O_DIRECTORY | O_CLOEXEC);

    for (size_t i = 0; fd >= 0 && i < CONTROLS; i++) {
        if (faccessat(fd, controls[i].file, F_OK, 0) < 0)
            continue;
        *ret_fd = TAKE_FD(fd);
        return &controls[i];
    }
    return NULL;
}

int freezer_set(const char *directory, bool frozen)
{
    _cleanup_close_ int fd = -1;
    const struct control *control = control_of(directory, &fd);

    if (!control)
        return -ENOENT;
    _cleanup_close_ int file = openat(fd, control->file, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);
    if (file < 0)
        return -errno;
    const char *word = frozen ? control->freeze : control->thaw;
    return write_all(file, word, strlen(word));
}

bool freezer_is_set(const char *directory)
{
    _cleanup_close_ int fd = -1;
    _cleanup_free_ char *text = NULL;
    const struct control *control = control_of(directory, &fd);

    if (!control || read_file_at(fd, control->file, SMALL_FILE_MAX, &text, NULL) < 0)
        return false;
    return strncmp(text, control->thaw, strlen(control->thaw)) != 0; /* FREEZING too */
}

/* The path of a process ("self" or a pid) in one hierarchy. */
static int path_of(const char *who, unsigned hierarchy, char **ret_path)
{
    _cleanup_free_ char *text = NULL;
    struct cgroup_line lines[LINES_MAX];
    char file[64];

    snprintf(file, sizeof(file), "/proc/%s/cgroup", who);
    int r = read_file(file, SMALL_FILE_MAX, &text, NULL);
    if (r < 0)
        return r == -ENOENT ? -ESRCH : r;
    size_t count = cgroupfs_lines(text, lines, LINES_MAX);
    for (size_t i = 0; i < count; i++) {
        if (lines[i].hierarchy != hierarchy)
            continue;
        *ret_path = strdup(lines[i].path);
        return *ret_path ? 0 : -ENOMEM;
    }
    return -ENOENT;
}

/* The outermost cgroup above `path` that is the container's: `path` is cut there. */
static int cut_to_container(const struct freezer *freezer, const struct world *world,
                            const struct container *container, unsigned hierarchy, char *path)
{
    struct cgroup_container named;
    uint64_t id;

    for (char *end = path + 1; *path == '/' && end[-1]; end++) {
        end = strchrnul(end, '/');
        char next = *end;
        *end = '\0';
        if (cgroup_path_container(path, &named) && strcmp(named.id, container->id) == 0)
            return 0;
        if (cgroupfs_id(&freezer->cgroupfs, hierarchy, path, &id) == 0 &&
            world_cgroup_belongs(world, id, container))
            return 0;
        *end = next;
        if (!next)
            break;
    }
    return -ECANCELED;
}

typedef int (*each_member)(void *data, const char *pid);

/* The processes directly in a cgroup, up to MEMBERS_MAX. Stops when the callback returns non-zero.
 */
static int visit_members(const char *directory, each_member callback, void *data)
{
    _cleanup_free_ char *text = NULL, *file = NULL;
    int r = 0;

    if (asprintf(&file, "%s/cgroup.procs", directory) < 0) {
        file = NULL;
        return -ENOMEM;
    }
    r = read_file(file, MEMBERS_FILE, &text, NULL);
    if (r < 0)
        return r;
    char *line = text;
    for (unsigned i = 0; r == 0 && *line && i < MEMBERS_MAX; i++) {
        char *end = strchrnul(line, '\n');
        char *next = *end ? end + 1 : end;
        *end = '\0';
        r = callback(data, line);
        line = next;
    }
    return r;
}

/* A container's cgroup, and that below it or the same of which the event came. */
struct place {
    unsigned hierarchy;
    const char *top, *inner;
};

struct search {
    unsigned hierarchy;
    const char *top; /* of the container, in the events' hierarchy */
    char *found;     /* owned by the caller */
};

/* The path in the searched hierarchy of the first member that still lives. */
static int take_path(void *data, const char *pid)
{
    struct search *search = data;

    return path_of(pid, search->hierarchy, &search->found) == 0;
}

/* 1 for a process that is not the container's. */
static int is_stranger(void *data, const char *pid)
{
    const struct search *search = data;
    _cleanup_free_ char *path = NULL;

    return path_of(pid, search->hierarchy, &path) == 0 && !path_is_below(path, search->top);
}

/* This program must not be frozen by itself, nor the machine. */
static bool is_forbidden(unsigned hierarchy, const char *path)
{
    _cleanup_free_ char *own = NULL;

    return strcmp(path, "/") == 0 || path_of("self", hierarchy, &own) < 0 ||
           path_is_below(own, path);
}

/* The path in `hierarchy` of some process that is in a cgroup of another one; -ESRCH for none. */
static int path_of_member(const struct freezer *freezer, unsigned hierarchy, unsigned of,
                          const char *cgroup, char **ret_path)
{
    _cleanup_free_ char *directory = NULL;
    struct search search = {.hierarchy = hierarchy};

    int r = cgroupfs_directory(&freezer->cgroupfs, of, cgroup, &directory);
    if (r == 0)
        r = visit_members(directory, take_path, &search);
    if (r <= 0)
        return r ? r : -ESRCH;
    *ret_path = search.found;
    return 0;
}

/* The container's path in `hierarchy`: its own processes are there, or go on below it as here. */
static int translate(const struct freezer *freezer, unsigned hierarchy, const struct place *place,
                     char **ret_path)
{
    const char *rest = place->inner + strlen(place->top);
    char *path;

    if (hierarchy == place->hierarchy) {
        *ret_path = strdup(place->top);
        return *ret_path ? 0 : -ENOMEM;
    }
    int r = path_of_member(freezer, hierarchy, place->hierarchy, place->top, ret_path);
    if (r != -ESRCH || !*rest)
        return r;
    r = path_of_member(freezer, hierarchy, place->hierarchy, place->inner, &path);
    if (r < 0)
        return r;
    size_t len = strlen(path), extra = strlen(rest);
    if (len > extra && strcmp(path + len - extra, rest) == 0)
        path[len - extra] = '\0';
    *ret_path = path;
    return 0;
}

static int find_in(const struct freezer *freezer, unsigned hierarchy, const struct place *place,
                   char **ret_directory)
{
    struct search search = {.hierarchy = place->hierarchy, .top = place->top};
    _cleanup_free_ char *directory = NULL, *path = NULL;
    _cleanup_close_ int fd = -1;

    if (!mount_of(freezer, hierarchy))
        return -ENOENT;
    int r = translate(freezer, hierarchy, place, &path);
    if (r < 0)
        return r;
    if (is_forbidden(hierarchy, path))
        return -ECANCELED;
    r = cgroupfs_directory(&freezer->cgroupfs, hierarchy, path, &directory);
    if (r < 0)
        return r;
    if (!control_of(directory, &fd))
        return -ENOENT;
    if (hierarchy != place->hierarchy) {
        r = visit_members(directory, is_stranger, &search);
        if (r)
            return r < 0 ? r : -ECANCELED;
    }
    *ret_directory = TAKE_PTR(directory);
    return 0;
}

int freezer_find(const struct freezer *freezer, struct world *world,
                 const struct judged_event *judged, char **ret_directory)
{
    const struct process *self = world_process_by_pid(world, (uint32_t)getpid());
    const struct container *container = judged->container;
    uint64_t id = judged->event->header->cgroup_id;
    _cleanup_free_ char *top = NULL, *inner = NULL;

    if (!container || (self && self->container == container))
        return -ECANCELED;
    if (!freezer_mount(freezer))
        return -ENOENT;
    int r = cgroupfs_path(&freezer->cgroupfs, id, &inner);
    if (r < 0)
        return r == -ENOENT || r == -ESTALE ? -ESRCH : r;
    top = strdup(inner);
    if (!top)
        return -ENOMEM;
    struct place place = {.hierarchy = (unsigned)(id >> 48), .top = top, .inner = inner};
    r = cut_to_container(freezer, world, container, place.hierarchy, top);
    if (r < 0)
        return r;
    if (freezer->v1 != HIERARCHY_NONE) {
        r = find_in(freezer, freezer->v1, &place, ret_directory);
        if (r != -ENOENT && r != -ECANCELED)
            return r;
    }
    /* a runtime may have left the container in the root of the other hierarchy */
    return find_in(freezer, V2, &place, ret_directory);
}
