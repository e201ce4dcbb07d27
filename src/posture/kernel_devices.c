/* SPDX-License-Identifier: Apache-2.0 */
#include "posture/kernel_devices.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

#include "base/cleanup.h"
#include "base/directory.h"
#include "base/files.h"
#include "posture/device_program.h"
#include "world/root_file.h"
#include "world/scan.h"

#define RULES_MAX      256
#define DISKS_MAX      256
#define NODES_MAX      1024
#define NODE_DEPTH_MAX 4

static const char *parse_part(const char *at, int64_t *ret_number)
{
    uint32_t number;

    if (*at == '*') {
        *ret_number = -1;
        return at + 1;
    }
    if (!scan_u32(&at, &number))
        return NULL;
    *ret_number = number;
    return at;
}

bool kernel_parse_device_rule(const char *line, struct config_device *ret_device)
{
    struct config_device device = {.allow = true};

    if (!line[0] || !strchr("abc", line[0]) || line[1] != ' ')
        return false;
    device.type = line[0];
    const char *at = parse_part(line + 2, &device.major);
    if (!at || *at != ':')
        return false;
    at = parse_part(at + 1, &device.minor);
    if (!at || *at != ' ' || !at[1] || strspn(at + 1, "rwm") != strlen(at + 1))
        return false;
    device.access = at + 1;
    *ret_device = device;
    return true;
}

static int add_rule(struct kernel_reader *reader, struct config_device device, const char *file,
                    const char *text)
{
    struct config_device *item = config_list_add(reader->arena, &reader->config->devices);

    if (!item)
        return -ENOMEM;
    device.access =
        device.access ? arena_copy(reader->arena, device.access, strlen(device.access)) : "rwm";
    device.evidence = (struct evidence){
        .source = SOURCE_KERNEL,
        .file = kernel_text(reader->arena, "%s", file),
        .text = kernel_text(reader->arena, "%s", text),
    };
    *item = device;
    return device.access ? 0 : -ENOMEM;
}

static int try_device(const struct device_programs *programs, bool block, uint32_t major,
                      uint32_t minor, bool *ret_allowed)
{
    struct device_request request = {
        .block = block,
        .major = major,
        .minor = minor,
        .access = BPF_DEVCG_ACC_READ | BPF_DEVCG_ACC_WRITE,
    };

    return device_programs_run(programs, &request, ret_allowed);
}

/* Devices of no name: a program that allows these allows all. */
static int allows_all(const struct device_programs *programs, bool *ret_all)
{
    static const struct {
        bool block;
        uint32_t major, minor;
    } odd[] = {{false, 509, 1023}, {true, 509, 1023}, {false, 1, 2}, {true, 8, 0}, {true, 259, 77}};
    bool all = true;

    for (size_t i = 0; all && i < sizeof(odd) / sizeof(*odd); i++) {
        int r = try_device(programs, odd[i].block, odd[i].major, odd[i].minor, &all);
        if (r < 0)
            return r;
    }
    *ret_all = all;
    return 0;
}

struct disk_search {
    struct kernel_reader *reader;
    const struct device_programs *programs;
    const char *file;
};

static int try_disk(void *data, int dir_fd, const char *name)
{
    const struct disk_search *search = data;
    struct config_device device = {.type = 'b', .allow = true};
    _cleanup_free_ char *text = NULL;
    char path[300], told[320];
    bool allowed;

    snprintf(path, sizeof(path), "sys/class/block/%s/dev", name);
    if (*name == '.' ||
        root_read(search->reader->host->root_fd, path, KERNEL_FILE_MAX, &text, NULL) < 0)
        return 0;
    const char *at = parse_part(text, &device.major);
    if (!at || *at != ':' || !parse_part(at + 1, &device.minor) ||
        try_device(search->programs, true, (uint32_t)device.major, (uint32_t)device.minor,
                   &allowed) < 0 ||
        !allowed)
        return 0;
    snprintf(told, sizeof(told), "the program allows %s", name);
    return add_rule(search->reader, device, search->file, told);
}

/* The host's disks and memory: those that a container has no business with. */
static int try_disks(struct kernel_reader *reader, const struct device_programs *programs,
                     const char *file)
{
    struct disk_search search = {.reader = reader, .programs = programs, .file = file};

    return directory_visit(
        root_open(reader->host->root_fd, "sys/class/block", O_RDONLY | O_DIRECTORY), DISKS_MAX,
        try_disk, &search);
}

static int read_v1(struct kernel_reader *reader, const char *directory, bool *ret_all)
{
    _cleanup_free_ char *file = NULL, *text = NULL;

    if (asprintf(&file, "%s/devices.list", directory) < 0) {
        file = NULL;
        return -ENOMEM;
    }
    int r =
        read_file_at(reader->host->root_fd, file + strspn(file, "/"), KERNEL_FILE_MAX, &text, NULL);
    if (r < 0)
        return r;
    unsigned count = 0;
    for (char *rest = text, *line; (line = strsep(&rest, "\n"));) {
        struct config_device device;
        if (!kernel_parse_device_rule(line, &device) || count++ >= RULES_MAX)
            continue;
        if (device.type == 'a')
            *ret_all = true;
        else if ((r = add_rule(reader, device, file, line)) < 0)
            return r;
    }
    return 0;
}

static int add_all(struct kernel_reader *reader, const char *file, const char *text)
{
    struct config_device all = {.type = 'a', .major = -1, .minor = -1, .allow = true};

    return add_rule(reader, all, file, text);
}

