/* SPDX-License-Identifier: Apache-2.0 */
#include "base/files.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/cleanup.h"

ssize_t read_full(int fd, void *data, size_t max)
{
    size_t len = 0;

    while (len < max) {
        ssize_t n = read(fd, (char *)data + len, max - len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    return (ssize_t)len;
}

int read_file_at(int dir_fd, const char *path, size_t max, char **ret_data, size_t *ret_len)
{
    _cleanup_close_ int fd = openat(dir_fd, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
    if (fd < 0)
        return -errno;

    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (S_ISDIR(st.st_mode))
        return -EISDIR;
    if (S_ISREG(st.st_mode) && st.st_size > 0 && (size_t)st.st_size > max)
        return -EFBIG;

    size_t capacity = st.st_size > 0 ? (size_t)st.st_size + 1 : 4096;
    _cleanup_free_ char *data = malloc(capacity + 1);
    if (!data)
        return -ENOMEM;

    size_t len = 0;
    for (;;) {
        if (len == capacity) {
            if (capacity > max)
                return -EFBIG;
            capacity *= 2;
            char *grown = realloc(data, capacity + 1);
            if (!grown)
                return -ENOMEM;
            data = grown;
        }
        ssize_t n = read_full(fd, data + len, capacity - len);
        if (n < 0)
            return (int)n;
        if (n == 0)
            break;
        len += (size_t)n;
    }
    if (len > max)
        return -EFBIG;

    data[len] = '\0';
    *ret_data = TAKE_PTR(data);
    if (ret_len)
        *ret_len = len;
    return 0;
}

int read_file(const char *path, size_t max, char **ret_data, size_t *ret_len)
{
    return read_file_at(AT_FDCWD, path, max, ret_data, ret_len);
}

int write_all(int fd, const void *data, size_t len)
{
    const char *p = data;

    while (len) {
        ssize_t n = write(fd, p, len);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return -errno;
        p += n;
        len -= (size_t)n;
    }
    return 0;
}

bool path_is_below(const char *path, const char *top)
{
    size_t len = strlen(top);

    return !strcmp(top, "/") || (!strncmp(path, top, len) && (!path[len] || path[len] == '/'));
}

const char *path_behind(const char *path, const char *top)
{
    size_t len = strlen(!strcmp(path, top) || strcmp(top, "/") != 0 ? top : "");

    return path + len;
}
