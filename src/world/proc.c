/* SPDX-License-Identifier: Apache-2.0 */
#include "world/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "world/cgroup_path.h"
#include "world/exec_id.h"
#include "world/facts_internal.h"
#include "world/scan.h"
#include "world/state_index.h"

#define PF_KTHREAD     0x00200000u /* include/linux/sched.h, field 9 of stat */
#define SMALL_FILE_MAX 65536
#define CMDLINE_MAX    (8u << 20) /* a longer one can't be: ARG_MAX is 6 MiB at most */
#define CGROUP_LINES   64

/* Numbers of the fields of stat that are kept; proc(5) counts from 1. */
enum {
    STAT_STATE = 3,
    STAT_PARENT = 4,
    STAT_PGRP = 5,
    STAT_SESSION = 6,
    STAT_TTY = 7,
    STAT_FLAGS = 9,
    STAT_THREADS = 20,
    STAT_START = 22,
};

/* The fields after comm, negative ones as 0. False when there are too few. */
static bool split_stat(const char *text, char *ret_state, uint64_t fields[STAT_START + 1])
{
    text += strspn(text, " ");
    *ret_state = *text;
    if (!*text)
        return false;
    text++;
    for (unsigned i = STAT_PARENT; i <= STAT_START; i++) {
        text += strspn(text, " ");
        bool negative = *text == '-';
        text += negative;
        if (!scan_number(&text, 10, &fields[i]))
            return false;
        if (negative)
            fields[i] = 0;
    }
    return true;
}

bool proc_parse_stat(const char *text, struct proc_stat *ret_stat)
{
    /* comm may hold blanks and parentheses: it ends at the last one */
    const char *open = strchr(text, '('), *close = strrchr(text, ')');
    uint64_t fields[STAT_START + 1];
    char state;

    if (!open || !close || close < open || !split_stat(close + 1, &state, fields) ||
        fields[STAT_START] > UINT64_MAX / EXEC_ID_TICK_NS)
        return false;
    struct proc_stat stat = {
        .parent_pid = (uint32_t)fields[STAT_PARENT],
        .pgid = (uint32_t)fields[STAT_PGRP],
        .sid = (uint32_t)fields[STAT_SESSION],
        .tty = (uint32_t)fields[STAT_TTY],
        .threads = (uint32_t)fields[STAT_THREADS],
        .kthread = fields[STAT_FLAGS] & PF_KTHREAD,
        .dead = state == 'Z' || state == 'X',
        .start_time = fields[STAT_START] * EXEC_ID_TICK_NS,
    };
    size_t len = (size_t)(close - open) - 1;
    if (len >= sizeof(stat.comm)) /* kernel threads' may be longer */
        len = sizeof(stat.comm) - 1;
    memcpy(stat.comm, open + 1, len);
    *ret_stat = stat;
    return true;
}

const char *proc_status_value(const char *text, const char *key)
{
    size_t len = strlen(key);

    for (const char *line = text; line && *line;) {
        if (!strncmp(line, key, len) && line[len] == ':')
            return line + len + 1;
        line = strchr(line, '\n');
        if (line)
            line++;
    }
    return NULL;
}

static uint64_t status_hex(const char *text, const char *key)
{
    const char *value = proc_status_value(text, key);
    uint64_t number = 0;

    return value && scan_number(&value, 16, &number) ? number : 0;
}

/* The last number of the line: an id in the innermost pid namespace. */
static uint32_t status_last(const char *text, const char *key)
{
    const char *value = proc_status_value(text, key);
    uint32_t number = 0;

    while (value && scan_u32(&value, &number))
        ;
    return number;
}

/* Real, effective, saved and file system id. */
static bool status_ids(const char *text, const char *key, uint32_t *real, uint32_t *effective,
                       uint32_t *saved, uint32_t *fs)
{
    const char *value = proc_status_value(text, key);

    return value && scan_u32(&value, real) && scan_u32(&value, effective) &&
           scan_u32(&value, saved) && scan_u32(&value, fs);
}

