/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_PROC_H
#define WORLD_PROC_H

/*
 * A process as /proc/PID shows it. All reads go through one open directory, which keeps meaning the
 * same process: when it dies they fail, and never show another one that got its pid.
 */

#include <stdbool.h>
#include <stdint.h>

#include "event/event.h"

struct facts;

struct proc_stat {
    char comm[EVENT_COMM_LEN];
    uint32_t parent_pid, pgid, sid;
    uint32_t tty;
    uint32_t threads; /* those that are dead and not yet gone too */
    bool kthread;
    bool dead;           /* a zombie; other threads of it may run */
    uint64_t start_time; /* CLOCK_BOOTTIME ns, of the beginning of its tick: see exec_id.h */
};

struct proc_status {
    uint32_t uid, euid, suid, fsuid;
    uint32_t gid, egid, sgid, fsgid;
    uint32_t vpid, vsid, vpgid;
    uint64_t inheritable, permitted, effective, bounding, ambient;
    uint32_t seccomp, seccomp_filters, no_new_privs;
};

/* Parse the texts of the two files; false when they break the format. */
bool proc_parse_stat(const char *text, struct proc_stat *ret_stat);
bool proc_parse_status(const char *text, struct proc_status *ret_status);

/* In the text of status, what stands after "KEY:" at the start of a line; NULL when none does. */
const char *proc_status_value(const char *text, const char *key);

/* The inode of "net:[4026531840]" in DIR/ns/NAME; 0 when it can't be read. */
uint32_t proc_namespace(int dir, const char *name);

/* /proc/PID/stat. -ENOENT when there is no such process. */
int proc_stat(struct facts *facts, uint32_t pid, struct proc_stat *ret_stat);

/*
 * The process as a PROCESS_FOUND record in facts->writer. `start_time` (0: any) must fall into the
 * tick in which it started, and then goes into the record as it is. -ENOENT when it is gone or
 * another one. What can't be read (EPERM for some files of init, say) is left out.
 */
int proc_record(struct facts *facts, uint32_t pid, uint64_t start_time);

/* The path of that cgroup of the process which has this id; -ENOENT when it has moved on. */
int proc_cgroup_by_id(struct facts *facts, uint32_t pid, uint64_t id, char **ret_path);

#endif
