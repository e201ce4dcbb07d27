/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Limits of the container's cgroups and of all above them, and the devices it may use: version 1,
 * version 2, or both where the controllers are spread.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "posture/device_program.h"
#include "posture/kernel_devices.h"
#include "posture/kernel_internal.h"
#include "world/root_file.h"
#include "world/scan.h"

#define LIMIT_NONE     INT64_MAX
#define V1_UNLIMITED   (1ull << 62) /* memory.limit_in_bytes counts pages up to about here */
#define WEIGHT_DEFAULT 100
#define SHARES_DEFAULT 1024
#define CGROUP_UP_MAX  CGROUPFS_DEPTH_MAX

/* A line of /proc/PID/cgroup whose hierarchy has the controller; NULL: none. */
static const char *find_line(const char *text, const char *controller, unsigned *ret_hierarchy,
                             size_t *ret_len)
{
    for (const char *line = text; *line;) {
        const char *end = strchrnul(line, '\n');
        const char *at = line;
        uint32_t hierarchy;
        if (scan_u32(&at, &hierarchy) && *at == ':') {
            at++;
            const char *colon = memchr(at, ':', (size_t)(end - at));
            char names[256];
            if (colon && (size_t)(colon - at) < sizeof(names)) {
                snprintf(names, sizeof(names), "%.*s", (int)(colon - at), at);
                if (controller ? mount_has_option(names, controller) : !*names) {
                    *ret_hierarchy = hierarchy;
                    *ret_len = (size_t)(end - colon) - 1;
                    return colon + 1;
                }
            }
        }
        line = *end ? end + 1 : end;
    }
    return NULL;
}

/* Where one controller's files of the container are. */
struct place {
    bool v2;
    char *directory; /* of its cgroup */
    char *top;       /* of the hierarchy's mount: limits are looked for up to it */
};

static void place_done(struct place *place)
{
    free(place->directory);
    free(place->top);
}

static int find_hierarchy(const struct kernel_reader *reader, const char *text,
                          const char *controller, struct place *ret_place)
{
    const struct cgroupfs *cgroupfs = &reader->host->cgroupfs;
    unsigned hierarchy;
    size_t len;
    const char *at = find_line(text, controller, &hierarchy, &len);

    if (!at)
        return -ENOENT;
    _cleanup_free_ char *path = strndup(at, len);
    struct place place = {.v2 = hierarchy == 0};
    if (!path)
        return -ENOMEM;
    int r = cgroupfs_directory(cgroupfs, hierarchy, path, &place.directory);
    if (r < 0)
        return r;
    for (unsigned i = 0; i < cgroupfs->count && !place.top; i++)
        if (cgroupfs->mounts[i].hierarchy == hierarchy)
            place.top = strdup(cgroupfs->mounts[i].path);
    if (!place.top) {
        place_done(&place);
        return -ENOMEM;
    }
    /* The top's own is written as the mount's point. */
    size_t end = strlen(place.directory);
    if (end > 1 && place.directory[end - 1] == '/')
        place.directory[end - 1] = '\0';
    *ret_place = place;
    return 0;
}

/* Version 1 where the controller is there, else version 2. */
static int find_place(const struct kernel_reader *reader, const char *text, const char *controller,
                      struct place *ret_place)
{
    int r = find_hierarchy(reader, text, controller, ret_place);

    return r == -ENOENT ? find_hierarchy(reader, text, NULL, ret_place) : r;
}

/* The first line of a file, and the file's path. */
static int read_value(const struct kernel_reader *reader, const char *directory, const char *file,
                      char **ret_path, char **ret_text)
{
    _cleanup_free_ char *path = NULL;

    if (asprintf(&path, "%s/%s", directory, file) < 0) {
        path = NULL;
        return -ENOMEM;
    }
    int r = read_file_at(reader->host->root_fd, path + strspn(path, "/"), KERNEL_FILE_MAX, ret_text,
                         NULL);
    if (r < 0)
        return r;
    (*ret_text)[strcspn(*ret_text, "\n")] = '\0';
    *ret_path = TAKE_PTR(path);
    return 0;
}

