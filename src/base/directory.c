/* SPDX-License-Identifier: Apache-2.0 */
#include "base/directory.h"

#include <errno.h>

#include "base/cleanup.h"

DIR *directory_of(int fd)
{
    DIR *dir = fdopendir(fd);

    if (!dir && fd >= 0) {
        int error = errno;
        close(fd);
        errno = error;
    }
    return dir;
}

int directory_visit(int fd, unsigned max, directory_each callback, void *data)
{
    struct dirent *entry;

    if (fd < 0)
        return 0;
    _cleanup_closedir_ DIR *dir = directory_of(fd);
    if (!dir)
        return -ENOMEM;
    for (unsigned n = 0; n < max && (entry = readdir(dir)); n++) {
        int r = callback(data, fd, entry->d_name);
        if (r != 0)
            return r;
    }
    return 0;
}
