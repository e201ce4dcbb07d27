/* SPDX-License-Identifier: Apache-2.0 */
#include "cmd/other_agent.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "base/cleanup.h"

int other_agent_lock(int64_t *ret_other)
{
    char text[32];

    *ret_other = 0;
    if (mkdir(LOCK_DIRECTORY, 0755) < 0 && errno != EEXIST)
        return -1;
    _cleanup_close_ int fd =
        open(LOCK_PATH, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
    if (fd < 0)
        return -1;

    if (flock(fd, LOCK_EX | LOCK_NB) < 0) {
        ssize_t len = errno == EWOULDBLOCK ? read(fd, text, sizeof(text) - 1) : -1;
        if (len >= 0) {
            text[len] = '\0';
            *ret_other = strtol(text, NULL, 10);
        }
        return -1;
    }
    int len = snprintf(text, sizeof(text), "%d\n", (int)getpid());
    if (ftruncate(fd, 0) < 0 || pwrite(fd, text, (size_t)len, 0) != len)
        return -1;
    return TAKE_FD(fd);
}