bool proc_parse_status(const char *text, struct proc_status *ret_status)
{
    struct proc_status status = {0};

    if (!status_ids(text, "Uid", &status.uid, &status.euid, &status.suid, &status.fsuid) ||
        !status_ids(text, "Gid", &status.gid, &status.egid, &status.sgid, &status.fsgid))
        return false;
    status.vpid = status_last(text, "NSpid");
    status.vsid = status_last(text, "NSsid");
    status.vpgid = status_last(text, "NSpgid");
    status.inheritable = status_hex(text, "CapInh");
    status.permitted = status_hex(text, "CapPrm");
    status.effective = status_hex(text, "CapEff");
    status.bounding = status_hex(text, "CapBnd");
    status.ambient = status_hex(text, "CapAmb");
    status.seccomp = status_last(text, "Seccomp");
    status.seccomp_filters = status_last(text, "Seccomp_filters");
    status.no_new_privs = status_last(text, "NoNewPrivs");
    *ret_status = status;
    return true;
}

static int read_small(int dir, const char *name, char **ret_text)
{
    return read_file_at(dir, name, SMALL_FILE_MAX, ret_text, NULL);
}

static bool is_gone(int r)
{
    return r == -ENOENT || r == -ESRCH;
}

static int read_stat(int dir, struct proc_stat *ret_stat)
{
    _cleanup_free_ char *text = NULL;
    int r = read_small(dir, "stat", &text);

    if (r < 0)
        return is_gone(r) ? -ENOENT : r;
    return proc_parse_stat(text, ret_stat) ? 0 : -EBADMSG;
}

static int open_process(struct facts *facts, uint32_t pid)
{
    char path[32];

    snprintf(path, sizeof(path), "proc/%u", pid);
    int fd = openat(facts->root_fd, path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd >= 0)
        return fd;
    return is_gone(-errno) ? -ENOENT : -errno;
}

int proc_stat(struct facts *facts, uint32_t pid, struct proc_stat *ret_stat)
{
    _cleanup_close_ int dir = open_process(facts, pid);

    return dir < 0 ? dir : read_stat(dir, ret_stat);
}

uint32_t proc_namespace(int dir, const char *name)
{
    char path[32], target[64];
    uint32_t inode;

    snprintf(path, sizeof(path), "ns/%s", name);
    ssize_t len = readlinkat(dir, path, target, sizeof(target) - 1);
    if (len <= 0)
        return 0;
    target[len] = '\0';
    const char *at = target + strcspn(target, "[");
    at += *at == '[';
    return scan_u32(&at, &inode) ? inode : 0;
}

static void write_link(struct event_writer *writer, int dir, const char *name, enum param_id param,
                       bool *ret_deleted)
{
    static const char deleted[] = " (deleted)";
    char target[EVENT_PATH_MAX];
    size_t tail = strlen(deleted);
    ssize_t len = readlinkat(dir, name, target, sizeof(target));

    *ret_deleted = false;
    if (len <= 0)
        return;
    uint8_t flags = (size_t)len == sizeof(target) ? PARAM_FLAG_TRUNCATED : 0;
    if ((size_t)len > tail && !memcmp(target + len - tail, deleted, tail)) {
        *ret_deleted = true;
        flags |= PARAM_FLAG_DELETED;
        len -= (ssize_t)tail;
    }
    event_writer_bytes(writer, param, flags, target, (size_t)len);
}

static int64_t nanoseconds(struct timespec time)
{
    return time.tv_sec * INT64_C(1000000000) + time.tv_nsec;
}

