/* SPDX-License-Identifier: Apache-2.0 */
#include "world/root_file.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"

int root_open(int root_fd, const char *path, int flags)
{
    struct open_how how = {
        .flags = (unsigned)flags | O_CLOEXEC,
        .resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
    };

    if (!(flags & O_PATH))
        how.flags |= O_NOCTTY | O_NONBLOCK;
    for (int attempt = 0; attempt < 8; attempt++) {
        int fd = (int)syscall(SYS_openat2, root_fd, path, &how, sizeof(how));
        if (fd >= 0)
            return fd;
        /* EAGAIN: something was renamed while ".." was being resolved. */
        if (errno != EAGAIN && errno != EINTR)
            return -errno;
    }
    return -EAGAIN;
}

int root_read(int root_fd, const char *path, size_t max, char **ret_data, size_t *ret_len)
{
    _cleanup_close_ int fd = root_open(root_fd, path, O_RDONLY);
    if (fd < 0)
        return fd;

    struct stat st;
    if (fstat(fd, &st) < 0)
        return -errno;
    if (!S_ISREG(st.st_mode))
        return S_ISDIR(st.st_mode) ? -EISDIR : -ENODEV;
    if (st.st_size < 0 || (size_t)st.st_size > max)
        return -EFBIG;

    /* One byte more than it should have tells a file that has grown meanwhile. */
    size_t capacity = (size_t)st.st_size + 1;
    _cleanup_free_ char *data = malloc(capacity + 1);
    if (!data)
        return -ENOMEM;
    ssize_t len = read_full(fd, data, capacity);
    if (len < 0)
        return (int)len;
    if ((size_t)len == capacity)
        return -EAGAIN;

    data[len] = '\0';
    *ret_data = TAKE_PTR(data);
    if (ret_len)
        *ret_len = (size_t)len;
    return 0;
}
