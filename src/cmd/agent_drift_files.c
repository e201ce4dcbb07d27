/* SPDX-License-Identifier: Apache-2.0 */
/* Configuration files of runtimes that change while containers run. */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"
#include "base/files.h"
#include "base/fnv.h"
#include "cmd/agent_drift_internal.h"

static bool same_stat(const struct file_mark *mark, const struct stat *st)
{
    return mark->size == (uint64_t)st->st_size && mark->inode == st->st_ino &&
           mark->changed_s == st->st_mtim.tv_sec && mark->changed_ns == st->st_mtim.tv_nsec;
}

static void remember(struct file_mark *mark, const struct stat *st, uint64_t hash)
{
    mark->known = true;
    mark->hash = hash;
    mark->size = (uint64_t)st->st_size;
    mark->inode = st->st_ino;
    mark->changed_s = st->st_mtim.tv_sec;
    mark->changed_ns = st->st_mtim.tv_nsec;
}

/* 1 when it was read anew, 0 when nothing suggests that it changed, -errno. */
static int read_anew(const struct file_mark *mark, struct stat *st, uint64_t *ret_hash)
{
    _cleanup_free_ char *text = NULL;
    size_t len;

    if (stat(mark->path, st) < 0)
        return -errno;
    if (!S_ISREG(st->st_mode))
        return -ENODEV;
    if (mark->known && same_stat(mark, st))
        return 0;
    int r = read_file(mark->path, WATCHED_FILE_MAX, &text, &len);
    if (r < 0)
        return r;
    *ret_hash = fnv1a(FNV1A_START, text, len);
    return 1;
}

int drift_mark_file(struct file_mark *mark, const char *path)
{
    struct stat st;
    uint64_t hash;

    mark->path = strdup(path);
    if (!mark->path)
        return -ENOMEM;
    if (read_anew(mark, &st, &hash) == 1)
        remember(mark, &st, hash);
    return 0;
}

void drift_check_file(struct watch *watch, struct file_mark *mark,
                      const struct event_header *header)
{
    char before[48], now[48];
    struct stat st;
    uint64_t hash;

    if (!mark->path)
        return;
    int r = read_anew(mark, &st, &hash);
    /* One that is gone is missed only when it comes back: a bundle goes with its container. */
    if (r <= 0)
        return;
    if (mark->known && mark->hash != hash) {
        snprintf(before, sizeof(before), "%016" PRIx64, mark->hash);
        snprintf(now, sizeof(now), "%016" PRIx64, hash);
        const struct drift drift = {
            .part = DRIFT_LAST,
            .setting = "runtime_config",
            .object = mark->path,
            .declared = before,
            .actual = now,
            .wanted = "unchanged",
            .at_start = true,
        };
        drift_tell(watch, &drift, header);
    }
    remember(mark, &st, hash);
}

void drift_done_file(struct file_mark *mark)
{
    free(mark->path);
    *mark = (struct file_mark){0};
}