static void write_exe(struct event_writer *writer, int dir)
{
    struct stat st;
    struct statfs fs;
    bool deleted;
    int64_t flags = 0;

    write_link(writer, dir, "exe", PARAM_EXE_PATH, &deleted);
    if (fstatat(dir, "exe", &st, 0) < 0)
        return;
    _cleanup_close_ int fd = openat(dir, "exe", O_PATH | O_CLOEXEC);
    if (fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == OVERLAYFS_SUPER_MAGIC)
        flags |= FILE_FLAG_OVERLAY;
    if (!st.st_nlink)
        flags |= FILE_FLAG_UNLINKED;
    if (st.st_mode & S_ISUID)
        flags |= FILE_FLAG_SETUID;
    if (st.st_mode & S_ISGID)
        flags |= FILE_FLAG_SETGID;

    char target[16];
    ssize_t len = readlinkat(dir, "exe", target, sizeof(target));
    if (len >= 7 && !memcmp(target, "/memfd:", 7))
        flags |= FILE_FLAG_MEMFD;
    event_writer_number(writer, PARAM_EXE_INODE, (int64_t)st.st_ino);
    event_writer_number(writer, PARAM_EXE_DEVICE,
                        (int64_t)major(st.st_dev) << 20 | (int64_t)minor(st.st_dev));
    event_writer_number(writer, PARAM_EXE_CTIME, nanoseconds(st.st_ctim));
    event_writer_number(writer, PARAM_EXE_MTIME, nanoseconds(st.st_mtim));
    event_writer_number(writer, PARAM_EXE_FLAGS, flags);
}

/* NUL-separated strings of at most `max` bytes. */
static void write_strings(struct event_writer *writer, int dir, const char *name,
                          enum param_id param, size_t max)
{
    _cleanup_free_ char *text = malloc(max + 1);
    size_t len = 0;

    _cleanup_close_ int fd = openat(dir, name, O_RDONLY | O_CLOEXEC);
    if (fd < 0 || !text)
        return;
    while (len <= max) {
        ssize_t n = read(fd, text + len, max + 1 - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            break;
        len += (size_t)n;
    }
    bool truncated = len > max;
    if (len)
        event_writer_bytes(writer, param, truncated ? PARAM_FLAG_TRUNCATED : 0, text,
                           truncated ? max : len);
}

/* A socket's file answers with its protocol's name: net/socket.c, sockfs_xattr_get. */
static enum file_type socket_type(int dir, const char *name)
{
    static const struct {
        const char *name;
        enum file_type type;
    } protocols[] = {
        {"TCP", FILE_TYPE_SOCKET_INET},         {"UDP", FILE_TYPE_SOCKET_INET},
        {"RAW", FILE_TYPE_SOCKET_INET},         {"PING", FILE_TYPE_SOCKET_INET},
        {"TCPv6", FILE_TYPE_SOCKET_INET6},      {"UDPv6", FILE_TYPE_SOCKET_INET6},
        {"RAWv6", FILE_TYPE_SOCKET_INET6},      {"UNIX", FILE_TYPE_SOCKET_UNIX},
        {"UNIX-STREAM", FILE_TYPE_SOCKET_UNIX},
    };
    char path[64], protocol[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d/%s", dir, name);
    ssize_t len = getxattr(path, "system.sockprotoname", protocol, sizeof(protocol) - 1);
    if (len <= 0)
        return FILE_TYPE_SOCKET_OTHER;
    protocol[len] = '\0';
    for (size_t i = 0; i < sizeof(protocols) / sizeof(*protocols); i++)
        if (!strcmp(protocols[i].name, protocol))
            return protocols[i].type;
    return FILE_TYPE_SOCKET_OTHER;
}

static enum file_type descriptor_type(int dir, unsigned fd)
{
    char name[16], target[16];
    struct stat st;

