/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CMD_AGENT_DRIFT_INTERNAL_H
#define CMD_AGENT_DRIFT_INTERNAL_H

/* What the files behind agent_drift.h share. */

#include "cmd/agent_drift.h"
#include "posture/kernel_watch.h"

#define DRIFT_ALL  (DRIFT_PROCESS | DRIFT_NAMESPACES | DRIFT_MOUNTS | DRIFT_CGROUP)
#define DRIFT_LAST 0x100 /* above the bits of enum drift_part */

#define TOLD_MAX         128 /* differences of one container that last, at a time */
#define WATCH_FILES      2
#define WATCHED_FILE_MAX ((size_t)4 << 20)

/* A difference that was told and has not ended. */
struct told {
    uint64_t key;
    unsigned part;
    uint64_t seen; /* when it was found last */
};

/* A file of a runtime's, and what it was. */
struct file_mark {
    char *path; /* NULL: none */
    bool known; /* it was there, and is remembered */
    uint64_t hash, size, inode;
    int64_t changed_s, changed_ns;
};

struct watch {
    struct agent_drift *drift;
    struct exec_id first;
    uint64_t cgroup;
    struct arena arena; /* of the two models */
    struct container_config declared, start;
    bool has_declared, has_start;
    bool gone; /* its first process has ended */
    struct file_mark files[WATCH_FILES];
    int mounts_fd; /* its mountinfo; -1: can't be waited for */
    struct loop_source *mounts_source;
    struct kernel_watch kernel;
    uint64_t print;                    /* kernel_watch_print at the last whole look */
    uint64_t looked, looked_at_mounts; /* when, 0: never */
    bool due, mounts_due;
    struct told told[TOLD_MAX];
    size_t told_count;
};

struct agent_drift {
    struct loop *loop;
    struct world *world;
    struct agent_isolation *isolation;
    agent_drift_feed feed;
    void *data;
    struct loop_source *timer;
    bool want;
    struct kernel_host host;
    int host_mounts_fd;
    struct loop_source *host_mounts_source;
    bool host_mounts_changed;
    struct watch **watches;
    size_t count;
    uint32_t seen_changes; /* of the isolation's containers */
    struct watch node;     /* the node's own files: only its marks and what was told are used */
    struct file_mark *node_files;
    size_t node_file_count;
    uint64_t looked_at_files;
    struct drift_counters counters;
};

/* agent_drift_look.c */

/* Look at the first process, all of it the first time. */
void drift_look(struct watch *watch);
/* A program that was executed in the container, by its record. */
void drift_judge_exec(struct watch *watch, const struct event *event);
/* One of its processes, by /proc. */
void drift_judge_process(struct watch *watch, const struct event_header *header);
/* `header` tells who and where; told once while it lasts. */
void drift_tell(struct watch *watch, const struct drift *drift, const struct event_header *header);
/* Differences of these parts that were not found since `when` have ended. */
void drift_forget_told(struct watch *watch, unsigned parts, uint64_t when);

/* agent_drift_files.c */

/* Remember the file as it is now. 0 or -ENOMEM; a file that is not there is remembered later. */
int drift_mark_file(struct file_mark *mark, const char *path);
/* Tell when the content is another than it was. */
void drift_check_file(struct watch *watch, struct file_mark *mark,
                      const struct event_header *header);
void drift_done_file(struct file_mark *mark);

#endif