/* "max", a number, or a number with a second one ("20000 100000"): of a period of 100 ms. */
static bool parse_limit(const char *text, int64_t *ret_limit)
{
    uint64_t number, period;

    if (!strncmp(text, "max", 3) || *text == '-') {
        *ret_limit = LIMIT_NONE;
        return true;
    }
    if (!scan_number(&text, 10, &number))
        return false;
    if (scan_number(&text, 10, &period) && period)
        number = number / period * 100000 + number % period * 100000 / period;
    *ret_limit = number >= V1_UNLIMITED ? LIMIT_NONE : (int64_t)number;
    return true;
}

/* Where the smallest limit was found. */
struct limit {
    bool known;
    int64_t value;
    char *file, *text;
};

static void limit_done(struct limit *limit)
{
    free(limit->file);
    free(limit->text);
}

/* Takes both texts over. */
static void take_limit(struct limit *limit, char *path, char *text)
{
    _cleanup_free_ char *own_path = path, *own_text = text;
    int64_t value;

    if (!parse_limit(text, &value) || (limit->known && value >= limit->value))
        return;
    limit_done(limit);
    *limit = (struct limit){true, value, TAKE_PTR(own_path), TAKE_PTR(own_text)};
}

/* The cgroup's own value first, then each one's above it. */
static int search_limit(const struct kernel_reader *reader, const struct place *place,
                        const char *file, struct limit *limit)
{
    _cleanup_free_ char *directory = strdup(place->directory);

    if (!directory)
        return -ENOMEM;
    for (unsigned i = 0; i < CGROUP_UP_MAX; i++) {
        char *path, *text;
        int r = read_value(reader, directory, file, &path, &text);
        if (r == -ENOMEM)
            return r;
        if (r >= 0)
            take_limit(limit, path, text);
        char *slash = strrchr(directory, '/');
        if (!strcmp(directory, place->top) || !slash || slash == directory)
            break;
        *slash = '\0';
        if (!path_is_below(directory, place->top))
            break;
    }
    return 0;
}

static struct evidence limit_evidence(const struct kernel_reader *reader, const char *file,
                                      const char *text)
{
    return (struct evidence){
        .source = SOURCE_KERNEL,
        .file = file ? arena_copy(reader->arena, file, strlen(file)) : NULL,
        .text = text ? arena_copy(reader->arena, text, strlen(text)) : NULL,
    };
}

static const struct limit_row {
    enum config_setting id;
    const char *controller, *v1, *v2;
} limits[] = {
    {CONFIG_MEMORY_LIMIT, "memory", "memory.limit_in_bytes", "memory.max"},
    {CONFIG_PIDS_LIMIT, "pids", "pids.max", "pids.max"},
    {CONFIG_CPU_QUOTA, "cpu", "cpu.cfs_quota_us", "cpu.max"},
};

static int read_limit(struct kernel_reader *reader, const char *text, const struct limit_row *row)
{
    _cleanup_(place_done) struct place place = {0};
    _cleanup_(limit_done) struct limit limit = {0};
    struct setting *setting = &reader->config->settings[row->id];
    int r = find_place(reader, text, row->controller, &place);

    if (r >= 0)
        r = search_limit(reader, &place, place.v2 ? row->v2 : row->v1, &limit);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    if (!limit.known) {
        setting->evidence = limit_evidence(
            reader, place.directory, place.v2 ? "the controller is not enabled" : "no such file");
        return 0;
    }
    struct evidence evidence = limit_evidence(reader, limit.file, limit.text);
    if (limit.value == LIMIT_NONE)
        *setting = (struct setting){.presence = PRESENCE_UNSET, .evidence = evidence};
    else
        config_set_number(reader->config->settings, row->id, limit.value, evidence);
    return 0;
}