    snprintf(name, sizeof(name), "fd/%u", fd);
    if (fstatat(dir, name, &st, 0) < 0)
        return FILE_TYPE_NONE;
    switch (st.st_mode & S_IFMT) {
    case S_IFREG: return FILE_TYPE_REGULAR;
    case S_IFDIR: return FILE_TYPE_DIRECTORY;
    case S_IFCHR: return FILE_TYPE_CHARACTER;
    case S_IFBLK: return FILE_TYPE_BLOCK;
    case S_IFIFO: return FILE_TYPE_FIFO;
    case S_IFSOCK: return socket_type(dir, name);
    default: break;
    }
    ssize_t len = readlinkat(dir, name, target, sizeof(target));
    return len >= 11 && !memcmp(target, "anon_inode:", 11) ? FILE_TYPE_ANONYMOUS : FILE_TYPE_OTHER;
}

static uint32_t login_uid(int dir)
{
    _cleanup_free_ char *text = NULL;
    uint32_t uid;

    if (read_small(dir, "loginuid", &text) < 0)
        return UINT32_MAX;
    const char *at = text;
    return scan_u32(&at, &uid) ? uid : UINT32_MAX;
}

/* How much a cgroup is a container's: its name, a state file, not being a root. */
static int cgroup_rank(struct facts *facts, const struct cgroup_line *line)
{
    struct cgroup_container container;

    if (!strcmp(line->path, "/"))
        return 0;
    if (cgroup_path_container(line->path, &container))
        return 3;
    if (state_index_by_cgroup(facts->states, line->path))
        return 2;
    return 1;
}

static int choose_cgroup(struct facts *facts, int dir, uint64_t *ret_id, char **ret_path)
{
    struct cgroup_line lines[CGROUP_LINES];
    _cleanup_free_ char *text = NULL;
    const struct cgroup_line *best = NULL;
    int best_rank = -1;
    int r = read_small(dir, "cgroup", &text);

    if (r < 0)
        return r;
    size_t count = cgroupfs_lines(text, lines, CGROUP_LINES);
    for (size_t i = 0; i < count; i++) {
        int rank = 2 * cgroup_rank(facts, &lines[i]) + (lines[i].hierarchy == 0);
        if (rank > best_rank) {
            best_rank = rank;
            best = &lines[i];
        }
    }
    if (!best)
        return -ENOENT;
    char *path = strdup(best->path);
    if (!path)
        return -ENOMEM;
    if (cgroupfs_id(&facts->cgroupfs, best->hierarchy, path, ret_id) < 0)
        *ret_id = 0;
    *ret_path = path;
    return 0;
}

int proc_cgroup_by_id(struct facts *facts, uint32_t pid, uint64_t id, char **ret_path)
{
    struct cgroup_line lines[CGROUP_LINES];
    _cleanup_free_ char *text = NULL;
    _cleanup_close_ int dir = open_process(facts, pid);
    if (dir < 0)
        return dir;

    int r = read_small(dir, "cgroup", &text);
    if (r < 0)
        return r;
    size_t count = cgroupfs_lines(text, lines, CGROUP_LINES);
    for (size_t i = 0; i < count; i++) {
        uint64_t own;
        if (cgroupfs_id(&facts->cgroupfs, lines[i].hierarchy, lines[i].path, &own) < 0 || own != id)
            continue;
        *ret_path = strdup(lines[i].path);
        return *ret_path ? 0 : -ENOMEM;
    }
    return -ENOENT;
}

static void write_ids(struct event_writer *writer, const struct proc_stat *stat,
                      const struct proc_status *status)
{
    const struct {
        enum param_id param;
        int64_t value;
    } numbers[] = {
        {PARAM_TTY, stat->tty},
        {PARAM_SID, stat->sid},
        {PARAM_PGID, stat->pgid},
        {PARAM_VPID, status->vpid},
        {PARAM_VTID, status->vpid},
        {PARAM_VSID, status->vsid},
        {PARAM_VPGID, status->vpgid},
        {PARAM_SUID, status->suid},
        {PARAM_SGID, status->sgid},
        {PARAM_SECCOMP, status->seccomp},
        {PARAM_NO_NEW_PRIVS, status->no_new_privs},
        {PARAM_CAP_BOUNDING, (int64_t)status->bounding},
        {PARAM_CAP_AMBIENT, (int64_t)status->ambient},
    };

    for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers); i++)
        event_writer_number(writer, numbers[i].param, numbers[i].value);
}

