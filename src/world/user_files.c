/* SPDX-License-Identifier: Apache-2.0 */
#include "world/user_files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "world/facts_internal.h"
#include "world/root_file.h"
#include "world/scan.h"

/* name:password:uid:gid:comment:home:shell */
enum { PASSWD_UID = 2, PASSWD_HOME = 5, PASSWD_FIELDS = 7 };

struct user_file {
    enum param_id param;
    const char *path;
};

static const struct user_file user_files[] = {
    {PARAM_PASSWD, "etc/passwd"},
    {PARAM_GROUP, "etc/group"},
};

/*
 * At most USER_FILE_MAX bytes of a regular file. The root may be a container's, whose owner is not
 * trusted: nothing is followed out of it, and no device or FIFO is read.
 */
static int read_lines(int root_fd, const char *path, char data[USER_FILE_MAX], size_t *ret_len,
                      bool *ret_truncated)
{
    struct stat st;
    _cleanup_close_ int fd = root_open(root_fd, path, O_RDONLY);

    if (fd < 0)
        return fd;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return -ENODEV;
    ssize_t n = read_full(fd, data, USER_FILE_MAX);
    if (n < 0)
        return (int)n;
    size_t len = (size_t)n;
    *ret_truncated = len == USER_FILE_MAX;
    while (*ret_truncated && len && data[len - 1] != '\n')
        len--;
    *ret_len = len;
    return 0;
}

/* Both files must fit into one record: the second gets what room is left. */
static int write_file(struct facts *facts, int root_fd, const struct user_file *file, char *data)
{
    size_t len;
    bool truncated;
    int r = read_lines(root_fd, file->path, data, &len, &truncated);

    if (r < 0) {
        if (r != -ENOENT)
            facts->counters.users_files_unreadable++;
        return r;
    }
    size_t room = EVENT_RECORD_MAX - facts->writer.len - 64;
    if (len > room) {
        truncated = true;
        for (len = room; len && data[len - 1] != '\n';)
            len--;
    }
    event_writer_bytes(&facts->writer, file->param, truncated ? PARAM_FLAG_TRUNCATED : 0, data,
                       len);
    facts->counters.users_files_read++;
    return 0;
}

/* The root directory that a process sees. */
static int open_process_root(struct facts *facts, uint32_t pid)
{
    char path[64];

    snprintf(path, sizeof(path), "proc/%u/root", pid);
    int fd = openat(facts->root_fd, path, O_PATH | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int user_files_feed(struct facts *facts, struct world *world, const char *container_id,
                    uint32_t pid)
{
    struct event_header header = facts_header(EVENT_USERS);
    _cleanup_close_ int process_root = container_id ? open_process_root(facts, pid) : -1;
    _cleanup_free_ char *data = malloc(USER_FILE_MAX);
    int root = facts->root_fd, result = -ENOENT;

    if (!data)
        return -ENOMEM;
    if (container_id) {
        root = process_root;
        if (root < 0) {
            facts->counters.users_files_unreadable++;
            return root;
        }
    }
    event_writer_begin(&facts->writer, &header);
    if (container_id)
        event_writer_string(&facts->writer, PARAM_CONTAINER_ID, container_id);
    for (size_t i = 0; i < sizeof(user_files) / sizeof(*user_files); i++) {
        int r = write_file(facts, root, &user_files[i], data);
        if (r >= 0)
            result = 0;
        else if (result == -ENOENT)
            result = r;
    }
    return result < 0 ? result : facts_feed(facts, world);
}

char *user_files_home(struct facts *facts, uint32_t uid)
{
    _cleanup_free_ char *data = malloc(USER_FILE_MAX + 1);
    size_t len;
    bool truncated;

    if (!data || read_lines(facts->root_fd, "etc/passwd", data, &len, &truncated) < 0)
        return NULL;
    data[len] = '\0';
    for (char *line = data; *line;) {
        char *end = strchrnul(line, '\n');
        char *next = *end ? end + 1 : end;
        char *fields[PASSWD_FIELDS] = {0};
        uint32_t own;
        *end = '\0';
        for (unsigned i = 0; i < PASSWD_FIELDS && line; i++)
            fields[i] = strsep(&line, ":");
        const char *number = fields[PASSWD_UID], *home = fields[PASSWD_HOME];
        if (number && home && *home == '/' && scan_u32(&number, &own) && own == uid)
            return strdup(home);
        line = next;
    }
    return NULL;
}
