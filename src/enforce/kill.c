/* SPDX-License-Identifier: Apache-2.0 */
#include "enforce/kill.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "world/exec_id.h"
#include "world/proc.h"

#define INIT_PID 1
#define STAT_MAX 4096

static int read_stat(uint32_t pid, struct proc_stat *ret_stat)
{
    char path[sizeof("/proc/4294967295/stat")];
    _cleanup_free_ char *text = NULL;

    snprintf(path, sizeof(path), "/proc/%u/stat", pid);
    int r = read_file(path, STAT_MAX, &text, NULL);
    if (r < 0)
        return r == -ENOENT ? -ESRCH : r;
    return proc_parse_stat(text, ret_stat) ? 0 : -EBADMSG;
}

int kill_process(struct exec_id id)
{
    struct proc_stat stat;

    if (!id.pid || !id.start_time || id.pid == INIT_PID || id.pid == (uint32_t)getpid())
        return -ECANCELED;
    _cleanup_close_ int fd = (int)syscall(SYS_pidfd_open, id.pid, 0);
    if (fd < 0)
        return errno == EINVAL ? -ESRCH : -errno; /* EINVAL: a thread's id by now */

    /*
     * Looked at after the descriptor is open: whoever has the pid now and began then has had it all
     * the time, so the descriptor is of the same process.
     */
    int r = read_stat(id.pid, &stat);
    if (r < 0)
        return r;
    struct exec_id found = {.pid = id.pid, .start_time = stat.start_time};
    if (!exec_id_matches_tick(id, found))
        return -ESRCH;
    if (stat.kthread)
        return -ECANCELED;
    /* Its first thread may be dead while others run: those get the signal all the same. */
    bool ended = stat.dead && stat.threads <= 1;
    if (syscall(SYS_pidfd_send_signal, fd, SIGKILL, NULL, 0) < 0)
        return -errno;
    return ended ? -ESRCH : 0;
}