static void write_namespaces(struct event_writer *writer, int dir)
{
    static const struct {
        const char *name;
        enum param_id param;
    } namespaces[] = {
        {"net", PARAM_NET_NAMESPACE},       {"user", PARAM_USER_NAMESPACE},
        {"cgroup", PARAM_CGROUP_NAMESPACE}, {"ipc", PARAM_IPC_NAMESPACE},
        {"uts", PARAM_UTS_NAMESPACE},
    };

    for (size_t i = 0; i < sizeof(namespaces) / sizeof(*namespaces); i++) {
        uint32_t inode = proc_namespace(dir, namespaces[i].name);
        if (inode)
            event_writer_number(writer, namespaces[i].param, inode);
    }
}

static struct event_header process_header(int dir, uint32_t pid, const struct proc_stat *stat,
                                          const struct proc_status *status)
{
    struct event_header header = facts_header(EVENT_PROCESS_FOUND);

    header.start_time = stat->start_time;
    header.pid = header.tid = pid;
    header.uid = status->uid;
    header.euid = status->euid;
    header.fsuid = status->fsuid;
    header.gid = status->gid;
    header.egid = status->egid;
    header.login_uid = login_uid(dir);
    header.cap_effective = status->effective;
    header.cap_permitted = status->permitted;
    header.cap_inheritable = status->inheritable;
    header.mount_namespace = proc_namespace(dir, "mnt");
    header.pid_namespace = proc_namespace(dir, "pid");
    memcpy(header.comm, stat->comm, sizeof(header.comm));
    if (stat->kthread)
        header.flags |= EVENT_FLAG_KTHREAD;
    return header;
}

static void write_process(struct facts *facts, int dir, const struct proc_stat *stat,
                          const struct proc_status *status, const char *cgroup_path)
{
    struct event_writer *writer = &facts->writer;
    struct proc_stat parent;
    bool deleted;

    write_ids(writer, stat, status);
    write_namespaces(writer, dir);
    if (cgroup_path)
        event_writer_string(writer, PARAM_CGROUP, cgroup_path);
    if (stat->parent_pid && proc_stat(facts, stat->parent_pid, &parent) == 0) {
        event_writer_number(writer, PARAM_PARENT_PID, stat->parent_pid);
        event_writer_number(writer, PARAM_PARENT_START, (int64_t)parent.start_time);
    }
    if (stat->kthread)
        return;
    write_exe(writer, dir);
    write_link(writer, dir, "cwd", PARAM_CWD, &deleted);
    write_strings(writer, dir, "cmdline", PARAM_ARGV, EVENT_ARGV_MAX);
    if (facts->want_env)
        write_strings(writer, dir, "environ", PARAM_ENVP, EVENT_ENVP_MAX);
    int64_t stdio = 0;
    for (unsigned fd = 0; fd < 3; fd++)
        stdio |= (int64_t)descriptor_type(dir, fd) << (8 * fd);
    event_writer_number(writer, PARAM_STDIO, stdio);
}

int proc_record(struct facts *facts, uint32_t pid, uint64_t start_time)
{
    struct proc_stat stat;
    struct proc_status status;
    _cleanup_free_ char *text = NULL, *cgroup_path = NULL;
    _cleanup_close_ int dir = open_process(facts, pid);
    if (dir < 0)
        return dir;

    int r = read_stat(dir, &stat);
    if (r < 0)
        return r;
    if (stat.dead) /* its exit was an event of the past: it would never be forgotten */
        return -ENOENT;
    if (start_time && exec_id_tick(start_time) != stat.start_time)
        return -ENOENT;
    if (start_time)
        stat.start_time = start_time;
    r = read_small(dir, "status", &text);
    if (r < 0)
        return is_gone(r) ? -ENOENT : r;
    if (!proc_parse_status(text, &status))
        return -EBADMSG;

    struct event_header header = process_header(dir, pid, &stat, &status);
    uint64_t cgroup_id = 0;
    choose_cgroup(facts, dir, &cgroup_id, &cgroup_path);
    header.cgroup_id = cgroup_id;
    event_writer_begin(&facts->writer, &header);
    write_process(facts, dir, &stat, &status, cgroup_path);

    /* Died on the way: half a process would be worse than none. */
    r = read_stat(dir, &stat);
    if (r < 0)
        return r;
    return event_writer_finish(&facts->writer);
}
