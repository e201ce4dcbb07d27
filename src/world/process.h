/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WORLD_PROCESS_H
#define WORLD_PROCESS_H

/*
 * Processes, keyed by exec id: (pid, start time) of the thread group, unique within one boot, so a
 * reused pid is never taken for the process that had it before. A process is kept while a younger
 * one names it as its parent, and for a grace period after its exit, so that ancestry and events
 * that arrive late still find it.
 */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct container;

struct exec_id {
    uint64_t start_time; /* CLOCK_BOOTTIME, ns */
    uint32_t pid;
    uint32_t unused; /* 0: the struct is a hash key */
};

/*
 * What one execve made of a process. Shared by the processes that fork from it, until they execute
 * something themselves; never changed once made. The strings live behind the struct.
 */
struct process_image {
    uint32_t references;
    uint32_t argc;
    char name[16];        /* comm as execve set it: proc.name */
    const char *exe_path; /* of mm->exe_file; "" when unknown */
    const char *filename; /* as given to execve */
    const char *argv;     /* argc strings, each followed by a NUL; argv[0] is proc.exe */
    uint32_t argv_len;
    uint32_t env_len;
    const char *env;    /* likewise; empty when the sensor was not asked for it */
    const char *cwd;    /* at exec: without a slash at its end, but for "/" */
    uint64_t exec_time; /* CLOCK_BOOTTIME, ns; the start time when it never called execve */
    uint64_t exe_inode;
    uint64_t exe_ctime; /* CLOCK_REALTIME, ns */
    uint64_t exe_mtime;
    uint32_t exe_device;
    uint32_t exe_flags; /* FILE_FLAG_* */
    bool argv_truncated;
    bool env_truncated;
    bool path_truncated;
};

struct capabilities {
    uint64_t effective, permitted, inheritable;
};

struct process {
    struct exec_id id;
    struct process *parent;      /* counted; the one that made it, NULL when unknown or none */
    struct process_image *image; /* counted, never NULL */
    struct container *container; /* counted; NULL for the host. Sticky: see world.h */
    uint32_t references;
    uint32_t children; /* live or remembered processes whose parent this is */
    char *cwd;         /* current one if it changed after exec, else NULL */
    char name[16];     /* comm: as of fork or exec. proc.name */
    uint32_t vpid;
    uint32_t sid, pgid, vsid, vpgid;
    uint32_t tty;                 /* device number, 0 for none */
    uint32_t uid, gid, login_uid; /* last seen; events carry their own */
    uint32_t stdio;               /* enum file_type of fds 0, 1, 2, one byte each, at exec */
    /* What a thread of it held at its last event, the one being judged not counted: what it had
     * when it called unshare or setns, which change it. */
    struct capabilities capabilities;
    bool capabilities_known;
    uint64_t exit_time; /* 0 while it runs */
    bool kthread;
    /* Its program was executed before it came into its container: the runtime's, that prepares it
     * or goes in. */
    bool outside;
    uint32_t mount_namespace; /* when its program was executed; 0: not seen */
    bool from_proc;           /* found in /proc at start, not seen being made */
};

/* For whoever keeps a process beyond the call that showed it. process_unref accepts NULL and
 * returns NULL. */
struct process *process_ref(struct process *process);
struct process *process_unref(struct process *process);

/* The process's cwd now. Never NULL. */
static inline const char *process_cwd(const struct process *process)
{
    return process->cwd ? process->cwd : process->image->cwd;
}

#endif