static int apply_programs(struct kernel_reader *reader, const struct device_programs *programs,
                          const char *directory)
{
    bool all = true;

    if (!device_programs_count(programs))
        return add_all(reader, directory, "no BPF program limits devices");
    int r = allows_all(programs, &all);
    if (r < 0)
        return r;
    return all ? add_all(reader, directory, "the BPF programs allow every device")
               : try_disks(reader, programs, directory);
}

static int read_v2(struct kernel_reader *reader, const char *directory)
{
    struct device_programs *programs;
    _cleanup_close_ int fd = root_open(reader->host->root_fd, directory, O_RDONLY | O_DIRECTORY);

    if (fd < 0)
        return fd;
    int r = device_programs_open(fd, &programs);
    if (r < 0)
        return r;
    r = apply_programs(reader, programs, directory);
    device_programs_free(programs);
    return r;
}

/* Both versions are asked by the kernel, and each must allow. */
static int read_rules(struct kernel_reader *reader, const struct device_places *places)
{
    struct container_config *config = reader->config;
    bool all_v1 = !places->v1;
    int r = places->v1 ? read_v1(reader, places->v1, &all_v1) : 0;

    if (r >= 0 && all_v1) {
        r = places->v2 ? read_v2(reader, places->v2) : -ENOENT;
        if (r < 0 && r != -ENOMEM && places->v1) /* where v1 rules, v2 programs are rare */
            r = add_all(reader, places->v1, "a *:* rwm");
    }
    if (r < 0) {
        config->devices.evidence = (struct evidence){
            .source = SOURCE_KERNEL,
            .file = kernel_text(reader->arena, "%s", places->v1 ? places->v1 : "/sys/fs/cgroup"),
            .text = kernel_text(reader->arena, "%s", strerror(-r)),
        };
        return r == -ENOMEM ? r : 0;
    }
    if (!config->devices.count)
        config->devices.presence = PRESENCE_UNSET;
    return 0;
}

/* What every container gets (OCI runtime-spec, config-linux.md, "Default Devices"). */
static bool is_usual(const char *path)
{
    static const char *const usual[] = {"/dev/null",    "/dev/zero",    "/dev/full",
                                        "/dev/random",  "/dev/urandom", "/dev/tty",
                                        "/dev/console", "/dev/ptmx",    NULL};

    for (const char *const *name = usual; *name; name++)
        if (!strcmp(path, *name))
            return true;
    return false;
}

struct node_walk {
    struct kernel_reader *reader;
    unsigned count;
};

static int add_node(struct node_walk *walk, const char *path, const struct stat *st)
{
    struct kernel_reader *reader = walk->reader;
    struct config_device device = {
        .path = kernel_text(reader->arena, "%s", path),
        .type = S_ISBLK(st->st_mode) ? 'b' : 'c',
        .major = major(st->st_rdev),
        .minor = minor(st->st_rdev),
        .allow = true,
    };
    char file[PATH_MAX + 32], text[64];

    if (!device.path)
        return -ENOMEM;
    snprintf(file, sizeof(file), "/proc/%u/root%s", reader->pid, path);
    snprintf(text, sizeof(text), "%c %u:%u", device.type, major(st->st_rdev), minor(st->st_rdev));
    return add_rule(reader, device, file, text);
}

static int walk_nodes(struct node_walk *walk, int parent_fd, const char *name, const char *path,
                      unsigned depth);

/* In a user namespace nodes are the host's, mounted one by one. */
static int look_at_node(struct node_walk *walk, int dir_fd, const char *name, const char *path,
                        unsigned depth)
{
    int fd = kernel_look_at(dir_fd, name, O_PATH);
    bool mounted = fd == -EXDEV;
    struct stat st;

    if (mounted)
        fd = kernel_look(walk->reader, path, O_PATH);
    _cleanup_close_ int own = fd;
    if (own < 0 || fstat(own, &st) < 0)
        return 0;
    if (S_ISDIR(st.st_mode))
        return depth < NODE_DEPTH_MAX && !mounted ? walk_nodes(walk, dir_fd, name, path, depth + 1)
                                                  : 0;
    bool is_node = S_ISBLK(st.st_mode) || S_ISCHR(st.st_mode);
    return is_node && !is_usual(path) ? add_node(walk, path, &st) : 0;
}

static int walk_nodes(struct node_walk *walk, int parent_fd, const char *name, const char *path,
                      unsigned depth)
{
    int fd = kernel_look_at(parent_fd, name, O_RDONLY | O_DIRECTORY);
    struct dirent *entry;
    int r = 0;

    if (fd < 0)
        return 0;
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    if (!dir)
        return -ENOMEM;
    while (r >= 0 && (entry = readdir(dir)) && walk->count++ < NODES_MAX) {
        char below[PATH_MAX];
        if (entry->d_name[0] != '.' &&
            (size_t)snprintf(below, sizeof(below), "%s/%s", path, entry->d_name) < sizeof(below))
            r = look_at_node(walk, fd, entry->d_name, below, depth);
    }
    return r;
}

int kernel_read_devices(struct kernel_reader *reader, const struct device_places *places)
{
    struct node_walk walk = {.reader = reader};
    int r = read_rules(reader, places);

    if (r < 0)
        return r;
    const struct mount *mount =
        reader->mounts_known ? mount_table_at(&reader->mounts, "/dev") : NULL;
    if (reader->tree_fd < 0 || !mount || mount_waits(mount)) {
        reader->config->devices.presence = PRESENCE_UNKNOWN;
        reader->config->devices.evidence =
            kernel_evidence(reader, "root/dev", NULL, "can't be looked at");
        return 0;
    }
    _cleanup_close_ int top = kernel_look(reader, "/dev", O_PATH | O_DIRECTORY);
    return top < 0 ? 0 : walk_nodes(&walk, top, ".", "/dev", 0);
}