/* The cgroup's own alone; in the unit of version 1, whose default counts as unset. */
static int read_shares(struct kernel_reader *reader, const char *text)
{
    _cleanup_(place_done) struct place place = {0};
    _cleanup_free_ char *value = NULL, *file = NULL;
    int r = find_place(reader, text, "cpu", &place);
    uint64_t number;

    const char *name = place.v2 ? "cpu.weight" : "cpu.shares";
    if (r >= 0)
        r = read_value(reader, place.directory, name, &file, &value);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    const char *at = value;
    if (!scan_number(&at, 10, &number))
        return 0;
    struct evidence evidence = limit_evidence(reader, file, value);
    if (number == (place.v2 ? WEIGHT_DEFAULT : SHARES_DEFAULT))
        reader->config->settings[CONFIG_CPU_SHARES] =
            (struct setting){.presence = PRESENCE_UNSET, .evidence = evidence};
    else
        config_set_number(reader->config->settings, CONFIG_CPU_SHARES,
                          place.v2 ? (int64_t)(number * SHARES_DEFAULT / WEIGHT_DEFAULT)
                                   : (int64_t)number,
                          evidence);
    return 0;
}

/* Only version 1 lets a cgroup do without the OOM killer. */
static int read_oom_control(struct kernel_reader *reader, const char *text)
{
    static const char word[] = "oom_kill_disable ";
    _cleanup_(place_done) struct place place = {0};
    _cleanup_free_ char *value = NULL, *file = NULL;
    int r = find_place(reader, text, "memory", &place);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    if (place.v2) {
        config_set_flag(reader->config->settings, CONFIG_OOM_KILL_DISABLE, false,
                        limit_evidence(reader, place.directory, "cgroup v2"));
        return 0;
    }
    r = read_value(reader, place.directory, "memory.oom_control", &file, &value);
    if (r < 0)
        return r == -ENOMEM ? r : 0;
    if (!strncmp(value, word, strlen(word)))
        config_set_flag(reader->config->settings, CONFIG_OOM_KILL_DISABLE,
                        value[strlen(word)] == '1', limit_evidence(reader, file, value));
    return 0;
}

static int read_path(struct kernel_reader *reader, const char *text)
{
    static const char *const controllers[] = {NULL, "memory", "pids", "cpu", "devices"};
    unsigned hierarchy;
    size_t len;

    for (size_t i = 0; i < sizeof(controllers) / sizeof(*controllers); i++) {
        const char *at = find_line(text, controllers[i], &hierarchy, &len);
        if (!at || len <= 1)
            continue;
        char *path = arena_copy(reader->arena, at, len);
        if (!path)
            return -ENOMEM;
        config_set_text(reader->config->settings, CONFIG_CGROUP_PATH, path,
                        kernel_evidence(reader, "cgroup", NULL, path));
        return 0;
    }
    return 0;
}

static int read_devices(struct kernel_reader *reader, const char *text)
{
    _cleanup_(place_done) struct place v1 = {0}, v2 = {0};
    struct device_places places = {0};
    int r = find_hierarchy(reader, text, "devices", &v1);

    if (r == -ENOMEM)
        return r;
    places.v1 = r < 0 ? NULL : v1.directory;
    r = find_hierarchy(reader, text, NULL, &v2);
    if (r == -ENOMEM)
        return r;
    places.v2 = r < 0 ? NULL : v2.directory;
    return kernel_read_devices(reader, &places);
}

int kernel_read_cgroup(struct kernel_reader *reader)
{
    _cleanup_free_ char *text = NULL;
    int r = read_file_at(reader->process_fd, "cgroup", KERNEL_FILE_MAX, &text, NULL);

    if (r < 0)
        return r == -ENOMEM ? r : 0;
    r = read_path(reader, text);
    for (size_t i = 0; r >= 0 && i < sizeof(limits) / sizeof(*limits); i++)
        r = read_limit(reader, text, &limits[i]);
    if (r >= 0)
        r = read_shares(reader, text);
    if (r >= 0)
        r = read_oom_control(reader, text);
    return r < 0 ? r : read_devices(reader, text);
}
