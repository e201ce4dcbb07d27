/* SPDX-License-Identifier: Apache-2.0 */
#ifndef POSTURE_KERNEL_INTERNAL_H
#define POSTURE_KERNEL_INTERNAL_H

/* What the files behind kernel.h share. */

#include "posture/kernel.h"

struct kernel_reader {
    const struct kernel_host *host;
    struct arena *arena;
    struct container_config *config;
    uint32_t pid;
    int process_fd; /* proc/PID */
    int tree_fd;    /* the process's root directory; -1: can't be opened */
    struct mount_table mounts;
    bool mounts_known;
};

#define KERNEL_FILE_MAX 65536

/* One part each: 0, or -ENOMEM. What they can't read they leave unknown. */
int kernel_read_process(struct kernel_reader *reader);
int kernel_read_namespaces(struct kernel_reader *reader);
int kernel_read_mounts(struct kernel_reader *reader);
int kernel_read_cgroup(struct kernel_reader *reader);
int kernel_read_listening(struct kernel_reader *reader);
int kernel_read_sockets(struct kernel_reader *reader);
int kernel_read_files(struct kernel_reader *reader);
int kernel_read_descriptors(struct kernel_reader *reader);

int kernel_find_sockets(struct kernel_host *host);

const char *kernel_namespace_file(enum namespace_kind kind); /* "net" */

/* A text in the arena; NULL without memory. */
char *kernel_text(struct arena *arena, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* The kernel's value: /proc/PID/`file`, a word in it, and what stands there. All are copied. */
struct evidence kernel_evidence(struct kernel_reader *reader, const char *file, const char *field,
                                const char *text);
/* Why it is not known: the text is that of the error. */
struct evidence kernel_failure(struct kernel_reader *reader, const char *file, int error);

/* The runtime's socket that this file is, NULL when it is none. */
const struct runtime_socket *kernel_socket(const struct kernel_host *host, dev_t device,
                                           ino_t inode);
/* Add it to the model, once for each path. */
int kernel_add_socket(struct kernel_reader *reader, const struct runtime_socket *socket,
                      const char *path);

/*
 * Open what the container has at `path` with O_PATH or O_DIRECTORY, so that nobody whom it serves
 * files by is asked: links are not followed, and below a mount that waits it is -EBUSY.
 */
int kernel_look(const struct kernel_reader *reader, const char *path, int flags);

/* An entry of an open directory: -EXDEV when another mount shows it. */
int kernel_look_at(int dir_fd, const char *name, int flags);

#endif
